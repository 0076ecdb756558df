"""iContact's spelling of values: everything is text, ``""`` and ``null`` are the same nothing, times are US Eastern."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from reconciler.model.field import Field, FieldType

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def read_value(field: Field, raw: object) -> Value:
    """A value as the engine knows it. What does not parse as its type stays the text that it is."""
    text = "" if raw is None else str(raw)
    if not text or text.startswith("0000-00-00"):
        return None
    try:
        return _parsed(field, text)
    except ValueError:
        return text


def _parsed(field: Field, text: str) -> Value:
    match field.type:
        case FieldType.BOOLEAN:
            return text.lower() in _TRUE
        case FieldType.INTEGER:
            return int(text)
        case FieldType.NUMBER:
            return float(text)
        case FieldType.DATE:
            return date.fromisoformat(text[:10]).isoformat()
        case FieldType.DATETIME:
            return _utc(text)
        case _:
            return text


def _utc(wall_clock: str) -> str:
    """``YYYY-MM-DD HH:MM:SS`` without an offset is US Eastern; the hour that comes twice is taken as its first."""
    return datetime.fromisoformat(wall_clock).replace(tzinfo=_EASTERN).astimezone(UTC).isoformat()


def write_value(value: Value) -> str:
    """A value as iContact takes it; ``""`` clears."""
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else str(value)
