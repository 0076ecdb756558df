from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.field import FieldType
from tests.contract.launchers.launch import Emulated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.connectors.base import Connector
    from reconciler.model.record import Value

PAGE = 20
REFERENCES: Mapping[str, Sequence[Value]] = {"OwnerId": (), "AccountId": (), "ReportsToId": ()}
"""Ids of other records: an account without any of those has nothing to point at."""


def _picks(connector: Connector) -> Mapping[str, Sequence[Value]]:
    picks = {field.name: field.values for field in connector.describe() if field.type is FieldType.ENUM}
    return picks | REFERENCES


LAUNCHERS = {
    entity: Emulated("salesforce", entity, configure={"page_size": PAGE}, samples=_picks, page=PAGE)
    for entity in ("contacts", "leads")
}
