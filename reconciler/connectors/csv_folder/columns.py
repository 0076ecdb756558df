"""The columns of a file: what they hold, and rows as records."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from reconciler.connectors.csv_folder.cells import Cells
from reconciler.connectors.csv_folder.sheet import APP, Reading
from reconciler.connectors.tabular.columns import known_columns, must_have
from reconciler.model.field import Field, FieldType
from reconciler.model.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.connectors.csv_folder.options import Options


class Columns:
    """Columns by the account's options and, for the usual names, by what they usually hold."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self.key = options.key
        self.cells = Cells(options.encoding, options.separator, options.guard)

    @cached_property
    def _known(self) -> dict[str, Field]:
        return known_columns(self._options.roles)

    def kind(self, name: str) -> FieldType:
        """What a column holds."""
        if name in self._options.types:
            return self._options.types[name]
        return FieldType.LIST if name in self._options.lists else self._known.get(name, Field(name)).type

    def fields(self, header: Sequence[str]) -> tuple[Field, ...]:
        """Every column that has a name; all but the key can be written."""
        must_have(APP, self._options.file, self._options.named, header)
        return tuple(
            replace(self._known.get(name, Field(name)), type=self.kind(name), custom=True, writable=name != self.key)
            for name in header
            if name
        )

    def records(self, reading: Reading, names: Sequence[str]) -> Iterator[Record]:
        """All rows. Raises ``Rejected`` where a column is not there."""
        must_have(APP, self._options.file, names, reading.header)
        return (self.record(reading.header, row.cells, names) for row in reading.records())

    def record(self, header: Sequence[str], cells: Sequence[str], names: Sequence[str]) -> Record:
        """One row with these columns."""
        values = {name: self.cells.read(self.kind(name), cells[header.index(name)]) for name in names}
        return Record(cells[header.index(self.key)], values)
