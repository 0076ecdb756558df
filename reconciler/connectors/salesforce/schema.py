"""What a Salesforce org says of an sObject (``describe``), and how its JSON values are spelled."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from reconciler.model.field import Field, FieldType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.model.record import Value

_TYPES = {
    "email": FieldType.EMAIL,
    "phone": FieldType.PHONE,
    "url": FieldType.URL,
    "picklist": FieldType.ENUM,
    "multipicklist": FieldType.LIST,
    "boolean": FieldType.BOOLEAN,
    "int": FieldType.INTEGER,
    "double": FieldType.NUMBER,
    "currency": FieldType.NUMBER,
    "percent": FieldType.NUMBER,
    "date": FieldType.DATE,
    "datetime": FieldType.DATETIME,
}
"""Every other type travels as text."""

_COMPOUND = frozenset({"address", "location", "base64"})
_NORMALISE = {FieldType.EMAIL: ("lower", "trim"), FieldType.TEXT: ("trim",), FieldType.PHONE: ("trim",)}


class Choice(msgspec.Struct):
    """One value of a picklist."""

    value: str
    active: bool = True


class Column(msgspec.Struct, rename="camel"):
    """One field of a describe."""

    name: str
    type: str
    label: str = ""
    length: int = 0
    createable: bool = False
    updateable: bool = False
    nillable: bool = True
    defaulted_on_create: bool = False
    custom: bool = False
    restricted_picklist: bool = False
    picklist_values: list[Choice] = []

    def field(self, known: Field | None) -> Field:
        """As the engine knows it; ``known`` is the catalogue's entry, which alone tells roles and strictness."""
        kind = _TYPES.get(self.type, FieldType.TEXT)
        return Field(
            name=self.name,
            type=kind,
            role=known.role if known else None,
            label=self.label,
            writable=self.createable and self.updateable,
            required=self.createable and not self.nillable and not self.defaulted_on_create,
            custom=self.custom,
            max_length=self.length or None,
            values=self._allowed(),
            strictness=known.strictness if known else (),
            normalise=_NORMALISE.get(kind, ()),
        )

    def _allowed(self) -> tuple[str, ...]:
        """A picklist that is not restricted takes any value; its own are but suggestions."""
        return tuple(choice.value for choice in self.picklist_values if choice.active and self.restricted_picklist)


class Describe(msgspec.Struct):
    """The part of a describe that a sync needs."""

    fields: list[Column]

    def columns(self, known: Mapping[str, Field]) -> dict[str, Field]:
        """Fields by name, without compound ones (their parts are fields of their own)."""
        return {c.name: c.field(known.get(c.name)) for c in self.fields if c.type not in _COMPOUND}


def reader(field: Field) -> Callable[[object], Value]:
    """How a value of this field becomes one that the engine knows."""
    if field.type is FieldType.LIST:
        return _read_list
    return _read_datetime if field.type is FieldType.DATETIME else _read_plain


def _read_plain(raw: object) -> Value:
    if raw is None or raw == "":
        return None
    return raw if isinstance(raw, str | bool | int | float) else str(raw)


def _read_list(raw: object) -> Value:
    return tuple(str(raw).split(";")) if raw else None


def _read_datetime(raw: object) -> Value:
    moment = read_moment(raw) if raw else None
    return moment.isoformat() if moment else _read_plain(raw)


def read_moment(text: object) -> datetime | None:
    """``2021-12-02T18:23:39.000+0000`` (seconds matter, thousandths are always 0) in UTC."""
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        return None


def write_value(value: Value, field: Field | None = None) -> object:
    """A value as JSON; null clears. A checkbox is never empty (the app refuses null): cleared is unticked."""
    if value is None and field is not None and field.type is FieldType.BOOLEAN:
        return False
    return ";".join(value) if isinstance(value, tuple) else value
