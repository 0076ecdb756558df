"""Which contacts are in sync: conditions compiled once to closures over a record's values.

Texts compare without regard to case; an empty checkbox counts as not ticked; a field that was not returned is empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from reconciler.engine.canonical import canonical, empty
from reconciler.model.connection import All, AnyOf, Condition, Linked, Not, Test
from reconciler.model.field import Field, FieldType
from reconciler.model.record import Value

Predicate: TypeAlias = Callable[[Mapping[str, Value], bool], bool]
"""``(values, linked) -> bool``."""


def compile_condition(condition: Condition, region: str | None = None) -> Predicate:
    """A predicate for ``condition``; ``region`` reads national phone numbers."""
    match condition:
        case Test():
            return _test(condition, region)
        case All(parts):
            every = [compile_condition(part, region) for part in parts]
            return lambda values, linked: all(part(values, linked) for part in every)
        case AnyOf(parts):
            some = [compile_condition(part, region) for part in parts]
            return lambda values, linked: any(part(values, linked) for part in some)
        case Not(part):
            inner = compile_condition(part, region)
            return lambda values, linked: not inner(values, linked)
        case Linked(wanted):
            return lambda _, linked: linked is wanted


def _test(test: Test, region: str | None) -> Predicate:
    field, name = test.field, test.field.name
    if test.op == "exists":
        return lambda values, _: (not empty(values.get(name))) is bool(test.operand)
    ask = _OPERATORS[test.op](_operands(test, region))
    return lambda values, _: ask(_comparable(field, values.get(name), region))


Comparable: TypeAlias = "str | bool | tuple[str, ...] | None"


def _comparable(field: Field, value: Value, region: str | None) -> Comparable:
    form = canonical(field, value, region)
    if form is None and field.type is FieldType.BOOLEAN:
        return False
    if isinstance(form, tuple):
        return tuple(item.casefold() for item in form)
    return form if form is None or isinstance(form, bool) else str(form).casefold()


def _operands(test: Test, region: str | None) -> tuple[Comparable, ...]:
    """The operand or operands in comparable form; a list field's items compare one by one, a pattern stays as it is."""
    given = test.operand if isinstance(test.operand, tuple) else (test.operand,)
    if test.op == "matches":
        return tuple(str(item) for item in given)
    if test.op in {"contains", "starts_with"}:
        return tuple(str(item).casefold() for item in given)
    forms = [_comparable(test.field, (str(item),) if _is_list(test.field) else item, region) for item in given]
    return tuple(form[0] if isinstance(form, tuple) else form for form in forms)


def _is_list(field: Field) -> bool:
    return field.type is FieldType.LIST


Asker: TypeAlias = Callable[[Comparable], bool]


def _among(wanted: tuple[Comparable, ...]) -> Asker:
    return lambda found: any(item in wanted for item in found) if isinstance(found, tuple) else found in wanted


def _contains(wanted: tuple[Comparable, ...]) -> Asker:
    def ask(found: Comparable) -> bool:
        if found is None or isinstance(found, bool):
            return False
        return any(str(item) in found for item in wanted)

    return ask


def _starts_with(wanted: tuple[Comparable, ...]) -> Asker:
    starts = tuple(str(item) for item in wanted)

    def ask(found: Comparable) -> bool:
        texts = found if isinstance(found, tuple) else (found,)
        return any(isinstance(text, str) and text.startswith(starts) for text in texts)

    return ask


def _matches(wanted: tuple[Comparable, ...]) -> Asker:
    patterns = [re.compile(str(item), re.IGNORECASE) for item in wanted]

    def ask(found: Comparable) -> bool:
        texts = found if isinstance(found, tuple) else (found,)
        return any(pattern.search(text) for pattern in patterns for text in texts if isinstance(text, str))

    return ask


def _ordered(sign: int) -> Callable[[tuple[Comparable, ...]], Asker]:
    def make(wanted: tuple[Comparable, ...]) -> Asker:
        return lambda found: found is not None and _compare(found, wanted[0]) == sign

    return make


def _compare(found: Comparable, wanted: Comparable) -> int:
    """-1, 0 or 1; numbers by value, everything else (ISO dates too) as text."""
    try:
        left: float | str = float(str(found))
        right: float | str = float(str(wanted))
    except ValueError:
        left, right = str(found), str(wanted)
    return (left > right) - (left < right)  # type: ignore[operator]  # both are of one type here


_OPERATORS: dict[str, Callable[[tuple[Comparable, ...]], Asker]] = {
    "is": _among,
    "in": _among,
    "contains": _contains,
    "starts_with": _starts_with,
    "matches": _matches,
    "gt": _ordered(1),
    "lt": _ordered(-1),
}
