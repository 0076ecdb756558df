"""The calls on persons: list, get, search, create, update, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.pipedrive import fields, hands
from reconciler.sandbox.pipedrive.errors import invalid, missing, refused
from reconciler.sandbox.pipedrive.listing import answer, limit_of, list_page
from reconciler.sandbox.pipedrive.times import rfc3339
from reconciler.sandbox.pipedrive.world import USERS
from reconciler.sandbox.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.sandbox.pipedrive.world import PipedriveWorld
    from reconciler.sandbox.shelf import Row
    from reconciler.sandbox.wire import Call

_DAY = 86_400.0
_POINTS = ("emails", "phones", "im")
_STATUSES = ("no_consent", "unsubscribed", "subscribed", "archived")
_PLACES = frozenset({"name", "email", "phone", "notes", "custom_fields"})
_MOST_KEYS = 15


def list_persons(world: PipedriveWorld, call: Call) -> Answer:
    """One page of whoever is not deleted."""
    keys = _keys(call)
    return list_page(call, world.persons, world.quirks.page_limit, lambda row: view(world, row, _included(call), keys))


def get_person(world: PipedriveWorld, call: Call, person_id: str) -> Answer:
    """One person, for 30 days also a deleted one."""
    row = world.persons.rows.get(person_id)
    if row is not None:
        return one(view(world, row, _included(call), _keys(call)))
    gone = world.persons.gone.get(person_id)
    if gone is None or world.clock() - gone.modified > world.quirks.bin_days * _DAY:
        raise missing("person")
    return one({**view(world, gone, _included(call), _keys(call)), "is_deleted": True})


def post_person(world: PipedriveWorld, call: Call) -> Answer:
    """Make one."""
    values = checked(world, call.json())
    if not values.get("name"):
        raise invalid("name is required")
    if not values.get("emails"):
        values.pop("marketing_status", None)  # without an email it is not set, and nobody says so
    row = world.save_person({**hands.NEW_PERSON, **values})
    return one(view(world, row, _written(world)))


def patch_person(world: PipedriveWorld, call: Call, person_id: str) -> Answer:
    """Change one. A change of the marketing status that is not allowed is passed over in silence."""
    row = world.persons.rows.get(person_id)
    if row is None:
        raise missing("person")
    values = checked(world, call.json())
    if "name" in values and not values["name"]:
        raise invalid("name is required")
    if "add_time" in values:
        raise invalid("add_time is not allowed")
    _move_status(world, row, values)
    if "custom_fields" in values:
        held, new = row.get("custom_fields"), values["custom_fields"]
        values["custom_fields"] = {**(held if isinstance(held, dict) else {}), **(new if isinstance(new, dict) else {})}
    return one(view(world, world.save_person({**row.values, **values}, person_id), _written(world)))


def _move_status(world: PipedriveWorld, row: Row, values: dict[str, object]) -> None:
    if "marketing_status" not in values:
        return
    move = str(row.get("marketing_status")), str(values["marketing_status"])
    done = world.moves.setdefault(row.id, set())
    forbidden = move[0] == "unsubscribed" or (move[1] == "archived" and move[0] != "subscribed")
    emails = values.get("emails", row.get("emails"))
    if move[0] != move[1] and (forbidden or not emails or (move in done and world.quirks.status_once)):
        values.pop("marketing_status")
    done.add(move)


def delete_person(world: PipedriveWorld, _call: Call, person_id: str) -> Answer:
    """Into the bin."""
    if person_id not in world.persons:
        raise missing("person")
    world.drop_person(person_id)
    return one({"id": int(person_id)})


def search_persons(world: PipedriveWorld, call: Call) -> Answer:
    """What the index knows, which is some seconds behind."""
    term, exact = term_of(call)
    places = call.query.get("fields", ",".join(sorted(_PLACES))).split(",")
    if unknown := set(places) - _PLACES:
        raise invalid(f"fields does not know {min(unknown)}")
    limit = limit_of(call, world.quirks.page_limit)
    rows = world.persons.search(term, places, world.clock() - world.quirks.index_lag, exact=exact)
    return hits(call, rows, limit, lambda row: _item(world, row))


def term_of(call: Call) -> tuple[str, bool]:
    """What is searched for, and whether exactly. Raises ``Refusal``."""
    term, exact = call.query.get("term", ""), call.query.get("exact_match") == "true"
    if len(term) < (1 if exact else 2):
        raise invalid("term is too short")
    return term, exact


def hits(call: Call, rows: list[Row], limit: int, item: Callable[[Row], object]) -> Answer:
    """One page of what a search found."""
    start = int(call.query.get("cursor") or 0)
    page = rows[start : start + limit]
    following = str(start + limit) if start + limit < len(rows) else None
    return answer({"items": [{"result_score": 0.2, "item": item(row)} for row in page]}, following)


def _item(world: PipedriveWorld, row: Row) -> dict[str, object]:
    emails, phones = ([one["value"] for one in _entries(row.get(key))] for key in ("emails", "phones"))
    organisation = world.organisations.rows.get(str(row.get("org_id")))
    return {
        "id": int(row.id),
        "type": "person",
        "name": row.get("name"),
        "phones": phones,
        "emails": emails,
        "primary_email": emails[0] if emails else None,
        "visible_to": row.get("visible_to"),
        "owner": {"id": row.get("owner_id")},
        "organization": {"id": int(organisation.id), "name": organisation.get("name")} if organisation else None,
        "custom_fields": [],
        "notes": [],
        "update_time": rfc3339(row.modified),
    }


# -- shapes


def one(data: object, status: int = 200) -> Answer:
    """An answer with one record."""
    return Answer(status, {"success": True, "data": data})


def view(
    world: PipedriveWorld, row: Row, extra: frozenset[str] = frozenset(), keys: frozenset[str] | None = None
) -> dict[str, object]:
    """A person as version 2 shows it: every custom field, null where it is empty; the name split by the server."""
    first, _, last = str(row.get("name") or "").partition(" ")
    custom = row.get("custom_fields")
    stored = custom if isinstance(custom, dict) else {}
    known = world.custom["persons"]
    return {
        "id": int(row.id),
        "name": row.get("name"),
        "first_name": first or None,
        "last_name": last or None,
        "owner_id": row.get("owner_id"),
        "org_id": row.get("org_id"),
        "add_time": rfc3339(row.created),
        "update_time": rfc3339(row.modified),
        "emails": row.get("emails") or [],
        "phones": row.get("phones") or [],
        "is_deleted": False,
        "visible_to": row.get("visible_to"),
        "label_ids": row.get("label_ids") or [],
        "picture_id": None,
        "custom_fields": {code: stored.get(code) for code in known if keys is None or code in keys},
        **_synced(world, row),
        **({"marketing_status": row.get("marketing_status")} if "marketing_status" in extra else {}),
    }


def _synced(world: PipedriveWorld, row: Row) -> dict[str, object]:
    if not world.quirks.contact_sync:
        return {}
    return {name: row.get(name) or ([] if name == "im" else None) for name in fields.SYNCED}


def _included(call: Call) -> frozenset[str]:
    return frozenset(call.query.get("include_fields", "").split(","))


def _written(world: PipedriveWorld) -> frozenset[str]:
    return frozenset({"marketing_status"} if world.quirks.campaigns else ())


def _keys(call: Call) -> frozenset[str] | None:
    told = call.query.get("custom_fields")
    keys = None if told is None else frozenset(told.split(","))
    if keys is not None and len(keys) > _MOST_KEYS:
        raise invalid(f"custom_fields takes {_MOST_KEYS} keys")
    return keys


# -- bodies


def checked(world: PipedriveWorld, body: object) -> dict[str, object]:
    """A body as it is stored. Raises ``Refusal``: types are strict."""
    if not isinstance(body, dict):
        raise invalid("the body must be an object")
    if not world.quirks.contact_sync and set(body) & set(fields.SYNCED):
        raise refused(403, "Contact sync is not enabled for this company")
    if unknown := set(body) - set(_CHECKS):
        raise invalid(f"{min(unknown)} is not allowed")
    return {name: None if raw is None else _CHECKS[name](world, name, raw) for name, raw in body.items()}


def _text(_world: PipedriveWorld, name: str, raw: object) -> object:
    longest = 10_000 if name == "notes" else 255
    if not isinstance(raw, str) or len(raw) > longest:
        raise invalid(f"{name} must be a string of at most {longest} characters")
    return raw


def _whole(_world: PipedriveWorld, name: str, raw: object) -> object:
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise invalid(f"{name} must be a number")
    return raw


def _organisation(world: PipedriveWorld, name: str, raw: object) -> object:
    if str(_whole(world, name, raw)) not in world.organisations:
        raise invalid(f"{name} is not known")
    return raw


def _user(world: PipedriveWorld, name: str, raw: object) -> object:
    if _whole(world, name, raw) not in USERS:
        raise invalid(f"{name} is not known")
    return raw


def _labels(world: PipedriveWorld, name: str, raw: object) -> object:
    if not isinstance(raw, list) or not set(raw) <= set(world.labels):
        raise invalid(f"{name} must hold ids of labels")
    return raw


def _status(world: PipedriveWorld, name: str, raw: object) -> object:
    if not world.quirks.campaigns or raw not in _STATUSES:
        raise invalid(f"{name} is not allowed")
    return raw


def _points(_world: PipedriveWorld, name: str, raw: object) -> object:
    """Replaced whole; of several that call themselves primary the first is, and of none as well."""
    items = [_point(name, each) for each in raw] if isinstance(raw, list) else None
    if items is None or sum(bool(each["primary"]) for each in items) > 1:
        raise invalid(f"{name} must be a list with one primary entry")
    if items and not any(each["primary"] for each in items):
        items[0]["primary"] = True
    return items


def _point(name: str, raw: object) -> dict[str, object]:
    if not isinstance(raw, dict) or not isinstance(raw.get("value"), str) or not raw["value"]:
        raise invalid(f"{name} must hold objects with a value")
    if not isinstance(raw.get("primary", False), bool):
        raise invalid(f"{name}.primary must be a boolean")
    return {"value": raw["value"], "primary": raw.get("primary", False), "label": raw.get("label") or "work"}


def _entries(raw: object) -> list[dict[str, object]]:
    return [each for each in raw if isinstance(each, dict)] if isinstance(raw, list) else []


def _address(_world: PipedriveWorld, name: str, raw: object) -> object:
    return fields.address(fields.Custom(name, name, "address"), raw)


def _custom(world: PipedriveWorld, name: str, raw: object) -> object:
    known = world.custom["persons"]
    if not isinstance(raw, dict) or not set(raw) <= set(known):
        raise invalid(f"{name} has a key that is not known")
    return {code: fields.accepted(known[code], each) for code, each in raw.items()}


_CHECKS: Mapping[str, Callable[[PipedriveWorld, str, object], object]] = {
    "name": _text,
    "job_title": _text,
    "notes": _text,
    "add_time": _text,
    "birthday": lambda _world, name, raw: fields.as_date(name, raw),
    "owner_id": _user,
    "org_id": _organisation,
    "visible_to": _whole,
    "label_ids": _labels,
    "marketing_status": _status,
    "postal_address": _address,
    "custom_fields": _custom,
    **dict.fromkeys(_POINTS, _points),
}
