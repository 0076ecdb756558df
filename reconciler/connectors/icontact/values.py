"""iContact's spelling of values: everything is text, ``""`` and ``null`` are the same nothing, times are US Eastern."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from reconciler.model.field import Field, FieldType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.model.record import Value

_EASTERN = ZoneInfo("America/New_York")

_CUSTOM_TYPES = {
    "checkbox": FieldType.BOOLEAN,
    "number": FieldType.INTEGER,
    "decimalOne": FieldType.NUMBER,
    "decimalTwo": FieldType.NUMBER,
    "decimalThree": FieldType.NUMBER,
    "decimalFour": FieldType.NUMBER,
    "date": FieldType.DATE,
}
"""The documented ``fieldType`` of custom fields; ``text``, and whatever comes one day, is text."""

_BUSINESS = {"company": (FieldType.TEXT, "company"), "phone": (FieldType.PHONE, None), "none": (FieldType.TEXT, None)}
_NO_DATE = "0000-00-00"
_TRUE = frozenset({"1", "true", "on", "yes"})


def custom_field(row: Mapping[str, object]) -> Field:
    """One row of ``/customfields``. Its ``customFieldId`` is the key under which contacts hold it."""
    name = str(row.get("customFieldId") or row.get("privateName"))
    kind = _CUSTOM_TYPES.get(str(row.get("fieldType")), FieldType.TEXT)
    return Field(name=name, type=kind, label=str(row.get("publicName") or name), custom=True)


def business_field(field: Field, meaning: str) -> Field:
    """The field ``business`` as this account uses it: ``company``, ``phone`` or ``none`` of both."""
    kind, role = _BUSINESS[meaning]
    return replace(field, type=kind, role=role)


def reader(field: Field) -> Callable[[object], Value]:
    """How a value of this field becomes one that the engine knows. What does not parse as its type stays text."""
    parse = _PARSERS.get(field.type)
    if parse is None:
        return _text

    def read(raw: object) -> Value:
        text = _text(raw)
        try:
            return parse(text) if text and not text.startswith(_NO_DATE) else None
        except ValueError:
            return text

    return read


def _text(raw: object) -> str | None:
    if raw is None or raw == "":
        return None
    return raw if isinstance(raw, str) else str(raw)


def _flag(text: str) -> bool:
    return text.lower() in _TRUE


def _date(text: str) -> str:
    return date.fromisoformat(text[:10]).isoformat()


def _utc(wall_clock: str) -> str:
    """``YYYY-MM-DD HH:MM:SS`` without an offset is US Eastern; the hour that comes twice is taken as its first."""
    return datetime.fromisoformat(wall_clock).replace(tzinfo=_EASTERN).astimezone(UTC).isoformat()


_PARSERS: Mapping[FieldType, Callable[[str], Value]] = {
    FieldType.BOOLEAN: _flag,
    FieldType.INTEGER: int,
    FieldType.NUMBER: float,
    FieldType.DATE: _date,
    FieldType.DATETIME: _utc,
}


def write_value(value: Value) -> str:
    """A value as iContact takes it; ``""`` clears."""
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else str(value)
