"""What is remembered after a write, tried where a wrong memory shows only much later."""

from __future__ import annotations

from dataclasses import replace

from reconciler.model.connection import Policy
from reconciler.model.record import Side
from reconciler.testing import faults, lies
from reconciler.testing.schema import lower
from tests.property.desk import LEFT, RIGHT
from tests.property.test_directed import BATCHES, desk, pair


def test_what_an_app_made_of_our_write_is_what_it_said_last() -> None:
    one = desk(policies=(Policy.RIGHT,) * 4, bends={LEFT: {}, RIGHT: {"job": lower}})
    left, right = pair(one)
    one.worlds[LEFT].edit(left, Title="Key Account")
    one.run()
    one.worlds[RIGHT].edit(right, last="touched")
    one.run()
    assert one.worlds[LEFT].values(left)["Title"] == "Key Account"


def test_somebody_elses_edit_that_a_write_brings_to_light_is_still_an_edit() -> None:
    one = desk()
    left, right = pair(one)
    one.worlds[LEFT].edit(left, First="ours")

    def person(call: faults.Call) -> None:
        if call.method == "update":
            one.worlds[RIGHT].edit(right, job="theirs")

    one.faulty[RIGHT].before = person
    one.run()
    one.heal()
    one.run()
    assert one.worlds[LEFT].values(left)["Title"] == "theirs"
    assert one.worlds[RIGHT].values(right)["first"] == "ours"


def test_a_listing_that_came_up_short_updates_but_creates_nothing() -> None:
    one = desk(replace(BATCHES, page_size=2, find_batch=1))
    left, right = pair(one)
    for number in range(4):
        one.worlds[RIGHT].add(email=f"p{number}@example.org", last="there")
    one.worlds[LEFT].add(Email="p3@example.org", Last="here")
    one.worlds[LEFT].edit(left, First="news")
    one.faulty[RIGHT].arm("list", lies.dropped_page(2))
    report = one.run()
    assert report is not None
    assert report.readings[RIGHT].problem is not None
    assert one.worlds[RIGHT].values(right)["first"] == "news"
    assert [len(one.worlds[side].rows) for side in Side] == [2, 5]
    one.run()
    assert [len(one.worlds[side].rows) for side in Side] == [5, 5]
    assert one.plan() == []
