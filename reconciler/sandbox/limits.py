"""How many calls an app bears: a sliding window over the world's own clock."""

from __future__ import annotations

from collections import deque


class SlidingWindow:
    """At most ``limit`` calls in any ``seconds``; 0 for no limit."""

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._calls: deque[tuple[float, int]] = deque()
        self._used = 0

    def take(self, now: float, cost: int = 1) -> float | None:
        """Count a call; None when it is allowed, else the seconds until it would be (and it is not counted)."""
        self._expire(now)
        if self.limit and self._used + cost > self.limit:
            return max(self._calls[0][0] + self.seconds - now, 0.0) if self._calls else self.seconds
        self._calls.append((now, cost))
        self._used += cost
        return None

    def left(self, now: float) -> int:
        """How many more calls the window bears now."""
        self._expire(now)
        return max(self.limit - self._used, 0)

    def clear(self) -> None:
        """As if nobody had called."""
        self._calls.clear()
        self._used = 0

    def _expire(self, now: float) -> None:
        while self._calls and self._calls[0][0] <= now - self.seconds:
            self._used -= self._calls.popleft()[1]
