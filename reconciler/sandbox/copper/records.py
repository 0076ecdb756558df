"""The calls on people and leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from reconciler.sandbox.copper.incoming import Invalid, accepted
from reconciler.sandbox.copper.search import check, found, paging
from reconciler.sandbox.copper.shapes import shown
from reconciler.sandbox.face import Refusal
from reconciler.sandbox.shelf import window
from reconciler.sandbox.wire import Answer

if TYPE_CHECKING:
    from reconciler.sandbox.copper.world import CopperWorld
    from reconciler.sandbox.shelf import Row
    from reconciler.sandbox.wire import Call

BULK = 10
_LISTED_IDS = 30


def body_of(call: Call) -> Mapping[str, object]:
    """The object that a request carries; an empty one where it carries none."""
    try:
        body = call.json() if call.body else {}
    except msgspec.DecodeError:
        return {}
    return body if isinstance(body, Mapping) else {}


def search(world: CopperWorld, call: Call, entity: str) -> Answer:
    """One page as a bare array."""
    asked = body_of(call)
    check(world, entity, asked)
    rows = found(world, entity, asked, call.fault)
    page = window(rows, *paging(asked), call.fault)
    total = len(rows) + len(world.shelves[entity].gone) * world.quirks.loose_total
    return Answer(200, [shown(world, entity, row) for row in page], {"X-PW-TOTAL": str(total)})


def get(world: CopperWorld, _call: Call, entity: str, record_id: str) -> Answer:
    """One record, as it is this moment."""
    return Answer(200, shown(world, entity, _row(world, entity, record_id)))


def fetch_by_email(world: CopperWorld, call: Call) -> Answer:
    """The person with this address, as the first or another one."""
    holders = sorted(world.holders("people", str(body_of(call).get("email"))))
    return get(world, call, "people", holders[0] if holders else "")


def create(world: CopperWorld, call: Call, entity: str) -> Answer:
    """Make one."""
    return Answer(200, _made(world, entity, body_of(call)))


def update(world: CopperWorld, call: Call, entity: str, record_id: str) -> Answer:
    """Change what the body names; null clears."""
    return Answer(200, _changed(world, entity, _row(world, entity, record_id), body_of(call)))


def delete(world: CopperWorld, _call: Call, entity: str, record_id: str) -> Answer:
    """Delete for good."""
    world.drop(entity, _row(world, entity, record_id).id, own=True)
    return Answer(200, {"id": int(record_id), "is_deleted": True})


def bulk_create(world: CopperWorld, call: Call, entity: str) -> Answer:
    """Up to ten; each fails alone."""
    return Answer(200, [_item(world, entity, item, None) for item in _items(call, entity)])


def bulk_update(world: CopperWorld, call: Call, entity: str) -> Answer:
    """Up to ten, each with its ``id``; each fails alone."""
    return Answer(200, [_item(world, entity, item, str(item.get("id"))) for item in _items(call, entity)])


def upsert(world: CopperWorld, call: Call) -> Answer:
    """Update the one lead that matches, or make it; several are refused."""
    body = body_of(call)
    match, properties = body.get("match"), body.get("properties")
    if not isinstance(match, Mapping) or not isinstance(properties, Mapping):
        raise Invalid("base", "match and properties are required")
    ids = _matching(world, match)
    if len(ids) > 1:
        listed = f" with ids {', '.join(ids)}" if len(ids) <= _LISTED_IDS else ""
        raise Invalid("match", f"{len(ids)} leads match{listed}")
    if ids:
        return Answer(200, _changed(world, "leads", world.shelves["leads"][ids[0]], properties))
    return Answer(200, _made(world, "leads", properties))


def convert(world: CopperWorld, _call: Call, record_id: str) -> Answer:
    """The lead is gone, and there is a person instead."""
    lead = _row(world, "leads", record_id)
    values = {name: lead.get(name) for name in ("name", "phone_numbers", "socials", "websites", "address", "title")}
    email = lead.get("email")
    body = {key: value for key, value in values.items() if value} | {"emails": [email] if email else []}
    person = world.store(
        "people", accepted(world, "people", body, None) | {"leads_converted_from": [record_id]}, own=True
    )
    world.drop("leads", record_id, own=True)
    return Answer(200, {"person": shown(world, "people", person), "company": None, "opportunity": None})


def _row(world: CopperWorld, entity: str, record_id: str) -> Row:
    row = world.shelves[entity].rows.get(record_id)
    if row is None:
        raise Refusal(Answer(404, {"success": False, "status": 404, "message": "Resource not found"}))
    return row


def _made(world: CopperWorld, entity: str, body: object) -> dict[str, object]:
    return _answered(world, entity, world.store(entity, accepted(world, entity, body, None), own=True))


def _changed(world: CopperWorld, entity: str, row: Row, body: object) -> dict[str, object]:
    return _answered(world, entity, world.store(entity, accepted(world, entity, body, row), row.id, own=True))


def _answered(world: CopperWorld, entity: str, row: Row) -> dict[str, object]:
    answer = shown(world, entity, row)
    return {**answer, "address": None} if world.quirks.bare_answers else answer


def _items(call: Call, entity: str) -> list[Mapping[str, object]]:
    items = body_of(call).get(entity)
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        raise Invalid("base", f"{entity} must be an array")
    if len(items) > BULK:
        raise Refusal(Answer(422, {"error": f"Request size too large, limit is {BULK}"}))
    return items


def _item(world: CopperWorld, entity: str, item: Mapping[str, object], record_id: str | None) -> dict[str, object]:
    """One item's answer: the record, or why not."""
    try:
        if record_id is None:
            return _made(world, entity, item)
        row = world.shelves[entity].rows.get(record_id)
        missing = {"id": item.get("id"), "success": False, "message": {"id": [{"error": "not found"}]}}
        return missing if row is None else _changed(world, entity, row, item)
    except Invalid as invalid:
        named = {} if record_id is None else {"id": item.get("id")}
        return {**named, "success": False, "message": invalid.by_field}


def _matching(world: CopperWorld, match: Mapping[str, object]) -> list[str]:
    wanted = match.get("field_value")
    match match.get("field_name"):
        case "email":
            return sorted(world.holders("leads", str(wanted)))
        case "name":
            return [row.id for row in world.shelves["leads"].where("name", wanted)]
        case "custom" if isinstance(wanted, Mapping):
            number, value = wanted.get("custom_field_definition_id"), wanted.get("value")
            return [row.id for row in world.shelves["leads"].rows.values() if _custom(row).get(number) == value]
    raise Invalid("match", "field_name must be one of name, email, custom")


def _custom(row: Row) -> Mapping[object, object]:
    custom = row.get("custom")
    return custom if isinstance(custom, dict) else {}
