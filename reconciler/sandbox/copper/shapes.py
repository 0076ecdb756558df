"""A stored record as Copper's JSON shows it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from reconciler.sandbox.copper.names import split

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.sandbox.copper.world import CopperWorld
    from reconciler.sandbox.shelf import Row

PACIFIC = ZoneInfo("America/Los_Angeles")
SINGULAR = {"people": "person", "leads": "lead"}
_SHARED_NULLS = ("address", "assignee_id", "company_name", "details", "title")
_NULLS = {
    "people": (*_SHARED_NULLS, "company_id", "contact_type_id", "date_lead_created"),
    "leads": (*_SHARED_NULLS, "customer_source_id", "email", "monetary_unit", "monetary_value", "status_id"),
}
_LISTS = {
    "people": ("emails", "phone_numbers", "socials", "websites", "tags", "leads_converted_from"),
    "leads": ("phone_numbers", "socials", "websites", "tags"),
}
_UNSET: Mapping[str, object] = {"Checkbox": False, "MultiSelect": [], "Connect": []}


def shown(world: CopperWorld, entity: str, row: Row) -> dict[str, object]:
    """The whole record, as every read shows it."""
    values = row.values
    name = str(values.get("name", ""))
    body: dict[str, object] = {"id": int(row.id), "name": name, **split(name, lead=entity == "leads")}
    body |= {key: values.get(key) for key in _NULLS[entity]} | {key: values.get(key, []) for key in _LISTS[entity]}
    if entity == "people":
        company = values.get("company_id")
        body["company_name"] = world.tables.companies.get(company) if isinstance(company, int) else None
    else:
        statuses = {one["id"]: one["name"] for one in world.tables.lead_statuses}
        body["status"] = statuses.get(values.get("status_id"))
    body["custom_fields"] = _custom(world, entity, values)
    body |= {"date_created": int(row.created), "date_modified": int(row.modified)}
    return body | {"date_last_contacted": None, "interaction_count": 0}


def changes(world: CopperWorld, entity: str, old: Row | None, new: Row | None) -> dict[str, list[object]]:
    """What a notification tells of an update: ``[old, new]`` by field."""
    before, after = (shown(world, entity, row) if row else {} for row in (old, new))
    return {key: [before.get(key), value] for key, value in after.items() if before.get(key) != value}


def _custom(world: CopperWorld, entity: str, values: Mapping[str, object]) -> list[dict[str, object]]:
    held = values.get("custom")
    held = held if isinstance(held, dict) else {}
    return [
        {"custom_field_definition_id": one["id"], "value": _value(world, one, held.get(one["id"]))}
        for one in world.tables.defined_on(SINGULAR[entity])
    ]


def _value(world: CopperWorld, definition: Mapping[str, object], held: object) -> object:
    kind = str(definition["data_type"])
    if held is None:
        return _UNSET.get(kind)
    if kind == "Date" and world.quirks.dates == "text" and isinstance(held, int):
        return f"{datetime.fromtimestamp(held, PACIFIC):%m/%d/%Y}"
    return held
