"""What a Zoho organisation says of a module's fields, and how its JSON values are spelled."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from reconciler.model.field import Field, FieldType

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from reconciler.model.record import Value

COMPANY, TAGS = "Account_Name", "Tag"
"""The lookup whose name is read and written, and the labels, which travel by calls of their own."""

_TYPES: Mapping[str, FieldType] = {
    "email": FieldType.EMAIL,
    "phone": FieldType.PHONE,
    "website": FieldType.URL,
    "picklist": FieldType.ENUM,
    "multiselectpicklist": FieldType.LIST,
    "boolean": FieldType.BOOLEAN,
    "integer": FieldType.INTEGER,
    "bigint": FieldType.INTEGER,
    "double": FieldType.NUMBER,
    "currency": FieldType.NUMBER,
    "percent": FieldType.NUMBER,
    "date": FieldType.DATE,
    "datetime": FieldType.DATETIME,
}
_JSON_TYPES: Mapping[str, FieldType] = {
    "double": FieldType.NUMBER,
    "integer": FieldType.INTEGER,
    "boolean": FieldType.BOOLEAN,
}
"""What is computed (a formula, a roll-up) tells by its JSON type; every other type travels as text."""

_LOOKUPS = frozenset({"lookup", "ownerlookup"})
_NO_VALUE = frozenset(
    {
        "subform",
        "fileupload",
        "imageupload",
        "profileimage",
        "multiselectlookup",
        "multiuserlookup",
        "multi_module_lookup",
        "consent_lookup",
    }
)
_NONE = "-None-"
"""What a pick list calls its empty choice."""


class Choice(msgspec.Struct):
    """One value of a pick list."""

    actual_value: str | None = None
    display_value: str | None = None
    type: str = "used"


class Operations(msgspec.Struct):
    """What may be done to a field through the API."""

    api_create: bool = True
    api_update: bool = True


class Column(msgspec.Struct):
    """One field of the module, from ``/settings/fields``."""

    api_name: str
    data_type: str
    field_label: str = ""
    length: int | None = None
    system_mandatory: bool = False
    custom_field: bool = False
    read_only: bool = False
    field_read_only: bool = False
    json_type: str | None = None
    pick_list_values: list[Choice] | None = None
    operation_type: Operations | None = None

    def field(self, known: Field | None = None, demanded: Collection[str] | None = None) -> Field:
        """As the engine knows it; ``known`` is the catalogue's entry, which alone tells roles and strictness.
        ``demanded`` are the fields that the layouts require; the catalogue's word counts where these are not known."""
        demands = bool(known and known.required) if demanded is None else self.api_name in demanded
        lookup = self.data_type in _LOOKUPS
        return Field(
            name=self.api_name,
            type=self._type(),
            role=known.role if known else None,
            label=self.field_label,
            writable=self._writable(known),
            required=self.system_mandatory or demands,
            custom=self.custom_field,
            max_length=known.max_length if known and lookup else (self.length or None) if self._textual() else None,
            values=self._choices(),
            strictness=known.strictness if known else (),
        )

    def _type(self) -> FieldType:
        if self.api_name == TAGS:
            return FieldType.LIST
        if self.api_name == "id" or self.data_type in _LOOKUPS:
            return FieldType.TEXT
        return _TYPES.get(self.data_type) or _JSON_TYPES.get(self.json_type or "", FieldType.TEXT)

    def _textual(self) -> bool:
        return self._type() in {FieldType.TEXT, FieldType.EMAIL, FieldType.PHONE, FieldType.URL}

    def _writable(self, known: Field | None) -> bool:
        if self.api_name == TAGS:
            return True
        may = self.operation_type or Operations()
        stopped = self.read_only or self.field_read_only or bool(known and not known.writable)
        return may.api_update and not stopped

    def _choices(self) -> tuple[str, ...]:
        """Values as records hold them; what is not in use any more cannot be chosen."""
        used = (choice for choice in self.pick_list_values or () if choice.type != "unused")
        values = (choice.actual_value or choice.display_value for choice in used)
        return tuple(dict.fromkeys(value for value in values if value and value != _NONE))


class Fields(msgspec.Struct):
    """The answer of ``/settings/fields``."""

    fields: list[Column]

    def columns(self) -> dict[str, Column]:
        """By API name, those that hold a value of their own; the id and the tags are always there."""
        own = [Column("id", "bigint", "Record id", read_only=True), Column(TAGS, "text", "Tag")]
        listed = {column.api_name: column for column in self.fields if column.data_type not in _NO_VALUE}
        return {column.api_name: column for column in own} | listed


def reader(column: Column) -> Callable[[object], Value]:
    """How a value of this field becomes one that the engine knows."""
    if column.api_name == TAGS:
        return _read_tags
    if column.data_type in _LOOKUPS:
        return _read_name if column.api_name == COMPANY else _read_id
    if column.api_name == "id":
        return _read_plain
    return _READERS.get(column.data_type, _read_plain)


def _read_plain(raw: object) -> Value:
    if raw is None or raw in ("", _NONE):
        return None
    return raw if isinstance(raw, str | bool | int | float) else _read_id(raw)


def _read_whole(raw: object) -> Value:
    """Big numbers come as text, so that no program rounds them."""
    text = str(raw)
    return int(text) if text.lstrip("-").isdecimal() else _read_plain(raw)


def _read_datetime(raw: object) -> Value:
    moment = read_moment(raw)
    return moment.isoformat() if moment else _read_plain(raw)


def _read_list(raw: object) -> Value:
    return tuple(sorted(map(str, raw))) if isinstance(raw, list) and raw else None


def _read_tags(raw: object) -> Value:
    names = [str(tag["name"]) for tag in raw if isinstance(tag, dict)] if isinstance(raw, list) else []
    return tuple(sorted(names)) or None


def _read_id(raw: object) -> Value:
    found = raw.get("id") if isinstance(raw, dict) else raw
    return str(found) if found else None


def _read_name(raw: object) -> Value:
    found = raw.get("name") if isinstance(raw, dict) else raw
    return str(found) if found else None


_READERS: Mapping[str, Callable[[object], Value]] = {
    "datetime": _read_datetime,
    "multiselectpicklist": _read_list,
    "bigint": _read_whole,
}


def read_moment(raw: object) -> datetime | None:
    """``2024-12-20T10:09:52+03:00`` in UTC: the offset is the user's and moves with summer time."""
    try:
        moment = datetime.fromisoformat(str(raw))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def moment_text(moment: datetime) -> str:
    """A moment as Zoho takes it: whole seconds, with an offset."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def write_value(value: Value, column: Column) -> object:
    """A value as JSON; null clears. A check box is never empty: cleared is unticked."""
    if value is None:
        return False if column.data_type == "boolean" else None
    if isinstance(value, tuple):
        return list(value)
    if column.data_type in _LOOKUPS:
        return {"id": str(value)}
    if column.data_type == "datetime" and (moment := read_moment(value)):
        return moment_text(moment)
    return str(value) if column.data_type == "bigint" else value
