"""What an account says of its contact properties, and how their values, texts all of them, are spelled."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from reconciler.model.field import Field, FieldType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reconciler.model.record import Value

_TYPES = {
    "number": FieldType.NUMBER,
    "bool": FieldType.BOOLEAN,
    "date": FieldType.DATE,
    "datetime": FieldType.DATETIME,
    "phone_number": FieldType.PHONE,
}
_INTERNAL = frozenset({"object_coordinates", "json"})
_LONGEST = 65_536
_SEPARATOR = ";"


class Choice(msgspec.Struct):
    """One option of an enumeration: ``value`` is what the API speaks, ``label`` what people see."""

    value: str
    label: str = ""


class _Rights(msgspec.Struct, rename="camel"):
    read_only_value: bool = False


class Property(msgspec.Struct, rename="camel"):
    """One row of ``/properties/contacts``."""

    name: str
    type: str
    field_type: str = ""
    label: str = ""
    options: list[Choice] = []
    calculated: bool = False
    external_options: bool = False
    has_unique_value: bool = False
    hubspot_defined: bool = False
    modification_metadata: _Rights = msgspec.field(default_factory=_Rights)

    @property
    def read_only(self) -> bool:
        """Whether nobody can write it: computed, or HubSpot's own business."""
        return self.calculated or self.modification_metadata.read_only_value or self.field_type.startswith("calc")

    @property
    def many(self) -> bool:
        """Whether it holds several options at once."""
        return self.type == "enumeration" and self.field_type == "checkbox"

    def field(self, known: Field | None, *, labels: bool) -> Field:
        """As the engine knows it; ``known`` is the catalogue's entry, which alone tells roles, and which texts are
        addresses or numbers. ``labels`` names options as people see them."""
        shown = self.shown() if labels else {}
        return Field(
            name=self.name,
            type=known.type if known and not self.many else self._kind(),
            role=known.role if known else None,
            label=self.label or self.name,
            writable=not self.read_only and (known is None or known.writable),
            custom=not self.hubspot_defined and known is None,
            max_length=known.max_length if known else _LONGEST if self.type == "string" else None,
            values=tuple(shown.get(each.value, each.value) for each in self.options) if self._listed() else (),
            strictness=known.strictness if known else (),
            normalise=known.normalise if known else (),
        )

    def _kind(self) -> FieldType:
        if self.many:
            return FieldType.LIST
        listed = FieldType.ENUM if self._listed() else FieldType.TEXT
        return _TYPES.get(self.type, listed)

    def _listed(self) -> bool:
        """Whether its options are told here: owners and teams are kept elsewhere."""
        return self.type == "enumeration" and bool(self.options) and not self.external_options

    def shown(self) -> dict[str, str]:
        """Label by value; where two options have the same label, their values tell them apart."""
        times = Counter(each.label for each in self.options)
        return {
            each.value: each.label if times[each.label] == 1 else f"{each.label} ({each.value})"
            for each in self.options
            if each.label
        }


class _Properties(msgspec.Struct):
    results: list[Property]


def decode(properties: _Properties) -> dict[str, Property]:
    """Properties by name, without those that only HubSpot itself reads."""
    return {each.name: each for each in properties.results if each.type not in _INTERNAL}


SHAPE = _Properties
"""The answer to ``GET /properties/contacts``."""


class Codec:
    """How values of one account's properties are read and written."""

    def __init__(self, properties: Mapping[str, Property], fields: Iterable[Field], *, labels: bool) -> None:
        self._fields = {field.name: field for field in fields}
        shown = {name: each.shown() for name, each in properties.items() if each.options}
        self._shown = shown if labels else {}
        self._meant = {
            name: {label: value for value, label in labels_.items()} | {value: value for value in labels_}
            for name, labels_ in shown.items()
        }

    def read(self, name: str, raw: str | None) -> Value:
        """What the engine makes of a stored text; empty and never set are the same nothing."""
        if not raw:
            return None
        kind, shown = self._fields[name].type, self._shown.get(name, {})
        if kind is FieldType.LIST:
            return tuple(sorted(shown.get(one, one) for one in raw.split(_SEPARATOR) if one)) or None
        parse = _PARSERS.get(kind)
        try:
            return parse(raw) if parse else shown.get(raw, raw)
        except (ValueError, OverflowError):
            return raw

    def write(self, name: str, value: Value) -> str:
        """The text to store; ``""`` clears. An option may be given by its value or by its label."""
        meant = self._meant.get(name, {})
        if value is None:
            return ""
        if isinstance(value, tuple):
            return _SEPARATOR.join(meant.get(one, one) for one in value)
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, int | float):
            return format(Decimal(repr(value)), "f")
        if name in self._fields and self._fields[name].type is FieldType.DATETIME:
            return _stamp(value)
        return meant.get(value, value)


def moment(text: str | None) -> datetime | None:
    """``2022-02-17T19:25:29Z``, with or without thousandths, or epoch milliseconds, in UTC."""
    if not text:
        return None
    try:
        if text.lstrip("-").isdecimal():
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        read = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)


def _instant(text: str) -> str:
    read = moment(text)
    return read.isoformat() if read else text


def _date(text: str) -> str:
    """``YYYY-MM-DD``, or the milliseconds of its midnight in UTC."""
    read = moment(text)
    return read.date().isoformat() if read else text


def _stamp(text: str) -> str:
    read = moment(text)
    return read.isoformat(timespec="milliseconds").replace("+00:00", "Z") if read else text


_PARSERS: Mapping[FieldType, Callable[[str], Value]] = {
    FieldType.NUMBER: _number,
    FieldType.INTEGER: _number,
    FieldType.BOOLEAN: lambda text: text.lower() == "true",
    FieldType.DATE: _date,
    FieldType.DATETIME: _instant,
}
