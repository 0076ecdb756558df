"""What every store promises, over every store there is."""

from __future__ import annotations

from dataclasses import replace
from threading import Thread

import pytest

from reconciler.errors import LeaseHeld
from reconciler.model.link import ContactState
from reconciler.model.plan import Verb
from reconciler.model.record import Side
from reconciler.state.base import Cycle, Intent, Memory, Result, Seen
from tests.contract.stores import STORES, create, fingerprint, pair, seen

LEFT, RIGHT = Side


@pytest.fixture(params=STORES)
def store(request, tmp_path):
    made = STORES[request.param](tmp_path)
    yield made
    made.close()


@pytest.fixture
def state(store):
    return store.connection("newsletter")


def only_link(state):
    [link] = state.all_links()
    return link


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


class TestLinks:
    def test_a_link_comes_back_as_it_was(self, state):
        told = pair(
            "l1",
            "r1",
            left_base={
                "Email": fingerprint(1),
                "Lists": fingerprint(2) + fingerprint(3),
                "Phone": b"",
                "Big": bytes(800),
            },
            right_base={},
            rules=frozenset({"customers", "bounces"}),
            effects={"customers": {"lists": ("Customers", "Dutch")}},
            gone=LEFT,
        )
        state.record([], [told])
        found = only_link(state)
        assert replace(found, link_id=None) == told
        assert state.links([found.link_id, 12345]) == {found.link_id: found}
        assert state.link_of(LEFT, ["l1", "r1"]) == {"l1": found}
        assert state.link_of(RIGHT, ["r1"]) == {"r1": found}

    def test_bases_with_other_fields_live_side_by_side(self, state):
        bases = [{}, {"a": fingerprint(1)}, {"b": b"", "a": fingerprint(2)}, {"a": b"", "b": fingerprint(3)}]
        state.record([], [pair(f"l{n}", f"r{n}", left_base=base) for n, base in enumerate(bases)])
        assert [link.left_base for link in state.all_links()] == bases

    def test_a_trashed_link_does_not_count(self, state):
        state.record([], [pair("l1", "r1"), pair("l2", "r2", gone=RIGHT)])
        assert state.link_count() == 1

    def test_the_same_pair_again_is_the_same_link(self, state):
        state.record([], [pair("l1", "r1")])
        before = only_link(state)
        state.record([], [pair("l1", "r1", rules=frozenset({"customers"}))])
        assert only_link(state) == replace(before, rules=frozenset({"customers"}))
        assert state.link_count() == 1

    @pytest.mark.parametrize("ends", [("l1", "r9"), ("l9", "r1")])
    def test_a_new_link_replaces_a_trashed_one_of_either_id(self, state, ends):
        state.record([], [pair("l1", "r1", gone=RIGHT)])
        state.settle(5.0, [], [pair(*ends)])
        assert (only_link(state).left_id, only_link(state).right_id) == ends
        assert state.link_count() == 1

    def test_a_new_link_can_replace_two(self, state):
        state.record([], [pair("l1", "r1", gone=RIGHT), pair("l2", "r2"), pair("l3", "r3")])
        state.record([], [pair("l1", "r2")])
        assert {(link.left_id, link.right_id) for link in state.all_links()} == {("l1", "r2"), ("l3", "r3")}
        assert state.link_count() == 2

    def test_a_link_moves_and_keeps_its_id(self, state):
        state.record([], [pair("l1", "r1"), pair("l2", "r2")])
        moved = replace(state.link_of(LEFT, ["l1"])["l1"], right_id="r2")
        state.settle(5.0, [], [moved])
        assert state.all_links() == [moved]
        assert state.link_count() == 1

    def test_trashing_a_link_by_its_id(self, state):
        state.record([], [pair("l1", "r1")])
        trashed = replace(only_link(state), gone=LEFT)
        state.settle(5.0, [], [trashed])
        assert state.all_links() == [trashed]
        assert state.link_count() == 0

    def test_two_links_may_swap_ends(self, state):
        state.record([], [pair("l1", "r1"), pair("l2", "r2")])
        one, two = state.all_links()
        swapped = [replace(one, right_id="r2"), replace(two, right_id="r1")]
        state.record([], swapped)
        assert state.all_links() == swapped
        assert state.link_count() == 2

    def test_link_ids_are_never_used_again(self, state):
        state.record([], [pair("l1", "r1")])
        old = only_link(state).link_id
        state.record([], unlink=[old])
        state.record([], [pair("l2", "r2")])
        assert only_link(state).link_id > old

    def test_unlinking_drops_links_and_leaves_the_records(self, state):
        state.record([seen("l1")], [pair("l1", "r1"), pair("l2", "r2", gone=LEFT), pair("l3", "r3")])
        numbers = [link.link_id for link in state.all_links()]
        state.record([], unlink=[*numbers[:2], 12345])
        assert [link.link_id for link in state.all_links()] == numbers[2:]
        assert state.link_count() == 1
        assert state.known(LEFT, ["l1"])["l1"].link_id is None

    def test_links_come_in_pages(self, state):
        state.record([], [pair(f"l{number}", f"r{number}") for number in range(12)])
        first = state.all_links(limit=5)
        rest = state.all_links(after=first[-1].link_id)
        assert [link.left_id for link in first + rest] == [f"l{number}" for number in range(12)]


class TestJournal:
    def test_an_intent_is_open_until_its_result(self, state):
        told = create(source_keys=(fingerprint(1), b""), link_id=7)
        [intent_id] = state.intend(state.begin(1.0), 1.0, [told])
        assert state.open_intents() == [replace(told, intent_id=intent_id)]
        state.settle(2.0, [Result(intent_id, "done", "r1")])
        assert state.open_intents() == []

    @pytest.mark.parametrize("verb", Verb)
    def test_a_lost_write_stays_open_until_it_is_looked_for(self, state, verb):
        told = Intent(RIGHT, verb, "r1", "l1", {"email": "why"})
        [intent_id] = state.intend(state.begin(1.0), 1.0, [told])
        state.settle(2.0, [Result(intent_id, "lost")])
        assert state.open_intents() == [replace(told, intent_id=intent_id)]
        state.settle(3.0, [Result(intent_id, "adopted", "r1")])
        assert state.open_intents() == []

    @pytest.mark.parametrize("status", ["done", "refused", "unsent", "adopted", "abandoned"])
    def test_every_other_result_closes_an_intent(self, state, status):
        [intent_id] = state.intend(state.begin(1.0), 1.0, [create()])
        state.settle(2.0, [Result(intent_id, status, code="duplicate")])
        assert state.open_intents() == []

    def test_intents_get_their_ids_in_order(self, state):
        ids = state.intend(state.begin(1.0), 1.0, [create(f"l{number}") for number in range(5)])
        assert {intent.intent_id: intent.source_id for intent in state.open_intents()} == {
            intent_id: f"l{number}" for number, intent_id in enumerate(ids)
        }

    def test_results_and_links_come_together(self, state):
        [intent_id] = state.intend(state.begin(1.0), 1.0, [create()])
        state.settle(2.0, [Result(intent_id, "done", "r1")], [pair("l1", "r1")])
        assert state.open_intents() == []
        assert state.link_of(RIGHT, ["r1"])["r1"].left_id == "l1"

    def test_history_tells_of_both_records_newest_first(self, state):
        cycle = state.begin(1.0)
        [first] = state.intend(cycle, 1.0, [create()])
        state.settle(2.0, [Result(first, "done", "r1")])
        update = Intent(RIGHT, Verb.UPDATE, "r1", "l1", {"phone": "why"})
        state.intend(cycle, 3.0, [update, create("l2")])
        told = [(entry.cycle, entry.at, entry.intent.verb, entry.status) for entry in state.history(RIGHT, "r1")]
        assert told == [(cycle, 3.0, Verb.UPDATE, "open"), (cycle, 1.0, Verb.CREATE, "done")]
        assert state.history(LEFT, "l1") == state.history(RIGHT, "r1")
        assert state.history(LEFT, "l1", limit=1) == state.history(RIGHT, "r1")[:1]
        assert state.history(RIGHT, "l1") == []

    def test_a_refusal_keeps_its_code(self, state):
        [intent_id] = state.intend(state.begin(1.0), 1.0, [create()])
        state.settle(2.0, [Result(intent_id, "refused", code="INVALID_EMAIL")])
        assert [(entry.status, entry.code) for entry in state.history(LEFT, "l1")] == [("refused", "INVALID_EMAIL")]


class TestCycles:
    def test_a_cycle_is_told_with_its_counts(self, state):
        number = state.begin(1.0)
        assert state.cycles() == [Cycle(number, 1.0, None, "running")]
        state.finish(number, 4.0, "ok", "nothing to do", {"created": 3})
        assert state.cycles() == [Cycle(number, 1.0, 4.0, "ok", "nothing to do", {"created": 3})]

    def test_a_cycle_that_never_ended_is_abandoned_by_the_next(self, state):
        first, second = state.begin(1.0), state.begin(2.0)
        assert second > first
        assert [(cycle.cycle, cycle.result) for cycle in state.cycles()] == [(second, "running"), (first, "abandoned")]

    def test_the_latest_come_first(self, state):
        numbers = [state.begin(float(at)) for at in range(5)]
        assert [cycle.cycle for cycle in state.cycles(limit=2)] == [numbers[4], numbers[3]]

    def test_pruning_drops_what_is_old_and_settled(self, state):
        old = state.begin(1.0)
        settled, waiting, lost = state.intend(old, 1.0, [create("l1"), create("l2"), create("l3")])
        state.settle(1.0, [Result(settled, "done", "r1"), Result(lost, "lost")])
        state.finish(old, 2.0, "ok", "", {})
        young = state.begin(10.0)
        [recent] = state.intend(young, 10.0, [create("l4")])
        state.settle(10.0, [Result(recent, "done", "r4")])
        assert state.prune(10.0) == 2
        assert state.prune(10.0) == 0
        assert [intent.intent_id for intent in state.open_intents()] == [waiting, lost]
        assert [cycle.cycle for cycle in state.cycles()] == [young]
        assert len(state.history(LEFT, "l4")) == 1

    def test_cycle_numbers_are_never_used_again(self, state):
        old = state.begin(1.0)
        state.finish(old, 1.0, "ok", "", {})
        state.prune(99.0)
        assert state.begin(100.0) > old


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
