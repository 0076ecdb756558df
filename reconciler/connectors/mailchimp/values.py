"""How members spell their values: ``""`` is nothing, an address is text when empty and an object when full."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, TypeAlias, cast

from reconciler.connectors.mailchimp.fields import MERGED, is_merged
from reconciler.model.field import Field, FieldType

if TYPE_CHECKING:
    from reconciler.connectors.mailchimp.api import Row
    from reconciler.connectors.mailchimp.fields import MergeField
    from reconciler.model.record import Value

Reader: TypeAlias = "Callable[[Mapping[str, object]], Value]"
"""From a member's row to a value; raises ``KeyError`` where the row does not have it."""

_ISO_DATE = re.compile(r"\d{4}-(\d{2})-(\d{2})")
_US_NUMBER = re.compile(r"(?:\+?1)?(\d{3})(\d{3})(\d{4})")


def reader(field: Field, filler: str | None) -> Reader:
    """How a field is read out of a row. ``filler`` is what stands for a missing part of an address."""
    parse = _PARSERS.get(field.type, _text)
    path = [MERGED, *field.name.split(".")] if is_merged(field.name) else field.name.split(".")
    told = 2 if is_merged(field.name) else 1
    part = len(path) > told
    empty = (None, "", 0) if path[0] == "location" else (None, "")  # nobody lives at latitude 0 and longitude 0

    def read(row: Mapping[str, object]) -> Value:
        found: object = row
        for step in path[:told]:
            found = cast("Mapping[str, object]", found)[step]
        for step in path[told:]:
            found = _inside(found, step)
        return None if found in empty or (part and found == filler) else parse(found)

    return read


def _inside(whole: object, step: str) -> object:
    """A part of what may be empty; of a text nobody can say what its parts are."""
    if whole in (None, ""):
        return None
    if not isinstance(whole, Mapping):
        raise KeyError(step)
    return whole.get(step)


def _text(raw: object) -> Value:
    return raw if isinstance(raw, str) else str(raw)


def _number(raw: object) -> Value:
    """A number; one that came as text too, and a text that is none stays one."""
    if isinstance(raw, int | float):
        return raw
    try:
        return float(str(raw))
    except ValueError:
        return str(raw)


def _date(raw: object) -> Value:
    try:
        return date.fromisoformat(str(raw)[:10]).isoformat()
    except ValueError:
        return str(raw)


def _moment(raw: object) -> Value:
    moment = read_moment(raw)
    return moment.isoformat() if moment else str(raw)


def _names(raw: object) -> Value:
    """Names of tags, or the texts of the permissions that were given."""
    rows = raw if isinstance(raw, list) else []
    return tuple(sorted(str(one.get("name") or one.get("text")) for one in rows if one.get("enabled", True))) or None


_PARSERS: Mapping[FieldType, Callable[[object], Value]] = {
    FieldType.BOOLEAN: bool,
    FieldType.NUMBER: _number,
    FieldType.INTEGER: _number,
    FieldType.DATE: _date,
    FieldType.DATETIME: _moment,
    FieldType.LIST: _names,
}


def read_moment(raw: object) -> datetime | None:
    """``2026-01-02T03:04:05+00:00`` in UTC; None for what is no time."""
    try:
        moment = datetime.fromisoformat(str(raw))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def write_plain(field: Field, value: Value) -> object:
    """A value of a member's own field as JSON; an unticked box is the empty one."""
    if field.type is FieldType.BOOLEAN:
        return bool(value)
    return "" if value is None else value


def write_merged(merge_field: MergeField, value: Value) -> object:
    """A value of a merge field as JSON; ``""`` clears. A birthday has no year, and a phone field in the American format
    takes American numbers in one spelling only."""
    if value is None:
        return ""
    if merge_field.type == "birthday" and isinstance(value, str) and (found := _ISO_DATE.fullmatch(value)):
        return f"{found[1]}/{found[2]}"
    if merge_field.type == "phone" and merge_field.options.phone_format == "US":
        found = _US_NUMBER.fullmatch(re.sub(r"[\s().\-/]", "", str(value)))
        return "-".join(found.groups()) if found else value
    return value


def merged(row: Row) -> dict[str, object]:
    """A row's merge fields."""
    found = row.get(MERGED)
    return dict(found) if isinstance(found, Mapping) else {}
