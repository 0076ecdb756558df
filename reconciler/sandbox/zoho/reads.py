"""Reading a module: pages by number or by token, single records, the list of deleted ones, and the search index."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from reconciler.sandbox.faults import Fault
from reconciler.sandbox.shelf import newest_last, window
from reconciler.sandbox.wire import Answer
from reconciler.sandbox.zoho.errors import refusal
from reconciler.sandbox.zoho.views import field_of, shown, stamp
from reconciler.sandbox.zoho.world import Paging

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.sandbox.shelf import Row
    from reconciler.sandbox.wire import Call
    from reconciler.sandbox.zoho.table import Table
    from reconciler.sandbox.zoho.world import ZohoWorld

_MOST_FIELDS, _MOST_IDS = 50, 100
_SORTS = frozenset({"id", "Created_Time", "Modified_Time"})
_UNBOUND = frozenset({"page_token", "page"})


def module_of(world: ZohoWorld, name: str) -> Table:
    """Raises ``Refusal`` for a module that there is not."""
    if name not in world.tables:
        raise refusal(400, "INVALID_MODULE", "the module name given seems to be invalid", resource_path_index=0)
    return world.tables[name]


def list_records(world: ZohoWorld, call: Call, module: str) -> Answer:
    """GET /{module}: by ids, by page number, or by page token."""
    table = module_of(world, module)
    names = _fields(table, call)
    if "ids" in call.query:
        rows = _by_ids(table, call)
        paging = Paging([row.id for row in rows], (), 0, world.clock(), size=_MOST_IDS)
    else:
        world.listing_asked(table)
        paging = _paging(world, table, call)
        found = _rows_now(table, call)
        rows = [found[record_id] for record_id in paging.ids if record_id in found]
    if not paging.ids:
        return Answer(204 if _since(call) is None else 304)
    page = window(rows, paging.offset, paging.size, call.fault)
    if not page and call.fault is not Fault.EMPTY_LISTING:
        return Answer(204)
    data = [shown(world, table, row, names) for row in page]
    return Answer(200, {"data": data, "info": _info(world, call, paging, len(rows))})


def _info(world: ZohoWorld, call: Call, paging: Paging, total: int) -> dict[str, object]:
    """The foot of a page: ``count`` is what the page should hold."""
    after = paging.offset + paging.size
    token = None
    if "ids" not in call.query and after < min(total, world.quirks.token_rows):
        token = f"{len(world.pagings) + 1:032x}"
        world.pagings[token] = replace(paging, offset=after)
    return {
        "per_page": paging.size,
        "count": min(paging.size, total - paging.offset) + (call.fault is Fault.WRONG_TOTAL),
        "page": paging.offset // paging.size + 1,
        "sort_by": call.query.get("sort_by", "id"),
        "sort_order": call.query.get("sort_order", "desc"),
        "more_records": after < total,
        "next_page_token": token,
        "previous_page_token": None,
        "page_token_expiry": stamp(world, paging.opened + world.quirks.page_token_seconds) if token else None,
    }


def _paging(world: ZohoWorld, table: Table, call: Call) -> Paging:
    """A question, or its continuation. Raises ``Refusal``."""
    question = tuple(sorted((name, value) for name, value in call.query.items() if name not in _UNBOUND))
    if token := call.query.get("page_token"):
        known = world.pagings.get(token)
        if known is None or world.clock() - known.opened > world.quirks.page_token_seconds:
            raise refusal(400, "EXPIRED_VALUE", "The given page_token has expired", param_name="page_token")
        if known.question != question:
            raise refusal(400, "TOKEN_BOUND_DATA_MISMATCH", "the parameters are not those of the token")
        return known
    size, since, limit = _size(world, call), _since(call), world.quirks.discrete_rows
    offset = (_number(call, "page", 1) - 1) * size
    if offset >= limit:
        raise refusal(400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED", "use page_token to go beyond", limit=limit)
    rows = _sorted(call, [row for row in table.shelf.listed(call.fault) if _wanted(call, row, since)])
    return Paging([row.id for row in rows], question, offset, world.clock(), size)


def _rows_now(table: Table, call: Call) -> dict[str, Row]:
    return {row.id: row for row in table.shelf.listed(call.fault)} if call.fault else table.shelf.rows


def _wanted(call: Call, row: Row, since: float | None) -> bool:
    kind = call.query.get("converted", "false")
    converted = bool(row.get("Converted__s"))
    return (kind == "both" or converted == (kind == "true")) and (since is None or row.modified > since)


def _sorted(call: Call, rows: list[Row]) -> list[Row]:
    by, order = call.query.get("sort_by", "id"), call.query.get("sort_order", "desc")
    if by not in _SORTS:
        raise refusal(400, "INVALID_DATA", "invalid sort_by", param_name="sort_by")
    if by == "Modified_Time":
        rows = newest_last(rows)
    return rows if order == "asc" else rows[::-1]


def _by_ids(table: Table, call: Call) -> list[Row]:
    ids = call.query["ids"].split(",")
    if len(ids) > _MOST_IDS or not all(record_id.isdecimal() for record_id in ids):
        raise refusal(400, "INVALID_DATA", "the ids given seem to be invalid", param_name="ids")
    rows = (table.shelf.rows.get(record_id) for record_id in dict.fromkeys(ids))
    return [row for row in rows if row and _wanted(call, row, None)]


def get_record(world: ZohoWorld, call: Call, module: str, record_id: str) -> Answer:
    """GET /{module}/{id}: all fields, or 204."""
    del call
    table = module_of(world, module)
    if not record_id.isdecimal():
        raise refusal(400, "INVALID_DATA", "the id given seems to be invalid", resource_path_index=1)
    if record_id not in table.shelf:
        return Answer(204)
    return Answer(200, {"data": [shown(world, table, table.shelf[record_id], table.columns)]})


def deleted_records(world: ZohoWorld, call: Call, module: str) -> Answer:
    """GET /{module}/deleted."""
    table = module_of(world, module)
    since, size = _since(call), _size(world, call)
    rows = [row for row in table.shelf.gone.values() if since is None or row.modified > since]
    offset = (_number(call, "page", 1) - 1) * size
    page = rows[offset : offset + size]
    if not page:
        return Answer(204)
    info: dict[str, object] = {"per_page": size, "count": len(page), "page": offset // size + 1}
    info["more_records"] = offset + size < len(rows)
    data = [
        {
            "id": row.id,
            "display_name": field_of(world, table, row, "Full_Name"),
            "type": "recycle",
            "deleted_time": stamp(world, row.modified),
            "deleted_by": world.user(),
            "created_by": world.user(),
        }
        for row in page
    ]
    return Answer(200, {"data": data, "info": info})


def search(world: ZohoWorld, call: Call, module: str) -> Answer:
    """GET /{module}/search: an index that lags behind and finds whatever holds the words."""
    table = module_of(world, module)
    names, word = _question(call)
    visible = world.clock() - world.quirks.search_lag
    found = [
        row
        for row in table.shelf.rows.values()
        if row.modified <= visible and any(word in str(row.get(name) or "").casefold() for name in names)
    ]
    size = _size(world, call)
    if not found:
        return Answer(204)
    data = [shown(world, table, row, table.columns) for row in found[:size]]
    return Answer(
        200, {"data": data, "info": {"per_page": size, "count": len(data), "more_records": size < len(found)}}
    )


def _question(call: Call) -> tuple[Sequence[str], str]:
    if email := call.query.get("email"):
        return ("Email", "Secondary_Email"), email.casefold()
    if phone := call.query.get("phone"):
        return ("Phone", "Mobile"), phone.casefold()
    if criteria := call.query.get("criteria"):
        name, _, rest = criteria.strip("()").partition(":")
        return (name,), rest.partition(":")[2].casefold()
    if word := call.query.get("word"):
        return ("Email", "First_Name", "Last_Name", "Company"), word.casefold()
    raise refusal(400, "REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", param_name="criteria")


def _fields(table: Table, call: Call) -> list[str]:
    names = [name for name in call.query.get("fields", "").split(",") if name]
    if not names:
        raise refusal(400, "REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", param_name="fields")
    if len(names) > _MOST_FIELDS:
        raise refusal(400, "LIMIT_EXCEEDED", "too many fields", param_name="fields", limit=_MOST_FIELDS)
    return [name for name in names if name in table.columns]


def _size(world: ZohoWorld, call: Call) -> int:
    return max(1, min(_number(call, "per_page", 200), world.quirks.page_size))


def _number(call: Call, name: str, usual: int) -> int:
    text = call.query.get(name, str(usual))
    if not text.isdecimal() or text == "0":
        raise refusal(400, "INVALID_DATA", "invalid data", param_name=name, expected_data_type="integer")
    return int(text)


def _since(call: Call) -> float | None:
    text = call.headers.get("if-modified-since")
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise refusal(400, "INVALID_DATA", "invalid header value", header="If-Modified-Since") from None
