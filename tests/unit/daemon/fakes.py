"""Doubles for the daemon's edges: a clock that a test turns by hand, and a runner that does as it is told."""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import TYPE_CHECKING

from reconciler.model.report import Report

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.daemon.ports import Stop, Wanted


class HandTimer:
    """Alarms ring when the test says that time has passed."""

    def __init__(self, now: float = 1_000_000.0) -> None:
        self.time = now
        self.settings = 0
        self.alarms: dict[str, tuple[float, Callable[[str], None]]] = {}

    def now(self) -> float:
        return self.time

    def at(self, name: str, when: float, call: Callable[[str], None]) -> None:
        self.settings += 1
        self.alarms[name] = (when, call)

    def cancel(self, name: str) -> None:
        self.alarms.pop(name, None)

    def due(self, name: str) -> float | None:
        """Seconds from now."""
        return self.alarms[name][0] - self.time if name in self.alarms else None

    def advance(self, seconds: float) -> None:
        """Ring every alarm on the way, in order."""
        end = self.time + seconds
        while ready := [(when, name) for name, (when, _) in self.alarms.items() if when <= end]:
            when, name = min(ready)
            self.time = max(self.time, when)
            self.alarms.pop(name)[1](name)
        self.time = end


class FakeRunner:
    """Remembers what it was asked; answers ``ok`` unless told otherwise."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.answers: defaultdict[str, list[Report | Exception]] = defaultdict(list)
        self.during: Callable[[str, Stop], None] = lambda _name, _stop: None
        self.unusable: Exception | None = None
        self.ran = threading.Condition()

    def use(self, wanted: Wanted) -> None:
        self.calls.append(("use", f"{wanted.name}@{wanted.digest}"))
        if self.unusable:
            raise self.unusable

    def run(self, name: str, stop: Stop) -> Report:
        self.calls.append(("run", name))
        self.during(name, stop)
        answer = self.answers[name].pop(0) if self.answers[name] else report(name)
        with self.ran:
            self.ran.notify_all()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def drop(self, name: str) -> None:
        self.calls.append(("drop", name))

    def runs(self, name: str) -> int:
        return self.calls.count(("run", name))


class Ear:
    """Hears what the schedule tells."""

    def __init__(self) -> None:
        self.reports: list[Report] = []
        self.gone: list[str] = []

    def cycle_ended(self, _wanted: Wanted, report: Report) -> None:
        self.reports.append(report)

    def connection_gone(self, name: str) -> None:
        self.gone.append(name)


def report(name: str = "news", result: str = "ok", **facts) -> Report:
    return Report(connection=name, result=result, started_at=1_000_000.0, seconds=1.5, **facts)
