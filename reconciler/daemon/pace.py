"""When a connection runs next, from how its last cycle ended. Pure but for the dice, which are handed in."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.model.report import Report

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Waits in seconds; ``jitter`` is a share.

    A failed cycle is repeated after ``backoff``, doubled with every further failure up to ``longest``, and never before
    the app's own Retry-After (believed up to a day). A stalled connection waits for a person, but is tried every
    ``stalled`` in case the cure came from outside. First cycles spread over ``spread``; ``gap`` lies between two cycles
    however often somebody knocks.
    """

    jitter: float = 0.1
    backoff: float = 10.0
    longest: float = 1800.0
    stalled: float = 1800.0
    spread: float = 3.0
    gap: float = 1.0
    dice: random.Random = field(default_factory=random.SystemRandom)

    def first(self, every: float) -> float:
        """The wait before the first cycle: soon, but not all at once."""
        return self.dice.uniform(0, min(self.spread, every))

    def after(self, report: Report, every: float, failures: int) -> float:
        """The wait after this cycle, the last of ``failures`` failed ones in a row (0 when it did not fail)."""
        match report.result:
            case "failed":
                return self._after_failure(failures, report.retry_after or 0.0)
            case "stalled":
                return self._around(self.stalled)
            case "abandoned":
                return self._around(min(self.backoff, every))
            case _:
                return max(self.gap, self._around(every))

    def _after_failure(self, failures: int, asked: float) -> float:
        doublings = min(max(failures - 1, 0), 32)
        own = self._around(min(self.longest, self.backoff * 2.0**doublings))
        wanted = min(asked, DAY)
        return max(own, wanted * (1 + self.dice.uniform(0, self.jitter)))

    def _around(self, seconds: float) -> float:
        return seconds * (1 + self.dice.uniform(-self.jitter, self.jitter))
