"""The calls on organisations: list, get, search, create, update, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.pipedrive.errors import invalid, missing
from reconciler.sandbox.pipedrive.listing import limit_of, list_page
from reconciler.sandbox.pipedrive.persons import hits, one, term_of
from reconciler.sandbox.pipedrive.times import rfc3339
from reconciler.sandbox.pipedrive.world import USERS

if TYPE_CHECKING:
    from reconciler.sandbox.pipedrive.world import PipedriveWorld
    from reconciler.sandbox.shelf import Row
    from reconciler.sandbox.wire import Answer, Call

_KNOWN = frozenset({"name", "owner_id", "visible_to", "label_ids", "website", "linkedin", "add_time", "custom_fields"})


def list_organisations(world: PipedriveWorld, call: Call) -> Answer:
    """One page."""
    return list_page(call, world.organisations, world.quirks.page_limit, view)


def get_organisation(world: PipedriveWorld, _call: Call, organisation_id: str) -> Answer:
    """One of them."""
    return one(view(_row(world, organisation_id)))


def post_organisation(world: PipedriveWorld, call: Call) -> Answer:
    """Make one; names may repeat."""
    body = _body(call)
    if not body.get("name"):
        raise invalid("name is required")
    return one(view(world.save_organisation({"owner_id": USERS[0], "visible_to": 3, **body})))


def patch_organisation(world: PipedriveWorld, call: Call, organisation_id: str) -> Answer:
    """Change one."""
    row = _row(world, organisation_id)
    return one(view(world.save_organisation({**row.values, **_body(call)}, organisation_id)))


def delete_organisation(world: PipedriveWorld, _call: Call, organisation_id: str) -> Answer:
    """Delete one."""
    row = _row(world, organisation_id)
    world.organisations.drop(row.id, world.clock())
    return one({"id": int(row.id)})


def search_organisations(world: PipedriveWorld, call: Call) -> Answer:
    """What the index knows, which is some seconds behind."""
    term, exact = term_of(call)
    limit = limit_of(call, world.quirks.page_limit)
    rows = world.organisations.search(term, ("name",), world.clock() - world.quirks.index_lag, exact=exact)
    return hits(call, rows, limit, lambda row: {"id": int(row.id), "type": "organization", "name": row.get("name")})


def view(row: Row) -> dict[str, object]:
    """An organisation as version 2 shows it."""
    return {
        "id": int(row.id),
        "name": row.get("name"),
        "owner_id": row.get("owner_id"),
        "add_time": rfc3339(row.created),
        "update_time": rfc3339(row.modified),
        "is_deleted": False,
        "visible_to": row.get("visible_to"),
        "label_ids": row.get("label_ids") or [],
        "website": row.get("website"),
        "linkedin": row.get("linkedin"),
        "address": None,
        "custom_fields": {},
    }


def _body(call: Call) -> dict[str, object]:
    body = call.json()
    if not isinstance(body, dict) or set(body) - _KNOWN:
        raise invalid("the body has a key that is not allowed")
    if not isinstance(body.get("name", ""), str):
        raise invalid("name must be a string")
    return body


def _row(world: PipedriveWorld, organisation_id: str) -> Row:
    if organisation_id not in world.organisations:
        raise missing("organization")
    return world.organisations[organisation_id]
