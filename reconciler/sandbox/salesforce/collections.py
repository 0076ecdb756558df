"""The calls that write or read up to 200 (2,000) records at once: 200 with a result a row, even if every row failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.salesforce import records
from reconciler.sandbox.salesforce.bodies import allows_duplicates, chosen, is_true, json_object, without_attributes
from reconciler.sandbox.salesforce.errors import ApiError
from reconciler.sandbox.wire import Answer, Call

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reconciler.sandbox.salesforce.table import Table
    from reconciler.sandbox.salesforce.world import SalesforceWorld

_MOST_WRITES, _MOST_READS = 200, 2000
_ROLLED_BACK = "Record rolled back because not all records were valid and the request was using AllOrNone header"


def create(world: SalesforceWorld, call: Call, version: str) -> Answer:
    """Create; one result a record, in order."""
    del version
    allow = allows_duplicates(call)

    def one(record: dict[str, object]) -> dict[str, object]:
        table = _table_of(world, record)
        return _done(records.create(world, table, without_attributes(record), allow_duplicate=allow))

    return _written(world, call, one)


def update(world: SalesforceWorld, call: Call, version: str) -> Answer:
    """Update; every record says its ``id``."""
    del version
    allow = allows_duplicates(call)

    def one(record: dict[str, object]) -> dict[str, object]:
        table = _table_of(world, record)
        number, sent = _identified(table, record)
        records.update(world, table, number, sent, allow_duplicate=allow)
        return _done(table.ids.text(number))

    return _written(world, call, one)


def upsert(world: SalesforceWorld, call: Call, version: str, entity: str, field: str) -> Answer:
    """Upsert by an external id that every record carries."""
    del version
    table = world.table(entity)
    column = table.column(field)
    keys = column is not None and (column.unique or (column.id_lookup and world.quirks.collection_upsert_by_email))
    if column is None or not keys:
        message = f"Field name provided, {field} is not an External ID or indexed field for {table.entity}"
        raise ApiError(400, "INVALID_FIELD", message)
    allow, name = allows_duplicates(call), column.name

    def one(record: dict[str, object]) -> dict[str, object]:
        sent = without_attributes(record)
        value = sent.pop(name, None)
        if value is None:
            raise ApiError(400, "MISSING_ARGUMENT", f"{name} not specified")
        written, created = records.upsert(world, table, (name, str(value)), sent, allow_duplicate=allow)
        return _done(written) | {"created": created}

    return _written(world, call, one)


def delete(world: SalesforceWorld, call: Call, version: str) -> Answer:
    """Delete the records that ``ids`` names."""
    del version
    ids = [one for one in call.query.get("ids", "").split(",") if one]
    _check_size(ids, _MOST_WRITES)

    def one(record: dict[str, object]) -> dict[str, object]:
        record_id = str(record["id"])
        table = next((table for table in world.tables.values() if record_id.startswith(table.ids.prefix)), None)
        if table is None or table.ids.number(record_id) is None:
            raise ApiError(400, "MALFORMED_ID", f"bad id {record_id}")
        records.delete(world, table, records.existing(table, table.ids.number(record_id)).number)
        return _done(record_id)

    return _rows(world, [{"id": record_id} for record_id in ids], one, all_or_none=is_true(call.query.get("allOrNone")))


def retrieve(world: SalesforceWorld, call: Call, version: str, entity: str) -> Answer:
    """Records by id, in order, null where there is none."""
    body = json_object(call)
    ids, fields = body.get("ids"), body.get("fields")
    if not isinstance(ids, list) or not isinstance(fields, list):
        raise ApiError(400, "JSON_PARSER_ERROR", "ids and fields are required to be arrays")
    return _retrieved(world.table(entity), [str(one) for one in ids], [str(one) for one in fields], version)


def retrieve_by_query(world: SalesforceWorld, call: Call, version: str, entity: str) -> Answer:
    """The same with ``ids`` and ``fields`` in the query string."""
    ids, fields = (call.query.get(name, "").split(",") for name in ("ids", "fields"))
    return _retrieved(world.table(entity), ids, fields, version)


def _retrieved(table: Table, ids: Sequence[str], fields: Sequence[str], version: str) -> Answer:
    _check_size(ids, _MOST_READS)
    render = table.renderer(chosen(table, fields), version)
    rows = [table.rows.get(table.ids.number(one) or 0) for one in ids]
    return Answer(200, [None if row is None else render(row) for row in rows])


def _written(world: SalesforceWorld, call: Call, one: Callable[[dict[str, object]], dict[str, object]]) -> Answer:
    body = json_object(call)
    sent = body.get("records")
    items = [record for record in sent if isinstance(record, dict)] if isinstance(sent, list) else []
    _check_size(items, _MOST_WRITES)
    return _rows(world, items, one, all_or_none=is_true(body.get("allOrNone")))


def _rows(
    world: SalesforceWorld,
    items: Sequence[dict[str, object]],
    one: Callable[[dict[str, object]], dict[str, object]],
    *,
    all_or_none: bool,
) -> Answer:
    with world.all_or_none() as roll_back:
        results = [_row(item, one) for item in items]
        if all_or_none and not all(result["success"] for result in results):
            roll_back()
            rolled_back = ApiError(400, "ALL_OR_NONE_OPERATION_ROLLED_BACK", _ROLLED_BACK).as_row()
            results = [rolled_back if result["success"] else result for result in results]
    return Answer(200, results)


def _row(item: dict[str, object], one: Callable[[dict[str, object]], dict[str, object]]) -> dict[str, object]:
    try:
        return one(item)
    except ApiError as error:
        return error.as_row()


def _done(record_id: str) -> dict[str, object]:
    return {"id": record_id, "success": True, "errors": []}


def _check_size(items: Sequence[object], most: int) -> None:
    if not items:
        raise ApiError(400, "REQUIRED_FIELD_MISSING", "At least 1 record is required")
    if len(items) > most:
        message = f"record limit reached. cannot submit more than {most} records in this request"
        raise ApiError(400, "EXCEEDED_MAX_SIZE_REQUEST", message)


def _table_of(world: SalesforceWorld, record: dict[str, object]) -> Table:
    attributes = record.get("attributes")
    entity = attributes.get("type") if isinstance(attributes, dict) else None
    if entity not in world.tables:
        raise ApiError(400, "INVALID_TYPE", f"sObject type '{entity}' is not supported.")
    return world.tables[entity]


def _identified(table: Table, record: dict[str, object]) -> tuple[int, dict[str, object]]:
    """The record number that ``id`` names, and the fields."""
    sent = without_attributes(record)
    record_id = sent.pop("id", None) or sent.pop("Id", None)
    if not record_id:
        raise ApiError(400, "MISSING_ARGUMENT", "Id not specified in an update call")
    number = table.ids.number(str(record_id))
    if number is None:
        raise ApiError(400, "MALFORMED_ID", f"{table.entity} ID: id value of incorrect type: {record_id}")
    return records.existing(table, number).number, sent
