"""What a row may hold, field by field, and how it is stored; nothing is written that does not pass."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from reconciler.sandbox.zoho.errors import RowError, field_error, unknown_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.sandbox.shelf import Row
    from reconciler.sandbox.zoho.columns import Column
    from reconciler.sandbox.zoho.table import Table
    from reconciler.sandbox.zoho.world import ZohoWorld

_EMAIL = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>]+")
_PHONE = re.compile(r"[\d\s()+./\-;#*]+|[\d\s()+./\-]+ext\.? ?\d+")
_PATTERNS = {"email": _EMAIL, "phone": _PHONE}
_NUMBERS = {"double", "currency", "percent"}


def checked(world: ZohoWorld, table: Table, row: Mapping[str, object], old: Row | None) -> dict[str, object]:
    """The values to store. Fields that are not known, or that the app fills itself, are passed over in silence.

    Raises ``RowError``.
    """
    values = dict(old.values) if old else {}
    for name, raw in row.items():
        column = table.columns.get(name)
        if column is None or column.system:
            continue
        values[name] = None if raw in (None, "") and column.kind != "boolean" else _stored(world, column, raw)
    for column in table.columns.values():
        if (column.mandatory or column.demanded) and values.get(column.name) in (None, ""):
            raise field_error("MANDATORY_NOT_FOUND", "required field not found", column.name)
    _unique(table, values, old)
    return values


def _unique(table: Table, values: Mapping[str, object], old: Row | None) -> None:
    for column in table.columns.values():
        if not column.unique or not values.get(column.name):
            continue
        twins = [twin for twin in table.holding(column.name, [values[column.name]]) if not old or twin.id != old.id]
        if twins:
            twin = {"id": twins[0].id, "module": {"api_name": table.name}}
            raise field_error("DUPLICATE_DATA", "duplicate data", column.name, id=twins[0].id, duplicate_record=twin)


def _stored(world: ZohoWorld, column: Column, raw: object) -> object:
    if column.kind in {"lookup", "ownerlookup"}:
        return _reference(world, column, raw)
    check = _CHECKS.get(column.kind)
    value = check(column, raw) if check else _text(column, raw)
    if column.kind == "email" and world.quirks.lower_case_email and isinstance(value, str):
        return value.lower()
    if column.picks and world.quirks.strict_picklists:
        _picked(column, value if isinstance(value, list) else [value])
    return value


def _wrong(column: Column, expected: str) -> RowError:
    return field_error("INVALID_DATA", "invalid data", column.name, expected_data_type=expected)


def _picked(column: Column, values: list[object]) -> None:
    if not set(values) <= {*column.picks}:
        raise field_error("INVALID_DATA", "invalid data", column.name, supported_values=list(column.picks))


def _text(column: Column, raw: object) -> str:
    if not isinstance(raw, str):
        raise _wrong(column, "string")
    if column.length and len(raw) > column.length:
        raise field_error("INVALID_DATA", "invalid data", column.name, maximum_length=column.length)
    pattern = _PATTERNS.get(column.kind)
    if pattern and not pattern.fullmatch(raw):
        raise field_error("INVALID_DATA", "invalid data", column.name, regex=pattern.pattern)
    return raw


def _flag(column: Column, raw: object) -> bool:
    if not isinstance(raw, bool):
        raise _wrong(column, "boolean")
    return raw


def _whole(column: Column, raw: object) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise _wrong(column, "integer")
    return raw


def _big(column: Column, raw: object) -> int:
    if isinstance(raw, bool) or not str(raw).lstrip("-").isdecimal():
        raise _wrong(column, "bigint")
    return int(str(raw))


def _number(column: Column, raw: object) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise _wrong(column, "double")
    return raw


def _many(column: Column, raw: object) -> list[object]:
    if not isinstance(raw, list):
        raise _wrong(column, "jsonarray")
    return list(dict.fromkeys(raw))


def _day(column: Column, raw: object) -> str:
    try:
        return date.fromisoformat(str(raw)).isoformat()
    except ValueError:
        raise _wrong(column, "date") from None


def _instant(column: Column, raw: object) -> float:
    try:
        moment = datetime.fromisoformat(str(raw))
    except ValueError:
        raise _wrong(column, "datetime") from None
    if moment.tzinfo is None:
        raise _wrong(column, "datetime")
    return moment.astimezone(UTC).timestamp() // 1


def _reference(world: ZohoWorld, column: Column, raw: object) -> str:
    """A lookup is written by id."""
    found = raw.get("id") if isinstance(raw, dict) else raw
    if not isinstance(found, str) or not found:
        raise _wrong(column, "jsonobject")
    known = world.users if column.kind == "ownerlookup" else world.ids_of(column.module)
    if found not in known:
        raise unknown_id(column.name)
    return found


_CHECKS: Mapping[str, Callable[[Column, object], object]] = {
    "boolean": _flag,
    "integer": _whole,
    "bigint": _big,
    **dict.fromkeys(_NUMBERS, _number),
    "multiselectpicklist": _many,
    "date": _day,
    "datetime": _instant,
}
