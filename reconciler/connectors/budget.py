"""The rate budget of one account: all its connections in this process draw from the same one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from reconciler.errors import Retryable

_DAY = 86_400.0
_LOOK_AGAIN = 900.0


@dataclass(eq=False)
class Budget:
    """A token bucket (``per_second`` calls, ``burst`` at once) with an optional daily cap and a shared pause.

    ``acquire`` waits its turn, at most ``patience`` seconds; where the wait is longer it raises ``Retryable`` with the
    time to come back, so that a worker is never parked for an hour. ``clock`` is monotonic, in seconds.
    """

    app: str
    per_second: float | None = field(default=None, kw_only=True)
    burst: int = field(default=5, kw_only=True)
    daily: int | None = field(default=None, kw_only=True)
    patience: float = field(default=60.0, kw_only=True)
    clock: Callable[[], float] = field(default=time.monotonic, kw_only=True)
    sleep: Callable[[float], None] = field(default=time.sleep, kw_only=True)

    def __post_init__(self) -> None:
        self._interval = 1.0 / self.per_second if self.per_second else 0.0
        self._slack = self._interval * (max(self.burst, 1) - 1)
        self._lock = threading.Lock()
        self._next = self._paused_until = self._day_began = self._told_at = self.clock()
        self._today = 0
        self._told: tuple[int, int] | None = None

    def acquire(self) -> None:
        """Take one call; returns when it may be sent. Raises ``Retryable`` when that is too far away."""
        now, start = self._reserve()
        while start > now:  # somebody may have paused the account in the meantime
            self.sleep(start - now)
            now, start = start, max(start, self._paused_until)

    def pause(self, seconds: float) -> None:
        """The server asked for silence: nobody on this account calls for ``seconds``."""
        with self._lock:
            self._paused_until = max(self._paused_until, self.clock() + seconds)

    def observe(self, used: int, limit: int) -> None:
        """What the app itself says of today's calls: other programs may share the account."""
        with self._lock:
            self._told = (used, limit)
            self._told_at = self.clock()

    @property
    def calls_left(self) -> int | None:
        """Calls left today as far as is known, or None where nobody counts."""
        with self._lock:
            return self._left(self.clock())

    @property
    def calls_limit(self) -> int | None:
        """The limit that the app itself told, else the configured daily cap."""
        with self._lock:
            return self._told[1] if self._told else self.daily

    def _reserve(self) -> tuple[float, float]:
        """Now, and when this call may leave."""
        with self._lock:
            now = self.clock()
            self._refuse_when_spent(now)
            start = max(now, self._next - self._slack, self._paused_until)
            if start - now > self.patience:
                raise Retryable(self.app, "the account's calls are paused by its rate limit", after=start - now)
            self._next = max(self._next, start) + self._interval
            self._today += 1
            return now, start

    def _refuse_when_spent(self, now: float) -> None:
        if now - self._day_began >= _DAY:
            self._day_began, self._today = now, 0
        left = self._left(now)
        if left is not None and left <= 0:
            after = min(_LOOK_AGAIN, self._day_began + _DAY - now)
            raise Retryable(self.app, "today's calls of this account are used up", code="daily_limit", after=after)

    def _left(self, now: float) -> int | None:
        """The tighter of the two counts. The app's own count is asked for again after a while, by one more call."""
        lefts = [] if self.daily is None else [self.daily - self._today]
        if self._told and now - self._told_at < _LOOK_AGAIN:
            lefts.append(self._told[1] - self._told[0])
        return max(min(lefts), 0) if lefts else None
