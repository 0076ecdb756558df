"""The calls that write one record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.salesforce import records
from reconciler.sandbox.salesforce.bodies import allows_duplicates, is_true, json_object, without_attributes
from reconciler.sandbox.salesforce.errors import ApiError, not_found
from reconciler.sandbox.salesforce.reads import urls
from reconciler.sandbox.wire import Answer, Call

if TYPE_CHECKING:
    from reconciler.sandbox.salesforce.world import SalesforceWorld


def create(world: SalesforceWorld, call: Call, version: str, entity: str) -> Answer:
    """201 with the new id."""
    table = world.table(entity)
    sent = without_attributes(json_object(call))
    new = records.create(world, table, sent, allow_duplicate=allows_duplicates(call))
    location = f"/services/data/v{version}/sobjects/{table.entity}/{new}"
    return Answer(201, {"id": new, "success": True, "errors": []}, {"Location": location})


def update(world: SalesforceWorld, call: Call, version: str, entity: str, record_id: str) -> Answer:
    """204 without a body."""
    del version
    table = world.table(entity)
    number = records.existing(table, table.ids.number(record_id)).number
    sent = without_attributes(json_object(call))
    records.update(world, table, number, sent, allow_duplicate=allows_duplicates(call))
    return Answer(204)


def delete(world: SalesforceWorld, call: Call, version: str, entity: str, record_id: str) -> Answer:
    """204 without a body."""
    del call, version
    table = world.table(entity)
    records.delete(world, table, records.existing(table, table.ids.number(record_id)).number)
    return Answer(204)


def upsert(world: SalesforceWorld, call: Call, version: str, entity: str, key: str) -> Answer:
    """201 created, 200 updated, 300 with the candidates' addresses where several match."""
    table = world.table(entity)
    field, _, value = key.partition("/")
    numbers = records.matching(table, field, value)
    if len(numbers) > 1:
        return Answer(300, urls(table, numbers, version))
    if not numbers and is_true(call.query.get("updateOnly")):
        raise not_found()
    sent = without_attributes(json_object(call))
    if field in sent:
        raise ApiError(400, "INVALID_FIELD", f"The {field} field should not be specified in the sobject data.")
    allow = allows_duplicates(call)
    written, created = records.upsert(world, table, (field, value), sent, allow_duplicate=allow)
    return Answer(201 if created else 200, {"id": written, "success": True, "errors": [], "created": created})


def delete_by_key(world: SalesforceWorld, call: Call, version: str, entity: str, key: str) -> Answer:
    """204 without a body; 300 where several match."""
    del call
    table = world.table(entity)
    field, _, value = key.partition("/")
    numbers = records.matching(table, field, value)
    if len(numbers) > 1:
        return Answer(300, urls(table, numbers, version))
    if not numbers:
        raise not_found()
    records.delete(world, table, numbers[0])
    return Answer(204)
