"""The calls on contacts: list, get, create and upsert, merge, replace, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.faults import Fault
from reconciler.sandbox.icontact.contact import after_write, by_itself, in_listing
from reconciler.sandbox.icontact.errors import Failure, json_body
from reconciler.sandbox.icontact.rules import Refusal, accepted, ignored_terms, unknown_names
from reconciler.sandbox.icontact.search import search
from reconciler.sandbox.icontact.world import fold
from reconciler.sandbox.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.sandbox.icontact.contact import Contact
    from reconciler.sandbox.icontact.search import Numbers
    from reconciler.sandbox.icontact.world import IContactWorld
    from reconciler.sandbox.wire import Call

_DEFAULT_LIMIT = 20


def list_contacts(world: IContactWorld, call: Call) -> Answer:
    """One page, with the weather that only listings know."""
    limit = min(_number(call, "limit", _DEFAULT_LIMIT), world.quirks.max_limit)
    offset = _number(call, "offset", 0)
    numbers, ignored = search(world, call.query)
    rows = list(_page(world, numbers, offset, limit, call.fault))
    body: dict[str, object] = {
        "contacts": [in_listing(row, world.custom_fields) for row in rows],
        "limit": limit,
        "offset": offset,
        "total": _total(len(numbers), call.fault),
    }
    if ignored:
        body["warnings"] = ignored_terms(ignored)
    return Answer(200, body)


def _page(world: IContactWorld, numbers: Numbers, offset: int, limit: int, fault: Fault | None) -> Iterator[Contact]:
    if fault is Fault.EMPTY_LISTING:
        return
    if fault is Fault.REPEATED_PAGE:
        offset = max(0, offset - limit)
    page = numbers.page(offset, limit)
    if fault is Fault.SHORT_PAGE:
        page = page[: len(page) // 2]
    before = world.before() if fault is Fault.STALE_LISTING else {}
    for number in page:
        row = before.get(number, world.rows.get(number) or world.deleted.get(number))
        if row is not None:
            yield row


def _total(total: int, fault: Fault | None) -> int:
    if fault is Fault.EMPTY_LISTING:
        return 0
    return total + 7 if fault is Fault.WRONG_TOTAL else total


def _number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name, "")
    if not text:
        return default
    if not text.isdecimal():
        raise Failure(400, f"The {name} value you provided was not valid. Please provide a whole number")
    return int(text)


def get_contact(world: IContactWorld, _call: Call, contact_id: str) -> Answer:
    """One contact; a deleted one is missing, or shows its status, as the quirk says."""
    number = int(contact_id) if contact_id.isdecimal() else 0
    row = world.rows.get(number)
    if row is None and world.quirks.after_delete == "deleted":
        row = world.deleted.get(number)
    if row is None:
        raise Failure(404, "The contact you requested was not found")
    return Answer(200, {"contact": by_itself(row, world.custom_fields)})


def post_contacts(world: IContactWorld, call: Call) -> Answer:
    """Create or update each item. Those refused vanish from the answer and leave a sentence in ``warnings``."""
    items = json_body(call)
    if not isinstance(items, list):
        raise Failure(400, "The request body could not be read. Please provide an array of contacts")
    written: list[dict[str, str | None]] = []
    warnings: list[str] = []
    for item in items:
        try:
            written.append(after_write(_upsert(world, item, warnings), world.custom_fields))
        except Refusal as refusal:
            warnings.append(str(refusal))
    body: dict[str, object] = {"contacts": written or None}
    if warnings:
        body["warnings"] = warnings
    return Answer(200, body)


def _upsert(world: IContactWorld, item: object, warnings: list[str]) -> Contact:
    if not isinstance(item, dict):
        raise Refusal("The contact you provided could not be read")
    warnings.extend(ignored_terms(unknown_names(world, item)))
    old = _known(world, item)
    texts = accepted(world, item, old)
    if old is None:
        return world.put(texts)
    kept = old.values if world.quirks.collection_post == "merge" or "contactId" in item else _unblanked(old)
    return world.put({**kept, **texts}, old.number)


def _known(world: IContactWorld, item: Mapping[str, object]) -> Contact | None:
    contact_id = str(item.get("contactId") or "")
    if contact_id:
        if not contact_id.isdecimal() or int(contact_id) not in world.rows:
            raise Refusal("The contactId value you provided was not found")
        return world.rows[int(contact_id)]
    number = world.by_email.get(fold(str(item.get("email") or "")))
    return None if number is None else world.rows[number]


def _unblanked(contact: Contact) -> dict[str, str]:
    """What even an overwriting write keeps: address, status and the count of bounces."""
    return {name: contact.values[name] for name in ("email", "status", "bounceCount") if name in contact.values}


def post_contact(world: IContactWorld, call: Call, contact_id: str) -> Answer:
    """Change just the fields sent."""
    old = _existing(world, contact_id)
    return _write_one(world, call, old, old.values)


def put_contact(world: IContactWorld, call: Call, contact_id: str) -> Answer:
    """Replace: every field that is not sent becomes empty."""
    old = _existing(world, contact_id)
    return _write_one(world, call, old, _unblanked(old))


def _write_one(world: IContactWorld, call: Call, old: Contact, kept: Mapping[str, str]) -> Answer:
    item = json_body(call)
    if isinstance(item, list) and len(item) == 1:
        item = item[0]
    if not isinstance(item, dict):
        raise Failure(400, "The request body could not be read. Please provide one contact")
    try:
        texts = accepted(world, item, old)
    except Refusal as refusal:
        raise Failure(400, str(refusal)) from None
    written = world.put({**kept, **texts}, old.number)
    body: dict[str, object] = {"contact": after_write(written, world.custom_fields)}
    if unknown := unknown_names(world, item):
        body["warnings"] = ignored_terms(unknown)
    return Answer(200, body)


def delete_contact(world: IContactWorld, _call: Call, contact_id: str) -> Answer:
    """Delete one contact for good."""
    world.drop(_existing(world, contact_id).number)
    return Answer(200, [])


def get_actions(world: IContactWorld, _call: Call, contact_id: str) -> Answer:
    """A contact's history, which this emulator does not keep."""
    _existing(world, contact_id)
    return Answer(200, {"actions": [], "limit": _DEFAULT_LIMIT, "offset": 0, "total": 0})


def _existing(world: IContactWorld, contact_id: str) -> Contact:
    if not contact_id.isdecimal() or int(contact_id) not in world.rows:
        raise Failure(404, "The contact you requested was not found")
    return world.rows[int(contact_id)]
