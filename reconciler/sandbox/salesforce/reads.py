"""The calls that change nothing: query, get, describe, limits, and what was changed or deleted when."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from reconciler.sandbox.faults import Fault
from reconciler.sandbox.salesforce import records
from reconciler.sandbox.salesforce.bodies import chosen
from reconciler.sandbox.salesforce.conditions import epoch
from reconciler.sandbox.salesforce.describe import describe, summary
from reconciler.sandbox.salesforce.errors import ApiError, malformed, not_found
from reconciler.sandbox.salesforce.query import columns_of, run
from reconciler.sandbox.salesforce.soql import parse
from reconciler.sandbox.salesforce.table import Row, Table, instant
from reconciler.sandbox.salesforce.world import Locator, SalesforceWorld
from reconciler.sandbox.wire import Answer, Call

if TYPE_CHECKING:
    from reconciler.sandbox.index import Timeline

_OPEN_LOCATORS = 10
_SMALLEST_PAGE = 200
_DAY = 86_400
_DELETED_DAYS, _UPDATED_DAYS = 15, 30


def resources(_world: SalesforceWorld, _call: Call, version: str) -> Answer:
    """Where things are."""
    root = f"/services/data/v{version}"
    return Answer(200, {name: f"{root}/{name}" for name in ("sobjects", "query", "queryAll", "limits", "composite")})


def limits(world: SalesforceWorld, _call: Call, version: str) -> Answer:
    """What is left of today's calls."""
    del version
    most = world.quirks.daily_calls
    return Answer(200, {"DailyApiRequests": {"Max": most, "Remaining": most - world.calls_used}})


def objects(world: SalesforceWorld, _call: Call, version: str) -> Answer:
    """All objects in a few words each."""
    shown = [summary(table, version) for table in world.tables.values()]
    return Answer(200, {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": shown})


def object_summary(world: SalesforceWorld, _call: Call, version: str, entity: str) -> Answer:
    """One object in a few words."""
    return Answer(200, {"objectDescribe": summary(world.table(entity), version), "recentItems": []})


def object_describe(world: SalesforceWorld, _call: Call, version: str, entity: str) -> Answer:
    """One object with its fields."""
    return Answer(200, describe(world.table(entity), version))


def query(world: SalesforceWorld, call: Call, version: str) -> Answer:
    """The first page of a query."""
    return _first_page(world, call, version, trashed=False)


def query_all(world: SalesforceWorld, call: Call, version: str) -> Answer:
    """The first page of a query that also sees the recycle bin."""
    return _first_page(world, call, version, trashed=True)


def _first_page(world: SalesforceWorld, call: Call, version: str, *, trashed: bool) -> Answer:
    world.listing_asked()
    asked = parse(call.query.get("q") or _no_query())
    table = world.tables.get(asked.entity.capitalize())
    if table is None:
        raise ApiError(400, "INVALID_TYPE", f"sObject type '{asked.entity}' is not supported.")
    names = columns_of(table, asked)
    rows = run(table, asked, trashed=trashed, stale=table.before() if call.fault is Fault.STALE_LISTING else None)
    if not names:
        return Answer(200, {"totalSize": len(rows), "done": True, "records": []})
    locator = Locator(rows, table.renderer(names, version), _page_size(world, call), world.clock(), version)
    return Answer(200, _page(world, locator, 0, call.fault))


def _no_query() -> str:
    raise malformed("A query string has to be specified")


def _page_size(world: SalesforceWorld, call: Call) -> int:
    header = call.headers.get("sforce-query-options", "")
    _, _, size = header.replace(" ", "").partition("batchSize=")
    wished = int(size) if size.isdecimal() else world.quirks.page_size
    return min(max(wished, min(_SMALLEST_PAGE, world.quirks.page_size)), world.quirks.page_size)


def _page(world: SalesforceWorld, locator: Locator, offset: int, fault: Fault | None) -> dict[str, object]:
    if fault is Fault.EMPTY_LISTING:
        return {"totalSize": 0, "done": True, "records": []}
    following = offset + locator.size
    start = max(0, offset - locator.size) if fault is Fault.REPEATED_PAGE else offset
    rows = locator.rows[start : start + locator.size]
    if fault is Fault.SHORT_PAGE:
        rows = rows[: len(rows) // 2]
    done = following >= len(locator.rows)
    page: dict[str, object] = {"totalSize": len(locator.rows) + (7 if fault is Fault.WRONG_TOTAL else 0), "done": done}
    if not done:
        page["nextRecordsUrl"] = f"{_kept_at(world, locator)}-{following}"
    return page | {"records": [locator.render(row) for row in rows]}


def _kept_at(world: SalesforceWorld, locator: Locator) -> str:
    """The address under which a query can be paged; the oldest one is forgotten."""
    if not locator.name:
        world.locators_opened += 1
        locator.name = f"01gxx{world.locators_opened:010}AAA"
        world.locators[locator.name] = locator
        while len(world.locators) > _OPEN_LOCATORS:
            world.locators.popitem(last=False)
    return f"/services/data/v{locator.version}/query/{locator.name}"


def query_more(world: SalesforceWorld, call: Call, version: str, locator: str) -> Answer:
    """A later page: the rows as they were when the query was asked."""
    del version
    name, _, offset = locator.rpartition("-")
    found = world.locators.get(name)
    if found is None or not offset.isdecimal() or world.clock() - found.opened > world.quirks.locator_seconds:
        raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    return Answer(200, _page(world, found, int(offset), call.fault))


def get(world: SalesforceWorld, call: Call, version: str, entity: str, record_id: str) -> Answer:
    """One record by id."""
    table = world.table(entity)
    number = table.ids.number(record_id)
    if number is None or number not in table.rows:
        raise not_found()
    return _shown(table, table.rows[number], call, version)


def get_by_key(world: SalesforceWorld, call: Call, version: str, entity: str, key: str) -> Answer:
    """One record by an external id; 300 where several match."""
    table = world.table(entity)
    field, _, value = key.partition("/")
    numbers = records.matching(table, field, value)
    if not numbers:
        raise not_found()
    if len(numbers) > 1:
        return Answer(300, urls(table, numbers, version))
    return _shown(table, table.rows[numbers[0]], call, version)


def urls(table: Table, numbers: tuple[int, ...], version: str) -> list[str]:
    """Where the records are."""
    return [f"/services/data/v{version}/sobjects/{table.entity}/{table.ids.text(number)}" for number in numbers]


def _shown(table: Table, row: Row, call: Call, version: str) -> Answer:
    names = call.query.get("fields")
    columns = chosen(table, names.split(",")) if names else list(table.columns)
    return Answer(200, table.renderer(columns, version)(row))


def deleted_between(world: SalesforceWorld, call: Call, version: str, entity: str) -> Answer:
    """Ids and moments of deletions between two minutes."""
    del version
    table = world.table(entity)
    start, end = _span(world, call, _DELETED_DAYS)
    found = [table.trash[number] for number in _between(table.trash_timeline, table.trash, start, end)]
    shown = [{"id": table.ids.text(row.number), "deletedDate": instant(row.stamp)} for row in found]
    earliest = instant(world.now() - _DELETED_DAYS * _DAY)
    return Answer(200, {"deletedRecords": shown, "earliestDateAvailable": earliest, "latestDateCovered": instant(end)})


def updated_between(world: SalesforceWorld, call: Call, version: str, entity: str) -> Answer:
    """Ids of records changed between two minutes."""
    del version
    table = world.table(entity)
    start, end = _span(world, call, _UPDATED_DAYS)
    found = [table.ids.text(number) for number in _between(table.timeline, table.rows, start, end)]
    return Answer(200, {"ids": found, "latestDateCovered": instant(end)})


def _between(timeline: Timeline, rows: dict[int, Row], start: int, end: int) -> list[int]:
    return list(itertools.takewhile(lambda number: rows[number].stamp < end, timeline.since(start)))


def _span(world: SalesforceWorld, call: Call, days: int) -> tuple[int, int]:
    """Start and end of a replication window: whole minutes. Raises ``ApiError``."""
    texts = [call.query.get(name, "").replace(" ", "+") for name in ("start", "end")]
    start, end = (int(epoch(text)) // 60 * 60 for text in texts)
    if end <= start:
        raise ApiError(
            400, "INVALID_REPLICATION_DATE", "endDate must be at least one minute greater than the startDate"
        )
    if start < world.now() - days * _DAY - 60:
        raise ApiError(400, "INVALID_REPLICATION_DATE", f"startDate cannot be more than {days} days ago")
    return start, end
