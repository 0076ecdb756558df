"""The calls on members: list, get, create one or many, put, patch, archive, erase, tags."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from reconciler.sandbox.face import Refusal
from reconciler.sandbox.mailchimp.rules import INVALID, accepted
from reconciler.sandbox.mailchimp.shapes import member, refuse, tag, trimmed
from reconciler.sandbox.mailchimp.world import ARCHIVED, PERMISSIONS, address_hash
from reconciler.sandbox.shelf import stated_total, window
from reconciler.sandbox.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.sandbox.mailchimp.world import MailchimpWorld
    from reconciler.sandbox.shelf import Row
    from reconciler.sandbox.wire import Call

_BATCH, _LONGEST = 500, 1000
_UNTOLD = frozenset({"contact_id", "web_id", "full_name", "source", "consents_to_one_to_one_messaging"})
"""What an answer to a batch leaves out of its members."""


def list_members(world: MailchimpWorld, call: Call, list_id: str) -> Answer:
    """One page; the archived come only to those who ask for them."""
    limit, offset = paging(call)
    rows = [row for row in _ordered(world, call) if _asked_for(world, row, call.query)]
    page = window(rows, offset, limit, call.fault)
    body = {
        "members": [member(world, row) for row in page],
        "list_id": list_id,
        "total_items": stated_total(len(rows), call.fault),
        "_links": [],
    }
    return Answer(200, trimmed(body, call.query.get("fields")))


def paging(call: Call) -> tuple[int, int]:
    """``count`` (ten without asking, a thousand at most) and ``offset``."""
    texts = call.query.get("count") or "10", call.query.get("offset") or "0"
    if not all(text.isdecimal() for text in texts) or int(texts[0]) > _LONGEST:
        raise refuse(400, INVALID, "The resource submitted could not be validated.", [("count", "is not valid")])
    return int(texts[0]), int(texts[1])


def _ordered(world: MailchimpWorld, call: Call) -> list[Row]:
    rows = world.members.listed(call.fault)
    if call.query.get("sort_field") == "last_changed":
        rows.sort(key=lambda row: int(row.modified), reverse=call.query.get("sort_dir") == "DESC")
    return rows


def _asked_for(world: MailchimpWorld, row: Row, query: Mapping[str, str]) -> bool:
    status = query.get("status")
    if row.get("status") != status and (status or (row.get("status") == ARCHIVED and not world.quirks.lists_archived)):
        return False
    since, before = (_moment(world, query.get(name)) for name in ("since_last_changed", "before_last_changed"))
    return (since is None or int(row.modified) > since) and (before is None or int(row.modified) < before)


def _moment(world: MailchimpWorld, text: str | None) -> float | None:
    """Epoch seconds; a moment with a fraction of a second filters nobody."""
    if not text or ("." in text and not world.quirks.fractions_filter):
        return None
    return datetime.fromisoformat(text.replace(" ", "+")).timestamp()


def get_member(world: MailchimpWorld, call: Call, list_id: str, name: str) -> Answer:
    """One member, an archived one too."""
    del list_id
    return Answer(200, trimmed(member(world, _existing(world, name)), call.query.get("fields")))


def post_members(world: MailchimpWorld, call: Call, list_id: str) -> Answer:
    """Make one member, with tags; here an archived one counts as one that is there."""
    del list_id
    body = _body(call)
    if not body.get("status"):
        raise refuse(400, INVALID, "The resource submitted could not be validated.", [("status", "is required")])
    row = world.store({**accepted(world, body, None, lax=_lax(call)), "tags": tuple(sorted(body.get("tags") or ()))})
    return Answer(200, member(world, row))


def put_member(world: MailchimpWorld, call: Call, list_id: str, name: str) -> Answer:
    """Change a member, or make one; an archived one comes back."""
    del list_id
    body, old = _body(call), world.owner(name)
    if old is None and address_hash(str(body.get("email_address") or "")) != name:
        raise refuse(400, "Member Exists", "The address does not belong to this subscriber hash.")
    if old is None or old.get("status") == ARCHIVED:
        body = {**body, "status": body.get("status") or body.get("status_if_new")}
    if not body.get("status") and old is None:
        raise refuse(400, INVALID, "The resource submitted could not be validated.", [("status_if_new", "is required")])
    row = world.store(accepted(world, body, old, lax=_lax(call)), old.id if old else None)
    return Answer(200, member(world, row))


def patch_member(world: MailchimpWorld, call: Call, list_id: str, name: str) -> Answer:
    """Change just the fields sent; ``tags`` among them are ignored."""
    del list_id
    old = _existing(world, name)
    row = world.store(accepted(world, _body(call), old, lax=_lax(call)), old.id)
    return Answer(200, member(world, row))


def delete_member(world: MailchimpWorld, _call: Call, list_id: str, name: str) -> Answer:
    """Archive."""
    del list_id
    row = _existing(world, name)
    if row.get("status") == ARCHIVED:
        raise refuse(world.quirks.archive_twice, "Method Not Allowed", "This list member cannot be removed.")
    world.archive(row.id)
    return Answer(204)


def erase_member(world: MailchimpWorld, _call: Call, list_id: str, name: str) -> Answer:
    """Delete for good."""
    del list_id
    world.erase(_existing(world, name).id)
    return Answer(204)


def post_batch(world: MailchimpWorld, call: Call, list_id: str) -> Answer:
    """Make (or with ``update_existing`` change) up to 500 members, each with its own fate."""
    del list_id
    body = _body(call)
    sent = body.get("members") or []
    if len(sent) > _BATCH:
        raise refuse(400, INVALID, f"Maximum batch size is {_BATCH}.")
    new: list[dict[str, Any]] = []
    updated: list[dict[str, Any]] = []
    errors: list[dict[str, str]] = []
    for one in sent:
        old = world.owner(address_hash(str(one.get("email_address") or "")))
        if old is not None and not body.get("update_existing"):
            errors.append(_error(one, "is already a list member, do you want to update?", "ERROR_CONTACT_EXISTS"))
            continue
        try:
            plain = {name: value for name, value in one.items() if name != PERMISSIONS}
            row = world.store(accepted(world, plain, old, lax=_lax(call)), old.id if old else None)
            (updated if old else new).append(_in_batch(world, row))
        except Refusal as refusal:
            errors.append(_error(one, *_words(refusal.answer.body)))
    counts = {"total_created": len(new), "total_updated": len(updated), "error_count": len(errors)}
    return Answer(200, {"new_members": new, "updated_members": updated, "errors": errors, **counts, "_links": []})


def _in_batch(world: MailchimpWorld, row: Row) -> dict[str, Any]:
    shown = member(world, row)
    if world.quirks.batch_tells_contact_id:
        return shown
    del shown["location"]["region"]
    shown.pop(PERMISSIONS, None)
    return {name: value for name, value in shown.items() if name not in _UNTOLD}


def _words(problem: object) -> tuple[str, str, str, str]:
    body: dict[str, Any] = problem if isinstance(problem, dict) else {}
    first: dict[str, str] = next(iter(body.get("errors") or ()), {})
    return str(body.get("detail")), "ERROR_GENERIC", first.get("field", ""), first.get("message", "")


def _error(one: Mapping[str, Any], words: str, code: str, field: str = "", message: str = "") -> dict[str, str]:
    email = str(one.get("email_address") or "")
    text = f"{email} {words}" if code != "ERROR_GENERIC" else words
    return {"email_address": email, "error": text, "error_code": code, "field": field, "field_message": message}


def get_tags(world: MailchimpWorld, call: Call, list_id: str, name: str) -> Answer:
    """All tags of one member."""
    del list_id
    limit, offset = paging(call)
    names = _tags(_existing(world, name))
    shown = [tag(one) for one in names[offset : offset + limit]]
    return Answer(200, {"tags": shown, "total_items": len(names), "_links": []})


def post_tags(world: MailchimpWorld, call: Call, list_id: str, name: str) -> Answer:
    """Put tags on and take tags off; those that nobody has yet come into being."""
    del list_id
    if name in world.members and not world.quirks.tags_by_contact_id:
        raise refuse(404, "Resource Not Found", "The requested resource could not be found.")
    row = _existing(world, name)
    names = set(_tags(row))
    for one in _body(call).get("tags") or ():
        (names.add if one.get("status") == "active" else names.discard)(str(one["name"]))
    moved = world.clock() if world.quirks.tags_move else row.modified
    world.members.merge(row.id, {"tags": tuple(sorted(names))}, moved)
    return Answer(204)


def search_members(world: MailchimpWorld, call: Call) -> Answer:
    """By address exactly, by a part of a name loosely."""
    query = call.query.get("query", "").strip().lower()
    alive = [row for row in world.members.rows.values() if row.get("status") != ARCHIVED]
    exact = [row for row in alive if str(row.get("email_address")).lower() == query]
    names = [(row, f"{row.get('FNAME') or ''} {row.get('LNAME') or ''}".lower()) for row in alive]
    full = [row for row, name in names if query and query in name]
    return Answer(200, {"exact_matches": _found(world, exact), "full_search": _found(world, full), "_links": []})


def _found(world: MailchimpWorld, rows: Sequence[Row]) -> dict[str, Any]:
    return {"members": [member(world, row) for row in rows], "total_items": len(rows)}


def _existing(world: MailchimpWorld, name: str) -> Row:
    row = world.owner(name)
    if row is None:
        raise refuse(404, "Resource Not Found", "The requested resource could not be found.")
    return row


def _tags(row: Row) -> tuple[str, ...]:
    found = row.get("tags")
    return found if isinstance(found, tuple) else ()


def _body(call: Call) -> dict[str, Any]:
    body = call.json() if call.body else {}
    if not isinstance(body, dict):
        raise refuse(400, "JSON Parse Error", "We encountered an unspecified JSON parsing error.")
    return body


def _lax(call: Call) -> bool:
    return call.query.get("skip_merge_validation") == "true"
