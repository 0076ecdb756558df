"""Filters: data in, a condition of the model out, every field and operand checked on the way.

filter = { test | "all": [filter] | "any": [filter] | "not": filter | "linked": bool }    all of them hold
test   = field: value | field: { operator: operand }                                      a plain value means "is"
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.connection import All, AnyOf, Linked, Not, Test
from reconciler.model.field import Field, FieldType
from reconciler.spec.constants import pattern, typed
from reconciler.spec.findings import Unfit, suggest

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.model.connection import Condition
    from reconciler.model.record import Value
    from reconciler.spec.document import Loc
    from reconciler.spec.scope import Findings, SideScope

    Operand = Value | tuple[Value, ...]

_ASK = "write field: value, or {is: value} or {in: [values]}"
_ORDERED = frozenset({FieldType.INTEGER, FieldType.NUMBER, FieldType.DATE, FieldType.DATETIME})
_TEXTUAL = frozenset({FieldType.TEXT, FieldType.EMAIL, FieldType.PHONE, FieldType.URL, FieldType.ENUM})


class FilterReader:
    """Reads the filters of one side."""

    def __init__(self, scope: SideScope, findings: Findings) -> None:
        self.scope = scope
        self.findings = findings

    def condition(self, raw: object, loc: Loc) -> Condition:
        """The condition that ``raw`` says; what cannot be understood is a finding and counts as true."""
        if not isinstance(raw, dict):
            self.findings.error(loc, "a filter is expected here", "write field: value, or all, any, not with filters")
            return All(())
        parts = [part for key, value in raw.items() for part in self._parts(str(key), value, (*loc, str(key)))]
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _parts(self, key: str, value: object, loc: Loc) -> list[Condition]:
        if key == "all":
            return [All(self._each(value, loc))]
        if key == "any":
            return [AnyOf(self._each(value, loc))]
        if key == "not":
            return [Not(self.condition(value, loc))]
        if key == "linked":
            return self._linked(value, loc)
        return list(self._tests(key, value, loc))

    def _each(self, raw: object, loc: Loc) -> tuple[Condition, ...]:
        if not isinstance(raw, list) or not raw:
            self.findings.error(loc, f"'{loc[-1]}' takes a list of filters", f"write {loc[-1]}: [{{field: value}}, …]")
            return ()
        return tuple(self.condition(item, (*loc, index)) for index, item in enumerate(raw))

    def _linked(self, raw: object, loc: Loc) -> list[Condition]:
        if isinstance(raw, bool):
            return [Linked(raw)]
        self.findings.error(loc, "'linked' is true or false", "write linked: true")
        return []

    def _tests(self, name: str, raw: object, loc: Loc) -> list[Test]:
        field = self.scope.lookup(name, self.findings, loc, key=True)
        if field is None:
            return []
        if not field.readable:
            self.findings.error(
                loc, f"'{name}' cannot be read, so it cannot be asked about", "ask about another", key=True
            )
            return []
        asked = raw if isinstance(raw, dict) else {"is": raw}
        found = [self._test(field, str(op), operand, (*loc, str(op))) for op, operand in asked.items()]
        if not asked:
            self.findings.error(loc, f"'{name}' is asked nothing", f"write {name}: value, or {name}: {{exists: true}}")
        return [test for test in found if test is not None]

    def _test(self, field: Field, op: str, raw: object, loc: Loc) -> Test | None:
        try:
            return Test(field, op, self._operand(field, op, raw))
        except Unfit as error:
            self.findings.error(loc, str(error), error.hint)
            return None

    def _operand(self, field: Field, op: str, raw: object) -> Operand:
        if op == "changed_within":
            raise Unfit("'changed_within' is not available in this version", "compare a date field with gt instead")
        if op not in OPERATORS:
            raise Unfit(f"unknown operator '{op}'", suggest(op, OPERATORS))
        if self.scope.guessed(field) and op not in {"in", "exists", "matches"}:
            return _plain(field, raw)
        return OPERATORS[op](field, raw)


def _plain(field: Field, raw: object) -> Operand:
    """An operand for a field of which only the name is known: its type is checked once the account was asked."""
    if isinstance(raw, (str, bool, int, float)):
        return raw
    raise Unfit(f"'{field.name}' is asked about a plain value here", _ASK)


def _is(field: Field, raw: object) -> Operand:
    if raw is None:
        raise Unfit(f"'{field.name}' is compared with nothing", f"write {field.name}: {{exists: false}}")
    if isinstance(raw, list):
        raise Unfit(f"'{field.name}' is compared with a list", f"write {field.name}: {{in: […]}}")
    if field.type is FieldType.LIST:
        raise Unfit(f"'{field.name}' is a list", f"write {field.name}: {{contains: …}}")
    return typed(field, raw)


def _in(field: Field, raw: object) -> Operand:
    if not isinstance(raw, list) or not raw:
        raise Unfit("'in' takes a list of values", f"write {field.name}: {{in: [a, b]}}")
    if field.custom:
        return tuple(_scalar(field, item) for item in raw)
    return tuple(typed(field, item) for item in raw)


def _scalar(field: Field, raw: object) -> Value:
    if isinstance(raw, (str, bool, int, float)):
        return raw
    raise Unfit(f"'{field.name}' is asked about plain values here", _ASK)


def _contains(field: Field, raw: object) -> Operand:
    if field.type is FieldType.LIST:
        return typed(field, raw)
    return _text(field, raw, "contains")


def _starts_with(field: Field, raw: object) -> Operand:
    return _text(field, raw, "starts_with")


def _text(field: Field, raw: object, op: str) -> str:
    if field.type not in _TEXTUAL:
        raise Unfit(f"'{op}' asks about text, but '{field.name}' is of type {field.type}", _ASK)
    if not isinstance(raw, str):
        raise Unfit(f"'{op}' takes text", "quote it if it looks like a number")
    return raw


def _exists(field: Field, raw: object) -> Operand:
    if not isinstance(raw, bool):
        raise Unfit("'exists' is true or false", f"write {field.name}: {{exists: true}}")
    return raw


def _compared(field: Field, raw: object) -> Operand:
    if field.type not in _ORDERED:
        raise Unfit(f"'gt' and 'lt' compare numbers and dates, but '{field.name}' is of type {field.type}", _ASK)
    return typed(field, raw)


def _matches(field: Field, raw: object) -> Operand:
    _text(field, raw, "matches")
    return pattern(raw)


OPERATORS: dict[str, Callable[[Field, object], Operand]] = {
    "is": _is,
    "in": _in,
    "contains": _contains,
    "starts_with": _starts_with,
    "exists": _exists,
    "gt": _compared,
    "lt": _compared,
    "matches": _matches,
}
