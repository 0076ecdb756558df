"""The calls on lists and their members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.hubspot.contacts import body_of
from reconciler.sandbox.hubspot.errors import bad, refused
from reconciler.sandbox.hubspot.schema import iso
from reconciler.sandbox.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.sandbox.hubspot.store import ContactList
    from reconciler.sandbox.hubspot.world import HubSpotWorld
    from reconciler.sandbox.wire import Call

_MOST = 250


def _shown(world: HubSpotWorld, one: ContactList) -> dict[str, object]:
    now = iso(world.now())
    return {
        "listId": one.id,
        "listVersion": 1,
        "name": one.name,
        "objectTypeId": "0-1",
        "processingType": one.kind,
        "processingStatus": "COMPLETE",
        "createdAt": now,
        "updatedAt": now,
        "additionalProperties": {"hs_list_size": str(len(one.members))},
    }


def search_lists(world: HubSpotWorld, call: Call) -> Answer:
    """Lists whose name holds a text, some at a time."""
    body = body_of(call)
    query, offset, count = str(body.get("query") or "").lower(), int(str(body.get("offset") or 0)), body.get("count")
    kinds = body.get("processingTypes")
    found = [
        one
        for one in world.lists.values()
        if query in one.name.lower() and (not isinstance(kinds, list) or not kinds or one.kind in kinds)
    ]
    end = offset + int(str(count or 20))
    rows = [_shown(world, one) for one in found[offset:end]]
    answer = {"offset": min(end, len(found)), "hasMore": end < len(found), "total": len(found), "lists": rows}
    return Answer(200, answer)


def create_list(world: HubSpotWorld, call: Call) -> Answer:
    """A new list; its name must be free."""
    body = body_of(call)
    name, kind = str(body.get("name") or ""), str(body.get("processingType") or "MANUAL")
    if not name or any(one.name == name for one in world.lists.values()):
        raise bad("A list needs a name of its own")
    return Answer(200, {"list": _shown(world, world.lists[world.add_list(name, kind)])})


def _known(world: HubSpotWorld, list_id: str) -> ContactList:
    if list_id not in world.lists:
        raise refused(404, "OBJECT_NOT_FOUND", f"List does not exist with ID {list_id}.")
    return world.lists[list_id]


def members(world: HubSpotWorld, call: Call, list_id: str) -> Answer:
    """Who is on a list, by id."""
    one = _known(world, list_id)
    limit, after = int(call.query.get("limit", "100")), int(call.query.get("after") or 0)
    if not 0 < limit <= _MOST:
        raise bad(f"The limit must be between 1 and {_MOST}")
    later = sorted(int(record_id) for record_id in one.members if int(record_id) > after)
    rows = [{"recordId": str(n), "membershipTimestamp": iso(one.members[str(n)])} for n in later[:limit]]
    body: dict[str, object] = {"results": rows, "total": len(one.members)}
    if len(later) > limit:
        body["paging"] = {"next": {"after": str(later[limit - 1]), "link": call.path}}
    return Answer(200, body)


def lists_of(world: HubSpotWorld, _call: Call, record_id: str) -> Answer:
    """The lists that a contact is on."""
    rows = [
        {"listId": one.id, "listVersion": 1, "firstAddedTimestamp": iso(at), "lastAddedTimestamp": iso(at)}
        for one in world.lists.values()
        if (at := one.members.get(record_id)) is not None
    ]
    return Answer(200, {"results": rows, "total": len(rows)})


def change(world: HubSpotWorld, call: Call, list_id: str) -> Answer:
    """Put on and take off; a list that fills itself refuses. Contacts that are not there are named."""
    body = body_of(call)
    return _moved(world, list_id, body.get("recordIdsToAdd"), body.get("recordIdsToRemove"))


def add(world: HubSpotWorld, call: Call, list_id: str) -> Answer:
    """Put on."""
    return _moved(world, list_id, call.json(), [])


def remove(world: HubSpotWorld, call: Call, list_id: str) -> Answer:
    """Take off."""
    return _moved(world, list_id, [], call.json())


def _moved(world: HubSpotWorld, list_id: str, joining: object, leaving: object) -> Answer:
    one = _known(world, list_id)
    if one.kind == "DYNAMIC":
        raise bad("Memberships of a list with the processing type DYNAMIC cannot be changed")
    come, go = _ids(joining), _ids(leaving)
    missing = [record_id for record_id in (*come, *go) if record_id not in world.shelf]
    added = [record_id for record_id in come if record_id in world.shelf and record_id not in one.members]
    removed = [record_id for record_id in go if one.members.pop(record_id, None) is not None]
    one.members |= dict.fromkeys(added, world.now())
    return Answer(200, {"recordsIdsAdded": added, "recordIdsRemoved": removed, "recordIdsMissing": missing})


def _ids(given: object) -> list[str]:
    listed: Iterable[object] = given if isinstance(given, list) else ()
    return [str(one) for one in listed]
