"""Runs queries: the cheapest index first, then the condition, then order, offset and limit."""

from __future__ import annotations

import operator
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from reconciler.sandbox.wire import Answer
from reconciler.sandbox.zoho.coql import Comparison, Joined, parse
from reconciler.sandbox.zoho.errors import refusal
from reconciler.sandbox.zoho.table import folded
from reconciler.sandbox.zoho.views import field_of, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reconciler.sandbox.shelf import Row
    from reconciler.sandbox.wire import Call
    from reconciler.sandbox.zoho.coql import Condition
    from reconciler.sandbox.zoho.table import Table
    from reconciler.sandbox.zoho.world import ZohoWorld

_MOST_COLUMNS = _MOST_VALUES = 50
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def run(world: ZohoWorld, call: Call) -> Answer:
    """POST /coql."""
    body = call.json()
    text = body.get("select_query") if isinstance(body, dict) else None
    if not isinstance(text, str):
        raise refusal(400, "MANDATORY_NOT_FOUND", "required field not found", api_name="select_query")
    query = parse(text, world.quirks.query_rows)
    table = world.tables.get(query.module)
    if table is None:
        raise refusal(400, "INVALID_QUERY", "invalid query formed", reason="invalid module")
    for name in (*query.columns, *(name for name, _ in query.order)):
        _known(table, name)
    _fits(table, query.where)
    if len(query.columns) > _MOST_COLUMNS:
        raise refusal(400, "LIMIT_EXCEEDED", "too many fields", limit=_MOST_COLUMNS)
    rows = [row for row in _candidates(table, query.where) if _holds(world, table, query.where, row)]
    for name, descends in reversed(query.order):
        if name != "id" or descends:  # rows come by id
            rows.sort(key=_sort_key(world, table, name), reverse=descends)
    page = rows[query.offset : query.offset + query.rows]
    if not page:
        return Answer(204)
    more = query.offset + query.rows < len(rows)
    data = [shown(world, table, row, query.columns) for row in page]
    return Answer(200, {"data": data, "info": {"count": len(data), "more_records": more}})


def _known(table: Table, name: str) -> None:
    if name.partition(".")[0] not in table.columns:
        raise refusal(400, "INVALID_QUERY", "invalid query formed", column_name=name, reason="invalid column")


def _fits(table: Table, where: Condition) -> None:
    """Conditions have limits of their own: values in a list, and no long texts. Raises ``Refusal``."""
    if isinstance(where, Joined):
        for part in where.parts:
            _fits(table, part)
        return
    _known(table, where.field)
    if len(where.values) > _MOST_VALUES:
        raise refusal(400, "LIMIT_EXCEEDED", "too many values", limit=_MOST_VALUES, operator=where.sign)
    if table.columns[where.field.partition(".")[0]].kind == "textarea":
        raise refusal(400, "INVALID_QUERY", "invalid query formed", column_name=where.field, reason="unsupported")


def _candidates(table: Table, where: Condition) -> Iterable[Row]:
    parts = where.parts if isinstance(where, Joined) and where.word == "and" else (where,)
    for part in parts:
        if not isinstance(part, Comparison) or part.sign not in {"=", "in"}:
            continue
        if part.field == "id":
            return [table.shelf[key] for key in sorted(map(str, part.values)) if key in table.shelf]
        if table.indexed(part.field) and None not in part.values and not _is_lookup(table, part.field):
            return table.holding(part.field, part.values)
    return list(table.shelf.rows.values())


def _is_lookup(table: Table, name: str) -> bool:
    return table.columns[name].kind in {"lookup", "ownerlookup"}


def _holds(world: ZohoWorld, table: Table, where: Condition, row: Row) -> bool:
    if isinstance(where, Joined):
        judge = all if where.word == "and" else any
        return judge(_holds(world, table, part, row) for part in where.parts)
    value = _value(world, table, row, where.field)
    wanted = [_literal(table, where.field, one) for one in where.values]
    return _judged(where.sign, value, wanted)


def _judged(sign: str, value: object, wanted: list[Any]) -> bool:
    if sign in {"=", "in"}:
        return any(_same(value, one) for one in wanted)
    if sign in {"!=", "not in"}:
        return not any(_same(value, one) for one in wanted)
    if value is None:
        return False
    if sign == "between":
        return bool(wanted[0] <= value <= wanted[1])
    if sign == "like":
        return re.fullmatch(re.escape(str(wanted[0])).replace("%", ".*"), str(value)) is not None
    return _COMPARE[sign](value, wanted[0])


def _same(value: object, wanted: object) -> bool:
    return wanted in value if isinstance(value, list) else bool(value == wanted)


def _value(world: ZohoWorld, table: Table, row: Row, name: str) -> object:
    """A value as comparisons see it: ids as numbers, instants as seconds, texts without case, lookups by id."""
    if name == "id":
        return int(row.id)
    head, _, tail = name.partition(".")
    shown_value = field_of(world, table, row, head)
    if isinstance(shown_value, dict):
        return folded(shown_value["name"] if tail else shown_value["id"])
    if table.columns[head].kind == "datetime" and isinstance(shown_value, str):
        return datetime.fromisoformat(shown_value).timestamp()
    if isinstance(shown_value, list):
        return [folded(each) for each in shown_value]
    return folded(shown_value)


def _literal(table: Table, name: str, literal: object) -> object:
    if name == "id":
        return int(str(literal)) if str(literal).isdecimal() else -1
    if table.columns[name.partition(".")[0]].kind == "datetime" and isinstance(literal, str):
        try:
            return datetime.fromisoformat(literal).timestamp()
        except ValueError:
            raise refusal(400, "INVALID_QUERY", "invalid query formed", reason="invalid date time") from None
    return folded(literal)


def _sort_key(world: ZohoWorld, table: Table, name: str) -> Callable[[Row], tuple[bool, Any]]:
    def key(row: Row) -> tuple[bool, Any]:
        value = _value(world, table, row, name)
        return value is not None, value

    return key
