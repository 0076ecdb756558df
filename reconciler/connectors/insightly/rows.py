"""Rows of the API as records, and values as bodies: custom fields, tags and names behind ids included."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from reconciler.connectors.insightly.values import read_moment, reader, spell
from reconciler.errors import AppError
from reconciler.model.field import FieldType
from reconciler.model.outcome import Refused
from reconciler.model.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from reconciler.connectors.insightly.api import Row
    from reconciler.connectors.insightly.kinds import Kind
    from reconciler.connectors.insightly.names import Names
    from reconciler.model.field import Field
    from reconciler.model.record import Value

STAMP = "DATE_UPDATED_UTC"
TAGS = "TAGS"
_CUSTOM = "CUSTOMFIELDS"


class Rows:
    """One entity of one account. ``field`` knows its fields (raises ``Denied`` for one that is not there), ``names``
    turn the ids of named fields into names."""

    def __init__(self, kind: Kind, field: Callable[[str], Field], names: Mapping[str, Names]) -> None:
        self._kind = kind
        self.field = field
        self._names = names
        self._readers: dict[str, Callable[[object], Value]] = {}

    def need(self, wanted: Sequence[str]) -> None:
        """Raises ``Denied`` for a field that the account does not have."""
        for name in wanted:
            self.field(name)

    def brief(self, wanted: Iterable[str]) -> bool:
        """Whether a listing may leave out what takes most room."""
        return not any(name == TAGS or self.field(name).custom for name in wanted)

    def learn(self, rows: Iterable[Row], wanted: Iterable[str]) -> None:
        """Find out, for many rows at once, the names that reading them takes."""
        rows = list(rows)
        for name in set(wanted) & self._names.keys():
            ids = {number for row in rows if (number := self._reference(row, name))}
            if ids:
                self._names[name].learn(ids)

    def record(self, row: Row, wanted: Sequence[str]) -> Record:
        """A row as a record of the wanted fields; the names that it takes were learnt before."""
        return Record(
            id=str(row[self._kind.key]), values=self.values(row, wanted), modified=read_moment(row.get(STAMP))
        )

    def written(self, row: Row, wanted: Sequence[str]) -> Record:
        """The answer to a write, without the one stamp that the app itself moves a moment later. Never raises: a name
        that cannot be looked up now is left out, for the write stands."""
        with suppress(AppError):
            self.learn([row], wanted)
        return self.record(row, [name for name in wanted if name != STAMP])

    def values(self, row: Row, wanted: Iterable[str]) -> dict[str, Value]:
        """What a row says of these fields; what it does not mention, and names not learnt before, are left out."""
        customs = _customs(row)
        return {name: value for name in wanted for value in self._value(row, customs, name)}

    def _value(self, row: Row, customs: Mapping[str, object] | None, name: str) -> Iterable[Value]:
        """The value, or nothing where the row does not mention the field."""
        if name in self._names:
            return self._name(row, name)
        if name == TAGS:
            return [tags(row)] if TAGS in row else []
        if self.field(name).custom:
            return [] if customs is None else [self._read(name, customs.get(name))]
        return [self._read(name, row[name])] if name in row else []

    def _name(self, row: Row, name: str) -> Iterable[Value]:
        number = self._reference(row, name)
        if not number:
            return [None] if self._kind.named[name] in row else []
        known = self._names[name]
        return [known.name(number)] if known.known(number) else []

    def _reference(self, row: Row, name: str) -> int:
        text = str(row.get(self._kind.named[name]) or "")
        return int(text) if text.isdecimal() else 0

    def _read(self, name: str, raw: object) -> Value:
        if name not in self._readers:
            self._readers[name] = reader(self.field(name))
        return self._readers[name](raw)

    def alike(self, name: str, one: Value, other: Value) -> bool:
        """Whether two values of a field are one: in any order of items, at any offset from UTC."""
        if isinstance(one, tuple) or isinstance(other, tuple):
            return items(one) == items(other)
        if self.field(name).type is FieldType.DATETIME:
            return read_moment(one) == read_moment(other)
        return one == other

    def body(self, values: Mapping[str, Value], kept: Iterable[str] = ()) -> Row | Refused:
        """Values as a body. ``kept`` are tags that stay beside those of ``values``, for the set goes as a whole."""
        body: Row = {}
        customs: list[Row] = []
        for name, value in values.items():
            spelled = self._spelled(name, value, kept)
            if isinstance(spelled, Refused):
                return spelled
            if self.field(name).custom:
                customs.append({"FIELD_NAME": name, "FIELD_VALUE": spelled})
            else:
                body[self._kind.named.get(name, name)] = spelled
        return {**body, _CUSTOM: customs} if customs else body

    def _spelled(self, name: str, value: Value, kept: Iterable[str]) -> object:
        if name == TAGS:
            return [{"TAG_NAME": tag} for tag in sorted({*items(value), *kept})]
        if name in self._names:
            return None if value is None else self._names[name].number(str(value))
        try:
            return spell(self.field(name), value)
        except ValueError as error:
            return Refused("bad_value", f"{name} cannot hold this: {error}", name)


def items(value: Value) -> frozenset[str]:
    """The items of a list value."""
    return frozenset(value) if isinstance(value, tuple) else frozenset()


def tags(row: Row) -> tuple[str, ...] | None:
    """The names of a row's tags."""
    listed = row.get(TAGS)
    found = listed if isinstance(listed, list) else []
    return tuple(sorted({str(tag["TAG_NAME"]) for tag in found if isinstance(tag, dict) and "TAG_NAME" in tag})) or None


def _customs(row: Row) -> Mapping[str, object] | None:
    """Custom values by field name; only those that have one are there. None where the row left them all out."""
    listed = row.get(_CUSTOM)
    if not isinstance(listed, list):
        return None
    return {
        str(entry.get("FIELD_NAME") or entry.get("CUSTOM_FIELD_ID")): entry.get("FIELD_VALUE")
        for entry in listed
        if isinstance(entry, dict)
    }
