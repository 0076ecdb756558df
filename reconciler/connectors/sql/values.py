"""Between what a column holds and what a field says, by the column's type: a table of types, first fit first."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import types
from sqlalchemy.dialects.postgresql import CITEXT, DOMAIN

from reconciler.connectors.tabular import words
from reconciler.connectors.tabular.lists import join_list, split_list
from reconciler.model.field import FieldType

if TYPE_CHECKING:
    from sqlalchemy import Column

    from reconciler.model.record import Value

Read = Callable[[Any], "Value"]
Write = Callable[["Value"], object]


@dataclass(frozen=True, slots=True)
class Codec:
    """How one column is read and written; ``write`` is never given None and raises ``NoFit``. ``empty`` is what stands
    for nothing. ``raw`` says that the database stores another type than it declares. ``longest`` is in characters."""

    type: FieldType
    read: Read
    write: Write
    raw: bool = False
    empty: object = None
    longest: int | None = None

    def to_value(self, held: object) -> Value:
        """What a column holds, as a field says it."""
        return None if held is None else self.read(held)

    def to_column(self, value: Value) -> object:
        """What to store. Raises ``NoFit``."""
        held = self.empty if value is None or value in ((), "") else self.write(value)
        if self.longest is not None and isinstance(held, str) and len(held) > self.longest:
            raise words.NoFit(f"at most {self.longest} characters fit here", "too_long")
        return held


def _text(held: object) -> Value:
    return str(held) or None


def _boolean(held: object) -> Value:
    return held if isinstance(held, bool) else bool(held)


def _integer(held: object) -> Value:
    return held if isinstance(held, int) and not isinstance(held, bool) else _text(held)


def _number(held: object) -> Value:
    if isinstance(held, Decimal):
        return int(held) if held == held.to_integral_value() else float(held)
    return held if isinstance(held, (int, float)) else _text(held)


def _date(held: object) -> Value:
    return held.isoformat() if isinstance(held, date) else _text(held)


def _moment(held: object) -> Value:
    """In UTC; what has no zone is taken as UTC, and what is no time is left as it is."""
    try:
        moment = held if isinstance(held, datetime) else datetime.fromisoformat(str(held))
    except ValueError:
        return _text(held)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


def _time(held: object) -> Value:
    return held.isoformat() if isinstance(held, time) else _text(held)


def _items(held: Sequence[object]) -> Value:
    return tuple(sorted({str(item) for item in held if item not in (None, "")})) or None


def _json(held: object) -> Value:
    loaded = json.loads(held) if isinstance(held, str) else held
    return _items(loaded if isinstance(loaded, list) else [loaded])


def _uuid(value: Value) -> object:
    try:
        return uuid.UUID(words.as_text(value))
    except ValueError:
        raise words.NoFit("only a UUID fits here") from None


def _decimal(value: Value) -> object:
    number = words.as_number(value)
    return Decimal(str(int(number) if number.is_integer() else number))


def _naive(value: Value) -> object:
    return words.as_moment(value).astimezone(UTC).replace(tzinfo=None)


def _stamp(value: Value) -> object:
    """As SQLite's own functions write it."""
    return words.as_moment(value).astimezone(UTC).replace(tzinfo=None).isoformat(" ")


def _padded(held: object) -> Value:
    """The database fills a text of fixed length with blanks."""
    return str(held).rstrip(" ") or None


_TEXT = Codec(FieldType.TEXT, _text, words.as_text)
_TYPES: tuple[tuple[type[types.TypeEngine[Any]], Codec], ...] = (
    (types.Enum, Codec(FieldType.ENUM, _text, words.as_text)),
    (CITEXT, _TEXT),
    (types.CHAR, Codec(FieldType.TEXT, _padded, words.as_text)),
    (types.String, _TEXT),
    (types.Boolean, Codec(FieldType.BOOLEAN, _boolean, words.as_boolean)),
    (types.Integer, Codec(FieldType.INTEGER, _integer, words.as_integer)),
    (types.Float, Codec(FieldType.NUMBER, _number, words.as_number)),
    (types.Numeric, Codec(FieldType.NUMBER, _number, _decimal)),
    (types.DateTime, Codec(FieldType.DATETIME, _moment, _naive)),
    (types.Date, Codec(FieldType.DATE, _date, words.as_date)),
    (types.Time, Codec(FieldType.TEXT, _time, words.as_time)),
    (types.Uuid, Codec(FieldType.TEXT, _text, _uuid)),
)
_LOOSE: dict[FieldType, Codec] = {
    FieldType.BOOLEAN: Codec(FieldType.BOOLEAN, _boolean, words.as_boolean, raw=True),
    FieldType.NUMBER: Codec(FieldType.NUMBER, _number, words.as_number, raw=True),
    FieldType.DATETIME: Codec(FieldType.DATETIME, _moment, _stamp, raw=True),
    FieldType.DATE: Codec(FieldType.DATE, _date, lambda value: words.as_date(value).isoformat(), raw=True),
}
"""SQLite stores what it is given, whatever the column says: read as it lies there."""


def bare(column: Column[Any]) -> types.TypeEngine[Any]:
    """The type of a column, of which a domain is only a name."""
    return column.type.data_type if isinstance(column.type, DOMAIN) else column.type


def codec_of(column: Column[Any], *, several: bool, separator: str, loose: bool) -> Codec | None:
    """How to read and write a column; None where no field of a contact can hold what it holds.

    ``several`` says that it holds a list, ``loose`` that the database does not keep to declared types.
    """
    kind = bare(column)
    if isinstance(kind, types.ARRAY):
        return Codec(FieldType.LIST, _items, _array) if isinstance(kind.item_type, types.String) else None
    if isinstance(kind, types.JSON):
        write: Write = (lambda value: json.dumps(_array(value))) if loose else _array
        return Codec(FieldType.LIST, _json, write, raw=loose) if several else None
    codec = next((one for known, one in _TYPES if isinstance(kind, known)), None)
    if codec is None or not several:
        return _fitted(codec, kind, loose=loose)
    if codec.type is not FieldType.TEXT:
        return None
    return Codec(
        FieldType.LIST,
        lambda held: split_list(held, separator) or None,
        lambda value: join_list(words.as_items(value), separator),
    )


def _fitted(codec: Codec | None, kind: types.TypeEngine[Any], *, loose: bool) -> Codec | None:
    if codec is None:
        return None
    if loose:
        return _LOOSE.get(codec.type, codec)
    if isinstance(kind, types.DateTime) and kind.timezone:
        return Codec(FieldType.DATETIME, _moment, words.as_moment)
    return codec


def _array(value: Value) -> object:
    return list(words.as_items(value))
