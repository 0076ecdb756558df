"""Two-way transforms, each a lens with a complement.

``forward(left, right_now)`` computes the right values, ``backward(right, left_now)`` the left ones; both see what the
target holds now, so that what the source cannot express is kept. Laws (each a property test): putting back what was
got changes nothing, and getting after a put gives what was put, up to canonical form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Protocol, TypeAlias

from reconciler.engine import canonical as form
from reconciler.engine.canonical import canonical, empty
from reconciler.model.field import Field, FieldType
from reconciler.model.record import Value


class Keep(Enum):
    """The one answer that is not a value: leave the target field as it is."""

    KEEP = "keep"


KEEP = Keep.KEEP
Values: TypeAlias = tuple[Value, ...]
Mapped: TypeAlias = "tuple[Value | Keep, ...]"


class Unmappable(Exception):
    """This value has no counterpart; ``reason`` says why without repeating it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Lens(Protocol):
    """One transform between the left fields and the right fields of a mapping."""

    def forward(self, left: Values, right_now: Values) -> Mapped:
        """The right values for these left values."""
        ...

    def backward(self, right: Values, left_now: Values) -> Mapped:
        """The left values for these right values."""
        ...


@dataclass(frozen=True, slots=True)
class Convert:
    """One field to one field by type: safe conversions only; a list and a scalar meet in the list's first item. A
    target that says the same in its own type keeps its spelling (``yes`` for true, the time of day of a date)."""

    left: Field
    right: Field

    def forward(self, left: Values, right_now: Values) -> Mapped:
        """The left value in the right field's type."""
        return (_converted(self.left, self.right, left[0], right_now[0]),)

    def backward(self, right: Values, left_now: Values) -> Mapped:
        """The right value in the left field's type."""
        return (_converted(self.right, self.left, right[0], left_now[0]),)


def _converted(source: Field, target: Field, value: Value, now: Value) -> Value:
    wanted = convert(source, target, value, now)
    if source.type is target.type or empty(now):
        return wanted
    try:
        means = convert(target, source, now, value)
    except Unmappable:
        return wanted
    return now if canonical(source, means) == canonical(source, value) else wanted


def convert(source: Field, target: Field, value: Value, now: Value) -> Value:
    """``value`` of ``source`` as ``target`` takes it; ``now`` is what the target holds. Raises ``Unmappable``."""
    if target.type is FieldType.LIST:
        return _into_list(source, value, now)
    if value is None:
        return None
    if isinstance(value, tuple):
        return convert(source, target, value[0], now) if value else None
    return _CONVERT.get(target.type, _as_text)(value)


def _into_list(source: Field, value: Value, now: Value) -> Value:
    if isinstance(value, tuple) or source.type is FieldType.LIST:
        return value
    if value is not None:
        return _first_replaced(value, now)
    if isinstance(now, tuple) and len(now) > 1:
        raise Unmappable(f"cleared, and {len(now)} stand against it: which of them is meant is for a person to say")
    return None


def _first_replaced(value: Value, now: Value) -> tuple[str, ...]:
    """A scalar put into a list is its first item; the rest of the list is the complement."""
    rest = now[1:] if isinstance(now, tuple) else ()
    return (str(value), *(item for item in rest if item != value))


def _as_text(value: Value) -> Value:
    if isinstance(value, bool):
        return "true" if value else "false"
    return form.number(value) if isinstance(value, (int, float)) else value


def _as_boolean(value: Value) -> Value:
    found = form.boolean(str(value))
    if isinstance(found, bool):
        return found
    raise Unmappable("not a yes or a no")


def _as_number(value: Value) -> Value:
    text = form.number(value)
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        raise Unmappable("not a number") from None


def _as_integer(value: Value) -> Value:
    found = _as_number(value)
    if isinstance(found, float):
        raise Unmappable("not a whole number")
    return found


def _as_date(value: Value) -> Value:
    try:
        return date.fromisoformat(form.moment(str(value))[:10]).isoformat()
    except ValueError:
        raise Unmappable("not a date") from None


_CONVERT: dict[FieldType, Callable[[Value], Value]] = {
    FieldType.BOOLEAN: _as_boolean,
    FieldType.NUMBER: _as_number,
    FieldType.INTEGER: _as_integer,
    FieldType.DATE: _as_date,
}


@dataclass(frozen=True, slots=True)
class Normal:
    """One field to one field through a normal form of text (``email``, ``phone``); a target that already holds the
    same value in another spelling keeps its spelling."""

    normal: Callable[[str], str]

    def forward(self, left: Values, right_now: Values) -> Mapped:
        """The normal form of the left value."""
        return (self._put(left[0], right_now[0]),)

    def backward(self, right: Values, left_now: Values) -> Mapped:
        """The normal form of the right value."""
        return (self._put(right[0], left_now[0]),)

    def _put(self, value: Value, now: Value) -> Value:
        if empty(value):
            return None
        wanted = self.normal(str(value))
        return now if isinstance(now, str) and self.normal(now) == wanted else wanted


@dataclass(frozen=True, slots=True)
class Mirror:
    """Another lens with its sides exchanged."""

    lens: Lens

    def forward(self, left: Values, right_now: Values) -> Mapped:
        """The other lens, backward."""
        return self.lens.backward(left, right_now)

    def backward(self, right: Values, left_now: Values) -> Mapped:
        """The other lens, forward."""
        return self.lens.forward(right, left_now)


@dataclass(frozen=True, slots=True)
class ValueMap:
    """A table between two vocabularies, read from left to right.

    Backward, a value that several left values share goes to the one the left holds now if it is among them, else to
    the first. A value outside the table keeps what the other side holds, or is an error, as the spec says.
    """

    left: Field
    right: Field
    table: Mapping[Value, Value]
    strict: bool = False

    def forward(self, left: Values, right_now: Values) -> Mapped:
        """The table's right value."""
        del right_now
        wanted = canonical(self.left, left[0])
        found = [right for key, right in self.table.items() if canonical(self.left, key) == wanted]
        return (self._one(left[0], found),)

    def backward(self, right: Values, left_now: Values) -> Mapped:
        """The left value whose table entry this is."""
        wanted = canonical(self.right, right[0])
        found = [key for key, value in self.table.items() if canonical(self.right, value) == wanted]
        held = canonical(self.left, left_now[0])
        return (self._one(right[0], [key for key in found if canonical(self.left, key) == held] or found),)

    def _one(self, value: Value, found: list[Value]) -> Value | Keep:
        if found:
            return found[0]
        if empty(value):
            return None
        if self.strict:
            raise Unmappable("a value that the map does not list")
        return KEEP
