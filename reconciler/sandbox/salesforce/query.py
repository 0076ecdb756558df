"""Runs a query over a table: the cheapest index first, then the condition, then order, offset and limit."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from reconciler.sandbox.salesforce.conditions import INSTANTS, filterable, operand, predicate
from reconciler.sandbox.salesforce.errors import ApiError, malformed, no_column
from reconciler.sandbox.salesforce.soql import And, Comparison

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from reconciler.sandbox.salesforce.soql import Condition, Order, Query
    from reconciler.sandbox.salesforce.table import Row, Table

_MAX_OFFSET = 2000
_ALL_FIELDS_LIMIT = 200


def columns_of(table: Table, query: Query) -> tuple[str, ...]:
    """The fields asked for, in their own spelling. Raises ``ApiError``."""
    if query.fields and query.fields[0].casefold() in {"fields(all)", "fields(standard)"}:
        if query.limit is None or query.limit > _ALL_FIELDS_LIMIT:
            raise malformed("The SOQL FIELDS function must have a LIMIT of at most 200")
        return tuple(table.columns)
    names = []
    for name in query.fields:
        column = table.column(name)
        if column is None:
            raise no_column(name, table.entity)
        if column.name in names:
            raise malformed(f"duplicate field selected: {name}")
        names.append(column.name)
    return tuple(names)


def run(
    table: Table, query: Query, *, trashed: bool = False, stale: Mapping[int, Row | None] | None = None
) -> list[Row]:
    """The rows found. ``trashed`` adds the recycle bin; ``stale`` puts older versions in the place of newer ones.

    Raises ``ApiError``.
    """
    test = predicate(table, query.where)
    if query.offset > _MAX_OFFSET:
        raise ApiError(400, "NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {_MAX_OFFSET}")
    numbers, order = _candidates(table, query.where)
    rows: Iterable[Row] = _live(table, numbers)
    if stale:
        rows = (row for row in (stale.get(row.number, row) for row in rows) if row is not None)
    rows = filter(test, rows)
    if trashed:
        rows = [*rows, *filter(test, table.trash.values())]
    if trashed or not _sorted_already(query.order, order):
        rows = _sorted(table, rows, query.order)
    return list(islice(rows, query.offset, None if query.limit is None else query.offset + query.limit))


def _live(table: Table, numbers: Iterable[int]) -> Iterator[Row]:
    for number in numbers:
        row = table.rows.get(number)
        if row is not None:
            yield row


def _candidates(table: Table, where: Condition | None) -> tuple[Iterable[int], tuple[str, ...]]:
    """Numbers of all rows that can match, and the fields by which these come sorted."""
    parts = where.parts if isinstance(where, And) else (where,)
    for find in (_by_value, _by_stamp, _by_id):
        for part in parts:
            if isinstance(part, Comparison):
                found = find(table, part)
                if found is not None:
                    return found, _SORTED_BY[find]
    return table.numbers, ("Id",)


def _by_value(table: Table, part: Comparison) -> Iterable[int] | None:
    if part.sign not in {"=", "in"}:
        return None
    column = filterable(table, part.field)
    texts = [literal.text for literal in part.operands if literal.kind == "string"]
    if len(texts) < len(part.operands):
        return None
    if column.name == "Id":
        numbers = {table.ids.number(text) for text in texts}
        return sorted(number for number in numbers if number is not None)
    if column.name == "Email":
        return sorted({number for text in texts for number in table.with_email(text)})
    if column.unique:
        index = table.by_unique[column.name]
        return sorted({index[text.casefold()] for text in texts if text.casefold() in index})
    return None


def _by_stamp(table: Table, part: Comparison) -> Iterable[int] | None:
    if part.field.casefold() != "systemmodstamp" or part.sign not in {">", ">=", "="}:
        return None
    since = operand(filterable(table, part.field), part.operands[0])
    return table.timeline.since(int(since)) if isinstance(since, float | int) else None


def _by_id(table: Table, part: Comparison) -> Iterable[int] | None:
    if part.field.casefold() != "id" or part.sign not in {">", ">="}:
        return None
    number = table.ids.number(part.operands[0].text)
    return None if number is None else table.numbers.since(number)


_SORTED_BY: dict[Callable[[Table, Comparison], Iterable[int] | None], tuple[str, ...]] = {
    _by_value: ("Id",),
    _by_stamp: ("SystemModstamp", "Id"),
    _by_id: ("Id",),
}


def _sorted_already(wanted: tuple[Order, ...], have: tuple[str, ...]) -> bool:
    names = tuple(order.field.casefold() for order in wanted)
    return names == tuple(name.casefold() for name in have)[: len(names)] and not any(one.descending for one in wanted)


def _sorted(table: Table, rows: Iterable[Row], wanted: tuple[Order, ...]) -> list[Row]:
    result = sorted(rows, key=lambda row: row.number)
    for order in reversed(wanted):
        result.sort(key=_sort_key(table, order), reverse=order.descending)
    return result


def _sort_key(table: Table, order: Order) -> Callable[[Row], tuple[bool, object]]:
    column = filterable(table, order.field)
    get = INSTANTS.get(column.name) or table.getter(column.name)
    nulls_low = order.nulls_first != order.descending

    def key(row: Row) -> tuple[bool, object]:
        value = get(row)
        if value is None:
            return (not nulls_low, "")
        return (nulls_low, value.casefold() if isinstance(value, str) and column.name != "Id" else value)

    return key
