"""What a new file is made of: the old one's own text wherever nothing changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.connectors.csv_folder.cells import line
from reconciler.connectors.csv_folder.options import Options
from reconciler.connectors.csv_folder.sheet import Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class Edit:
    """Changes to a file: rows by id with their new cells (None: the row goes), and new rows for the end."""

    changed: Mapping[str, Sequence[str] | None] = field(default_factory=dict)
    added: Sequence[Sequence[str]] = ()

    def texts(self, reading: Reading, options: Options) -> Iterator[str]:
        """The new file, piece by piece."""
        place, written = reading.header.index(options.key), _Style(reading, options)
        text = reading.head
        for row in reading.rows():
            row_id = row.cells[place] if row.cells else ""
            if row_id not in self.changed:
                piece = row.raw
            elif (cells := self.changed[row_id]) is None:
                continue
            else:
                piece = written(cells)
            yield text
            text = piece
        yield text if _ended(text) or not self.added else text + reading.ending
        yield from map(written, self.added)


@dataclass(frozen=True, slots=True)
class _Style:
    """Writes a row as the file writes its own."""

    reading: Reading
    options: Options

    def __call__(self, cells: Sequence[str]) -> str:
        return line(list(cells), self.options.delimiter, self.reading.ending, quote_all=self.reading.quoted)


def with_ids(reading: Reading, options: Options, new_id: Callable[[], str]) -> Iterator[str]:
    """The file with an id in every row: a column more at the end, or the empty cells of the one there is."""
    written = _Style(reading, options)
    if options.key in reading.header:
        place = reading.header.index(options.key)
        yield reading.head
        for row in reading.rows():
            missing = bool(row.cells) and not row.cells[place]
            yield written([*row.cells[:place], new_id(), *row.cells[place + 1 :]]) if missing else row.raw
        return
    yield _longer(reading.head, written([options.key]), options.delimiter)
    for row in reading.rows():
        yield _longer(row.raw, written([new_id()]), options.delimiter) if row.cells else row.raw


def _longer(raw: str, cell: str, delimiter: str) -> str:
    """A row's own text with a cell more."""
    return raw.rstrip("\r\n") + delimiter + cell


def _ended(text: str) -> bool:
    return text.endswith(("\n", "\r"))
