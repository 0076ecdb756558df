"""Lists, searches and single reads of contacts, leads and organisations, and what an account is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from reconciler.sandbox.insightly.bodies import shown
from reconciler.sandbox.insightly.errors import refuse
from reconciler.sandbox.insightly.fields import query_stamp, stamp
from reconciler.sandbox.shelf import stated_total, window
from reconciler.sandbox.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reconciler.sandbox.insightly.world import InsightlyWorld
    from reconciler.sandbox.shelf import Row
    from reconciler.sandbox.wire import Call

_DEFAULT_PAGE = 100


def listing(entity: str) -> Callable[[InsightlyWorld, Call], Answer]:
    """``GET /Contacts``: everything, ascending by id; it cannot be filtered or sorted."""

    def handle(world: InsightlyWorld, call: Call) -> Answer:
        return _page(world, entity, call, world.tables[entity].shelf.listed(call.fault))

    return handle


def search(entity: str) -> Callable[[InsightlyWorld, Call], Answer]:
    """``GET /Contacts/Search``: by one field's value, or by when it was updated, or both."""

    def handle(world: InsightlyWorld, call: Call) -> Answer:
        if not call.query.keys() & {"field_name", "updated_after_utc"}:
            raise refuse(400, "At least one search parameter is required.")
        rows = (
            _named(world, entity, call) if "field_name" in call.query else world.tables[entity].shelf.listed(call.fault)
        )
        return _page(world, entity, call, _updated(world, call, rows))

    return handle


def _named(world: InsightlyWorld, entity: str, call: Call) -> Sequence[Row]:
    name, wanted = call.query["field_name"], call.query.get("field_value", "")
    table = world.tables[entity]
    known = {table.indexed, *(world.shape(entity).writable if entity != "Organisation" else ())}
    if name not in known | set(world.account.customs.get(entity, ())):
        raise refuse(400, f"{name} is not a valid field name.")
    rows = (
        [table.shelf[number] for number in table.with_index(wanted)]
        if name == table.indexed
        else table.shelf.where(name, wanted)
    )
    return [row for row in rows if row.get(name) == wanted] if world.quirks.case_matters else rows


def _updated(world: InsightlyWorld, call: Call, rows: Sequence[Row]) -> Sequence[Row]:
    if "updated_after_utc" not in call.query:
        return rows
    since = query_stamp(call.query["updated_after_utc"])
    if since is None:
        raise refuse(400, "updated_after_utc is not a valid date.")
    least = int(since) + (1 if world.quirks.search_is_after else 0)
    return [row for row in rows if world.updated(row.modified) >= least]


def _page(world: InsightlyWorld, entity: str, call: Call, rows: Sequence[Row]) -> Answer:
    seen = [row for row in rows if row.id not in world.account.hidden]
    top = min(_whole(call, "top", _DEFAULT_PAGE), world.quirks.longest_page)
    page = window(seen, _whole(call, "skip", 0), top, call.fault)
    counted = call.query.get("count_total", "").lower() == "true"
    headers = {"X-Total-Count": str(stated_total(len(seen), call.fault))} if counted else {}
    brief = call.query.get("brief", "").lower() == "true"
    return Answer(200, [render(world, entity, row, brief=brief) for row in page], headers)


def render(world: InsightlyWorld, entity: str, row: Row, *, brief: bool = False) -> dict[str, object]:
    """A row as a body."""
    if entity != "Organisation":
        return shown(world, entity, row, brief=brief)
    stamps = {"DATE_CREATED_UTC": stamp(row.created), "DATE_UPDATED_UTC": stamp(row.modified)}
    return {"ORGANISATION_ID": int(row.id), "ORGANISATION_NAME": row.get("ORGANISATION_NAME"), **stamps}


def _whole(call: Call, name: str, default: int) -> int:
    text = call.query.get(name, "")
    if text and not text.isdecimal():
        raise refuse(400, f"The value of {name} is not valid.")
    return int(text) if text else default


def single(entity: str) -> Callable[..., Answer]:
    """``GET /Contacts/{id}``: with its ETag."""

    def handle(world: InsightlyWorld, _call: Call, number: str) -> Answer:
        return tagged(world, entity, existing(world, entity, number))

    return handle


def existing(world: InsightlyWorld, entity: str, number: str) -> Row:
    """A row. Raises ``Refusal``: 404 where it is gone, 403 where this user may not see it."""
    if number not in world.tables[entity].shelf:
        raise refuse(404)
    if number in world.account.hidden:
        raise refuse(403)
    return world.tables[entity].shelf[number]


def tagged(world: InsightlyWorld, entity: str, row: Row, status: int = 200) -> Answer:
    """A row by itself."""
    headers = {"ETag": etag(world, row)} if world.quirks.etags else {}
    return Answer(status, render(world, entity, row), headers)


def etag(world: InsightlyWorld, row: Row) -> str:
    """What changes whenever anything of a row does, its stamp included."""
    content = crc32(repr(sorted(row.values.items())).encode())
    return f'W/"{row.id}-{content:x}-{world.updated(row.modified):.0f}"'


def custom_fields(world: InsightlyWorld, _call: Call, name: str) -> Answer:
    """``GET /CustomFields/{object}``: an object that is not known brings every object's fields."""
    wanted = [entity for entity in world.account.customs if world.shape(entity).name == name]
    return Answer(
        200,
        [
            {
                "FIELD_NAME": custom.name,
                "FIELD_ORDER": order,
                "FIELD_FOR": world.shape(entity).singular,
                "FIELD_LABEL": custom.name.removesuffix("__c").replace("_", " "),
                "FIELD_TYPE": custom.kind,
                "FIELD_HELP_TEXT": None,
                "DEFAULT_VALUE": "False" if custom.kind == "BIT" else None,
                "EDITABLE": custom.editable,
                "VISIBLE": custom.visible,
                "CUSTOM_FIELD_OPTIONS": [
                    {"OPTION_ID": place, "OPTION_VALUE": option, "OPTION_DEFAULT": False}
                    for place, option in enumerate(custom.options, start=1)
                ],
                "DEPENDENCY": None,
                "JOIN_OBJECT": None,
            }
            for entity in wanted or world.account.customs
            for order, custom in enumerate(world.account.customs[entity].values(), start=1)
        ],
    )


def choices(name: str) -> Callable[[InsightlyWorld, Call], Answer]:
    """``GET /LeadStatuses``, ``GET /LeadSources``."""

    def handle(world: InsightlyWorld, _call: Call) -> Answer:
        rows = enumerate(world.choices(name).items(), start=1)
        return Answer(200, [{f"{name}_ID": number, name: text, "FIELD_ORDER": order} for order, (number, text) in rows])

    return handle


def instance(_world: InsightlyWorld, _call: Call) -> Answer:
    """``GET /Instance``."""
    return Answer(200, {"INSTANCE_NAME": "Sandbox", "INSTANCE_SUBDOMAIN": "sandbox", "PLAN_NAME": "Enterprise"})


def me(_world: InsightlyWorld, _call: Call) -> Answer:
    """``GET /Users/Me``."""
    return Answer(200, {"USER_ID": 2_240_727, "ADMINISTRATOR": False, "ACTIVE": True})
