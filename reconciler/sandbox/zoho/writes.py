"""Writing a module: batches of up to a hundred rows, each with a result of its own."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from reconciler.sandbox.zoho.errors import RowError, batch, done, refusal, unknown_id
from reconciler.sandbox.zoho.reads import module_of
from reconciler.sandbox.zoho.rules import checked
from reconciler.sandbox.zoho.views import written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.sandbox.shelf import Row
    from reconciler.sandbox.wire import Answer, Call
    from reconciler.sandbox.zoho.errors import Result
    from reconciler.sandbox.zoho.table import Table
    from reconciler.sandbox.zoho.world import ZohoWorld

_MOST = 100
_SYSTEM_KEYS = {"Contacts": "Email", "Leads": "Email", "Accounts": "Account_Name"}
_LONGEST_TAG, _MOST_TAGS = 25, 100


def create(world: ZohoWorld, call: Call, module: str) -> Answer:
    """POST /{module}."""
    table, body = module_of(world, module), _body(call)

    def one(row: Mapping[str, object]) -> Result:
        return done("record added", written(world, save(world, table, row, None, body)))

    return batch(_each(_rows(body), one), 201, world.quirks.all_failed)


def update(world: ZohoWorld, call: Call, module: str, record_id: str = "") -> Answer:
    """PUT /{module} and PUT /{module}/{id}; a single record may be written on a condition."""
    table, body = module_of(world, module), _body(call)
    if record_id:
        _condition(call, table, record_id)

    def one(row: Mapping[str, object]) -> Result:
        old = existing(table, record_id or row.get("id"))
        return done("record updated", written(world, save(world, table, row, old, body)))

    return batch(_each(_rows(body), one), 200, world.quirks.all_failed)


def upsert(world: ZohoWorld, call: Call, module: str) -> Answer:
    """POST /{module}/upsert: by the fields named, else by the module's own key."""
    table, body = module_of(world, module), _body(call)
    named = body.get("duplicate_check_fields")
    keys = [str(key) for key in named] if isinstance(named, list) and named else [_SYSTEM_KEYS[module]]
    for key in keys:
        if key != _SYSTEM_KEYS[module] and not (key in table.columns and table.columns[key].unique):
            raise refusal(400, "INVALID_DATA", "the field is not unique", api_name=key)

    def one(row: Mapping[str, object]) -> Result:
        found = [(key, twins[0]) for key in keys if row.get(key) and (twins := table.holding(key, [row[key]]))]
        key, old = found[0] if found else (None, None)
        stored = written(world, save(world, table, row, old, body))
        words, action = ("record updated", "update") if old else ("record added", "insert")
        return done(words, stored, duplicate_field=key, action=action)

    return batch(_each(_rows(body), one), 200, world.quirks.all_failed)


def delete(world: ZohoWorld, call: Call, module: str, record_id: str = "") -> Answer:
    """DELETE /{module}?ids= and DELETE /{module}/{id}."""
    table = module_of(world, module)
    ids = [record_id] if record_id else call.query.get("ids", "").split(",")
    if len(ids) > _MOST:
        raise refusal(400, "LIMIT_EXCEEDED", "too many ids", limit=_MOST)
    results: list[Result] = []
    for one in ids:
        if one in table.shelf:
            world.remove(table, one)
            results.append(done("record deleted", {"id": one}))
        else:
            results.append(RowError("INVALID_DATA", "the id given seems to be invalid", id=one).result)
    return batch(results, 200)


def tag(world: ZohoWorld, call: Call, module: str, action: str, record_id: str = "") -> Answer:
    """POST /{module}/actions/add_tags and remove_tags, and those of one record."""
    table, body = module_of(world, module), _body(call)
    given, ids = body.get("tags"), [record_id] if record_id else body.get("ids")
    names = [str(one["name"]) for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    if not names or not isinstance(ids, list):
        raise refusal(400, "MANDATORY_NOT_FOUND", "required field not found", api_name="tags")
    if len(ids) > _MOST_TAGS or any(len(name) > _LONGEST_TAG for name in names):
        raise refusal(400, "LIMIT_EXCEEDED", "too many ids, or a tag that is too long", limit=_MOST_TAGS)
    results = [_tagged(world, table, str(one), names, action) for one in ids]
    answer = batch(results, 200)
    answer.body = {"data": results, "wf_scheduler": "success", "success_count": str(len(results)), "locked_count": 0}
    return answer


def _tagged(world: ZohoWorld, table: Table, record_id: str, names: list[str], action: str) -> Result:
    row = table.shelf.rows.get(record_id)
    if row is None:
        return unknown_id().result
    stored = row.get("Tag")
    folded = {name.casefold() for name in names}
    kept = [str(name) for name in stored if str(name).casefold() not in folded] if isinstance(stored, tuple) else []
    now = kept + names if action == "add_tags" else kept
    values = {**row.values, "Tag": tuple(now)}
    if world.quirks.tags_move_stamps:
        world.store(table, values, record_id)
    else:
        table.put(record_id, values, row.modified)
    return done("tags updated successfully", {"id": record_id, "tags": [world.tag(table.name, name) for name in now]})


def existing(table: Table, record_id: object) -> Row:
    """A row that can be changed. Raises ``RowError``."""
    row = table.shelf.rows.get(str(record_id))
    if row is None:
        raise unknown_id()
    if row.get("Converted__s"):
        raise RowError("CONVERTED_RECORD", "the record is converted", id=row.id)
    return row


def save(world: ZohoWorld, table: Table, row: Mapping[str, object], old: Row | None, body: Mapping[str, object]) -> Row:
    """Store a row that passes; what is set off by it has its say unless the request forbids it. Raises ``RowError``."""
    values = checked(world, table, row, old)
    field = world.quirks.workflow
    if field in values and isinstance(values[field], str) and body.get("trigger") != []:
        values[field] = str(values[field]).upper()
    return world.store(table, values, old.id if old else "")


def _body(call: Call) -> Mapping[str, object]:
    body = call.json()
    if not isinstance(body, dict):
        raise refusal(400, "INVALID_DATA", "body", expected_data_type="jsonobject")
    return body


def _rows(body: Mapping[str, object]) -> list[Mapping[str, object]]:
    rows = body.get("data")
    if not isinstance(rows, list) or not rows:
        raise refusal(400, "MANDATORY_NOT_FOUND", "required field not found", api_name="data")
    if len(rows) > _MOST:
        raise refusal(400, "LIMIT_EXCEEDED", "too many rows", api_name="data", limit=_MOST)
    return rows


def _each(rows: list[Mapping[str, object]], write: Callable[[Mapping[str, object]], Result]) -> list[Result]:
    results: list[Result] = []
    for number, row in enumerate(rows):
        try:
            results.append(write(row))
        except RowError as error:
            details = error.result["details"]
            if isinstance(details, dict) and "api_name" in details:
                details["json_path"] = f"$.data[{number}].{details['api_name']}"
            results.append(error.result)
    return results


def _condition(call: Call, table: Table, record_id: str) -> None:
    since = call.headers.get("if-unmodified-since")
    if (
        since
        and record_id in table.shelf
        and table.shelf[record_id].modified > datetime.fromisoformat(since).timestamp()
    ):
        raise refusal(412, "ALREADY_MODIFIED", "record has been already modified", id=record_id)
