"""Between a cell and a value: types, and an apostrophe before what a spreadsheet would take for a formula.

A text that begins with ``= + - @``, a tab or a carriage return runs as a formula when the file is opened. An apostrophe
before it stops that; it goes on when written and comes off when read. A text that has apostrophes there of its own gets
one more, so that every text comes back as it was. Negative numbers are harmless and stay as they are.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.connectors.tabular import words
from reconciler.connectors.tabular.lists import join_list, quoted, split_list
from reconciler.model.field import FieldType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.model.record import Value

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_NEGATIVE = re.compile(r"-\d+(\.\d+)?")


def guarded(text: str) -> str:
    """What a spreadsheet shows instead of running it."""
    return f"'{text}" if _FORMULA.match(text) and not _NEGATIVE.fullmatch(text) else text


def unguarded(cell: str) -> str:
    """The text that was guarded; anything else stays as it is."""
    return cell[1:] if _GUARDED.match(cell) else cell


def _read_boolean(text: str) -> Value:
    try:
        return words.as_boolean(text)
    except words.NoFit:
        return text


def _read_number(text: str) -> Value:
    try:
        number = words.as_number(text)
    except words.NoFit:
        return text
    return int(number) if number.is_integer() and "e" not in text.lower() else number


def _read_integer(text: str) -> Value:
    return int(text) if re.fullmatch(r"[+-]?\d{1,18}", text) else text


def _number(value: Value) -> str:
    number = words.as_number(value)
    return str(int(number)) if number.is_integer() else repr(number)


_READ: Mapping[FieldType, Callable[[str], Value]] = {
    FieldType.BOOLEAN: _read_boolean,
    FieldType.NUMBER: _read_number,
    FieldType.INTEGER: _read_integer,
}
_WRITE: Mapping[FieldType, Callable[[Value], str]] = {
    FieldType.BOOLEAN: lambda value: words.as_text(words.as_boolean(value)),
    FieldType.NUMBER: _number,
    FieldType.INTEGER: lambda value: str(words.as_integer(value)),
    FieldType.DATE: lambda value: words.as_date(value).isoformat(),
    FieldType.DATETIME: lambda value: words.as_moment(value).isoformat(),
}


@dataclass(frozen=True, slots=True)
class Cells:
    """How cells are read and written in one file."""

    encoding: str
    separator: str
    guard: bool

    def read(self, kind: FieldType, cell: str) -> Value:
        """What a cell says; a text that does not fit its column's type stays a text."""
        text = unguarded(cell) if self.guard else cell
        if not text:
            return None
        if kind is FieldType.LIST:
            return split_list(text, self.separator) or None
        return _READ.get(kind, str)(text)

    def write(self, kind: FieldType, value: Value) -> str:
        """The cell for a value. Raises ``NoFit``."""
        if value is None or value == ():
            return ""
        if kind is FieldType.LIST:
            text = join_list(words.as_items(value), self.separator)
        else:
            text = _WRITE.get(kind, words.as_text)(value)
        return self._safe(text)

    def _safe(self, text: str) -> str:
        cell = guarded(text) if self.guard else text
        if len(cell) > csv.field_size_limit():
            raise words.NoFit(f"at most {csv.field_size_limit()} characters fit here", "too_long")
        try:
            cell.encode(self.encoding)
        except UnicodeEncodeError:
            raise words.NoFit(f"it has characters that the file's encoding {self.encoding} lacks") from None
        return cell


def line(cells: list[str], delimiter: str, ending: str, *, quote_all: bool) -> str:
    """One row as text; quotes where they are needed, or everywhere."""
    alone = len(cells) == 1 and not cells[0]  # an empty line would be no row
    return delimiter.join(quoted(cell, delimiter, always=quote_all or alone) for cell in cells) + ending
