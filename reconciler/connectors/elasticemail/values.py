"""Elastic Email's spelling of values: ``""`` and ``null`` are the same nothing, custom fields are texts, times UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

from reconciler.model.field import Field, FieldType
from reconciler.model.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from reconciler.model.record import Value

Row: TypeAlias = dict[str, object]

EMAIL, LISTS, STATUS = "Email", "lists", "Status"
NAMES = ("FirstName", "LastName")
CONSENT = ("ConsentIP", "ConsentDate", "ConsentTracking")

_NESTED = ("Consent", "Activity")
_CUSTOM = "CustomFields"
_SUFFIX = " (custom)"


def canonical(address: object) -> str:
    """An address as it is a contact's id: trimmed, in lower case."""
    return str(address or "").strip().lower()


class Spelling:
    """How the fields of one account are read from and written to a contact's JSON. ``standard`` are the catalogue's."""

    def __init__(self, standard: Mapping[str, Field]) -> None:
        self.standard = standard

    def is_custom(self, name: str) -> bool:
        """Whether a field is one that the account's owner made."""
        return name not in self.standard

    def custom_field(self, key: str) -> Field:
        """The custom field that contacts hold under ``key``; its name differs where a standard field has that name."""
        return Field(name=f"{key}{_SUFFIX}" if key in self.standard else key, label=key, custom=True)

    def key(self, name: str) -> str:
        """Under which key contacts hold the custom field ``name``."""
        key = name.removesuffix(_SUFFIX)
        return key if key in self.standard else name

    def custom_changes(self, values: Mapping[str, Value]) -> dict[str, str]:
        """The custom fields among ``values``, by key, as texts; ``""`` clears."""
        return {self.key(name): write_value(value) for name, value in values.items() if self.is_custom(name)}

    def draft(self, values: Mapping[str, Value]) -> Row:
        """A new contact's JSON without what is empty. The status is always said: left out, it would be
        ``Transactional``, and the person would get no newsletter. Memberships travel on their own."""
        said = {
            name: self._written(name, value) for name, value in values.items() if value is not None and name != LISTS
        }
        consent = {name: said[name] for name in CONSENT if name in said}
        custom = {self.key(name): value for name, value in said.items() if self.is_custom(name)}
        row: Row = {EMAIL: canonical(said[EMAIL]), STATUS: said.get(STATUS, "Active")}
        row |= {name: said[name] for name in NAMES if name in said}
        return row | ({_CUSTOM: custom} if custom else {}) | ({"Consent": consent} if consent else {})

    def patch(self, values: Mapping[str, Value], stored: Row | None) -> Row:
        """The JSON of an update: what changes, and with a custom field every other one that is ``stored``, because
        the collection may be replaced as a whole."""
        row: Row = {name: write_value(values[name]) for name in NAMES if name in values}
        custom = self.custom_changes(values)
        return row | ({_CUSTOM: {**custom_values(stored or {}), **custom}} if custom else {})

    def _written(self, name: str, value: Value) -> str:
        moment = name in self.standard and self.standard[name].type is FieldType.DATETIME
        return write_moment(value) if moment else write_value(value)


class Reader:
    """Makes records with these fields of contacts' JSON, and of the names of the lists that they are on, where these
    are known and wanted."""

    def __init__(self, spelling: Spelling, names: Sequence[str]) -> None:
        standard = spelling.standard
        self.wants_lists = LISTS in names
        wanted = [name for name in names if name != LISTS]
        self._plain = [(name, _PARSERS.get(standard[name].type, _text)) for name in wanted if name in standard]
        self._custom = [(name, spelling.key(name)) for name in wanted if name not in standard]

    def __call__(self, row: Row, lists: Sequence[str] | None = None) -> Record:
        """One contact."""
        flat, own = _flat(row), custom_values(row)
        values: dict[str, Value] = {name: parse(flat.get(name)) for name, parse in self._plain}
        values |= {name: own.get(key) for name, key in self._custom}
        if self.wants_lists and lists is not None:
            values[LISTS] = tuple(sorted(lists)) or None
        return Record(canonical(row[EMAIL]), values)


def custom_values(row: Row) -> dict[str, str]:
    """A contact's custom fields that are not empty, by key."""
    own = row.get(_CUSTOM)
    texts = {str(key): _text(value) for key, value in own.items()} if isinstance(own, dict) else {}
    return {key: text for key, text in texts.items() if text is not None}


def write_value(value: Value) -> str:
    """A value as Elastic Email takes it: everything is text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(value)
    return "" if value is None else str(value)


def write_moment(value: Value) -> str:
    """A moment in UTC without an offset; what is no moment stays as it is."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return (moment.astimezone(UTC) if moment.tzinfo else moment).replace(tzinfo=None, microsecond=0).isoformat()


def _flat(row: Row) -> Row:
    flat = dict(row)
    for name in _NESTED:
        inner = row.get(name)
        flat |= inner if isinstance(inner, dict) else {}
    return flat


def _text(raw: object) -> str | None:
    if raw is None or raw == "":
        return None
    return raw if isinstance(raw, str) else str(raw)


def _address(raw: object) -> str | None:
    return canonical(raw) or None


def _count(raw: object) -> Value:
    text = _text(raw)
    return int(text) if text is not None and text.lstrip("-").isdecimal() else text


def _moment(raw: object) -> Value:
    """``YYYY-MM-DDThh:mm:ss`` without an offset is UTC; what does not parse stays text."""
    text = _text(raw)
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return text
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


_PARSERS: Mapping[FieldType, Callable[[object], Value]] = {
    FieldType.EMAIL: _address,
    FieldType.INTEGER: _count,
    FieldType.DATETIME: _moment,
}
