"""Single reads that a write may build on, so that a record which was just looked at is not read once more."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.connectors.insightly.api import Held

_MOST = 1000


class Looks:
    """The latest reads, each good for one write: its ETag tells the app whether it still holds. One without an ETag
    is not kept. Threads may share it."""

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}
        self._lock = Lock()

    def keep(self, record_id: str, held: Held | None) -> Held | None:
        """Remember what a read brought; returns it."""
        if held is not None and held.tag:
            with self._lock:
                self._held.pop(record_id, None)
                self._held[record_id] = held
                if len(self._held) > _MOST:
                    del self._held[next(iter(self._held))]
        return held

    def take(self, record_id: str) -> Held | None:
        """What is remembered of a record, once."""
        with self._lock:
            return self._held.pop(record_id, None)
