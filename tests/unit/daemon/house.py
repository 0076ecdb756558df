"""A schedule with nothing real around it."""

from __future__ import annotations

import random

from reconciler.daemon.pace import Pace
from reconciler.daemon.ports import Wanted
from reconciler.daemon.schedule import Schedule
from tests.unit.daemon.fakes import Ear, FakeRunner, HandTimer

EVERY = 300.0
CALM = Pace(jitter=0.0, dice=random.Random(1))


def wanted(name: str = "news", digest: str = "d1", **facts) -> Wanted:
    return Wanted(**{"name": name, "digest": digest, "every": EVERY} | facts)


class House:
    def __init__(self) -> None:
        self.runner, self.ear, self.timer = FakeRunner(), Ear(), HandTimer()
        self.schedule = Schedule(self.runner, self.ear, self.timer, CALM)

    def started(self) -> House:
        self.schedule.put(wanted())
        self.timer.advance(3)
        return self

    def rounded_due(self) -> int | None:
        due = self.schedule.standings()[0].due
        return None if due is None else round(due - self.timer.now())
