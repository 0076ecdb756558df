"""The fields that an account has, as ``personFields`` and ``dealFields`` tell: names, types, options.

Custom fields are kept under keys of 40 hex digits, another key in every account: here they carry the names that people
gave them, and the first digits of the key where two have the same. Values that are objects give a field for the main
part and one for each other part, as ``Budget`` and ``Budget (currency)``.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from reconciler.connectors.pipedrive.columns import Choices, Column, Writing, integer
from reconciler.model.field import Field, FieldType

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from reconciler.connectors.pipedrive.api import Api, Row
    from reconciler.connectors.pipedrive.columns import Read, Write
    from reconciler.model.record import Value

_SHORT = 6
_TYPES = {
    "double": FieldType.NUMBER,
    "int": FieldType.INTEGER,
    "phone": FieldType.PHONE,
    "date": FieldType.DATE,
    "daterange": FieldType.DATE,
    "monetary": FieldType.NUMBER,
    "enum": FieldType.ENUM,
    "set": FieldType.LIST,
}
"""Every other type travels as text."""
_LENGTHS = {"varchar": 255, "varchar_auto": 255, "text": 65_000}
_REFERENCES = frozenset({"user", "org", "people"})
_ADDRESS = (
    *("street_number", "route", "subpremise", "sublocality", "locality"),
    *("admin_area_level_1", "admin_area_level_2", "country", "postal_code", "formatted_address"),
)
_PARTS: dict[str, dict[str, FieldType]] = {
    "monetary": {"currency": FieldType.TEXT},
    "daterange": {"until": FieldType.DATE},
    "time": {"timezone_id": FieldType.INTEGER},
    "timerange": {"until": FieldType.TEXT, "timezone_id": FieldType.INTEGER},
    "address": dict.fromkeys(_ADDRESS, FieldType.TEXT),
}
"""The parts of values that are objects, beside ``value``; the app works out those of an address by itself."""


class Option(msgspec.Struct):
    """One option of a field; its id is a number, elsewhere a text."""

    label: str
    id: int | str | None = None


class Told(msgspec.Struct):
    """One field as the account tells it."""

    field_code: str
    field_name: str
    field_type: str = "varchar"
    options: list[Option] | None = None
    is_custom_field: bool = False

    @property
    def choices(self) -> Choices:
        """Its options; of two with the same label the first counts."""
        ids = {one.label: one.id for one in reversed(self.options or []) if one.id is not None}
        return Choices(self.field_name, ids)


def told_fields(api: Api, path: str) -> list[Told]:
    """All fields of an account."""
    return msgspec.convert(list(api.rows(path)), list[Told])


def custom_columns(
    told: Iterable[Told], taken: Collection[str], currency: Callable[[], str], *, flat: bool = False
) -> Iterator[Column]:
    """The custom fields as columns. ``taken`` are names that standard fields have; ``currency`` is the company's own,
    for an amount that has none. ``flat`` is how leads hold them: at the root, and left out where they are empty."""
    custom = [one for one in told if one.is_custom_field]
    names = Counter(one.field_name for one in custom)
    for one in custom:
        ambiguous = names[one.field_name] > 1 or one.field_name in taken
        name = f"{one.field_name} ({one.field_code[:_SHORT]})" if ambiguous else one.field_name
        yield from _columns(one, name, currency, flat=flat)


def _columns(one: Told, name: str, currency: Callable[[], str], *, flat: bool) -> Iterator[Column]:
    parts = {} if flat else _PARTS.get(one.field_type, {})
    whole = one.field_type in _PARTS
    kind = _TYPES.get(one.field_type, FieldType.TEXT)
    choices = one.choices
    field = Field(
        name=name,
        type=kind,
        label=one.field_name,
        custom=True,
        writable=not (whole and flat),
        max_length=_LENGTHS.get(one.field_type),
        values=tuple(choices.ids) if kind in (FieldType.ENUM, FieldType.LIST) else (),
    )
    writer = _write(one, name, currency, flat=flat) if field.writable else None
    read = _read(one, choices, "value" if whole else "", flat=flat)
    yield Column(field, read, writer, merges=whole or kind is FieldType.LIST, code=one.field_code)
    for inner, inner_kind in parts.items():
        own = Field(f"{name} ({inner})", inner_kind, label=inner, custom=True, writable=one.field_type != "address")
        write = _write_part(one.field_code, inner) if own.writable else None
        yield Column(own, _read(one, choices, inner, flat=flat), write, merges=True, code=one.field_code, inner=True)


def _read(one: Told, choices: Choices, inner: str, *, flat: bool) -> Read:
    """``inner`` is the part of an object that is meant."""

    def read(row: Row) -> Value:
        holder = row if flat else row["custom_fields"]
        if not isinstance(holder, dict):
            raise KeyError(one.field_code)
        raw = holder.get(one.field_code) if flat else holder[one.field_code]
        if one.field_type in ("enum", "set"):
            return choices.reads(raw) if one.field_type == "set" else choices.read(raw)
        if inner and isinstance(raw, dict):
            raw = raw.get(inner)
        return _value(raw, one.field_type if inner in ("", "value") else inner)

    return read


def _value(raw: object, kind: str) -> Value:
    if raw is None or raw == "" or isinstance(raw, dict | list):
        return None
    if kind in _REFERENCES:
        return str(raw)
    return raw if isinstance(raw, str | bool | int | float) else str(raw)


def _write(one: Told, name: str, currency: Callable[[], str], *, flat: bool) -> Write:
    choices = one.choices

    def write(writing: Writing, value: Value) -> None:
        """``null`` clears, also a list: an empty one is an error to the app."""
        stored = _stored(writing, one.field_code, flat=flat)
        if one.field_type == "set":
            raw: object = choices.moved(stored, value, writing.before) or None
        elif value is not None and one.field_type == "monetary" and not isinstance(stored, dict):
            raw = {"value": value, "currency": currency()}
        else:
            raw = None if value is None else _raw(one, name, value, stored)
        _holder(writing, flat=flat)[one.field_code] = raw

    return write


def _raw(one: Told, name: str, value: Value, stored: object) -> object:
    """A value as the app stores it."""
    if one.field_type == "enum":
        return one.choices.id_of(value)
    if one.field_type in _REFERENCES:
        return integer(value, name)
    if one.field_type == "address":
        return {"value": value}
    if one.field_type in _PARTS:
        return {**(stored if isinstance(stored, dict) else {}), "value": value}
    return value


def _write_part(code: str, inner: str) -> Write:
    def write(writing: Writing, value: Value) -> None:
        stored = _stored(writing, code, flat=False)
        if isinstance(stored, dict):  # a part alone is nothing: without its value it goes
            _holder(writing, flat=False)[code] = {**stored, inner: value}

    return write


def _holder(writing: Writing, *, flat: bool) -> Row:
    if flat:
        return writing.body
    holder = writing.body.setdefault("custom_fields", {})
    return holder if isinstance(holder, dict) else {}


def _stored(writing: Writing, code: str, *, flat: bool) -> object:
    """What this key will hold, as far as is known."""
    if flat:
        return writing.latest(code)
    holders = (writing.body.get("custom_fields"), writing.current.get("custom_fields"))
    return next((holder[code] for holder in holders if isinstance(holder, dict) and code in holder), None)
