"""Keeps every connection running in its own rhythm, one cycle at a time.

A lane is one connection's place in the schedule. All decisions are made under one lock and take no time; cycles run
outside of it. Whatever changes while a cycle runs takes effect when that cycle ends.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import structlog

from reconciler.daemon.ports import Wanted
from reconciler.errors import Denied, ReconcilerError, Retryable, SpecError
from reconciler.model.report import Report

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.daemon.pace import Pace
    from reconciler.daemon.ports import Runner
    from reconciler.daemon.timer import Timer

log = structlog.stdlib.get_logger(__name__)


class Audience(Protocol):
    """Who wants to hear what happens. Called one at a time for each connection."""

    def cycle_ended(self, wanted: Wanted, report: Report) -> None:
        """A cycle came to its end, good or bad."""
        ...

    def connection_gone(self, name: str) -> None:
        """A removed connection ran for the last time."""
        ...


@dataclass(slots=True)
class Lane:
    """One connection's place in the schedule. Times are POSIX seconds."""

    wanted: Wanted
    used: Wanted | None = None  # the version that the runner has opened
    running: bool = False
    again: bool = False  # somebody knocked during the cycle
    leaving: bool = False
    failures: int = 0  # in a row
    outcomes: int = 0
    last: Report | None = None
    due: float | None = None
    closed_until: float = 0.0  # a failed or stalled connection opens to nobody but a person before


@dataclass(frozen=True, slots=True)
class Standing:
    """How a connection stands, for pages and probes. ``last`` is the last cycle's result, ``due`` POSIX seconds."""

    name: str
    paused: bool
    running: bool
    outcomes: int
    failures: int
    last: Report | None
    due: float | None


class Schedule:
    """Lanes, and the rules by which they run."""

    def __init__(self, runner: Runner, audience: Audience, timer: Timer, pace: Pace) -> None:
        self._runner, self._audience, self._timer, self._pace = runner, audience, timer, pace
        self._lanes: dict[str, Lane] = {}
        self._changed = threading.Condition(threading.RLock())
        self.stopping = threading.Event()

    def put(self, wanted: Wanted) -> None:
        """Run this connection from now on, in this version: also lifts a stall or a wait after failures."""
        with self._changed:
            lane = self._lanes.setdefault(wanted.name, Lane(wanted))
            lane.wanted, lane.leaving = wanted, False
            lane.failures, lane.closed_until = 0, 0.0
            if lane.running:
                lane.again = True
            else:
                self._set_alarm(lane, self._timer.now() + self._pace.first(wanted.every))

    def remove(self, name: str) -> None:
        """Run this connection no more, once the cycle in hand has ended. Its state stays."""
        with self._changed:
            if lane := self._lanes.get(name):
                lane.leaving = True
                self._timer.cancel(name)
                if not lane.running:
                    self._drop(lane)

    def trigger(self, name: str, *, person: bool = False) -> bool:
        """Look sooner. A webhook waits out a backoff or a stall; a ``person`` does not. False when nothing runs by
        that name or it is paused."""
        with self._changed:
            lane = self._lanes.get(name)
            if lane is None or lane.leaving or lane.wanted.paused:
                return False
            opens = self._timer.now() if person else max(self._timer.now(), lane.closed_until)
            lane.closed_until = min(lane.closed_until, opens)
            if lane.running:
                lane.again = True
            elif lane.due is None or opens < lane.due:
                self._set_alarm(lane, opens)
            return True

    def standings(self) -> list[Standing]:
        """Every connection, by name."""
        with self._changed:
            return [_standing(lane) for _, lane in sorted(self._lanes.items())]

    def stop(self) -> None:
        """Begin no more cycles, and ask those that run to end."""
        with self._changed:
            self.stopping.set()
            for name in self._lanes:
                self._timer.cancel(name)

    def wait_idle(self, timeout: float) -> bool:
        """Wait until no cycle runs, at most ``timeout`` seconds; false when one still does."""
        with self._changed:
            return self._changed.wait_for(lambda: not any(lane.running for lane in self._lanes.values()), timeout)

    def fire(self, name: str) -> None:
        """The alarm of a connection rang: run one cycle, and set the next alarm."""
        if lane := self._enter(name):
            ran = lane.wanted
            self._leave(lane, ran, self._attempt(lane, ran))

    def _enter(self, name: str) -> Lane | None:
        with self._changed:
            lane = self._lanes.get(name)
            if lane is None or lane.leaving or lane.wanted.paused or self.stopping.is_set():
                return None
            if lane.running:
                lane.again = True
                return None
            lane.running, lane.again, lane.due = True, False, None
            return lane

    def _attempt(self, lane: Lane, wanted: Wanted) -> Report:
        """One cycle; a runner that raises has failed, and the loop goes on."""
        started = self._timer.now()
        try:
            if lane.used is not wanted:
                self._runner.use(wanted)
                lane.used = wanted
            return self._runner.run(wanted.name, self.stopping)
        except ReconcilerError as error:
            return _as_report(wanted.name, error, started, self._timer.now())
        except Exception as error:
            log.exception("cycle broke", connection=wanted.name)
            return _as_report(wanted.name, error, started, self._timer.now())

    def _leave(self, lane: Lane, ran: Wanted, report: Report) -> None:
        with self._changed:
            lane.outcomes, lane.last = lane.outcomes + 1, report
            self._tell(lambda: self._audience.cycle_ended(ran, report))
            lane.running = False
            if lane.leaving:
                self._drop(lane)
            else:
                self._next(lane, report, current=lane.wanted is ran)
            self._changed.notify_all()

    def _next(self, lane: Lane, report: Report, *, current: bool) -> None:
        """The next alarm. A version that came during the cycle starts with a clean sheet."""
        now = self._timer.now()
        trouble = report.result if current else ""
        lane.failures = lane.failures + 1 if trouble == "failed" else 0
        due = now + self._pace.after(report, lane.wanted.every, lane.failures)
        lane.closed_until = due if trouble in {"failed", "stalled"} else now + self._pace.gap
        if trouble == "stalled":
            lane.used = None  # the cure may come from outside the specs: open it anew
        self._set_alarm(lane, min(due, lane.closed_until) if lane.again else due)

    def _set_alarm(self, lane: Lane, when: float) -> None:
        name = lane.wanted.name
        if lane.wanted.paused or self.stopping.is_set():
            lane.due = None
            self._timer.cancel(name)
            return
        lane.due = when
        self._timer.at(name, when, self.fire)

    def _drop(self, lane: Lane) -> None:
        name = lane.wanted.name
        del self._lanes[name]
        if lane.used is not None:
            self._tell(lambda: self._runner.drop(name))
        self._tell(lambda: self._audience.connection_gone(name))

    @staticmethod
    def _tell(call: Callable[[], None]) -> None:
        """Others' mistakes must not stop the schedule."""
        try:
            call()
        except Exception:
            log.exception("listener broke")


def _standing(lane: Lane) -> Standing:
    wanted = lane.wanted
    return Standing(wanted.name, wanted.paused, lane.running, lane.outcomes, lane.failures, lane.last, lane.due)


def _as_report(name: str, error: Exception, started: float, ended: float) -> Report:
    stalled = isinstance(error, Denied | SpecError)
    return Report(
        connection=name,
        result="stalled" if stalled else "failed",
        started_at=started,
        seconds=ended - started,
        message=str(error) if isinstance(error, ReconcilerError) else f"unexpected {type(error).__name__}",
        label=error.label if isinstance(error, ReconcilerError) else "bug",
        retry_after=error.after if isinstance(error, Retryable) else None,
    )
