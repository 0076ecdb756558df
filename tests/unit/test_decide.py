from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reconciler.cycle import preview
from reconciler.decide import QUIET, find_by_key, key_is_searchable, phase_of, settled_link
from reconciler.engine.decision import Decision
from reconciler.model.link import Link
from reconciler.model.plan import Operation, Verb
from reconciler.testing import faults, lies
from tests.unit.bench import QUICK, Bench
from tests.unit.engine.builders import LEFT, RIGHT, record

if TYPE_CHECKING:
    from reconciler.model.record import Side


def operation(side: Side, verb: Verb = Verb.UPDATE) -> Operation:
    return Operation(side, verb, "1", None, ())


@pytest.mark.parametrize(
    ("operations", "phase"),
    [
        ((), QUIET),
        ((operation(LEFT),), "update-left"),
        ((operation(RIGHT),), "update-right"),
        ((operation(LEFT), operation(RIGHT)), "update-left-right"),
        ((operation(LEFT, Verb.CREATE),), "create-left"),
    ],
)
def test_what_can_be_sent_together_has_one_phase(operations: tuple[Operation, ...], phase: str) -> None:
    assert phase_of(Decision("1", "11", {}, operations)) == phase


def test_a_link_that_says_nothing_new_is_not_written() -> None:
    one = Link("1", "11", link_id=3)
    assert not settled_link(Decision("1", "11", {}, link=one, before=one))
    assert not settled_link(Decision("1", "11", {}))
    assert settled_link(Decision("1", "11", {}, link=replace(one, gone=LEFT), before=one))
    assert settled_link(Decision("1", "11", {}, link=one))


class TestKeysWithinOnePlan:
    def test_an_email_that_an_update_will_take_is_taken(self) -> None:
        """Ann's new email is about to arrive on the right: a stranger there who has it already is no new contact."""
        bench = Bench()
        bench.person("ann")
        bench.run()
        bench.left.edit("l1", Email="new@example.org")
        stranger = bench.right.add(mail="new@example.org")
        bench.run()
        assert len(bench.left.rows) == 1
        assert bench.state(RIGHT, stranger) == "ambiguous"

    def test_an_email_that_an_update_will_free_is_free(self) -> None:
        bench = Bench()
        bench.person("ann")
        bench.run()
        bench.left.edit("l1", Email="new@example.org")
        bench.left.add(Email="ann@example.org")
        bench.run()
        assert sorted(row.values["mail"] for row in bench.right.rows.values()) == ["ann@example.org", "new@example.org"]


class TestSearchingByKey:
    def test_as_many_values_a_call_as_the_app_takes(self) -> None:
        bench = Bench(traits=replace(QUICK, find_batch=2))
        bench.people(5)
        sources = [record(str(number), Email=f"P{number}@example.org") for number in range(5)]
        found = find_by_key(bench.live, RIGHT, [*sources, record("x", Email=None), record("y")])
        assert {one.id for one in found} == {f"r{number + 1}" for number in range(5)}
        assert bench.calls(RIGHT, "find") == 3

    def test_an_app_that_cannot_search_is_not_asked(self) -> None:
        bench = Bench(traits=replace(QUICK, searchable=()))
        assert not key_is_searchable(bench.live, RIGHT)
        bench.left.add(Email="ann@example.org")
        bench.faulty[RIGHT].arm("create", faults.lost_answers())
        bench.run()
        bench.run()
        assert (len(bench.right.rows), bench.calls(RIGHT, "find")) == (1, 0)
        assert len(bench.links()) == 1


class TestTheSummary:
    def test_first_contact_is_counted_apart(self) -> None:
        bench = Bench()
        bench.left.add(Email="ann@example.org", Title="CEO")
        bench.right.add(mail="ann@example.org")
        bench.left.add(Email="bob@example.org")
        with preview(bench.live) as planned:
            assert planned.summary.counts == {(RIGHT, Verb.UPDATE): 1, (RIGHT, Verb.CREATE): 1}
            assert (planned.summary.first_contact, planned.summary.links, planned.summary.pending) == (1, 0, 2)

    def test_a_listing_that_is_not_trusted_is_told_by_the_name_of_its_side(self) -> None:
        bench = Bench()
        bench.people(5)
        bench.faulty[RIGHT].arm("list", lies.missing_tail(1))
        with preview(bench.live) as planned:
            assert planned.summary.notices == ("news: the listing ended without saying that it was finished",)
