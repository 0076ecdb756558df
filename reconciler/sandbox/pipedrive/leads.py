"""The calls on leads, version 1: lists from a number on, archived ones apart, custom fields of deals at the root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.pipedrive import fields, hands
from reconciler.sandbox.pipedrive.errors import invalid, missing
from reconciler.sandbox.pipedrive.listing import limit_of
from reconciler.sandbox.pipedrive.persons import one
from reconciler.sandbox.pipedrive.times import millis, whole_second
from reconciler.sandbox.pipedrive.world import USERS
from reconciler.sandbox.shelf import window
from reconciler.sandbox.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reconciler.sandbox.pipedrive.world import PipedriveWorld
    from reconciler.sandbox.shelf import Row
    from reconciler.sandbox.wire import Call

_CURRENCY_LENGTH, _TITLE_LENGTH = 3, 255
_VISIBLE = ("1", "3", "5", "7")
_LISTED = frozenset({"limit", "start", "owner_id", "person_id", "organization_id", "filter_id", "sort"})
_SORTS: Mapping[str, Callable[[Row], tuple[float, str]]] = {
    "add_time": lambda row: (row.created, ""),
    "update_time": lambda row: (row.modified, ""),
    "title": lambda row: (0.0, str(row.get("title")).casefold()),
    "id": lambda row: (0.0, row.id),
}
_NULLS = ("next_activity_id", "channel", "channel_id", "origin_id", "expected_close_date", "value")


def list_leads(world: PipedriveWorld, call: Call) -> Answer:
    """One page of leads that are not archived; ``updated_since`` is inclusive."""
    return _list(world, call, {*_LISTED, "updated_since"}, archived=False)


def list_archived(world: PipedriveWorld, call: Call) -> Answer:
    """One page of the archive, which does not know ``updated_since``."""
    return _list(world, call, _LISTED, archived=True)


def _list(world: PipedriveWorld, call: Call, known: Iterable[str], *, archived: bool) -> Answer:
    if unknown := set(call.query) - set(known):
        raise invalid(f"{min(unknown)} is not allowed")
    limit, start = limit_of(call, world.quirks.page_limit), int(call.query.get("start", "0"))
    rows = [row for row in _asked(world, call) if (row.get("is_archived") is True) is archived]
    name, _, direction = call.query.get("sort", "add_time ASC").partition(" ")
    if name not in _SORTS:
        raise invalid("sort is not known")
    rows.sort(key=_SORTS[name], reverse=direction.upper() == "DESC")
    more = start + limit < len(rows)
    pagination = {"start": start, "limit": limit, "more_items_in_collection": more}
    pagination |= {"next_start": start + limit} if more else {}
    data = [view(world, row) for row in window(rows, start, limit, call.fault)]
    return Answer(200, {"success": True, "data": data, "additional_data": {"pagination": pagination}})


def _asked(world: PipedriveWorld, call: Call) -> list[Row]:
    query = call.query
    if "person_id" in query:
        rows = [world.leads[each] for each in world.leads_of.get(int(query["person_id"]), ())]
    else:
        rows = world.leads.listed(call.fault)
    if "updated_since" in query:
        since = whole_second("updated_since", query["updated_since"])
        rows = [row for row in rows if row.modified >= since]
    return rows


def get_lead(world: PipedriveWorld, _call: Call, lead_id: str) -> Answer:
    """One lead, archived or not."""
    return one(view(world, _row(world, lead_id)))


def post_lead(world: PipedriveWorld, call: Call) -> Answer:
    """Make one; it needs a title, and somebody or some organisation."""
    body = call.json()
    if isinstance(body, dict) and "is_archived" in body:
        raise invalid("is_archived is not allowed")
    values = _checked(world, body)
    if not values.get("title"):
        raise invalid("title is required")
    if values.get("person_id") is None and values.get("organization_id") is None:
        raise invalid("a lead needs a person_id or an organization_id")
    return one(view(world, world.save_lead({**hands.NEW_LEAD, **values})), 201)


def patch_lead(world: PipedriveWorld, call: Call, lead_id: str) -> Answer:
    """Change one; null clears."""
    row = _row(world, lead_id)
    values = _checked(world, call.json())
    if "title" in values and not values["title"]:
        raise invalid("title is required")
    return one(view(world, world.save_lead({**row.values, **values}, lead_id)))


def delete_lead(world: PipedriveWorld, _call: Call, lead_id: str) -> Answer:
    """Delete one, for good."""
    _row(world, lead_id)
    world.drop_lead(lead_id)
    return one({"id": lead_id})


def list_labels(world: PipedriveWorld, _call: Call) -> Answer:
    """All labels; not paged."""
    rows = [{"id": each, "name": name, "color": "blue"} for each, name in world.lead_labels.items()]
    return one(rows)


def view(world: PipedriveWorld, row: Row) -> dict[str, object]:
    """A lead as version 1 shows it: custom fields only where they are set."""
    known: dict[str, object] = {**dict.fromkeys(_NULLS), "person_id": None, "organization_id": None, "label_ids": []}
    return {
        **known,
        **{name: value for name, value in row.values.items() if name not in world.custom["deals"]},
        **{code: _joined(value) for code in world.custom["deals"] if (value := row.get(code)) is not None},
        "id": row.id,
        "cc_email": f"sandbox+{row.id[-4:]}@example.com",
        "add_time": millis(row.created),
        "update_time": millis(row.modified),
    }


def _joined(value: object) -> object:
    """Version 1 joins the options of a set by commas."""
    return ",".join(map(str, value)) if isinstance(value, list) else value


def _row(world: PipedriveWorld, lead_id: str) -> Row:
    if lead_id not in world.leads:
        raise missing("lead")
    return world.leads[lead_id]


# -- bodies


def _checked(world: PipedriveWorld, body: object) -> dict[str, object]:
    """A body as it is stored. Raises ``Refusal``."""
    if not isinstance(body, dict):
        raise invalid("the body must be an object")
    custom = world.custom["deals"]
    if unknown := set(body) - set(_CHECKS) - set(custom):
        raise invalid(f"{min(unknown)} is not allowed")
    own = {name: raw for name, raw in body.items() if name not in custom}
    for name, raw in own.items():
        if raw is not None and not _CHECKS[name](world, raw):
            raise invalid(f"{name} is not valid")
    return {**own, **{code: fields.flat(custom[code], raw) for code, raw in body.items() if code in custom}}


def _is_text(_world: PipedriveWorld, raw: object) -> bool:
    return isinstance(raw, str)


def _is_title(_world: PipedriveWorld, raw: object) -> bool:
    return isinstance(raw, str) and len(raw) <= _TITLE_LENGTH


def _is_boolean(_world: PipedriveWorld, raw: object) -> bool:
    return isinstance(raw, bool)


def _is_money(_world: PipedriveWorld, raw: object) -> bool:
    if not isinstance(raw, dict) or set(raw) != {"amount", "currency"}:
        return False
    amount, currency = raw["amount"], raw["currency"]
    fit = isinstance(amount, int | float) and not isinstance(amount, bool)
    return fit and isinstance(currency, str) and len(currency) == _CURRENCY_LENGTH


def _is_date(_world: PipedriveWorld, raw: object) -> bool:
    return fields.as_date("expected_close_date", raw) == raw


_CHECKS: Mapping[str, Callable[[PipedriveWorld, object], bool]] = {
    "title": _is_title,
    "person_id": lambda world, raw: isinstance(raw, int) and str(raw) in world.persons,
    "organization_id": lambda world, raw: isinstance(raw, int) and str(raw) in world.organisations,
    "owner_id": lambda _world, raw: raw in USERS,
    "label_ids": lambda world, raw: isinstance(raw, list) and set(raw) <= set(world.lead_labels),
    "value": _is_money,
    "expected_close_date": _is_date,
    "visible_to": lambda _world, raw: raw in _VISIBLE,
    "was_seen": _is_boolean,
    "is_archived": _is_boolean,
    "origin_id": _is_text,
    "channel_id": _is_text,
}
