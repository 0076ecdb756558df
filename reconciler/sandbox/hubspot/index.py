"""The search index: some seconds behind what is stored, and it does not know that it is."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.sandbox.shelf import Row


class LaggingIndex:
    """Rows by id as the index knows them; changes show ``lag`` seconds after they were made."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Nothing indexed, nothing on its way."""
        self._rows: dict[str, Row] = {}
        self._coming: deque[tuple[float, str, Row | None]] = deque()

    def note(self, record_id: str, row: Row | None, seen_at: float) -> None:
        """A record changed (None: it is gone); the index will know at ``seen_at``."""
        self._coming.append((seen_at, record_id, row))

    def rows(self, now: float) -> dict[str, Row]:
        """What the index knows now."""
        while self._coming and self._coming[0][0] <= now:
            _, record_id, row = self._coming.popleft()
            if row is None:
                self._rows.pop(record_id, None)
            else:
                self._rows[record_id] = row
        return self._rows
