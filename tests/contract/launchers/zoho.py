from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.field import FieldType
from reconciler.sandbox.zoho.columns import Column
from tests.contract.launchers.launch import Emulated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.connectors.base import Connector
    from reconciler.model.field import Field
    from reconciler.model.record import Value

PAGE = 20
REFERENCES: Mapping[str, Sequence[Value]] = {"Owner": (), "Vendor_Name": (), "Reporting_To": ()}
"""Ids of other records: an account without any of those has nothing to point at."""

CUSTOM = (
    Column("Shoe_Size", "double", 16, custom=True),
    Column("Customer_Number", "text", 40, custom=True),
    Column("Level", "picklist", 120, custom=True, picks=("Gold", "Silver")),
    Column("Topics", "multiselectpicklist", 2000, custom=True, picks=("Bread", "Fish", "Wine")),
    Column("Member_Since", "date", custom=True),
    Column("Last_Visit", "datetime", custom=True),
    Column("Visits", "integer", 9, custom=True),
    Column("Big_Number", "bigint", 18, custom=True),
    Column("Patron", "boolean", custom=True),
)


def _prepare(world) -> None:
    for module in ("Contacts", "Leads"):
        for column in CUSTOM:
            world.add_custom_field(module, column)


def _picks(connector: Connector) -> Mapping[str, Sequence[Value]]:
    picks = {field.name: field.values for field in connector.describe() if field.type is FieldType.ENUM}
    return picks | REFERENCES


def _fields(connector: Connector) -> Sequence[Field]:
    return connector.describe()


LAUNCHERS = {
    entity: Emulated(
        "zoho",
        entity,
        prepare=_prepare,
        configure={"page_size": PAGE},
        samples=_picks,
        fields=_fields,
        page=PAGE,
    )
    for entity in ("contacts", "leads")
}
