"""Insightly's spelling of values: ``yyyy-MM-dd HH:mm:ss`` in UTC inside bodies, ISO 8601 in queries, ``A;B`` for lists,
and nothing as null, as ``""``, as ``0000-00-00``, or as 0 employees."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from reconciler.model.field import FieldType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.model.field import Field
    from reconciler.model.record import Value

REFERENCES = frozenset({"OWNER_USER_ID", "RESPONSIBLE_USER_ID"})
"""Ids of users: texts to us, numbers to the app."""

_ZERO_IS_EMPTY = frozenset({"EMPLOYEE_COUNT"})
_NO_DATE = "0000-00-00"
_SEPARATOR = ";"
_TRUE, _FALSE = frozenset({"true", "1"}), frozenset({"false", "0"})


def read_moment(raw: object) -> datetime | None:
    """A stamp of the API, which is UTC without saying so."""
    text = str(raw or "")
    try:
        moment = None if text.startswith(_NO_DATE) else datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment and (moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC))


def query_time(moment: datetime) -> str:
    """A moment as a query parameter says it (a body would be refused for it)."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def reader(field: Field) -> Callable[[object], Value]:
    """How a value of this field becomes one that the engine knows. What does not parse as its type stays text."""
    parse = _PARSERS.get(field.type, _text)

    def read(raw: object) -> Value:
        if raw is None or raw == "" or str(raw).startswith(_NO_DATE):
            return None
        if field.name in _ZERO_IS_EMPTY and not raw:
            return None
        try:
            return parse(raw)
        except ValueError:
            return str(raw)

    return read


def spell(field: Field, value: Value) -> object:
    """A value as a body says it; null clears. A check box is never empty: cleared is unticked.

    Raises ``ValueError`` saying what is wrong with the value, without repeating it.
    """
    if value is None:
        return False if field.type is FieldType.BOOLEAN else None
    if field.name in REFERENCES:
        return _user_id(value)
    return _SPELLERS.get(field.type, _as_it_is)(value)


def _text(raw: object) -> Value:
    return raw if isinstance(raw, str) else str(raw)


def _flag(raw: object) -> Value:
    word = str(raw).lower()
    if word not in _TRUE | _FALSE:
        raise ValueError
    return word in _TRUE


def _integer(raw: object) -> Value:
    return int(str(raw))


def _number(raw: object) -> Value:
    return raw if isinstance(raw, int | float) and not isinstance(raw, bool) else float(str(raw))


def _date(raw: object) -> Value:
    return date.fromisoformat(str(raw)[:10]).isoformat()


def _moment(raw: object) -> Value:
    moment = read_moment(raw)
    return moment.isoformat() if moment else str(raw)


def _items(raw: object) -> Value:
    return tuple(sorted({item.strip() for item in str(raw).split(_SEPARATOR)} - {""})) or None


_PARSERS: Mapping[FieldType, Callable[[object], Value]] = {
    FieldType.BOOLEAN: _flag,
    FieldType.INTEGER: _integer,
    FieldType.NUMBER: _number,
    FieldType.DATE: _date,
    FieldType.DATETIME: _moment,
    FieldType.LIST: _items,
}


def _as_it_is(value: Value) -> object:
    return value


def _user_id(value: Value) -> object:
    if not str(value).isdecimal():
        raise ValueError("it takes the number of a user")
    return int(str(value))


def _day(value: Value) -> object:
    try:
        return f"{date.fromisoformat(str(value)[:10])} 00:00:00"
    except ValueError:
        raise ValueError("it takes a date, as 2024-12-31") from None


def _stamp(value: Value) -> object:
    moment = read_moment(value)
    if moment is None:
        raise ValueError("it takes a moment in ISO 8601, as 2024-12-31T10:00:00+00:00")
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _joined(value: Value) -> object:
    items = value if isinstance(value, tuple) else (str(value),)
    if any(_SEPARATOR in item for item in items):
        raise ValueError("an item with a semicolon would become two")
    return _SEPARATOR.join(items)


_SPELLERS: Mapping[FieldType, Callable[[Value], object]] = {
    FieldType.DATE: _day,
    FieldType.DATETIME: _stamp,
    FieldType.LIST: _joined,
}
