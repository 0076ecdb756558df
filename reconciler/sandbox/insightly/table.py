"""The rows of one object, and an index of the one column by which most searches go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.shelf import Row, Shelf

if TYPE_CHECKING:
    from collections.abc import Mapping


class Table:
    """A shelf with an index that does not mind capitals."""

    def __init__(self, indexed: str) -> None:
        self.indexed = indexed
        self.shelf = Shelf()
        self._ids: dict[str, dict[str, None]] = {}

    def put(self, record_id: str, values: Mapping[str, object], now: float) -> Row:
        """Store these values, and no others."""
        self._leave(record_id)
        row = self.shelf.put(record_id, values, now)
        self._ids.setdefault(_fold(row.get(self.indexed)), {})[record_id] = None
        return row

    def merge(self, record_id: str, values: Mapping[str, object], now: float) -> Row:
        """Change these values; None clears. Raises ``KeyError``."""
        return self.put(record_id, {**self.shelf[record_id].values, **values}, now)

    def drop(self, record_id: str, now: float) -> None:
        """Delete. Raises ``KeyError``."""
        self._leave(record_id)
        self.shelf.drop(record_id, now)

    def with_index(self, value: str) -> list[str]:
        """Ids of the rows with this value in the indexed column, in any case, oldest first."""
        return sorted(self._ids.get(_fold(value), ()), key=int)

    def _leave(self, record_id: str) -> None:
        if record_id in self.shelf:
            self._ids[_fold(self.shelf[record_id].get(self.indexed))].pop(record_id, None)


def _fold(value: object) -> str:
    return str(value or "").strip().casefold()
