"""What a body may hold, and how a row is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.insightly.errors import refuse
from reconciler.sandbox.insightly.fields import body_stamp, stamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.sandbox.insightly.fields import Custom
    from reconciler.sandbox.insightly.world import InsightlyWorld
    from reconciler.sandbox.shelf import Row

_DATES = frozenset({"DATE", "DATETIME"})
_NUMBERS = frozenset({"NUMERIC", "PERCENT"})


def shown(world: InsightlyWorld, entity: str, row: Row, *, brief: bool = False) -> dict[str, object]:
    """A row with every column, as its object spells nothing; without what a brief listing drops."""
    shape = world.shape(entity)
    columns = (*shape.writable, *shape.read_only)
    body: dict[str, object] = {shape.key: int(row.id)}
    body |= {name: row.values.get(name, shape.empty.get(name)) for name in columns}
    body |= {
        "EMAIL_OPTED_OUT": bool(row.get("EMAIL_OPTED_OUT")),
        "VISIBLE_TO": "EVERYONE",
        "VISIBLE_TEAM_ID": None,
        "CREATED_USER_ID": 2_240_727,
        "DATE_CREATED_UTC": stamp(row.created),
        "DATE_UPDATED_UTC": stamp(world.updated(row.modified)),
    }
    if entity == "Lead":
        body["CONVERTED"] = bool(row.get("CONVERTED"))
    return body if brief else body | _extras(world, entity, row)


def _extras(world: InsightlyWorld, entity: str, row: Row) -> dict[str, object]:
    tags = row.get("TAGS")
    return {
        "CUSTOMFIELDS": [
            {"FIELD_NAME": name, "FIELD_VALUE": row.values[name], "CUSTOM_FIELD_ID": name}
            for name in world.account.customs[entity]
            if name in row.values
        ],
        "TAGS": [{"TAG_NAME": tag} for tag in tags] if isinstance(tags, tuple) else [],
        "LINKS": [],
        **({"DATES": []} if entity == "Contact" else {}),
    }


def columns(world: InsightlyWorld, entity: str, body: Mapping[str, object]) -> dict[str, object]:
    """The columns that a body sets; what is read-only or unknown is passed over. Raises ``Refusal`` 400."""
    shape = world.shape(entity)
    found: dict[str, object] = {}
    for name in shape.writable:
        if name in body:
            _check(world, entity, name, body[name])
            found[name] = body[name]
    return {**found, **dict(_customs(world, entity, body)), **_tags(body)}


def _check(world: InsightlyWorld, entity: str, name: str, value: object) -> None:
    shape = world.shape(entity)
    fits = {
        **dict.fromkeys(shape.texts, isinstance(value, str)),
        **dict.fromkeys(shape.numbers, isinstance(value, int) and not isinstance(value, bool)),
        **dict.fromkeys(shape.dates, body_stamp(value) is not None),
        **dict.fromkeys(shape.users, value in world.users()),
        "EMAIL_OPTED_OUT": isinstance(value, bool),
    }
    if value is not None and not fits[name]:
        raise refuse(400, f"The value of {name} is not valid.")
    if value is not None and world.points_nowhere(name, value):
        raise refuse(400, f"{name} does not exist.")


def _customs(world: InsightlyWorld, entity: str, body: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    listed = body.get("CUSTOMFIELDS") or []
    for entry in listed if isinstance(listed, list) else []:
        name, value = str(entry.get("FIELD_NAME")), entry.get("FIELD_VALUE")
        custom = world.account.customs[entity].get(name)
        if custom is None or not custom.editable:
            raise refuse(400, f"Custom field {name} does not exist or cannot be edited.")
        if value is not None and not _fits(custom, value):
            raise refuse(400, f"The value of custom field {name} is not valid.")
        yield name, value


def _fits(custom: Custom, value: object) -> bool:
    if custom.kind in _DATES:
        return body_stamp(value) is not None
    if custom.kind in _NUMBERS:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if custom.kind == "BIT":
        return isinstance(value, bool)
    if not isinstance(value, str):
        return False
    return not custom.options or set(value.split(";")) <= set(custom.options)


def _tags(body: Mapping[str, object]) -> dict[str, object]:
    listed = body.get("TAGS")
    if not isinstance(listed, list):
        return {}
    return {"TAGS": tuple(sorted({str(tag["TAG_NAME"]) for tag in listed}))}
