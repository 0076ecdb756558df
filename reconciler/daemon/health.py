"""Is the process alive, and is it of use yet? The answers behind ``/healthz`` and ``/readyz``."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reconciler.daemon.schedule import Standing


class Pulse:
    """The last heartbeat of each loop. A loop that is silent longer than its limit (seconds) is taken for dead."""

    def __init__(self, limits: Mapping[str, float], clock: Callable[[], float]) -> None:
        self._limits, self._clock = dict(limits), clock
        self._lock = threading.Lock()
        self._last = dict.fromkeys(limits, clock())

    def beat(self, loop: str) -> None:
        """The loop goes round."""
        with self._lock:
            self._last[loop] = self._clock()

    def silent(self) -> dict[str, float]:
        """The loops that ought to have moved by now, and for how many seconds they have not."""
        now = self._clock()
        with self._lock:
            waits = {loop: now - last for loop, last in self._last.items()}
        return {loop: round(wait, 1) for loop, wait in waits.items() if wait > self._limits[loop]}


@dataclass(frozen=True, slots=True)
class Answer:
    """A probe's answer: whether it is a yes, and the facts behind it."""

    good: bool
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """HTTP status."""
        return 200 if self.good else 503


def alive(pulse: Pulse) -> Answer:
    """The loops move. Says nothing of apps, so that an app's bad day restarts nobody."""
    silent = pulse.silent()
    return Answer(not silent, {"alive": not silent, "silent_seconds": silent})


def ready(standings: Sequence[Standing], *, loaded: bool, stopping: bool = False) -> Answer:
    """Specs are loaded, and every connection that is not paused came to a first outcome, good or bad."""
    waiting = {one.name: _why(one) for one in standings if not one.paused and not one.outcomes}
    good = loaded and not waiting and not stopping
    facts = {
        "ready": good,
        "specs_loaded": loaded,
        "stopping": stopping,
        "waiting": waiting,
        "connections": {one.name: _stands(one) for one in standings},
    }
    return Answer(good, facts)


def _why(one: Standing) -> str:
    return "its first cycle is running" if one.running else "its first cycle has not begun"


def _stands(one: Standing) -> str:
    if one.paused:
        return "paused"
    return one.last.result if one.last else "new"
