"""Who is who, when ids, keys and lives change: renames, merges, undeletes, twins that come and go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reconciler.model.link import ContactState
from reconciler.model.record import Page
from reconciler.testing import faults, lies
from tests.property.bespoke import BATCHES, DELTA, LEFT, RIGHT, desk, pair, settle, state_of, twin

if TYPE_CHECKING:
    from reconciler.model.traits import Traits

both_ways_to_read = pytest.mark.parametrize("traits", [BATCHES, DELTA])


@both_ways_to_read
def test_a_record_that_moves_to_another_id_keeps_its_twin(traits: Traits) -> None:
    one = desk(traits)
    left, right = pair(one, Title="k1")
    moved = one.worlds[RIGHT].move(right)
    one.run()
    one.run()
    assert twin(one, left) == moved
    assert state_of(one, RIGHT, moved) == "in_sync"
    one.worlds[LEFT].edit(left, Title="k2")
    one.run()
    assert one.worlds[RIGHT].values(moved)["job"] == "k2"
    assert len(one.worlds[RIGHT].rows) == 1


@both_ways_to_read
def test_two_merged_records_leave_one_link_and_one_trashed_twin(traits: Traits) -> None:
    one = desk(traits)
    left, right = pair(one)
    loser = one.worlds[LEFT].add(Email="ada@other.example.org", Title="k2")
    one.run()
    orphan = twin(one, loser)
    one.worlds[LEFT].merge(left, loser)
    settle(one)
    assert twin(one, left) == right
    assert one.worlds[RIGHT].values(right)["job"] == "k2"
    assert state_of(one, RIGHT, orphan) == "trashed"
    assert set(one.worlds[LEFT].rows) == {left}


@both_ways_to_read
def test_an_undeleted_record_is_the_same_pair_again(traits: Traits) -> None:
    one = desk(traits)
    left, right = pair(one, Title="k1")
    values = dict(one.worlds[LEFT].values(left))
    one.worlds[LEFT].delete(left)
    one.run()
    assert state_of(one, RIGHT, right) == "trashed"
    one.worlds[RIGHT].edit(right, job="meanwhile")
    one.run()
    one.worlds[LEFT].load([(left, values)])
    settle(one)
    assert twin(one, left) == right
    assert one.worlds[LEFT].values(left)["Title"] == "meanwhile"
    assert one.store.connection("desk").link_count() == 1


@both_ways_to_read
def test_a_pair_deleted_on_both_sides_is_forgotten(traits: Traits) -> None:
    one = desk(traits)
    left, right = pair(one)
    one.worlds[LEFT].delete(left)
    one.worlds[RIGHT].delete(right)
    one.run()
    assert one.store.connection("desk").all_links() == []
    assert one.store.connection("desk").tallies() == {}


@both_ways_to_read
def test_an_edited_survivor_is_adopted_by_whoever_comes_back(traits: Traits) -> None:
    one = desk(traits)
    left, right = pair(one, Title="k1")
    one.worlds[LEFT].delete(left)
    one.run()
    one.worlds[RIGHT].edit(right, job="survivor")
    one.run()
    again = one.worlds[LEFT].add(Email="ada@example.org")
    settle(one)
    assert twin(one, again) == right
    assert one.worlds[LEFT].values(again)["Title"] == "survivor"
    assert len(one.worlds[RIGHT].rows) == 1


@both_ways_to_read
def test_swapped_emails_stay_with_their_pairs(traits: Traits) -> None:
    one = desk(traits)
    ada, right_ada = pair(one)
    bob = one.worlds[LEFT].add(Email="bob@example.org")
    one.run()
    right_bob = twin(one, bob)
    one.worlds[LEFT].edit(ada, Email="bob@example.org")
    one.worlds[LEFT].edit(bob, Email="ada@example.org")
    settle(one)
    assert twin(one, ada) == right_ada
    assert one.worlds[RIGHT].values(right_ada)["email"] == "bob@example.org"
    assert one.worlds[RIGHT].values(right_bob)["email"] == "ada@example.org"
    assert len(one.worlds[RIGHT].rows) == 2


def test_a_record_that_died_before_it_was_ever_recorded_is_believed_to_be_gone() -> None:
    """Killed between the link and the contacts; and before the restart a person deletes what was made."""
    for step in range(1, 200):
        one = desk()
        one.worlds[LEFT].add(Email="ada@example.org")
        if one.run(die_at=step) is not None:
            break
        if one.worlds[RIGHT].rows:
            one.worlds[RIGHT].delete(next(iter(one.worlds[RIGHT].rows)))
        settle(one)
        report = one.run()
        states = one.store.connection("desk").tallies()
        assert report is not None
        assert (LEFT, ContactState.PENDING) not in states, f"killed at step {step}: waits for ever"


def test_a_tombstone_of_a_record_that_was_never_recorded_counts() -> None:
    one = desk(DELTA)
    left, right = pair(one)
    state = one.store.connection("desk")
    with one.store.lease("desk"):
        state.record((), forget=[(RIGHT, right)])
    one.worlds[RIGHT].delete(right)
    one.run()
    assert state_of(one, LEFT, left) == "trashed"


def test_a_record_undeleted_while_it_was_read_is_remembered() -> None:
    one = desk(DELTA)
    _, right = pair(one)

    def undeleted(call: faults.Call, proceed: faults.Proceed) -> faults.Answer:
        pages = list(proceed(call.items))
        yield Page((), gone=(right,))
        yield from pages

    one.worlds[RIGHT].edit(right, job="back")
    one.faulty[RIGHT].arm("list", undeleted)
    one.run()
    settle(one)
    assert state_of(one, RIGHT, right) == "in_sync"


def test_a_doubtful_listing_buries_nobody() -> None:
    """One contact left out is alive; of the other a lagging read says gone. The listing is proved wrong."""
    one = desk(replace(BATCHES, page_size=3))
    for number in range(12):
        one.worlds[LEFT].add(Email=f"p{number}@example.org")
    one.run()
    now = lies.moment(one.faulty[RIGHT].inner)
    lost = list(now)[3]
    one.faulty[RIGHT].arm("list", lies.dropped_page(1, adjusted=True))
    one.faulty[RIGHT].arm("get", lies.stale_get({key: record for key, record in now.items() if key != lost}))
    one.run()
    assert one.store.connection("desk").link_count() == 12
