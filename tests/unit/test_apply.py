from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.errors import Denied, NoAnswer, Rejected, Retryable
from reconciler.model.connection import Direction
from reconciler.model.field import Field
from reconciler.model.plan import Verb
from reconciler.model.record import Side
from reconciler.testing import faults
from tests.unit.bench import DELTA, QUICK, TEL, Bench
from tests.unit.engine.builders import LEFT, MAILS, RIGHT, TITLE, TITLES, mapping, program

NO_VERSIONS = replace(QUICK, versions=False)


def edited(number: int = 1, **more: object) -> Bench:
    """A bench on which the first of a few linked people have a new title on the left."""
    bench = Bench(**more)
    bench.people(6)
    bench.run()
    for one in range(number):
        bench.left.edit(f"l{one + 1}", Title="CTO")
    return bench


def jobs(bench: Bench, *ids: str) -> list[object]:
    return [bench.right.values(one).get("job") for one in ids]


def statuses(bench: Bench) -> list[str]:
    return [one.status for one in bench.live.state.history(RIGHT, "r1")]


class TestRefusals:
    def test_one_refusal_holds_up_nobody_else(self) -> None:
        bench = edited(3)
        bench.faulty[RIGHT].arm("update", faults.refuses(lambda patch: patch.id == "r1", code="busy"), times=None)
        report = bench.run()
        assert (report.result, report.failures) == ("ok", {"busy": 1})
        assert jobs(bench, "r1", "r2", "r3") == ["CEO", "CTO", "CTO"]
        assert [bench.state(side, one) for side, one in ((LEFT, "l1"), (RIGHT, "r1"), (RIGHT, "r2"))] == [
            "failed", "failed", "in_sync",
        ]  # fmt: skip

    def test_it_is_tried_again_after_pauses_that_grow(self) -> None:
        bench = edited()
        bench.faulty[RIGHT].arm("update", faults.refuses(lambda _: True, code="busy"), times=None)
        pauses = []
        for _ in range(6):
            bench.run()
            pauses.append((bench.known(RIGHT, "r1").due_at or 0.0) - bench.clock())
            bench.clock.advance(pauses[-1])
        assert pauses == [60, 120, 240, 480, 960, 1920]
        assert statuses(bench) == ["refused"] * 6

    def test_and_once_the_app_agrees_it_is_done(self) -> None:
        bench = edited()
        bench.faulty[RIGHT].arm("update", faults.refuses(lambda _: True, code="busy"))
        bench.run()
        bench.run()
        assert jobs(bench, "r1") == ["CEO"], "not before its time"
        bench.clock.advance(60)
        bench.run()
        assert jobs(bench, "r1") == ["CTO"]
        assert bench.known(RIGHT, "r1").attempts == 0

    def test_a_stale_write_is_planned_anew_at_once(self) -> None:
        bench = edited()
        bench.faulty[RIGHT].arm("update", faults.refuses(lambda _: True, code="moved", stale=True))
        bench.run()
        assert bench.state(RIGHT, "r1") == "pending"
        bench.run()
        assert jobs(bench, "r1") == ["CTO"]


class TestNobodyIsOverwritten:
    @pytest.mark.parametrize("traits", [QUICK, NO_VERSIONS, replace(NO_VERSIONS, get_batch=2)])
    def test_an_edit_between_read_and_write_wins_the_moment(self, traits) -> None:
        bench = edited(3, traits=traits)
        done = []

        def somebody(call: faults.Call) -> None:
            if call.method in {"get", "update"} and not done:
                done.append(call)
                bench.right.edit("r1", job="Mayor")

        bench.faulty[RIGHT].before = somebody
        bench.run()
        assert jobs(bench, "r1", "r2", "r3") == ["Mayor", "CTO", "CTO"]
        assert bench.state(RIGHT, "r1") == "pending"

    def test_a_vanished_record_is_not_written_to(self) -> None:
        bench = edited(2, traits=NO_VERSIONS)
        bench.faulty[RIGHT].before = lambda call: bench.right.rows.pop("r1", None) if call.method == "get" else None
        bench.run()
        assert jobs(bench, "r2") == ["CTO"]
        assert [one.id for one in bench.right.writes] == ["r2"]


class TestNoAnswer:
    def test_an_update_that_happened_is_not_sent_twice(self) -> None:
        bench = edited()
        bench.faulty[RIGHT].arm("update", faults.lost_answers())
        bench.run()
        assert (jobs(bench, "r1"), statuses(bench)[0]) == (["CTO"], "lost")
        assert bench.state(RIGHT, "r1") == "pending"
        bench.run()
        assert len(bench.right.writes) == 1
        assert bench.state(RIGHT, "r1") == "in_sync"
        assert bench.live.state.open_intents() == []

    @pytest.mark.parametrize("traits", [QUICK, DELTA])
    @pytest.mark.parametrize("fault", [faults.lost_answers(), faults.fails_after(NoAnswer("app", "silence"))])
    def test_a_create_that_happened_is_found_and_adopted(self, traits, fault: faults.Fault) -> None:
        bench = Bench(traits=traits)
        bench.left.add(Email="ann@example.org", Title="CEO")
        bench.faulty[RIGHT].arm("create", fault)
        bench.run()
        assert bench.links() == []
        bench.run()
        assert [(one.left_id, one.right_id) for one in bench.links()] == [("l1", "r1")]
        assert len(bench.right.rows) == 1
        assert bench.live.state.open_intents() == []

    def test_a_create_that_did_not_happen_is_sent_again(self) -> None:
        bench = Bench()
        bench.left.add(Email="ann@example.org")
        bench.faulty[RIGHT].arm("create", faults.breaks_at(0, happened=False))
        bench.run()
        assert len(bench.right.rows) == 0
        bench.run()
        assert len(bench.right.rows) == 1

    def test_a_batch_that_breaks_leaves_the_rest_for_later(self) -> None:
        bench = Bench()
        for name in ("ann", "bob", "cis", "dan"):
            bench.left.add(Email=f"{name}@example.org")
        bench.faulty[RIGHT].arm("create", faults.breaks_at(1, happened=True))
        report = bench.run()
        assert report.result == "failed"
        assert len(bench.right.rows) == 2
        bench.run()
        assert sorted(row.values["mail"][:3] for row in bench.right.rows.values()) == ["ann", "bob", "cis", "dan"]


class TestCreates:
    def test_who_appeared_since_the_listing_is_not_made_again(self) -> None:
        bench = Bench()
        bench.left.add(Email="ann@example.org", Title="CEO")

        def somebody(call: faults.Call) -> None:
            if call.method == "find" and not bench.right.rows:
                bench.right.add(mail="ANN@example.org")

        bench.faulty[RIGHT].before = somebody
        bench.run()
        assert bench.right.writes == []
        bench.run()
        assert [one.verb for one in bench.right.writes] == [Verb.UPDATE]
        assert len(bench.right.rows) == 1

    def test_what_only_flows_back_comes_with_the_create(self) -> None:
        bench = Bench(program([MAILS, mapping(TITLE, Field("job"), Direction.TO_LEFT)]))
        bench.left.add(Email="ann@example.org")
        bench.right.schema.defaults["job"] = "reader"
        bench.run()
        assert bench.left.values("l1")["Title"] == "reader"
        assert bench.plan() == []

    def test_batches_are_as_large_as_the_app_allows(self) -> None:
        bench = Bench(traits=replace(QUICK, create_batch=3, update_batch=2))
        for number in range(7):
            bench.left.add(Email=f"p{number}@example.org")
        bench.run()
        assert bench.calls(RIGHT, "create") == 3
        for number in range(5):
            bench.left.edit(f"l{number + 1}", Title="CTO")
        bench.run()
        assert bench.calls(RIGHT, "update") == 3


class TestTheEndOfIt:
    @pytest.mark.parametrize(
        ("error", "result"),
        [
            (Retryable("app", "503", after=7.0), "failed"),
            (Denied("app", "401"), "stalled"),
            (Rejected("app", "400"), "failed"),
        ],
    )
    def test_an_error_of_the_app_ends_the_cycle_and_loses_nothing(self, error: Exception, result: str) -> None:
        bench = edited(3)
        bench.faulty[RIGHT].arm("update", faults.fails(error), times=None)
        report = bench.run()
        bench.faulty[RIGHT].heal()
        assert (report.result, report.label) == (result, error.label)
        assert statuses(bench)[0] == "unsent"
        assert report.retry_after == getattr(error, "after", None)
        bench.run()
        assert jobs(bench, "r1", "r2", "r3") == ["CTO"] * 3

    def test_a_lost_lease_writes_nothing_more(self) -> None:
        bench = edited(3)

        def lost(call: faults.Call) -> None:
            if call.method == "list" and call.page:
                bench.clock.advance(10_000_000)
                bench.store.lease("desk").__enter__()

        bench.faulty[RIGHT].after = lost
        assert bench.run().result == "busy"
        assert bench.right.writes == []

    def test_a_stop_between_portions_keeps_what_was_done(self) -> None:
        bench = edited(4, traits=replace(QUICK, update_batch=2))
        live = replace(bench.live, stop=lambda: bool(bench.right.writes))
        report = bench.run(live=live)
        assert (report.result, report.applied) == ("abandoned", {(RIGHT, Verb.UPDATE): 2})
        bench.run()
        assert jobs(bench, "r1", "r2", "r3", "r4") == ["CTO"] * 4
        assert len(bench.right.writes) == 4


class TestTheJournal:
    def test_every_write_says_what_it_wrote_and_why_but_no_value(self) -> None:
        bench = edited()
        bench.run()
        (entry, *_) = bench.live.state.history(RIGHT, "r1")
        assert (entry.intent.verb, entry.intent.id, entry.intent.source_id, entry.status) == (
            Verb.UPDATE, "r1", "l1", "done",
        )  # fmt: skip
        assert entry.intent.fields == {"job": "Title <-> job @spec.yaml:1"}

    def test_the_intent_is_there_before_the_write(self) -> None:
        bench, seen = edited(2), []

        def look(call: faults.Call) -> None:
            if call.method == "update":
                seen.extend(one.id for one in bench.live.state.open_intents())

        bench.faulty[RIGHT].before = look
        bench.run()
        assert seen == ["r1", "r2"]
        assert bench.live.state.open_intents() == []


def test_both_sides_of_one_pair_are_written_in_one_cycle() -> None:
    bench = Bench(program([MAILS, TITLES, mapping(Field("Phone"), TEL)]))
    bench.person("ann", "CEO", Phone="+32470123456")
    bench.run()
    bench.left.edit("l1", Phone="+32470999999")
    bench.right.edit("r1", job="CTO")
    report = bench.run()
    assert report.applied == {(side, Verb.UPDATE): 1 for side in Side}
    assert bench.plan() == []
