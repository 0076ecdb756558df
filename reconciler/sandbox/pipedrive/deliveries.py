"""Webhook deliveries, version 2.0: the changes of one record, with Basic credentials and no signature."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from reconciler.sandbox.pipedrive.times import millis
from reconciler.sandbox.world import Posted

if TYPE_CHECKING:
    from reconciler.sandbox.pipedrive.world import PipedriveWorld
    from reconciler.sandbox.shelf import Row

_COMPANY = 7_654_321


def tell(world: PipedriveWorld, entity: str, row: Row | None, old: Row | None) -> None:
    """Put a delivery into the outbox for every webhook that wants to know."""
    action = "delete" if row is None else "create" if old is None else "change"
    for hook in world.webhooks.values():
        if hook["event_object"] in ("*", entity) and hook["event_action"] in ("*", action):
            world.outbox.append(_posted(world, hook, (entity, action), row, old))


def _posted(
    world: PipedriveWorld, hook: dict[str, object], what: tuple[str, str], row: Row | None, old: Row | None
) -> Posted:
    record = row or old
    number = len(world.outbox) + 1
    meta = {
        "action": what[1],
        "entity": what[0],
        "entity_id": record.id if record else "",
        "company_id": str(_COMPANY),
        "user_id": "5",
        "id": str(UUID(int=number)),
        "correlation_id": str(UUID(int=number)),
        "timestamp": millis(world.clock()),
        "change_source": "api",
        "attempt": 1,
        "is_bulk_edit": False,
        "webhook_id": str(hook["id"]),
        "permitted_user_ids": [],
        "version": "2.0",
    }
    body = {"meta": meta, "data": _shown(row), "previous": _shown(old)}
    pair = f"{hook['http_auth_user']}:{hook['http_auth_password']}"
    headers = {"content-type": "application/json", "authorization": f"Basic {b64encode(pair.encode()).decode()}"}
    return Posted(str(hook["subscription_url"]), msgspec.json.encode(body), headers)


def _shown(row: Row | None) -> dict[str, object] | None:
    return {"id": row.id, **row.values} if row else None
