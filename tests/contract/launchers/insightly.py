from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.field import FieldType
from reconciler.sandbox.insightly.world import USERS
from tests.contract.launchers.launch import Emulated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.connectors.base import Connector
    from reconciler.model.record import Value

PAGE = 20
CUSTOMS = {
    "Hobby__c": "TEXT",
    "Story__c": "MULTILINETEXT",
    "Interests__c": "MULTISELECT",
    "Method__c": "DROPDOWN",
    "Newsletter__c": "BIT",
    "Since__c": "DATE",
    "Called__c": "DATETIME",
    "Shoe__c": "NUMERIC",
    "Share__c": "PERCENT",
    "Number__c": "AUTONUMBER",
}
OPTIONS = {"MULTISELECT": ("Art", "Food", "Music", "Sports"), "DROPDOWN": ("Email", "Phone", "SMS")}
PEOPLE = tuple(map(str, USERS))


def _make_fields(world) -> None:
    for entity in ("Contact", "Lead"):
        for name, kind in CUSTOMS.items():
            world.add_custom_field(name, kind, OPTIONS.get(kind, ()), entity)


def _samples(connector: Connector) -> Mapping[str, Sequence[Value]]:
    picks = {field.name: field.values for field in connector.describe() if field.type is FieldType.ENUM}
    people = {"OWNER_USER_ID": PEOPLE, "RESPONSIBLE_USER_ID": PEOPLE}
    return {**picks, **people, "EMPLOYEE_COUNT": (5, 70, 900)}  # nobody employs nobody: 0 is how the app says nothing


LAUNCHERS = {
    entity: Emulated(
        "insightly",
        entity,
        options={"page_size": PAGE},
        prepare=_make_fields,
        samples=_samples,
        fields=lambda connector: connector.describe(),
        kept=frozenset({"OWNER_USER_ID", "RESPONSIBLE_USER_ID", "LEAD_STATUS"}),
        page=PAGE,
    )
    for entity in ("contacts", "leads")
}
