"""Between what a person sees (the catalogue's fields) and what is stored (the API's columns)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.insightly.fields import from_wire, to_wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.sandbox.insightly.world import InsightlyWorld
    from reconciler.sandbox.shelf import Row

CHOICES = {"LEAD_STATUS": "LEAD_STATUS_ID", "LEAD_SOURCE": "LEAD_SOURCE_ID"}


def as_entered(world: InsightlyWorld, entity: str, values: Mapping[str, object]) -> dict[str, object]:
    """A person's values as columns. Raises ``ValueError`` for a choice that there is not."""
    stored: dict[str, object] = {}
    for name, value in values.items():
        if name == "ORGANISATION_NAME" and entity == "Contact":
            stored["ORGANISATION_ID"] = world.organisation(str(value)) if value else None
        elif name in CHOICES:
            stored[CHOICES[name]] = _number(world.choices(name), value)
        elif name in world.shape(entity).users:
            stored[name] = int(str(value))
        elif name == "TAGS":
            stored[name] = tuple(sorted(value)) if isinstance(value, list | tuple | set | frozenset) else ()
        else:
            stored[name] = to_wire(_kind(world, entity, name), value)
    return stored


def as_seen(world: InsightlyWorld, entity: str, row: Row) -> dict[str, object]:
    """Columns as a person sees them."""
    seen: dict[str, object] = {}
    shown = {column: name for name, column in CHOICES.items()}
    for name, value in row.values.items():
        if name == "ORGANISATION_ID":
            seen["ORGANISATION_NAME"] = world.tables["Organisation"].shelf[str(value)].get("ORGANISATION_NAME")
        elif name in shown:
            seen[shown[name]] = world.choices(shown[name])[int(str(value))]
        else:
            seen[name] = from_wire(_kind(world, entity, name), value)
    return seen


def _kind(world: InsightlyWorld, entity: str, name: str) -> str:
    custom = world.account.customs[entity].get(name)
    return custom.kind if custom else "DATE" if name in world.shape(entity).dates else "TEXT"


def _number(choices: Mapping[int, str], name: object) -> int:
    for number, known in choices.items():
        if known == name:
            return number
    raise ValueError(f"there is no choice {name!r}; there are {', '.join(choices.values())}")
