"""Consent: an opt-out, a bounce or a do-not-contact wins and is never undone by a sync."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.engine.transforms import Mapped, Unmappable, Values
from reconciler.model.record import Side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.engine.program import Arrow
    from reconciler.model.field import Field


def rank(field: Field, value: object) -> int:
    """The place of ``value`` in the field's order from lenient (0) to strict; -1 for empty or unknown."""
    word = str(value).lower() if isinstance(value, bool) else value
    return field.strictness.index(str(word)) if word in field.strictness else -1


def _ranked(arrow: Arrow, side: Side, mapped: Mapped, values: Mapping[Side, Values]) -> tuple[int, int]:
    """``(what the other side says, what this side says)`` in the order of this side's field."""
    item = arrow.fields(side)[0]
    return rank(item, mapped[0]), rank(item, values[side][0])


def stricter_side(arrow: Arrow, values: Mapping[Side, Values]) -> Side:
    """The side whose consent value is stricter, compared where an order is known; left when they tie."""
    for side, go in ((Side.RIGHT, arrow.lens.forward), (Side.LEFT, arrow.lens.backward)):
        if not arrow.fields(side)[0].strictness:
            continue
        try:
            theirs, ours = _ranked(arrow, side, go(values[side.other], values[side]), values)
        except Unmappable:
            continue
        if theirs != ours:
            return side if ours > theirs else side.other
    return Side.LEFT


def yields(arrow: Arrow, target: Side, mapped: Mapped, values: Mapping[Side, Values]) -> bool:
    """Whether ``target`` may take ``mapped``: only what is stricter than what it holds, judged on the side that knows
    an order."""
    if arrow.fields(target)[0].strictness:
        theirs, ours = _ranked(arrow, target, mapped, values)
        return theirs > ours
    return stricter_side(arrow, values) is target.other
