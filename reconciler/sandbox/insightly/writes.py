"""Creates, partial updates and deletes: one record a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.insightly.bodies import columns
from reconciler.sandbox.insightly.errors import refuse
from reconciler.sandbox.insightly.reads import etag, existing, tagged
from reconciler.sandbox.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.sandbox.insightly.world import InsightlyWorld
    from reconciler.sandbox.shelf import Row
    from reconciler.sandbox.wire import Call


def create(entity: str) -> Callable[[InsightlyWorld, Call], Answer]:
    """``POST /Contacts``: the answer shows what the server added by itself."""

    def handle(world: InsightlyWorld, call: Call) -> Answer:
        table = world.tables[entity]
        if world.quirks.max_records and len(table.shelf) >= world.quirks.max_records:
            raise refuse(402)
        if entity == "Organisation":
            values = {"ORGANISATION_NAME": _body(call).get("ORGANISATION_NAME")}
        else:
            said = {name: value for name, value in columns(world, entity, _body(call)).items() if value is not None}
            values = {**world.defaults(entity), **said}
            _complete(world, entity, values)
        return _answer(world, entity, table.put(world.new_number(entity), values, world.clock()), 201)

    return handle


def update(entity: str) -> Callable[..., Answer]:
    """``PUT /Contacts``: what is left out is kept, null clears. A stale ``If-Match`` is a 400."""

    def handle(world: InsightlyWorld, call: Call, number: str = "") -> Answer:
        body = _body(call)
        row = existing(world, entity, number or str(body.get(world.shape(entity).key)))
        match = call.headers.get("if-match")
        if match is not None and match != etag(world, row):
            raise refuse(400, f"If-Match header value {match} is not valid.")
        if row.get("CONVERTED"):
            raise refuse(400, "A converted lead cannot be edited.")
        values = {**row.values, **columns(world, entity, body)}
        tags = values.get("TAGS")
        if world.quirks.tags_only_add and isinstance(tags, tuple):
            before = row.get("TAGS")
            values["TAGS"] = tuple(sorted({*tags, *(before if isinstance(before, tuple) else ())}))
        _complete(world, entity, values)
        kept = {name: world.defaults(entity)[name] for name in world.fixed(entity) if values.get(name) is None}
        return _answer(world, entity, world.tables[entity].put(row.id, {**values, **kept}, world.clock()))

    return handle


def _answer(world: InsightlyWorld, entity: str, row: Row, status: int = 200) -> Answer:
    answer = tagged(world, entity, row, status)
    if world.quirks.hasty_answers and isinstance(answer.body, dict):
        answer.body |= {"CUSTOMFIELDS": []}
    return answer


def delete(entity: str) -> Callable[..., Answer]:
    """``DELETE /Contacts/{id}``."""

    def handle(world: InsightlyWorld, _call: Call, number: str) -> Answer:
        existing(world, entity, number)
        if number in world.account.undeletable:
            raise refuse(417)
        world.tables[entity].drop(number, world.clock())
        return Answer(202)

    return handle


def untag(entity: str) -> Callable[..., Answer]:
    """``DELETE /Contacts/{id}/Tags/{name}``."""

    def handle(world: InsightlyWorld, _call: Call, number: str, tag: str) -> Answer:
        tags = existing(world, entity, number).get("TAGS")
        left = tuple(each for each in tags if each != tag) if isinstance(tags, tuple) else ()
        world.tables[entity].merge(number, {"TAGS": left}, world.clock())
        return Answer(202)

    return handle


def _complete(world: InsightlyWorld, entity: str, values: dict[str, object]) -> None:
    needed = world.shape(entity).required
    if world.quirks.required_names and not values.get(needed):
        raise refuse(400, f"{needed} is required.")


def _body(call: Call) -> dict[str, object]:
    body = call.json()
    if not isinstance(body, dict):
        raise refuse(400, "The request is invalid.")
    return body
