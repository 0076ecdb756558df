"""The fields of one entity in one account, and how values become a body: what is known to be refused is not sent."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from functools import cached_property, partial
from typing import TYPE_CHECKING

from reconciler.connectors.copper.custom import Custom, definitions, sendable
from reconciler.connectors.copper.parts import PARTS, UNREAD, All, instant
from reconciler.connectors.copper.tables import TABLES, Choice, Table
from reconciler.errors import Denied
from reconciler.model.field import FieldType
from reconciler.model.outcome import Refused
from reconciler.model.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from zoneinfo import ZoneInfo

    from reconciler.connectors.copper.api import Entity, Row
    from reconciler.connectors.copper.parts import Part
    from reconciler.model.field import Field
    from reconciler.model.record import Value

_COUNTRY = re.compile(r"[A-Za-z]{2}")
_SINGULAR = {"people": "person", "leads": "lead"}
_FIELD_OF = {"emails": "email", "phone_numbers": "phone", "contact_type_id": "contact_type", "status_id": "status"}
"""The field that is named where the API blames one of its own."""


class Schema:
    """``standard`` are the catalogue's fields, ``names`` those that reads must return."""

    def __init__(self, entity: Entity, standard: Mapping[str, Field], names: Sequence[str], zone: ZoneInfo) -> None:
        self._entity = entity
        self._standard = standard
        self._names = names
        self._zone = zone
        self._tables = {
            name: Choice(key, Table(partial(entity.table, path))) for name, (key, path) in TABLES[entity.name].items()
        }

        self._asked = [choice.table for choice in self._tables.values()]

    @cached_property
    def fields(self) -> dict[str, Field]:
        """The catalogue's fields with the account's own values, and the custom ones."""
        choices = {
            name: replace(self._standard[name], values=choice.table.names) for name, choice in self._tables.items()
        }
        return {**self._standard, **choices, **{name: part.described for name, part in self._custom.items()}}

    @cached_property
    def _custom(self) -> dict[str, Custom]:
        load = partial(self._entity.table, "custom_field_definitions")
        found = definitions(load, _SINGULAR[self._entity.name], self._zone, self._standard)
        self._asked += [part.options for part in found.values()]
        return found

    @cached_property
    def _parts(self) -> dict[str, Part]:
        return {**PARTS[self._entity.name], **self._tables}

    def part(self, name: str) -> Part:
        """A field by name. The account is asked only where it is not a standard one. Raises ``Denied`` for a field that
        it does not have."""
        found: Part | None = self._parts.get(name) or self._custom.get(name)
        if found is None:
            problem = f"this account has no field {name} for {self._entity.name}"
            raise Denied(self._entity.http.app, problem, code="no_such_field")
        return found

    def look_again(self) -> None:
        """Names that the account's tables did not have may have been made meanwhile."""
        for table in self._asked:
            table.look_again()

    @cached_property
    def readers(self) -> Sequence[tuple[str, Part]]:
        """The wanted fields. Raises ``Denied`` for one that is not there."""
        return [(name, self.part(name)) for name in self._names]

    def record(self, row: Row) -> Record:
        """A record with what it holds in the wanted fields."""
        values = {name: part.read(row) for name, part in self.readers}
        return Record(str(row["id"]), values, modified=instant(row.get("date_modified")))

    def merges(self, names: Sequence[str]) -> bool:
        """Whether writing these fields needs the record as it is now."""
        return any(self.part(name).merges for name in names)

    def body(self, values: Mapping[str, Value], now: Row, old: Mapping[str, Value] | None = None) -> Row:
        """Values as JSON for a record that looks like ``now``. Whole lists go first, so that the first entry has the
        last word."""
        body: Row = {}
        held = now
        if any(isinstance(self.part(name), Custom) for name in values):
            held = {**now, "custom_fields": sendable(now, self._custom.values())}
        for name in sorted(values, key=lambda name: not isinstance(self.part(name), All)):
            before = UNREAD if old is None or name not in old else old[name]
            self._write(self.part(name), body, held, values[name], before)
        return body

    def _write(self, part: Part, body: Row, now: Row, value: Value, before: Value) -> None:
        array = getattr(part, "array", None)
        part.write(body, {**now, array: body[array]} if array and array in body else now, value, before)

    def refusal(self, values: Mapping[str, Value]) -> Refused | None:
        """Why these values cannot be written, if they cannot."""
        if values.get("name", "") is None or values.get("name") == "":
            return Refused("name_required", "a record without a name cannot exist here", "name")
        return next((why for name, value in values.items() if (why := self._unfit(name, value))), None)

    def _unfit(self, name: str, value: Value) -> Refused | None:
        if value is None:
            return None
        part, field = self.part(name), self._standard.get(name)
        if name == "country" and not _COUNTRY.fullmatch(str(value)):
            words = "country takes a two-letter ISO code; map it with via: country_name or country_code"
            return Refused("country_code", words, name)
        if name == "assignee_id" and not str(value).isdecimal():
            return Refused("not_an_id", "assignee_id takes the number of a user of this account", name)
        if isinstance(part, Choice):
            return _not_offered(name, [str(value)], part.table)
        return _unfit_custom(part, name, value) if field is None and isinstance(part, Custom) else None


def _unfit_custom(part: Custom, name: str, value: Value) -> Refused | None:
    field = part.described
    if part.chosen:
        return _not_offered(name, value if isinstance(value, tuple) else [str(value)], part.options)
    if field.type is FieldType.DATE and not _is_date(str(value)):
        return Refused("not_a_date", f"'{name}' takes a date", name)
    if field.max_length and len(str(value)) > field.max_length:
        return Refused("too_long", f"'{name}' holds {field.max_length} characters", name)
    return None


def _not_offered(name: str, wanted: Sequence[str], table: Table) -> Refused | None:
    if all(table.number(one) is not None for one in wanted):
        return None
    words = f"the account does not offer this value for '{name}'; it has {', '.join(table.names) or 'none'}"
    return Refused("no_such_option", words, name)


def _is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def field_of(key: str | None) -> str | None:
    """The field behind the API's own name of one."""
    return _FIELD_OF.get(key, key) if key else None
