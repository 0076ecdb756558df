from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from reconciler.model.field import FieldType
from tests.contract.launchers.launch import Emulated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.connectors.base import Connector
    from reconciler.model.record import Value

LISTS = [f"List {number:02}" for number in range(11)]
COLOURS = (("red", "Red"), ("deep_blue", "Deep blue"))


def _prepare(world) -> None:
    for name in LISTS:
        world.add_list(name)
    for number in range(3):
        world.add_owner(f"owner{number}@example.com")
    world.add_property("favourite_food")
    world.add_property("shoe_size", "number", "number")
    world.add_property("is_member", "bool", "booleancheckbox")
    world.add_property("member_since", "date", "date")
    world.add_property("last_visit", "datetime", "date")
    world.add_property("colour", "enumeration", "select", COLOURS)
    world.add_property("colours", "enumeration", "checkbox", COLOURS)


def _samples(connector: Connector) -> Mapping[str, Sequence[Value]]:
    picks = {field.name: field.values for field in connector.describe() if field.type is FieldType.ENUM}
    # A new contact is a lead already, and the life cycle does not go back to what comes before.
    picks["lifecyclestage"] = picks["lifecyclestage"][1:]
    return {**picks, "lists": tuple(pairwise(LISTS)), "hubspot_owner_id": ("51", "52", "53")}


LAUNCHERS = {
    "contacts": Emulated(
        "hubspot", "contacts", prepare=_prepare, samples=_samples, fields=lambda connector: connector.describe()
    )
}
