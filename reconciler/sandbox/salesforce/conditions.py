"""Turns a WHERE clause into one function from a record to yes or no."""

from __future__ import annotations

import operator
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from reconciler.sandbox.salesforce.errors import ApiError, no_column
from reconciler.sandbox.salesforce.ids import complete
from reconciler.sandbox.salesforce.soql import And, Comparison, Condition, Literal, Negation

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.sandbox.salesforce.fields import Column
    from reconciler.sandbox.salesforce.table import Row, Table

    Test = Callable[[Row], bool]

INSTANTS: dict[str, Callable[[Row], int]] = {
    "CreatedDate": lambda row: row.created,
    "LastModifiedDate": lambda row: row.modified,
    "SystemModstamp": lambda row: row.stamp,
}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NUMERIC = frozenset({"int", "double", "currency"})


def predicate(table: Table, condition: Condition | None) -> Test:
    """Raises ``ApiError`` INVALID_FIELD for unknown fields and values of the wrong type."""
    if condition is None:
        return lambda _row: True
    if isinstance(condition, Comparison):
        return _comparison(table, condition)
    if isinstance(condition, Negation):
        inner = predicate(table, condition.part)
        return lambda row: not inner(row)
    parts = [predicate(table, part) for part in condition.parts]
    if isinstance(condition, And):
        return lambda row: all(part(row) for part in parts)
    return lambda row: any(part(row) for part in parts)


def _comparison(table: Table, condition: Comparison) -> Test:
    column = filterable(table, condition.field)
    operands = tuple(operand(column, literal) for literal in condition.operands)
    get = INSTANTS.get(column.name) or _comparable(table, column)
    sign, first = condition.sign, operands[0]
    if sign in {"in", "="}:
        wanted = frozenset(operands)
        return lambda row: get(row) in wanted
    if sign in {"not in", "!="}:
        unwanted = frozenset(operands)
        return lambda row: get(row) not in unwanted
    if sign == "like":
        return _like(get, str(first))
    compare = _COMPARE[sign]
    return lambda row: (value := get(row)) is not None and first is not None and compare(value, first)


def _like(get: Callable[[Row], object], pattern: str) -> Test:
    translated = re.sub(r"%|_|.", lambda found: {"%": ".*", "_": "."}.get(found[0], re.escape(found[0])), pattern)
    compiled = re.compile(translated, re.DOTALL)
    return lambda row: (value := get(row)) is not None and compiled.fullmatch(str(value)) is not None


def _comparable(table: Table, column: Column) -> Callable[[Row], object]:
    """Values as comparisons see them: texts without case."""
    get = table.getter(column.name)
    if column.type in _NUMERIC or column.type in {"boolean", "id", "reference", "date", "datetime"}:
        return get

    def folded(row: Row) -> object:
        value = get(row)
        return value.casefold() if isinstance(value, str) else value

    return folded


def filterable(table: Table, name: str) -> Column:
    """A field that may stand in a WHERE or ORDER BY. Raises ``ApiError``."""
    column = table.column(name)
    if column is None:
        raise no_column(name, table.entity)
    if not column.filterable or column.type == "address":
        raise ApiError(400, "INVALID_FIELD", f"field '{name}' can not be filtered in a query call")
    return column


def operand(column: Column, literal: Literal) -> object:
    """A literal as the values it is compared with: epoch seconds for system instants, folded text for text."""
    if literal.kind == "null":
        return None
    expected = _literal_kind(column)
    if literal.kind != expected:
        quoted = "should be" if expected == "string" else "should not be"
        raise ApiError(
            400,
            "INVALID_FIELD",
            f"value of filter criterion for field '{column.name}' must be of type {column.type}"
            f" and {quoted} enclosed in quotes",
        )
    return _converted(column, literal.text, expected)


def _literal_kind(column: Column) -> str:
    if column.type in _NUMERIC:
        return "number"
    return column.type if column.type in {"boolean", "date", "datetime"} else "string"


def _converted(column: Column, text: str, kind: str) -> object:
    if kind == "boolean":
        return text == "true"
    if kind == "number":
        return float(text)
    if kind == "datetime":
        seconds = epoch(text)
        return seconds if column.name in INSTANTS else datetime.fromtimestamp(seconds, UTC).strftime(_CANONICAL)
    if column.type in {"id", "reference"}:
        return complete(text) or _invalid_id(column, text)
    return text if kind == "date" else text.casefold()


_CANONICAL = "%Y-%m-%dT%H:%M:%S.000+0000"


def epoch(text: str) -> float:
    """Epoch seconds of an ISO instant with an offset. Raises ``ApiError``."""
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise ApiError(400, "MALFORMED_QUERY", f"invalid dateTime: {text}") from None


def _invalid_id(column: Column, text: str) -> str:
    raise ApiError(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {column.name} {text[:18]}")
