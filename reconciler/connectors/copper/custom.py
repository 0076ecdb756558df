"""Custom fields: their definitions, and how the values of each data type travel.

Dropdowns hold ids of options, dates are POSIX seconds of midnight in the account's time zone when read (or text, as the
reference says) and ``mm/dd/yyyy`` when written. Whether a write keeps the custom fields that it does not name is not
documented, so all that the record holds are sent along.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from reconciler.connectors.copper.parts import entries, listed, scalar
from reconciler.connectors.copper.tables import Table
from reconciler.model.field import Field, FieldType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reconciler.connectors.copper.api import Row
    from reconciler.model.record import Value

_ID, _VALUE = "custom_field_definition_id", "value"
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_TEXT_LENGTH = 255
_TYPES: Mapping[str, FieldType] = {
    "Dropdown": FieldType.ENUM,
    "MultiSelect": FieldType.LIST,
    "Date": FieldType.DATE,
    "Checkbox": FieldType.BOOLEAN,
    "Float": FieldType.NUMBER,
    "Percentage": FieldType.NUMBER,
    "Currency": FieldType.NUMBER,
    "URL": FieldType.URL,
    "Connect": FieldType.LIST,
}
"""Every other data type (``String``, ``Text``) is text."""


@dataclass(frozen=True, slots=True)
class Custom:
    """One definition, as a part of a record. ``zone`` is where its dates begin."""

    number: int
    name: str
    data_type: str
    zone: ZoneInfo
    options: Table
    merges: bool = True

    @property
    def described(self) -> Field:
        """The field as the engine knows it."""
        kind = _TYPES.get(self.data_type, FieldType.TEXT)
        return Field(
            name=self.name,
            type=kind,
            label=self.name,
            custom=True,
            writable=self.data_type != "Connect",
            max_length=_TEXT_LENGTH if self.data_type == "String" else None,
            values=self.options.names if self.chosen else (),
        )

    @property
    def chosen(self) -> bool:
        """Whether values are options."""
        return self.data_type in {"Dropdown", "MultiSelect"}

    def read(self, row: Row) -> Value:
        """Names of options, ISO dates, and the rest as it is."""
        raw = _held(row).get(self.number)
        match self.data_type:
            case "Dropdown":
                return None if raw is None else self._option(raw)
            case "MultiSelect":
                return listed(map(self._option, raw)) if isinstance(raw, list) else None
            case "Connect":
                return listed(raw)
            case "Date":
                return read_date(raw, self.zone)
            case _:
                return scalar(raw)

    def write(self, body: Row, now: Row, value: Value, before: Value) -> None:
        """Beside all others that the record holds."""
        del before
        held = entries(body if "custom_fields" in body else now, "custom_fields")
        others = [one for one in held if one.get(_ID) != self.number]
        body["custom_fields"] = [*others, {_ID: self.number, _VALUE: self._sent(value)}]

    def _option(self, number: object) -> str:
        return self.options.name(number)

    def _sent(self, value: Value) -> object:
        match self.data_type:
            case "Dropdown":
                return None if value is None else self.options.number(str(value))
            case "MultiSelect":
                return [self.options.number(name) for name in value] if isinstance(value, tuple) else []
            case "Date":
                return f"{date.fromisoformat(str(value)):%m/%d/%Y}" if value else None
            case "Checkbox":
                return bool(value)
            case _:
                return value


def _held(row: Row) -> dict[object, object]:
    return {one.get(_ID): one.get(_VALUE) for one in entries(row, "custom_fields")}


def sendable(row: Row, parts: Iterable[Custom]) -> list[dict[str, object]]:
    """The custom fields that a record holds, as they may be sent back: those that have a value, dates as text."""
    known = {part.number: part for part in parts if part.described.writable}
    return [
        {_ID: number, _VALUE: _american(value, known[number]) if known[number].data_type == "Date" else value}
        for number, value in _held(row).items()
        if number in known and value not in (None, "", [])
    ]


def _american(raw: object, part: Custom) -> object:
    iso = read_date(raw, part.zone)
    return f"{date.fromisoformat(iso):%m/%d/%Y}" if iso and ISO_DATE.fullmatch(iso) else raw


def read_date(raw: object, zone: ZoneInfo) -> str | None:
    """POSIX seconds, ``mm/dd/yyyy`` or an ISO date as an ISO date; another text as it stands."""
    if raw is None or raw == "":
        return None
    if isinstance(raw, int | float):
        return datetime.fromtimestamp(raw, zone).date().isoformat()
    if found := _AMERICAN.fullmatch(str(raw)):
        month, day, year = map(int, found.groups())
        return date(year, month, day).isoformat()
    return str(raw)


def definitions(
    load: Callable[[], Iterable[Row]], entity: str, zone: ZoneInfo, taken: Iterable[str]
) -> dict[str, Custom]:
    """The custom fields of an entity by name. Names that are not alone, or are those of standard fields, carry their
    number behind them. ``load`` asks the account; again, when an option is chosen that was not there before."""
    mine = [row for row in load() if entity in str(row.get("available_on"))]
    names = [str(row.get("name")) for row in mine]
    unfit = {name for name in names if names.count(name) > 1} | set(taken)
    found: dict[str, Custom] = {}
    for row, label in zip(mine, names, strict=True):
        name = f"{label} ({row['id']})" if label in unfit else label
        options = Table(partial(_options, load, row["id"]), entries(row, "options"))
        found[name] = Custom(int(str(row["id"])), name, str(row.get("data_type")), zone, options)
    return found


def _options(load: Callable[[], Iterable[Row]], number: object) -> list[Row]:
    return next((entries(row, "options") for row in load() if row["id"] == number), [])
