from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.cycle import COMPLETE_EVERY, preview, result_of
from reconciler.errors import (
    AppMissing,
    Bug,
    Denied,
    GuardRefused,
    KeyMismatch,
    LeaseHeld,
    NoAnswer,
    ReconcilerError,
    Rejected,
    Retryable,
    SpecError,
)
from reconciler.model.connection import Limit
from reconciler.model.link import ContactState
from reconciler.model.plan import Verb
from reconciler.model.record import Side
from reconciler.state.base import Memory
from reconciler.testing import faults, lies
from tests.unit.bench import DELTA, QUICK, Bench
from tests.unit.engine.builders import LEFT, RIGHT, program


def settled(people: int = 6, **more: object) -> Bench:
    bench = Bench(**more)
    bench.people(people)
    assert bench.run().result == "ok"
    return bench


def limited(*limits: Limit) -> Bench:
    """A bench with a change budget, on which more was edited than it allows."""
    under = program()
    bench = settled(30, under=replace(under, connection=replace(under.connection, limits=limits)))
    for one in range(11):
        bench.left.edit(f"l{one + 1}", Title="CTO")
    return bench


class TestPreview:
    def test_it_writes_nothing_anywhere(self) -> None:
        bench = settled()
        bench.left.edit("l1", Title="CTO")
        bench.left.add(Email="new@example.org")
        before = bench.links(), bench.live.state.memory(), bench.live.state.cycles(), bench.live.state.tallies()
        assert len(bench.plan()) == 2
        assert bench.plan() == bench.plan()
        assert bench.writes() == 0
        assert (
            bench.links(),
            bench.live.state.memory(),
            bench.live.state.cycles(),
            bench.live.state.tallies(),
        ) == before

    def test_the_cycle_then_does_what_it_said(self) -> None:
        bench = settled()
        bench.left.edit("l1", Title="CTO")
        bench.left.add(Email="new@example.org")
        with preview(bench.live) as planned:
            foreseen, plan_id = planned.summary.counts, planned.summary.plan_id
        report = bench.run()
        assert report.summary is not None
        assert report.applied == foreseen == {(RIGHT, Verb.UPDATE): 1, (RIGHT, Verb.CREATE): 1}
        assert report.summary.plan_id == plan_id

    def test_another_plan_has_another_id(self) -> None:
        bench, ids = settled(), []
        for title in ("CTO", "CFO"):
            bench.left.edit("l1", Title=title)
            with preview(bench.live) as planned:
                ids.append(planned.summary.plan_id)
        assert ids[0] != ids[1]

    def test_it_tells_of_every_contact_that_it_looked_at(self) -> None:
        bench = settled()
        bench.left.edit("l1", Title="CTO")
        bench.left.add(Title="nobody")
        with preview(bench.live) as planned:
            states = sorted(one.state.value for each in planned.decisions() for one in each.standings.values())
        assert states == ["in_sync", "in_sync", "unmatched_key"]


class TestReports:
    def test_the_first_cycle(self) -> None:
        bench = Bench()
        bench.people(2)
        bench.left.add(Email="new@example.org")
        report = bench.run()
        assert (report.result, report.links, report.converged) == ("ok", 3, False)
        assert report.applied == {(RIGHT, Verb.CREATE): 1}
        assert report.states == {(side, ContactState.IN_SYNC): 3 for side in Side}
        assert {reading.mode for reading in report.readings.values()} == {"full"}

    def test_a_quiet_cycle_converges(self) -> None:
        bench = settled()
        report = bench.run()
        assert report.converged
        assert report.summary is not None
        assert (report.summary.pending, report.applied, report.failures) == (0, {}, {})

    def test_every_cycle_is_remembered_with_its_counts(self) -> None:
        bench = settled()
        bench.left.edit("l1", Title="CTO")
        bench.run()
        latest, first = bench.live.state.cycles()
        assert (latest.cycle, latest.result, latest.counts) == (first.cycle + 1, "ok", {"update_right": 1})
        assert latest.finished_at == bench.clock()

    @pytest.mark.parametrize(
        ("method", "error", "result", "label"),
        [
            ("list", Retryable("app", "503", after=9.0), "failed", "retryable"),
            ("list", Denied("app", "401"), "stalled", "denied"),
            ("list", Rejected("app", "400"), "failed", "rejected"),
            ("list", NoAnswer("app", "silence"), "failed", "no_answer"),
        ],
    )
    def test_what_went_wrong_is_said_not_raised(
        self, method: str, error: ReconcilerError, result: str, label: str
    ) -> None:
        bench = settled()
        bench.faulty[LEFT].arm(method, faults.fails(error))
        report = bench.run()
        assert (report.result, report.label, report.message) == (result, label, str(error))
        assert report.retry_after == getattr(error, "after", None)
        assert bench.live.state.cycles()[0].result == result

    def test_a_defect_is_raised_and_the_cycle_still_closed(self) -> None:
        bench = settled()

        def breaks(*_: object) -> None:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            bench.run(live=replace(bench.live, progress=breaks))
        assert [one.result for one in bench.live.state.cycles()] == ["failed", "ok"]

    def test_stopping_early_is_safe(self) -> None:
        bench = settled()
        bench.left.edit("l1", Title="CTO")
        assert bench.run(live=replace(bench.live, stop=lambda: True)).result == "abandoned"
        assert bench.run().applied == {(RIGHT, Verb.UPDATE): 1}

    @pytest.mark.parametrize(
        ("error", "result"),
        [
            (GuardRefused(["too much"]), "refused"), (Denied("a", "b"), "stalled"), (SpecError([]), "stalled"),
            (LeaseHeld("another"), "busy"), (Retryable("a", "b"), "failed"), (Bug("?"), "failed"),
            (KeyMismatch("?"), "failed"), (AppMissing("?"), "failed"),
        ],
    )  # fmt: skip
    def test_how_a_cycle_that_ended_is_called(self, error: ReconcilerError, result: str) -> None:
        assert result_of(error) == result


class TestTheGuard:
    def test_over_the_limit_nothing_is_written(self) -> None:
        bench = limited(Limit("update", share=0.3))
        report = bench.run(approve=False)
        assert (report.result, report.label, bench.writes()) == ("refused", "guard", 0)
        assert report.message == "11 updates on news are 37% of 30 linked contacts, the limit is 30%"
        assert bench.run(approve=False).result == "refused", "and it is not forgotten"

    def test_a_persons_word_is_enough(self) -> None:
        bench = limited(Limit("update", count=10))
        assert bench.run(approve=True).applied == {(RIGHT, Verb.UPDATE): 11}
        assert bench.run(approve=False).converged

    def test_below_the_limit_nobody_is_asked(self) -> None:
        assert limited(Limit("update", count=11)).run(approve=False).result == "ok"


class TestCursors:
    def test_a_good_cycle_moves_them(self) -> None:
        bench = settled(traits=DELTA)
        before = bench.live.state.memory()
        bench.left.edit("l1", Title="CTO")
        report = bench.run()
        assert {reading.mode for reading in report.readings.values()} == {"delta"}
        after = bench.live.state.memory()
        assert after.digest == before.digest == "digest"
        assert int(after.cursors[LEFT]) == int(before.cursors[LEFT]) + 1

    @pytest.mark.parametrize("fault", [faults.fails(Retryable("app", "503")), faults.fails(Denied("app", "401"))])
    def test_a_bad_one_does_not(self, fault: faults.Fault) -> None:
        bench = settled(traits=DELTA)
        before = bench.live.state.memory()
        bench.left.edit("l1", Title="CTO")
        bench.faulty[RIGHT].arm("update", fault)
        bench.run()
        assert bench.live.state.memory() == before

    def test_a_changed_spec_reads_everything_again(self) -> None:
        bench = settled(traits=DELTA)
        bench.live.state.remember(Memory("an older spec", bench.live.state.memory().cursors))
        assert {reading.mode for reading in bench.run().readings.values()} == {"full"}

    def test_only_one_side_may_have_deltas(self) -> None:
        bench = settled(traits=DELTA, right=QUICK)
        bench.right.edit("r1", job="CTO")
        report = bench.run()
        assert {side: reading.mode for side, reading in report.readings.items()} == {LEFT: "delta", RIGHT: "full"}
        assert bench.left.values("l1")["Title"] == "CTO"

    @pytest.mark.parametrize("tombstones", [True, False])
    def test_once_in_a_while_everything_is_read_all_the_same(self, *, tombstones: bool) -> None:
        bench = settled(traits=replace(DELTA, tombstones=tombstones))
        bench.left.delete("l1")
        bench.clock.advance(COMPLETE_EVERY[tombstones] - 10)
        assert {reading.mode for reading in bench.run().readings.values()} == {"delta"}
        assert (bench.state(RIGHT, "r1") == "trashed") is tombstones
        bench.clock.advance(10)
        assert {reading.mode for reading in bench.run().readings.values()} == {"full"}
        bench.clock.advance(COMPLETE_EVERY[tombstones] - 10)
        assert {reading.mode for reading in bench.run().readings.values()} == {"delta"}
        assert bench.state(RIGHT, "r1") == "trashed"

    def test_an_app_may_want_it_sooner(self) -> None:
        bench = settled(traits=replace(DELTA, complete_every=100.0), right=DELTA)
        bench.clock.advance(100)
        assert {side: reading.mode for side, reading in bench.run().readings.items()} == {LEFT: "full", RIGHT: "delta"}

    def test_a_complete_read_that_is_not_trusted_does_not_count(self) -> None:
        bench = settled(traits=DELTA)
        bench.clock.advance(COMPLETE_EVERY[True])
        bench.faulty[RIGHT].arm("list", lies.missing_tail(1), times=1)
        bench.run()
        assert {side: reading.mode for side, reading in bench.run().readings.items()} == {LEFT: "delta", RIGHT: "full"}

    def test_a_doubt_reads_that_side_again(self) -> None:
        bench = settled(traits=DELTA)
        bench.left.edit("l1", Title="CTO")
        bench.faulty[RIGHT].arm("get", lambda _, __: [], times=None)
        bench.run()
        assert RIGHT not in bench.live.state.memory().cursors
        bench.faulty[RIGHT].heal()
        assert bench.run().readings[RIGHT].mode == "full"


def test_without_its_state_it_links_again_and_deletes_nothing() -> None:
    bench = settled()
    bench.left.delete("l6")
    again = Bench()
    again.worlds.update(bench.worlds)
    for side in Side:
        again.faulty[side].inner.world = bench.worlds[side]
    before = bench.writes()
    report = again.run()
    assert (report.result, report.links) == ("ok", 6)
    assert bench.writes() == before + 1, "who is missing on one side is new there"


def test_nothing_a_contact_says_is_in_a_report_or_in_the_state() -> None:
    bench = settled()
    bench.left.edit("l1", Title="a secret")
    report = bench.run()
    state = bench.live.state
    told = [report, state.cycles(), state.history(RIGHT, "r1"), bench.links(), bench.known(LEFT, "l1")]
    assert not [one for one in told if "secret" in repr(one) or "example.org" in repr(one)]


def test_the_journal_is_kept_for_three_months() -> None:
    bench = Bench()
    bench.run()
    for kept in (2, 2):
        bench.clock.advance(80 * 86_400)
        bench.run()
        assert len(bench.live.state.cycles()) == kept
