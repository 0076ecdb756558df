"""One module's records, found by id or by the values that people look for without going through all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.shelf import Row, Shelf

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.sandbox.zoho.columns import Column

_INDEXED = ("Email", "Secondary_Email", "Phone", "Mobile", "Last_Name", "Account_Name")


class Table:
    """``columns`` by API name. Values are kept as the API spells them, except that a lookup is an id, an instant is
    epoch seconds and tags are names."""

    def __init__(self, name: str, columns: Mapping[str, Column]) -> None:
        self.name = name
        self._standard = dict(columns)
        self.clear()

    def clear(self) -> None:
        """No records, and the standard fields alone."""
        self.columns = dict(self._standard)
        self.shelf = Shelf()
        self._index: dict[tuple[str, object], dict[str, None]] = {}

    def add_column(self, column: Column) -> None:
        """A person makes a custom field."""
        self.columns[column.name] = column

    def put(self, record_id: str, values: Mapping[str, object], now: float) -> Row:
        """Store these values, and no others."""
        self._forget(record_id)
        row = self.shelf.put(record_id, values, now)
        for key in self._keys(row):
            self._index.setdefault(key, {})[record_id] = None
        return row

    def drop(self, record_id: str, now: float) -> Row:
        """Delete. Raises ``KeyError``."""
        self._forget(record_id)
        return self.shelf.drop(record_id, now)

    def indexed(self, name: str) -> bool:
        """Whether ``holding`` knows this field."""
        return name in _INDEXED or (name in self.columns and self.columns[name].unique)

    def holding(self, name: str, values: Iterable[object]) -> list[Row]:
        """Rows with one of these values, oldest first."""
        found = {key for value in values for key in self._index.get((name, folded(value)), ())}
        return [self.shelf[key] for key in sorted(found, key=int)]

    def _forget(self, record_id: str) -> None:
        if record_id in self.shelf:
            for key in self._keys(self.shelf[record_id]):
                self._index[key].pop(record_id, None)

    def _keys(self, row: Row) -> list[tuple[str, object]]:
        return [(name, folded(value)) for name, value in row.values.items() if self.indexed(name)]


def folded(value: object) -> object:
    """A value as comparisons see it: texts without regard to case."""
    return value.strip().casefold() if isinstance(value, str) else value
