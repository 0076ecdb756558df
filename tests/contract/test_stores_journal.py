"""What every store promises about its journal and its cycles."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.model.plan import Verb
from reconciler.model.record import Side
from reconciler.state.base import Cycle, Intent, Result
from tests.contract.stores import STORES, create, fingerprint, newsletter, opened, pair

LEFT, RIGHT = Side

store = pytest.fixture(params=STORES)(opened)
state = pytest.fixture(newsletter)


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
