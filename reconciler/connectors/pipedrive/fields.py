"""The fields that an account has, as ``personFields`` and ``dealFields`` tell: names, types, options.

Custom fields are kept under keys of 40 hex digits, another key in every account: here they carry the names that people
gave them, and the first digits of the key where two have the same. Values that are objects give a field for the main
part and one for each other part, as ``Budget`` and ``Budget (currency)``.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from reconciler.connectors.pipedrive.choices import Choices
from reconciler.connectors.pipedrive.columns import Column, Writing, integer
from reconciler.errors import Rejected
from reconciler.model.field import Field, FieldType

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

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
    def ids(self) -> dict[str, int | str]:
        """The ids of its options by label; of two with the same label the first counts."""
        return {one.label: one.id for one in reversed(self.options or []) if one.id is not None}


class Definitions:
    """The fields of persons (``personFields``) or deals (``dealFields``) of an account."""

    def __init__(self, api: Api, path: str) -> None:
        self._api = api
        self._path = path

    @cached_property
    def told(self) -> list[Told]:
        """All of them, as they were when they were asked for first."""
        return msgspec.convert(list(self._api.rows(self._path)), list[Told])

    def choices(self, one: Told) -> Choices:
        """The options of a field; what is not among them is asked for anew."""

        def again() -> dict[str, int | str]:
            row = self._api.one(f"{self._path}/{one.field_code}")
            return msgspec.convert(row, Told).ids if row else {}

        return Choices(one.field_name, one.ids, again)

    def currency(self) -> str:
        """The company's own. Raises ``Rejected`` where the account tells none."""
        told = self._api.me.get("default_currency")
        if not isinstance(told, str):
            raise Rejected(self._api.http.app, "an amount needs a currency: map one", code="no_currency")
        return told

    def columns(self, taken: Collection[str], *, flat: bool = False) -> dict[str, Column]:
        """The custom fields by name; see ``custom_columns``."""
        return {one.field.name: one for one in custom_columns(self, taken, flat=flat)}


def custom_columns(known: Definitions, taken: Collection[str], *, flat: bool) -> Iterator[Column]:
    """The custom fields as columns. ``taken`` are names that standard fields have. ``flat`` is how leads hold them: at
    the root, and left out where they are empty."""
    custom = [one for one in known.told if one.is_custom_field]
    names = Counter(one.field_name for one in custom)
    for one in custom:
        ambiguous = names[one.field_name] > 1 or one.field_name in taken
        name = f"{one.field_name} ({one.field_code[:_SHORT]})" if ambiguous else one.field_name
        yield from _columns(known, one, name, flat=flat)


def _columns(known: Definitions, one: Told, name: str, *, flat: bool) -> Iterator[Column]:
    parts = {} if flat else _PARTS.get(one.field_type, {})
    whole = one.field_type in _PARTS
    kind = _TYPES.get(one.field_type, FieldType.TEXT)
    choices = known.choices(one)
    field = Field(
        name=name,
        type=kind,
        label=one.field_name,
        custom=True,
        writable=not (whole and flat),
        max_length=_LENGTHS.get(one.field_type),
        values=tuple(one.ids) if kind in (FieldType.ENUM, FieldType.LIST) else (),
    )
    writer = _write(one, choices, known.currency, flat=flat) if field.writable else None
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


def _write(one: Told, choices: Choices, currency: Callable[[], str], *, flat: bool) -> Write:
    def write(writing: Writing, value: Value) -> None:
        """``null`` clears, also a list: an empty one is an error to the app."""
        stored = _stored(writing, one.field_code, flat=flat)
        if one.field_type == "set":
            raw: object = choices.moved(stored, value, writing.before) or None
        elif value is not None and one.field_type == "enum":
            raw = choices.id_of(value)
        elif value is not None and one.field_type == "monetary" and not isinstance(stored, dict):
            raw = {"value": value, "currency": currency()}
        else:
            raw = None if value is None else _raw(one, value, stored)
        _holder(writing, flat=flat)[one.field_code] = raw

    return write


def _raw(one: Told, value: Value, stored: object) -> object:
    """A value as the app stores it."""
    if one.field_type in _REFERENCES:
        return integer(value, one.field_name)
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
