"""What every store promises, over every store there is."""

from __future__ import annotations

from dataclasses import replace
from threading import Thread

import pytest

from reconciler.errors import LeaseHeld
from reconciler.model.link import ContactState
from reconciler.model.record import Side
from reconciler.state.base import Memory, Seen
from tests.contract.stores import STORES, create, fingerprint, newsletter, only_link, opened, pair, seen

LEFT, RIGHT = Side


store = pytest.fixture(params=STORES)(opened)
state = pytest.fixture(newsletter)


class TestMemory:
    def test_the_first_day_remembers_nothing(self, state):
        assert state.memory() == Memory("", {})

    def test_digest_and_cursors_are_replaced_as_a_whole(self, state):
        state.remember(Memory("a1", {LEFT: "2024-01-01", RIGHT: "77"}))
        state.remember(Memory("b2", {RIGHT: "78"}))
        assert state.memory() == Memory("b2", {RIGHT: "78"})

    def test_connections_share_nothing(self, store, state):
        other = store.connection("prospects")
        state.remember(Memory("a1", {LEFT: "1"}))
        state.record([seen("l1")], [pair("l1", "r1")])
        state.intend(state.begin(1.0), 1.0, [create()])
        assert other.memory() == Memory()
        assert other.known(LEFT, ["l1"]) == {}
        assert other.by_key(0, [fingerprint(2)]) == []
        assert (other.all_links(), other.link_count(), other.tallies()) == ([], 0, {})
        assert (other.open_intents(), other.cycles(), other.rows(LEFT)) == ([], [], [])
        assert store.names() == ["newsletter", "prospects"]

    def test_the_same_ids_live_in_two_connections(self, store, state):
        other = store.connection("prospects")
        for one in (state, other):
            one.record([seen("l1")], [pair("l1", "r1")])
        other.record([], forget=[(LEFT, "l1")], unlink=[link.link_id for link in state.all_links()])
        assert (other.link_count(), state.link_count()) == (1, 1)
        other.record([], unlink=[link.link_id for link in other.all_links()])
        assert (other.link_count(), state.link_count()) == (0, 1)
        assert list(state.known(LEFT, ["l1"])) == ["l1"]


class TestContacts:
    def test_what_was_concluded_comes_back(self, state):
        told = seen("l1", keys=(fingerprint(5), b"", fingerprint(6)), cause="no rule matches", due_at=9.5, attempts=2)
        state.record([told], [pair("l1", "r1")])
        known = state.known(LEFT, ["l1", "unknown"])["l1"]
        assert (known.side, known.id, known.fingerprint, known.keys) == (LEFT, "l1", told.fingerprint, told.keys)
        assert (known.state, known.cause, known.due_at, known.attempts) == (told.state, told.cause, 9.5, 2)
        assert known.link_id == only_link(state).link_id

    def test_a_new_conclusion_replaces_the_old_one_and_keeps_the_row(self, state):
        state.record([seen("l1", cause="pending")])
        before = state.known(LEFT, ["l1"])["l1"]
        state.record([seen("l1", state=ContactState.HELD, keys=(), fingerprint=fingerprint(7))])
        after = state.known(LEFT, ["l1"])["l1"]
        assert after == replace(before, state=ContactState.HELD, cause="", keys=(), fingerprint=fingerprint(7))

    def test_of_two_conclusions_in_one_stream_the_last_stands(self, state):
        state.record([seen("l1", cause="first"), seen("l1", state=ContactState.FAILED, cause="second")])
        assert state.known(LEFT, ["l1"])["l1"].cause == "second"
        assert state.tallies() == {(LEFT, ContactState.FAILED): 1}

    def test_the_same_id_on_both_sides_is_two_contacts(self, state):
        state.record([seen("1", cause="left"), seen("1", RIGHT, cause="right")])
        assert (state.known(LEFT, ["1"])["1"].cause, state.known(RIGHT, ["1"])["1"].cause) == ("left", "right")

    def test_the_cheap_look_leaves_strangers_out(self, state):
        state.record([seen("l1")])
        row = state.known(LEFT, ["l1"])["l1"].row
        assert state.seen(LEFT, ["l2", "l1", "l1"], 0.0) == {"l1": Seen(row, fingerprint(1), due=False)}
        assert state.seen(LEFT, [], 0.0) == {}

    @pytest.mark.parametrize(("due_at", "now", "due"), [(5.0, 4.9, False), (5.0, 5.0, True), (None, 9e9, False)])
    def test_a_retry_is_due_when_its_time_has_come(self, state, due_at, now, due):
        state.record([seen("l1", due_at=due_at)])
        assert state.seen(LEFT, ["l1"], now)["l1"].due is due
        assert [known.id for known in state.due(now)] == (["l1"] if due else [])

    def test_what_is_pending_without_a_time_is_due_at_once(self, state):
        state.record([seen("l1", state=ContactState.PENDING)])
        assert state.seen(LEFT, ["l1"], 0.0)["l1"].due
        assert [known.id for known in state.due(0.0)] == ["l1"]

    def test_due_records_come_in_row_order_over_both_sides(self, state):
        for number in range(10):
            state.record([seen(str(number), (LEFT, RIGHT)[number % 2], due_at=10.0 - number)])
        first = state.due(100.0, limit=4)
        rest = state.due(100.0, limit=100, after=first[-1].row)
        assert [known.id for known in first + rest] == [str(number) for number in range(10)]

    def test_ids_of_any_number_are_looked_up(self, state):
        ids = [f"l{number}" for number in range(1300)]
        state.record(map(seen, ids))
        assert set(state.seen(LEFT, ids, 0.0)) == set(ids)
        assert set(state.known(LEFT, ids)) == set(ids)

    def test_keys_find_records_of_both_sides_by_their_ordinal(self, state):
        email, phone = fingerprint(10), fingerprint(11)
        state.record(
            [seen("l1", keys=(email, phone)), seen("r1", RIGHT, keys=(email, b"")), seen("r2", RIGHT, keys=())]
        )
        assert sorted(known.id for known in state.by_key(0, [email])) == ["l1", "r1"]
        assert [known.id for known in state.by_key(1, [phone, email])] == ["l1"]
        assert state.by_key(0, [phone]) == []

    def test_no_key_is_not_a_key(self, state):
        state.record([seen("l1", keys=(b"",)), seen("r1", RIGHT, keys=(b"",))])
        assert state.by_key(0, [b""]) == []

    def test_four_keys_are_found(self, state):
        keys = tuple(map(fingerprint, (20, 21, 22, 23)))
        state.record([seen("l1", keys=keys)])
        assert [[known.id for known in state.by_key(ordinal, [key])] for ordinal, key in enumerate(keys)] == [
            ["l1"]
        ] * 4

    def test_the_walk_meets_everyone_of_a_side_once(self, state):
        state.record([seen(f"l{number}") for number in range(25)] + [seen("r1", RIGHT)], [pair("l3", "r1")])
        pages, after = [], 0
        while page := state.rows(LEFT, after=after, limit=10):
            pages += page
            after = page[-1][0]
        assert [row for row, _, _ in pages] == sorted({row for row, _, _ in pages})
        assert {id_ for _, id_, _ in pages} == {f"l{number}" for number in range(25)}
        assert [id_ for _, id_, linked in pages if linked] == ["l3"]

    def test_a_trashed_link_is_a_link_to_the_walk(self, state):
        state.record([seen("l1")], [pair("l1", "r1", gone=RIGHT)])
        assert [linked for _, _, linked in state.rows(LEFT)] == [True]

    def test_forgetting_a_record_keeps_the_memory_of_its_pair(self, state):
        state.record([seen("l1"), seen("r1", RIGHT), seen("l2")], [pair("l1", "r1"), pair("l2", "r2")])
        state.record([], [], [(RIGHT, "r1"), (LEFT, "l2"), (LEFT, "stranger")])
        assert (state.known(RIGHT, ["r1"]), len(state.all_links()), state.link_count()) == ({}, 2, 2)
        assert state.tallies() == {(LEFT, ContactState.IN_SYNC): 1}

    def test_unlinking_drops_links_and_nothing_else(self, state):
        state.record([seen("l1"), seen("r1", RIGHT)], [pair("l1", "r1"), pair("l2", "r2")])
        number = state.link_of(LEFT, ["l1"])["l1"].link_id
        state.record([], unlink=[number, 999])
        assert [link.left_id for link in state.all_links()] == ["l2"]
        assert (state.link_count(), state.known(LEFT, ["l1"])["l1"].link_id) == (1, None)

    def test_what_is_forgotten_may_be_concluded_again_in_the_same_breath(self, state):
        state.record([seen("l1", cause="old")])
        state.record([seen("l1", cause="new")], forget=[(LEFT, "l1"), (LEFT, "stranger")])
        assert state.known(LEFT, ["l1"])["l1"].cause == "new"
        assert state.tallies() == {(LEFT, ContactState.IN_SYNC): 1}

    def test_tallies_follow_every_change(self, state):
        state.record([seen("l1"), seen("l2"), seen("r1", RIGHT, ContactState.AMBIGUOUS)])
        state.record([seen("l2", state=ContactState.HELD), seen("r2", RIGHT, ContactState.AMBIGUOUS)])
        assert state.tallies() == {
            (LEFT, ContactState.IN_SYNC): 1,
            (LEFT, ContactState.HELD): 1,
            (RIGHT, ContactState.AMBIGUOUS): 2,
        }

    def test_a_stream_may_read_the_store_while_it_is_recorded(self, state):
        state.record([seen("l1", cause="was here")])
        known = (state.known(LEFT, ["l1"])["l1"].cause for _ in range(3))
        state.record(seen(f"l{number}", cause=cause) for number, cause in enumerate(known, start=5))
        assert {one.cause for one in state.known(LEFT, ["l5", "l6", "l7"]).values()} == {"was here"}


class TestLease:
    def test_one_holder_at_a_time(self, store):
        with store.lease("newsletter") as held:
            with pytest.raises(LeaseHeld, match="newsletter"):
                store.lease("newsletter")
            held.check()

    def test_it_is_free_after_its_holder_left(self, store):
        for _ in range(2):
            with store.lease("newsletter") as held:
                held.check()

    def test_connections_are_leased_one_by_one(self, store):
        with store.lease("newsletter"), store.lease("prospects") as other:
            other.check()


def test_threads_write_and_read_side_by_side(store, state):
    threads = [
        Thread(target=lambda side=side: store.connection(side.value).record(seen(f"c{n}", side) for n in range(500)))
        for side in Side
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert state.tallies() == {}
    for thread in threads:
        thread.join()
    assert [store.connection(side.value).tallies() for side in Side] == [
        {(side, ContactState.IN_SYNC): 500} for side in Side
    ]
