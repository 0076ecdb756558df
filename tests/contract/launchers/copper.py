from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.field import FieldType
from tests.contract.launchers.launch import Emulated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.connectors.base import Connector
    from reconciler.model.record import Value

PAGE = 20
KEPT = {"people": frozenset({"contact_type"}), "leads": frozenset({"status"})}
"""The server fills in its default."""

LISTS: Mapping[str, Sequence[Value]] = {
    "emails": (),  # says again what the address says that every sample has
    "phones": [(f"+3225550{n:03}", f"+3247550{n:03}") for n in range(12)],
    "websites": [(f"https://{n}.example.com", f"https://{n}.example.org") for n in range(12)],
    "socials": [(f"https://linkedin.com/in/{n}", f"https://quora.com/{n}") for n in range(12)],
}
CUSTOM = ("Nickname", "String"), ("Story", "Text"), ("Birthday", "Date"), ("Very important", "Checkbox")
NUMBERS = ("Score", "Float"), ("Chance", "Percentage"), ("Turnover", "Currency"), ("Blog", "URL"), ("Knows", "Connect")


def with_custom_fields(world) -> None:
    for name, kind in (*CUSTOM, *NUMBERS):
        world.tables.define(name, kind)
    world.tables.define("Colour", "Dropdown", ("Red", "Green", "Blue"))
    world.tables.define("Likes", "MultiSelect", ("Music", "Sport", "Food"))


def samples(connector: Connector) -> Mapping[str, Sequence[Value]]:
    picks = {field.name: field.values for field in connector.describe() if field.type is FieldType.ENUM}
    return {**picks, **LISTS, "country": ("BE", "NL", "US", "DE"), "assignee_id": ("137658", "137659")}


LAUNCHERS = {
    entity: Emulated(
        "copper",
        entity,
        options={"page_size": PAGE},
        prepare=with_custom_fields,
        samples=samples,
        fields=lambda connector: connector.describe(),
        alone=frozenset({"emails", "phones", "websites", "socials"}),
        kept=KEPT[entity],
        page=PAGE,
    )
    for entity in ("people", "leads")
}
