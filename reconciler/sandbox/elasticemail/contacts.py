"""The calls on contacts and suppressions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.elasticemail.contact import CONSENT, PLAIN, STANDARD, STATUSES, TRACKING, folded, shown, stamp
from reconciler.sandbox.elasticemail.errors import json_array, json_object, number, refused
from reconciler.sandbox.shelf import window
from reconciler.sandbox.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from reconciler.sandbox.elasticemail.world import ElasticWorld
    from reconciler.sandbox.shelf import Row
    from reconciler.sandbox.wire import Call

_MOST_AT_ONCE = 1000
_CALLER = "203.0.113.9"
_CODES = {"Bounced": 550, "Abuse": 0}


def page(world: ElasticWorld, call: Call, rows: Sequence[Row]) -> Answer:
    """A bare array: no total, no order, nothing that says whether there is more."""
    limit = min(number(call.query.get("limit"), world.quirks.default_limit), world.quirks.max_limit)
    found = window(rows, number(call.query.get("offset"), 0), limit, call.fault)
    return Answer(200, [shown(row) for row in found])


def list_contacts(world: ElasticWorld, call: Call) -> Answer:
    """Everybody, oldest first."""
    return page(world, call, world.shelf.listed(call.fault))


def the_row(world: ElasticWorld, email: str) -> Row:
    """A contact by the address in a path. Raises ``Refusal`` 404."""
    row = world.shelf.rows.get(folded(email))
    if row is None or (world.quirks.exact_paths and row.get("Email") != email):
        raise refused(404, "Contact not found")
    return row


def get_contact(world: ElasticWorld, _call: Call, email: str) -> Answer:
    """One contact."""
    return Answer(200, shown(the_row(world, email)))


def post_contacts(world: ElasticWorld, call: Call) -> Answer:
    """Add contacts, and put them on the list that the query names."""
    items = json_array(call)
    if len(items) > _MOST_AT_ONCE:
        raise refused(400, f"Up to {_MOST_AT_ONCE} contacts can be added at once")
    payloads = [_payload(world, item) for item in items]
    name = call.query.get("listnames")
    if name is not None and name not in world.lists:
        raise refused(400, "List not found")
    rows = [(payload, _store(world, payload)) for payload in payloads]
    for _, row in rows:
        if name is not None:
            world.lists[name].members[row.id] = None
    return Answer(200, [_echoed(world, row, payload) for payload, row in rows])


def _payload(world: ElasticWorld, item: object) -> Mapping[str, object]:
    if not isinstance(item, dict):
        raise refused(400, "The request body is invalid")
    email = item.get("Email")
    if not isinstance(email, str) or "@" not in email.strip("@ "):
        raise refused(400, "Email is not a valid email address")
    if item.get("Status") not in {None, *STATUSES}:
        raise refused(400, "Status is not valid")
    consent = item.get("Consent")
    if isinstance(consent, dict) and consent.get("ConsentTracking") not in {None, *TRACKING}:
        raise refused(400, "ConsentTracking is not valid")
    if folded(email) in world.shelf and world.quirks.post_existing == "error":
        raise refused(400, "Contact already exists")
    _custom(world, item)
    return item


def _store(world: ElasticWorld, payload: Mapping[str, object]) -> Row:
    contact_id = folded(payload["Email"])
    known = contact_id in world.shelf
    if known and world.quirks.post_existing == "ignore":
        return world.shelf[contact_id]
    email = contact_id if world.quirks.lower_case else str(payload["Email"]).strip()
    values: dict[str, object] = {name: payload[name] for name in PLAIN if payload.get(name) is not None}
    values = {"Status": world.quirks.post_status, **values, **_custom(world, payload)}
    if not known:
        values |= {"Email": email, "Source": "ContactApi", **_consent(world, payload)}
    return world.put(contact_id, values)


def _consent(world: ElasticWorld, payload: Mapping[str, object]) -> dict[str, object]:
    said = payload.get("Consent")
    consent = {name: said[name] for name in CONSENT if said.get(name)} if isinstance(said, dict) else {}
    if not world.quirks.consent_defaults:
        return consent
    return {"ConsentIP": _CALLER, "ConsentDate": stamp(world.clock()), "ConsentTracking": "Unknown", **consent}


def _custom(world: ElasticWorld, payload: Mapping[str, object]) -> dict[str, object]:
    """The custom fields of a body that the account has."""
    said = payload.get("CustomFields")
    own = said if isinstance(said, dict) else {}
    if any(not isinstance(value, str) for value in own.values()):
        raise refused(400, "CustomFields values have to be strings")
    unknown = own.keys() - world.custom_fields.keys()
    if unknown and not world.quirks.drop_unknown:
        raise refused(400, "Custom field not found")
    return {name: value for name, value in own.items() if name not in unknown}


def put_contact(world: ElasticWorld, call: Call, email: str) -> Answer:
    """Change names and custom fields; what is left out, or null, stays."""
    row = the_row(world, email)
    payload = json_object(call)
    values = {name: payload[name] for name in ("FirstName", "LastName") if payload.get(name) is not None}
    if payload.get("CustomFields") is not None:
        own = [name for name in row.values if name not in STANDARD]
        values |= dict.fromkeys(own) if world.quirks.put_custom == "replace" else {}
        values |= _custom(world, payload)
    return Answer(200, _echoed(world, world.put(row.id, values), payload))


def _echoed(world: ElasticWorld, row: Row, payload: Mapping[str, object]) -> dict[str, object]:
    """A contact as the answer to a write shows it; perhaps with custom fields that were not saved."""
    said, body = payload.get("CustomFields"), shown(row)
    stored = body["CustomFields"]
    if world.quirks.echo and isinstance(said, dict) and isinstance(stored, dict):
        body["CustomFields"] = {**stored, **{name: value for name, value in said.items() if value}}
    return body


def delete_contact(world: ElasticWorld, _call: Call, email: str) -> Answer:
    """Delete one; there is no body in the answer."""
    world.delete(the_row(world, email).id)
    return Answer(200)


def delete_contacts(world: ElasticWorld, call: Call) -> Answer:
    """Delete many; the rule ``All`` is everybody."""
    for contact_id in meant(world, json_object(call)):
        world.delete(contact_id)
    return Answer(200)


def meant(world: ElasticWorld, body: Mapping[str, object]) -> list[str]:
    """The contacts that a body with addresses, or with a rule, means."""
    emails, rule = body.get("Emails"), body.get("Rule")
    if emails and rule:
        raise refused(400, "Provide either Emails or Rule")
    if rule == "All" or (not emails and not rule and world.quirks.no_emails_is_everybody):
        return world.ids()
    if rule or not isinstance(emails, list):
        raise refused(400, "The rule could not be read")
    return [contact_id for contact_id in map(folded, emails) if contact_id in world.shelf]


def suppress(status: str) -> Callable[[ElasticWorld, Call], Answer]:
    """The handler that gives contacts a status that blocks them."""

    def handle(world: ElasticWorld, call: Call) -> Answer:
        known = [folded(email) for email in json_array(call) if folded(email) in world.shelf]
        for contact_id in known:
            world.put(contact_id, {"Status": status})
        return Answer(201, [_suppression(world.shelf[contact_id]) for contact_id in known])

    return handle


def get_suppression(world: ElasticWorld, _call: Call, email: str) -> Answer:
    """Why a contact is not mailed."""
    row = the_row(world, email)
    if row.get("Status") not in {"Unsubscribed", "Bounced", "Abuse"}:
        raise refused(404, "Suppression not found")
    return Answer(200, _suppression(row))


def _suppression(row: Row) -> dict[str, object]:
    status = str(row.get("Status"))
    changed = row.get("StatusChangeDate")
    return {
        "Email": row.get("Email"),
        "FriendlyErrorMessage": status,
        "ErrorCode": _CODES.get(status),
        "DateUpdated": changed,
    }
