"""Records of one entity, kept in plain rows: what the smaller emulators are built on."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.sandbox.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_STALE_WRITES = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One record as it is stored; never changed in place. Times are epoch seconds; ``values`` has no empty ones."""

    id: str
    created: float
    modified: float
    values: Mapping[str, object] = field(default_factory=dict)

    def get(self, name: str) -> object:
        """A value, or None where it is empty."""
        return self.values.get(name)


class Shelf:
    """Rows by id, oldest first; what was deleted and when; and how it all looked before the latest writes."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Empty, as if nothing had ever been there."""
        self.rows: dict[str, Row] = {}
        self.gone: dict[str, Row] = {}
        self._history: deque[tuple[str, Row | None]] = deque(maxlen=_STALE_WRITES)
        self.revision = 0

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, record_id: str) -> Row:
        return self.rows[record_id]

    def __contains__(self, record_id: object) -> bool:
        return record_id in self.rows

    def put(self, record_id: str, values: Mapping[str, object], now: float) -> Row:
        """Store these values, and no others, under an id; None, ``""`` and empty containers are left out."""
        old = self.rows.get(record_id)
        kept = {name: value for name, value in values.items() if value not in (None, "", (), [], {})}
        row = Row(record_id, old.created if old else now, now, kept)
        self._remember(record_id, old)
        self.rows[record_id] = row
        return row

    def merge(self, record_id: str, values: Mapping[str, object], now: float) -> Row:
        """Change these values; None clears. Raises ``KeyError`` when there is no such record."""
        return self.put(record_id, {**self.rows[record_id].values, **values}, now)

    def drop(self, record_id: str, now: float) -> Row:
        """Delete; the row is kept in ``gone``, stamped with the time. Raises ``KeyError``."""
        row = self.rows.pop(record_id)
        self._remember(record_id, row)
        self.gone[record_id] = Row(row.id, row.created, now, row.values)
        return row

    def touch(self, record_id: str, now: float) -> None:
        """Move the modified time and nothing else, as apps do by themselves."""
        row = self.rows[record_id]
        self.rows[record_id] = Row(row.id, row.created, now, row.values)

    def where(self, name: str, value: object) -> list[Row]:
        """The rows with this value; texts are compared without regard to case."""
        wanted = _folded(value)
        return [row for row in self.rows.values() if _folded(row.values.get(name)) == wanted]

    def listed(self, fault: Fault | None) -> list[Row]:
        """Every row as a listing shows it: as it was a few writes ago where the listing is stale."""
        rows = dict(self.rows)
        if fault is Fault.STALE_LISTING:
            for record_id, before in reversed(self._history):
                if before is None:
                    rows.pop(record_id, None)
                else:
                    rows[record_id] = before
        return list(rows.values())

    def _remember(self, record_id: str, before: Row | None) -> None:
        self._history.append((record_id, before))
        self.revision += 1


def window(rows: Sequence[Row], offset: int, limit: int, fault: Fault | None) -> Sequence[Row]:
    """``limit`` rows after ``offset``, with the weather that only listings know."""
    if fault is Fault.EMPTY_LISTING:
        return ()
    if fault is Fault.REPEATED_PAGE:
        offset = max(0, offset - limit)
    page = rows[offset : offset + limit]
    return page[: len(page) // 2] if fault is Fault.SHORT_PAGE else page


def stated_total(rows: int, fault: Fault | None) -> int:
    """The total that a listing states."""
    if fault is Fault.EMPTY_LISTING:
        return 0
    return rows + 1 if fault is Fault.WRONG_TOTAL else rows


def newest_last(rows: Iterable[Row]) -> list[Row]:
    """By modified time, then id."""
    return sorted(rows, key=lambda row: (row.modified, row.id))


def _folded(value: object) -> object:
    return value.strip().casefold() if isinstance(value, str) else value
