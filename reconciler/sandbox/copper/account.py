"""The calls on what stands around people and leads: the account, its tables, its subscriptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from reconciler.sandbox.copper.incoming import Invalid
from reconciler.sandbox.copper.records import body_of
from reconciler.sandbox.face import Refusal
from reconciler.sandbox.wire import Answer

if TYPE_CHECKING:
    from reconciler.sandbox.copper.world import CopperWorld
    from reconciler.sandbox.wire import Call

ACCOUNT = 100_624
_EVENTS = frozenset({"new", "update", "delete"})
_TYPES = frozenset({"lead", "person", "company", "opportunity", "project", "task", "activity_log"})
_MOST = 100


def get_account(_world: CopperWorld, _call: Call) -> Answer:
    """Whose key it is."""
    return Answer(200, {"id": ACCOUNT, "name": "Sandbox"})


def get_me(world: CopperWorld, _call: Call) -> Answer:
    """The key's owner."""
    return Answer(200, world.tables.users[0])


def search_users(world: CopperWorld, _call: Call) -> Answer:
    """Everybody who works in the account."""
    return Answer(200, world.tables.users)


def get_contact_types(world: CopperWorld, _call: Call) -> Answer:
    """What people can be."""
    return Answer(200, world.tables.contact_types)


def get_lead_statuses(world: CopperWorld, _call: Call) -> Answer:
    """How far leads can be."""
    return Answer(200, world.tables.lead_statuses)


def get_customer_sources(world: CopperWorld, _call: Call) -> Answer:
    """Where leads come from."""
    return Answer(200, world.tables.customer_sources)


def get_definitions(world: CopperWorld, _call: Call) -> Answer:
    """Custom fields of all entities."""
    return Answer(200, list(world.tables.definitions.values()))


def get_tags(world: CopperWorld, _call: Call) -> Answer:
    """Every tag with how often it is used."""
    counts: dict[str, int] = {}
    for shelf in world.shelves.values():
        for row in shelf.rows.values():
            tags = row.get("tags")
            for tag in tags if isinstance(tags, list) else []:
                counts[str(tag)] = counts.get(str(tag), 0) + 1
    return Answer(200, [{"name": name, "count": count} for name, count in sorted(counts.items())])


def get_webhooks(world: CopperWorld, _call: Call) -> Answer:
    """All subscriptions."""
    return Answer(200, list(world.tables.webhooks.values()))


def get_webhook(world: CopperWorld, _call: Call, number: str) -> Answer:
    """One subscription."""
    return Answer(200, _hook(world, number))


def post_webhook(world: CopperWorld, call: Call) -> Answer:
    """Subscribe to one event of one type; an address must be https, and there are 100 at most."""
    body = body_of(call)
    target, kind, event = (str(body.get(name) or "") for name in ("target", "type", "event"))
    secret = body.get("secret") or {}
    if not target.startswith("https://"):
        raise Invalid("target", "must be an https address")
    if kind not in _TYPES or event not in _EVENTS or not isinstance(secret, Mapping):
        raise Invalid("base", "type, event or secret is invalid")
    if len(world.tables.webhooks) >= _MOST:
        raise Invalid("base", f"there are {_MOST} subscriptions already")
    return Answer(200, world.subscribe(target, kind, event, secret))


def delete_webhook(world: CopperWorld, _call: Call, number: str) -> Answer:
    """Unsubscribe."""
    hook = _hook(world, number)
    del world.tables.webhooks[int(number)]
    return Answer(200, {"id": hook["id"]})


def _hook(world: CopperWorld, number: str) -> dict[str, object]:
    hook = world.tables.webhooks.get(int(number)) if number.isdecimal() else None
    if hook is None:
        raise Refusal(Answer(404, {"success": False, "status": 404, "message": "Resource not found"}))
    return hook
