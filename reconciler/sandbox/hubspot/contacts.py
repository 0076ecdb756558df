"""The calls on single contacts: list, get, create, update, archive, purge, merge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.faults import Fault
from reconciler.sandbox.hubspot.bodies import in_read, in_write
from reconciler.sandbox.hubspot.errors import Problem, bad, not_found
from reconciler.sandbox.hubspot.rules import accepted
from reconciler.sandbox.shelf import window
from reconciler.sandbox.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.sandbox.hubspot.world import HubSpotWorld
    from reconciler.sandbox.shelf import Row
    from reconciler.sandbox.wire import Call

_DEFAULT, _MOST = 10, 100


def list_contacts(world: HubSpotWorld, call: Call) -> Answer:
    """One page by ascending id, with the weather that only listings know. There is no total."""
    limit = _limit(call)
    rows, more = _page(world, call, limit)
    names = [name for name in call.query.get("properties", "").split(",") if name]
    body: dict[str, object] = {"results": [in_read(world, row, names) for row in rows]}
    if more is not None:
        link = f"{call.origin}{call.path}?after={more}"
        body["paging"] = {"next": {"after": more, "link": link}}
    return Answer(200, body)


def _archived(call: Call) -> bool:
    return call.query.get("archived", "").lower() == "true"


def _limit(call: Call) -> int:
    text = call.query.get("limit", str(_DEFAULT))
    if not text.isdecimal() or not 0 < int(text) <= _MOST:
        raise bad(f"Page size must be between 1 and {_MOST}")
    return int(text)


def _page(world: HubSpotWorld, call: Call, limit: int) -> tuple[Sequence[Row], str | None]:
    """Rows, and the id at which the next page begins."""
    after = call.query.get("after", "0")
    if not after.isdecimal():
        raise bad("The after token is not valid")
    if _archived(call):
        rows = sorted(world.shelf.gone.values(), key=lambda row: int(row.id))
    elif call.fault is Fault.STALE_LISTING:
        rows = world.shelf.listed(call.fault)
    else:
        return _live(world, call, int(after), limit)
    later = [row for row in rows if int(row.id) >= int(after)]
    return later[:limit], later[limit].id if len(later) > limit else None


def _live(world: HubSpotWorld, call: Call, after: int, limit: int) -> tuple[Sequence[Row], str | None]:
    """The stored contacts from this id on."""
    if call.fault is Fault.EMPTY_LISTING:
        return (), None
    numbers = []
    for number in world.numbers.since(after):
        numbers.append(number)
        if len(numbers) > limit:
            break
    more = str(numbers[limit]) if len(numbers) > limit else None
    if call.fault is Fault.REPEATED_PAGE:
        earlier = [number for number in world.numbers if number < after][-limit:]
        numbers = earlier or numbers
    rows = [world.shelf[str(number)] for number in numbers]
    return window(rows, 0, limit, call.fault if call.fault is Fault.SHORT_PAGE else None), more


def located(world: HubSpotWorld, key: str, id_property: str) -> Row | None:
    """A live row by id, by address (a second one counts too), or by a property that is unique."""
    if id_property in {"", "hs_object_id"}:
        return world.shelf.rows.get(world.resolve(key))
    if id_property == "email":
        return world.shelf.rows.get(world.by_email.get(key.strip().lower(), ""))
    if id_property not in world.properties or not world.properties[id_property].unique:
        raise bad(f"The property {id_property} is not a unique property")
    return next(iter(world.shelf.where(id_property, key)), None)


def _row(world: HubSpotWorld, call: Call, record_id: str) -> Row:
    if (row := located(world, record_id, call.query.get("idProperty", ""))) is None:
        raise not_found()
    return row


def get_contact(world: HubSpotWorld, call: Call, record_id: str) -> Answer:
    """One contact; who was merged answers under another id, who was archived only where one asks for it."""
    names = [name for name in call.query.get("properties", "").split(",") if name]
    if _archived(call) and record_id in world.shelf.gone:
        return Answer(200, in_read(world, world.shelf.gone[record_id], names))
    return Answer(200, in_read(world, _row(world, call, record_id), names))


def body_of(call: Call) -> dict[str, object]:
    """The decoded object. Raises ``Refusal``."""
    body = call.json()
    if not isinstance(body, dict):
        raise bad("Invalid input JSON: an object is expected")
    return body


def post_contact(world: HubSpotWorld, call: Call) -> Answer:
    """Create one."""
    try:
        values = accepted(world, body_of(call).get("properties"), None, dated=is_dated(call))
    except Problem as problem:
        raise problem.refusal() from None
    row = world.shelf[world.make(values)]
    return Answer(201, in_write(world, row), {"Location": f"{call.path}/{row.id}"})


def is_dated(call: Call) -> bool:
    """Whether the request came by a dated version of the API."""
    return call.headers.get("x-sandbox-version", "") >= "2026-09"


def patch_contact(world: HubSpotWorld, call: Call, record_id: str) -> Answer:
    """Change just the properties sent."""
    row = _row(world, call, record_id)
    try:
        world.change(row.id, accepted(world, body_of(call).get("properties"), row.id))
    except Problem as problem:
        raise problem.refusal() from None
    return Answer(200, in_write(world, world.shelf[row.id]))


def delete_contact(world: HubSpotWorld, _call: Call, record_id: str) -> Answer:
    """Into the recycle bin; who is there already, or nowhere, is fine."""
    if record_id in world.shelf:
        world.archive(record_id)
    return Answer(204)


def purge_contact(world: HubSpotWorld, call: Call) -> Answer:
    """Away for good, without a trace in the recycle bin."""
    body = body_of(call)
    row = located(world, str(body.get("objectId", "")), str(body.get("idProperty") or ""))
    if row is not None:
        world.archive(row.id, for_good=True)
    return Answer(204)


def merge_contacts(world: HubSpotWorld, call: Call) -> Answer:
    """One out of two."""
    body = body_of(call)
    winner, loser = str(body.get("primaryObjectId", "")), str(body.get("objectIdToMerge", ""))
    if winner not in world.shelf or loser not in world.shelf or winner == loser:
        raise not_found()
    return Answer(200, in_write(world, world.shelf[world.merge(winner, loser)]))
