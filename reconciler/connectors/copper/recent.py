"""Searches lag behind writes: for a while, what this program wrote itself is known better from the write's answer."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

from reconciler.connectors.copper.sweep import moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.connectors.copper.api import Row


class Recent:
    """The answers to writes of the last ``seconds`` by ``clock``; None stands for a delete."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._clock = clock
        self._rows: OrderedDict[str, tuple[float, Row | None]] = OrderedDict()
        self._lock = Lock()

    def keep(self, record_id: str, row: Row | None) -> None:
        """Remember what a write was answered."""
        with self._lock:
            self._rows[record_id] = (self._clock() + self._seconds, row)
            self._rows.move_to_end(record_id)
            self._forget()

    def latest(self, row: Row) -> Row | None:
        """The newer of a row as a search shows it and as it was written; None when it was deleted."""
        with self._lock:
            self._forget()
            _, mine = self._rows.get(str(row["id"]), (0.0, row))
        return mine if mine is None or moment(mine, "modified") >= moment(row, "modified") else row

    def _forget(self) -> None:
        now = self._clock()
        while self._rows and next(iter(self._rows.values()))[0] <= now:
            self._rows.popitem(last=False)
