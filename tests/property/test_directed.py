"""Ways into trouble that chance finds too rarely, walked on purpose."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from reconciler.model.connection import Policy
from reconciler.model.link import ContactState
from reconciler.model.record import Side
from reconciler.model.traits import Traits
from reconciler.testing import faults, lies
from reconciler.testing.schema import lower
from tests.property.desk import LEFT, RIGHT, Desk, Setup

BATCHES = Traits(create_batch=50, update_batch=50, get_batch=50, find_batch=50, searchable=("Email", "email"))
DELTA = replace(BATCHES, delta=True, tombstones=True)


def desk(traits: Traits = BATCHES, **settings: object) -> Desk:
    return Desk(Setup(traits=dict.fromkeys(Side, traits), **settings))


def pair(one: Desk, title: str = "k1") -> tuple[str, str]:
    """One person on both sides, in sync."""
    left = one.worlds[LEFT].add(Email="ada@example.org", Title=title)
    one.run()
    [right] = one.worlds[RIGHT].rows
    return left, right


def test_old_values_of_a_lagging_listing_are_no_edit() -> None:
    one = desk(replace(BATCHES, eventual_seconds=60.0))
    left, right = pair(one)
    before = lies.moment(one.faulty[LEFT].inner)
    one.worlds[LEFT].edit(left, Title="k2")
    one.run()
    one.faulty[LEFT].arm("list", lies.stale_values(before))
    writes = one.writes()
    one.run()
    assert one.writes() == writes
    assert one.worlds[RIGHT].values(right)["job"] == "k2"


@pytest.mark.parametrize("traits", [BATCHES, DELTA])
def test_an_edit_between_read_and_write_is_not_overwritten(traits: Traits) -> None:
    one = desk(traits)
    left, right = pair(one)
    one.worlds[LEFT].edit(left, First="from the left")

    def person(call: faults.Call) -> None:
        if call.method == "list" and one.worlds[RIGHT].values(right).get("first") is None:
            one.worlds[RIGHT].edit(right, first="from the right")

    one.faulty[RIGHT].after = person
    one.run()
    assert one.worlds[RIGHT].values(right)["first"] == "from the right"
    one.heal()
    one.run()
    assert one.worlds[RIGHT].values(right)["first"] == "from the left", "both changed: the policy says left"


def test_a_refused_write_waits_longer_each_time() -> None:
    one = desk()
    left, _ = pair(one)
    one.worlds[LEFT].edit(left, First="x")
    one.faulty[RIGHT].arm("update", faults.refuses(lambda _: True, code="no"), times=None)
    tries = []
    for _ in range(400):
        before = one.faulty[RIGHT].inner.world.calls["get"]
        one.clock.advance(29)
        report = one.run()
        if report and report.failures:
            tries.append(one.clock())
        del before
    pauses = [later - earlier for earlier, later in itertools.pairwise(tries)]
    assert len(tries) < 12
    assert all(later > earlier for earlier, later in itertools.pairwise(pauses))
    assert one.store.connection("desk").tallies()[LEFT, ContactState.FAILED] == 1


def test_a_lost_create_is_found_even_when_the_listing_does_not_show_it() -> None:
    one = desk(DELTA)
    pair(one)
    one.worlds[LEFT].add(Email="bob@example.org", Last="Bob")
    one.faulty[RIGHT].arm("create", faults.lost_answers())
    one.run()
    one.faulty[RIGHT].arm("list", lies.late_delta())
    one.run()
    assert len(one.worlds[RIGHT].rows) == 2
    assert one.store.connection("desk").link_count() == 2
    assert one.plan() == []


def test_a_twin_is_not_made_again_after_its_person_was_deleted() -> None:
    one = desk()
    left, right = pair(one)
    one.worlds[LEFT].delete(left)
    one.run()
    one.worlds[RIGHT].edit(right, first="still here")
    one.run()
    one.run()
    assert one.worlds[LEFT].rows == {}
    assert one.store.connection("desk").tallies() == {(RIGHT, ContactState.TRASHED): 1}


def test_a_person_who_comes_back_is_linked_to_the_old_twin() -> None:
    one = desk()
    left, right = pair(one)
    one.worlds[LEFT].delete(left)
    one.run()
    again = one.worlds[LEFT].add(Email="ada@example.org", First="Ada")
    one.run()
    assert one.store.connection("desk").link_of(LEFT, [again])[again].right_id == right
    assert len(one.worlds[RIGHT].rows) == 1


def test_half_of_everybody_missing_is_a_fault_and_not_a_purge() -> None:
    one = desk()
    for number in range(40):
        one.worlds[LEFT].add(Email=f"p{number}@example.org", Last=f"k{number}")
    one.run()
    kept = dict(list(lies.moment(one.faulty[LEFT].inner).items())[:20])
    one.faulty[LEFT].arm("list", lies.stale_listing(kept))
    one.faulty[LEFT].arm("get", lies.stale_get(kept))
    one.run()
    assert one.store.connection("desk").link_count() == 40
    assert one.store.connection("desk").tallies()[LEFT, ContactState.IN_SYNC] == 40


def test_a_page_that_vanished_without_a_trace_trashes_nobody() -> None:
    one = desk(replace(BATCHES, page_size=3))
    for number in range(12):
        one.worlds[LEFT].add(Email=f"p{number}@example.org", Last=f"k{number}")
    one.run()
    one.faulty[RIGHT].arm("list", lies.dropped_page(1, adjusted=True))
    report = one.run()
    assert report is not None
    assert report.readings[RIGHT].problem == "the listing left out 3 contacts that exist"
    assert one.store.connection("desk").link_count() == 12


def test_an_email_handed_on_within_one_cycle_reaches_its_new_owner() -> None:
    one = desk()
    left, right = pair(one)
    one.worlds[LEFT].edit(left, Email="ada@new.example.org")
    heir = one.worlds[LEFT].add(Email="ada@example.org", Last="Heir")
    one.run()
    emails = {row.values["email"]: record_id for record_id, row in one.worlds[RIGHT].rows.items()}
    assert emails["ada@new.example.org"] == right
    assert set(emails) == {"ada@new.example.org", "ada@example.org"}
    assert one.store.connection("desk").link_of(LEFT, [heir])[heir].right_id == emails["ada@example.org"]
    assert one.plan() == []


def test_an_unanswered_update_that_the_app_bent_is_no_edit_of_the_other_side() -> None:
    one = desk(policies=(Policy.RIGHT,) * 4, bends={LEFT: {}, RIGHT: {"job": lower}})
    left, right = pair(one, title="k1")
    one.worlds[LEFT].edit(left, Title="Key Account")
    one.faulty[RIGHT].arm("update", faults.lost_answers())
    one.run()
    assert one.worlds[RIGHT].values(right)["job"] == "key account"
    one.run()
    assert one.worlds[LEFT].values(left)["Title"] == "Key Account"
    assert one.plan() == []
