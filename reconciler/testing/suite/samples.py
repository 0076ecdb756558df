"""Values for every type of field, plain and awkward, and when what came back counts as what was sent."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reconciler.model.field import FieldType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.model.field import Field
    from reconciler.model.record import Value

PLAIN_TYPES: Mapping[FieldType, type | tuple[type, ...]] = {
    FieldType.BOOLEAN: bool,
    FieldType.INTEGER: int,
    FieldType.NUMBER: (int, float),
    FieldType.LIST: tuple,
}
LONGEST_SENT = 2000
AWKWARD_TEXTS = (
    "Zoë Ångström-Müller",
    "李小龍",
    "Ana 🎉👩‍👩‍👧",
    'D\'Arcy "Bob" O\\Neil',
    "one, two; three: four",
    "<b>R&D</b> &amp; 100% {x} $1",
    "first line\nsecond line",
    "007",
    "+1",
    "null",
    "Straße",
)
AWKWARD: Mapping[FieldType, tuple[Value, ...]] = {
    FieldType.TEXT: AWKWARD_TEXTS,
    FieldType.EMAIL: ("o'neil+news@example.com", "Mixed.Case@example.com", "x_y-z.0@sub.example.org"),
    FieldType.PHONE: ("+32 2 555 01 23", "(02) 555-0100", "0032475000111"),
    FieldType.BOOLEAN: (False, True),
    FieldType.INTEGER: (0, 7),
    FieldType.NUMBER: (0, 7, 1.5),
}
PATTERNS: Mapping[FieldType, str] = {
    FieldType.TEXT: "Text {n}",
    FieldType.EMAIL: "person{n}@example.com",
    FieldType.PHONE: "+32255501{minute:02}",
    FieldType.URL: "https://example.com/p?n={n}&x=1",
    FieldType.DATE: "{year}-02-{day:02}",
    FieldType.DATETIME: "2024-03-04T05:{minute:02}:00+00:00",
}


def sample(field: Field, number: int, own: Sequence[Value] | None = None) -> Value:
    """An ordinary value for a field; another one for another number. ``own`` are the app's own, where types say too
    little. ``None`` where nothing can be made up (a pick list whose values only the account knows)."""
    if own is not None:
        return own[number % len(own)] if own else None
    if field.type is FieldType.LIST:
        return _items(field, number)
    if allowed := field.writable_values or field.values:
        return allowed[number % len(allowed)]
    return _by_type(field, number)


def awkward(field: Field) -> tuple[Value, ...]:
    """Values that break a careless connector, all within what the field says it holds."""
    if field.type is FieldType.ENUM or field.values:
        return () if field.type is FieldType.LIST else field.writable_values or field.values
    candidates = AWKWARD.get(field.type, ())
    if field.type is FieldType.TEXT:
        candidates = (*candidates, _longest(field))
    return tuple(value for value in candidates if not isinstance(value, str) or _fits(field, value))


def same(field: Field, sent: Value, got: Value) -> bool:
    """Whether ``got`` is ``sent`` as this field may keep it: as its catalogue entry says, and no other way.

    Phones may be set differently, line ends and instants written differently, lists ordered differently, and an empty
    check box may be an unticked one.
    """
    if field.type is FieldType.BOOLEAN:
        return bool(sent) is bool(got)
    if sent is None or got is None:
        return sent is got
    return _essence(field, sent) == _essence(field, got)


def well_formed(field: Field, value: Value) -> bool:
    """Whether a read value has the shape that its field's type promises; empty is ``None`` alone."""
    if value is None:
        return True
    wanted = PLAIN_TYPES.get(field.type, str)
    if not isinstance(value, wanted) or value in ("", ()):
        return False
    return isinstance(value, bool) == (field.type is FieldType.BOOLEAN)


def _essence(field: Field, value: Value) -> object:
    if isinstance(value, tuple):
        return frozenset(value)
    if not isinstance(value, str):
        return value
    match field.type:
        case FieldType.PHONE:
            return re.sub(r"[^\d+]", "", value)
        case FieldType.DATETIME:
            return _instant(value)
        case _:
            return _kept(field, value)


def _kept(field: Field, text: str) -> str:
    if "lower" in field.normalise:
        text = text.lower()
    return " ".join(text.split()) if "trim" in field.normalise or "\n" in text else text


def _instant(text: str) -> datetime:
    when = datetime.fromisoformat(text)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _items(field: Field, number: int) -> tuple[str, ...]:
    known = field.writable_values or field.values
    if not known:
        return (f"Group {number}", f"Group {number + 1}")
    return tuple(dict.fromkeys((known[number % len(known)], known[(number + 1) % len(known)])))


def _by_type(field: Field, number: int) -> Value:
    if field.type is FieldType.BOOLEAN:
        return number % 2 == 0
    if field.type in (FieldType.INTEGER, FieldType.NUMBER):
        return number
    pattern = PATTERNS.get(field.type)
    if pattern is None:
        return None
    text = pattern.format(n=number, minute=number % 60, day=1 + number % 28, year=1950 + number % 50)
    return text if _fits(field, text) else str(number)[-(field.max_length or 1) :]


def _longest(field: Field) -> str:
    length = min(field.max_length or 80, LONGEST_SENT)
    return ("Längster " * length)[: length - 1] + "!"


def _fits(field: Field, text: str) -> bool:
    return len(text) <= (field.max_length or LONGEST_SENT)
