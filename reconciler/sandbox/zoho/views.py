"""A stored row as the API shows it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reconciler.sandbox.shelf import Row
    from reconciler.sandbox.zoho.columns import Column
    from reconciler.sandbox.zoho.table import Table
    from reconciler.sandbox.zoho.world import ZohoWorld

_ALWAYS = {"Record_Status__s": "Available", "Enrich_Status__s": "Available", "Locked__s": False}


def shown(world: ZohoWorld, table: Table, row: Row, names: Iterable[str]) -> dict[str, object]:
    """These fields of a row, its id always; empty ones are null."""
    return {"id": row.id, **{name: field_of(world, table, row, name) for name in names if name != "id"}}


def field_of(world: ZohoWorld, table: Table, row: Row, name: str) -> object:
    """One field as JSON."""
    if own := _OWN.get(name):
        return own(world, table, row)
    value = row.get(name)
    column = table.columns.get(name)
    return _spelled(world, column, value if value is not None else _ALWAYS.get(name)) if column else None


def _full_name(_world: ZohoWorld, _table: Table, row: Row) -> object:
    return " ".join(filter(None, (str(row.get("First_Name") or ""), str(row.get("Last_Name") or ""))))


def _tags(world: ZohoWorld, table: Table, row: Row) -> object:
    stored = row.get("Tag")
    return [world.tag(table.name, str(tag)) for tag in stored] if isinstance(stored, tuple) else []


def _modified(world: ZohoWorld, _table: Table, row: Row) -> object:
    return stamp(world, row.modified)


def _user(world: ZohoWorld, _table: Table, _row: Row) -> object:
    return world.user()


_OWN: Mapping[str, Callable[[ZohoWorld, Table, Row], object]] = {
    "id": lambda _world, _table, row: row.id,
    "Created_Time": lambda world, _table, row: stamp(world, row.created),
    **dict.fromkeys(("Modified_Time", "Change_Log_Time__s", "Last_Activity_Time"), _modified),
    **dict.fromkeys(("Created_By", "Modified_By"), _user),
    "Full_Name": _full_name,
    "Tag": _tags,
}


def _spelled(world: ZohoWorld, column: Column, value: object) -> object:
    if column.kind == "boolean":
        return bool(value)
    spell = _SPELLED.get(column.kind)
    return value if spell is None or value is None else spell(world, column, value)


_SPELLED: Mapping[str, Callable[[ZohoWorld, Column, object], object]] = {
    "ownerlookup": lambda world, _column, value: world.user(str(value)),
    "lookup": lambda world, column, value: {"name": world.name_of(column.module, str(value)), "id": value},
    "datetime": lambda world, _column, value: stamp(world, float(str(value))),
    "bigint": lambda _world, _column, value: str(value),
}


def stamp(world: ZohoWorld, seconds: float) -> str:
    """An instant in whole seconds, with the offset of the user's time zone."""
    zone = timezone(timedelta(hours=world.quirks.offset_hours))
    return datetime.fromtimestamp(int(seconds), UTC).astimezone(zone).isoformat()


def written(world: ZohoWorld, row: Row) -> dict[str, object]:
    """The details of a row that was written."""
    times = {"Created_Time": stamp(world, row.created), "Modified_Time": stamp(world, row.modified)}
    return {"id": row.id, **times, "Created_By": world.user(), "Modified_By": world.user()}
