"""What can go wrong between a client and an app: drawn by rate from a seed, or scripted call by call."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """One way to misbehave. Those of ``LISTING_FAULTS`` touch answers to listings only."""

    THROTTLE = "throttle"  # 429 with Retry-After
    UNAVAILABLE = "unavailable"  # 503 without a hint
    ERROR = "error"  # 500; nothing happened
    DROP_REQUEST = "drop_request"  # the connection closes; nothing happened
    DROP_ANSWER = "drop_answer"  # the write happens; the connection closes without an answer
    SLOW = "slow"  # the answer takes ``slow_seconds`` longer
    SHORT_PAGE = "short_page"  # half of a page's rows are missing
    WRONG_TOTAL = "wrong_total"  # the stated total is not the number of rows
    EMPTY_LISTING = "empty_listing"  # 200, and nobody in it
    REPEATED_PAGE = "repeated_page"  # the page before comes once more
    STALE_LISTING = "stale_listing"  # the latest writes are not visible in it yet


LISTING_FAULTS = frozenset(
    {Fault.SHORT_PAGE, Fault.WRONG_TOTAL, Fault.EMPTY_LISTING, Fault.REPEATED_PAGE, Fault.STALE_LISTING}
)
WRITES = frozenset({"create", "update", "upsert", "delete", "replace", "subscribe", "composite"})


@dataclass(slots=True)
class Step:
    """``fault`` on calls of kind ``on`` (``any``, ``write``, one kind), after ``skip`` of them, ``times`` times."""

    fault: Fault
    on: str = "any"
    skip: int = 0
    times: int = 1

    def __post_init__(self) -> None:
        self.fault = Fault(self.fault)

    def concerns(self, kind: str) -> bool:
        """Whether a call of this kind is one that the step waits for."""
        if self.fault in LISTING_FAULTS and kind != "list":
            return False
        return self.on in {"any", kind} or (self.on == "write" and kind in WRITES)


@dataclass(slots=True)
class Faults:
    """The weather of one emulator. The same seed and the same calls give the same faults.

    ``rates`` are probabilities (0..1) per call; ``script`` goes first. Times are in seconds.
    """

    seed: int = 1
    rates: Mapping[Fault, float] = field(default_factory=dict)
    script: Sequence[Step] = ()
    retry_after: float = 1.0
    slow_seconds: float = 0.2
    drawn: Counter[Fault] = field(default_factory=Counter, init=False)
    _random: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.rates = {Fault(fault): rate for fault, rate in self.rates.items()}
        self.script = list(self.script)
        self._random = random.Random(self.seed)

    def draw(self, kind: str) -> Fault | None:
        """The fault that a call of this kind meets, if any."""
        fault = self._scripted(kind) or self._by_rate(kind)
        if fault:
            self.drawn[fault] += 1
        return fault

    def _scripted(self, kind: str) -> Fault | None:
        for step in self.script:
            if not step.concerns(kind) or step.times <= 0:
                continue
            if step.skip > 0:
                step.skip -= 1
                continue
            step.times -= 1
            return step.fault
        return None

    def _by_rate(self, kind: str) -> Fault | None:
        for fault, rate in self.rates.items():
            if fault in LISTING_FAULTS and kind != "list":
                continue
            if self._random.random() < rate:
                return fault
        return None
