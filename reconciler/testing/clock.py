"""A clock that stands still until it is told to move: no test waits."""

from __future__ import annotations

from datetime import UTC, datetime

START = datetime(2024, 1, 1, tzinfo=UTC).timestamp()


class FakeClock:
    """Call it for the time in POSIX seconds; ``sleep`` moves it and keeps an account in ``slept``."""

    def __init__(self, start: float = START) -> None:
        self.now = start
        self.slept: list[float] = []

    def __call__(self) -> float:
        """The time in POSIX seconds."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Move on by ``seconds`` at once, as ``time.sleep`` would after a wait. Raises ``ValueError`` when negative."""
        if seconds < 0:
            raise ValueError(f"cannot sleep {seconds} seconds")
        self.slept.append(seconds)
        self.now += seconds

    def advance(self, seconds: float) -> None:
        """Let time pass (``seconds`` may be negative: clocks are set back, too)."""
        self.now += seconds

    def datetime(self) -> datetime:
        """The time, aware, in UTC."""
        return datetime.fromtimestamp(self.now, UTC)
