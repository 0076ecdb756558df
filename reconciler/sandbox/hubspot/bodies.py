"""A contact as the API shows it: what is stored, and what HubSpot computes from it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.sandbox.hubspot.errors import PORTAL
from reconciler.sandbox.hubspot.schema import iso

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.sandbox.hubspot.world import HubSpotWorld
    from reconciler.sandbox.shelf import Row

_SHOWN = ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname")


def stored(world: HubSpotWorld, row: Row) -> dict[str, str]:
    """Every property that has a value, the computed ones too."""
    texts = {name: str(value) for name, value in row.values.items()}
    vids = ";".join([row.id, *filter(None, texts.get("hs_merged_object_ids", "").split(";"))])
    computed = {
        "hs_object_id": row.id,
        "createdate": iso(row.created),
        "lastmodifieddate": iso(row.modified),
        "hs_lastmodifieddate": iso(row.modified),
        "hs_all_contact_vids": vids,
        "hs_lifecyclestage_lead_date": iso(row.created),
        "hs_email_domain": texts.get("email", "").partition("@")[2],
        "hs_calculated_phone_number": re.sub(r"[^\d+]", "", texts.get("phone", "")),
    }
    return {**texts, **{name: value for name, value in computed.items() if value and name in world.properties}}


def in_read(world: HubSpotWorld, row: Row, names: Sequence[str] = ()) -> dict[str, object]:
    """A row of a read: the properties asked for, those that do not exist left out silently; empty ones are null, or
    ``""`` where they were cleared."""
    known = [name for name in names or _SHOWN if name in world.properties]
    told, hollow = stored(world, row), world.hollow.get(row.id, set()) if world.quirks.hollow_clears else set()
    wanted = dict.fromkeys(["createdate", "hs_object_id", "lastmodifieddate", *known])
    properties = {name: told.get(name) or ("" if name in hollow else None) for name in wanted}
    archived = row.id in world.shelf.gone
    body = {**_frame(row), "properties": properties, "archived": archived}
    return {**body, "archivedAt": iso(row.modified)} if archived else body


def in_write(world: HubSpotWorld, row: Row) -> dict[str, object]:
    """A row of a write's answer: everything, and computed times as epoch milliseconds."""
    told = stored(world, row)
    told["hs_lifecyclestage_lead_date"] = str(int(row.created * 1000))
    return {**_frame(row), "properties": told, "archived": False}


def _frame(row: Row) -> dict[str, object]:
    url = f"https://app.hubspot.com/contacts/{PORTAL}/record/0-1/{row.id}"
    return {"id": row.id, "createdAt": iso(row.created), "updatedAt": iso(row.modified), "url": url}
