"""One field mapping of one linked pair: who moved since what *this same side* said last time, and what follows.

| left since base | right since base | result                                                   |
|-----------------|------------------|----------------------------------------------------------|
| same            | same             | nothing, even where the two values differ                |
| changed         | same             | left's value to the right, if an arrow points there      |
| same            | changed          | the mirror image                                         |
| changed         | changed, equal   | nothing                                                  |
| changed         | changed          | the mapping's policy                                     |
| first contact   |                  | equal: nothing; one empty: fill it; else the policy      |

A one-way arrow has an owner, the side it comes from: a foreign change on the receiving side is corrected or reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from reconciler.engine.canonical import canonical, conform, empty
from reconciler.engine.fingerprint import SIZE, Fingerprinter
from reconciler.engine.strictness import stricter_side, yields
from reconciler.engine.transforms import KEEP, Mapped, Unmappable, Values
from reconciler.model.connection import Drift, OnClear, Policy
from reconciler.model.record import SIDES, Side, Value

if TYPE_CHECKING:
    from reconciler.engine.program import Arrow


class Move(Enum):
    """What one side's fields of a mapping did since its base."""

    FIRST = "first contact"
    SAME = "same"
    CHANGED = "changed"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class View:
    """One side of one mapping of one pair: its values now, its base, and when the record was last modified."""

    values: Values
    base: tuple[bytes | None, ...]
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to write, by side; whether both bases advance to what was read; and what a person should know.

    ``held`` waits for a person's decision, ``failed`` for a value that can be mapped.
    """

    writes: Mapping[Side, Mapped] = field(default_factory=dict)
    settled: bool = True
    held: str = ""
    failed: str = ""


NOTHING = Verdict()


def merge(arrow: Arrow, views: Mapping[Side, View], prints: Fingerprinter, echo: Side | None = None) -> Verdict:
    """The verdict on one mapping. ``echo`` names a side that may show our own unanswered write: a value there that
    looks like what we would write is taken for it."""
    moves = {side: move_of(arrow, side, views[side], prints) for side in SIDES}
    values = {side: views[side].values for side in SIDES}
    try:
        if Move.FIRST not in moves.values() and set(moves.values()) == {Move.SAME}:
            return NOTHING
        if equal(arrow, values, prints.region) or (echo and _echoes(arrow, values, echo)):
            return NOTHING
        if arrow.mapping.policy is Policy.UNION and not (_cleared(moves) and arrow.mapping.on_clear is OnClear.HOLD):
            return _union(arrow, views, prints)
        if Move.FIRST in moves.values():
            return _first_contact(arrow, views, prints.region)
        return _moved(arrow, views, moves, prints.region)
    except Unmappable as problem:
        return Verdict(settled=False, failed=f"{arrow.mapping.origin.text}: {problem.reason}")


def move_of(arrow: Arrow, side: Side, view: View, prints: Fingerprinter) -> Move:
    """What ``side`` did since its base; several fields of one mapping move together."""
    if None in view.base:
        return Move.FIRST
    now = tuple(prints.value(item, value) for item, value in zip(arrow.fields(side), view.values, strict=True))
    if now == view.base:
        return Move.SAME
    return Move.CLEARED if not any(now) else Move.CHANGED


def equal(arrow: Arrow, values: Mapping[Side, Values], region: str | None = None) -> bool:
    """Equal after mapping, in either direction that the lens can go."""
    return any(_agrees(arrow, side, values, region) for side in (Side.RIGHT, Side.LEFT))


def _agrees(arrow: Arrow, target: Side, values: Mapping[Side, Values], region: str | None) -> bool:
    try:
        mapped = mapped_to(arrow, target, values)
    except Unmappable:
        return False
    if any(value is KEEP for value in mapped):
        return False
    return not differing(arrow, target, mapped, values[target], region)


def mapped_to(arrow: Arrow, target: Side, values: Mapping[Side, Values]) -> Mapped:
    """The target's values as the other side's values would have them."""
    go = arrow.lens.forward if target is Side.RIGHT else arrow.lens.backward
    return go(values[target.other], values[target])


def differing(arrow: Arrow, target: Side, mapped: Mapped, now: Values, region: str | None) -> bool:
    """Whether writing ``mapped`` would change anything that the target field is known to show."""
    return any(
        new is not KEEP
        and new != old  # most fields of most pairs
        and canonical(item, conform(item, new), region) != canonical(item, conform(item, old), region)
        for item, new, old in zip(arrow.fields(target), mapped, now, strict=True)
    )


def carried(arrow: Arrow, target: Side, values: Mapping[Side, Values], region: str | None) -> Verdict:
    """The verdict where the other side's values will have changed by this very plan: they are carried on."""
    try:
        return _carry(arrow, target, values, region)
    except Unmappable as problem:
        return Verdict(settled=False, failed=f"{arrow.mapping.origin.text}: {problem.reason}")


def _first_contact(arrow: Arrow, views: Mapping[Side, View], region: str | None) -> Verdict:
    values = {side: views[side].values for side in Side}
    bare = [side for side in Side if all(empty(value) for value in values[side])]
    if len(bare) == 1:
        return _carry(arrow, bare[0], values, region) if arrow.flows_to(bare[0]) else NOTHING
    return _contest(arrow, views, region)


def _moved(arrow: Arrow, views: Mapping[Side, View], moves: Mapping[Side, Move], region: str | None) -> Verdict:
    clears = arrow.mapping.on_clear
    if clears is OnClear.HOLD and Move.CLEARED in moves.values():
        return Verdict(settled=False, held=f"{arrow.mapping.origin.text}: a value was cleared")
    ignored = {Move.SAME, Move.CLEARED} if clears is OnClear.IGNORE else {Move.SAME}
    movers = [side for side in Side if moves[side] not in ignored]
    if not movers:
        return NOTHING
    if len(movers) > 1:
        return _contest(arrow, views, region)
    values = {side: views[side].values for side in Side}
    if arrow.flows_to(movers[0].other):
        return _carry(arrow, movers[0].other, values, region)
    return _drifted(arrow, movers[0], values, region)


def _drifted(arrow: Arrow, receiver: Side, values: Mapping[Side, Values], region: str | None) -> Verdict:
    """The receiving side of a one-way field was changed by somebody else."""
    if arrow.mapping.drift is Drift.REPORT:
        return Verdict(settled=False, held=f"{arrow.mapping.origin.text}: changed on the receiving side")
    owner_is_empty = all(empty(value) for value in values[receiver.other])
    if owner_is_empty and arrow.mapping.on_clear is not OnClear.PROPAGATE:
        return NOTHING
    return _carry(arrow, receiver, values, region)


def _contest(arrow: Arrow, views: Mapping[Side, View], region: str | None) -> Verdict:
    """Both sides have something to say, and it differs."""
    values = {side: views[side].values for side in Side}
    policy = arrow.mapping.policy
    if policy is Policy.HOLD:
        return Verdict(settled=False, held=f"{arrow.mapping.origin.text}: both sides changed")
    if not arrow.two_way:
        receiver = Side.RIGHT if arrow.flows_to(Side.RIGHT) else Side.LEFT
        return _drifted(arrow, receiver, values, region)
    winner = _winner(arrow, policy, views)
    return _carry(arrow, winner.other, values, region)


def _winner(arrow: Arrow, policy: Policy, views: Mapping[Side, View]) -> Side:
    if policy is Policy.STRICTEST:
        return stricter_side(arrow, {side: views[side].values for side in Side})
    if policy is Policy.NON_EMPTY:
        return Side.RIGHT if all(empty(value) for value in views[Side.LEFT].values) else Side.LEFT
    if policy is Policy.NEWEST:
        left, right = views[Side.LEFT].modified, views[Side.RIGHT].modified
        return Side.RIGHT if left and right and right > left else Side.LEFT
    return Side.RIGHT if policy is Policy.RIGHT else Side.LEFT


def _carry(arrow: Arrow, target: Side, values: Mapping[Side, Values], region: str | None) -> Verdict:
    """Write the other side's values to ``target``, unless that changes nothing or would weaken a consent."""
    mapped = mapped_to(arrow, target, values)
    if not differing(arrow, target, mapped, values[target], region):
        return NOTHING
    if arrow.mapping.policy is Policy.STRICTEST and not yields(arrow, target, mapped, values):
        return NOTHING
    for item, value in zip(arrow.fields(target), mapped, strict=True):
        if item.max_length and isinstance(value, str) and len(value) > item.max_length:
            raise Unmappable(f"{len(value)} characters, {item.name} takes {item.max_length}")
        if isinstance(value, str) and item.values and value not in (item.writable_values or item.values):
            raise Unmappable(f"a value that {item.name} does not take")
    return Verdict(writes={target: mapped})


def _cleared(moves: Mapping[Side, Move]) -> bool:
    return Move.CLEARED in moves.values()


def _union(arrow: Arrow, views: Mapping[Side, View], prints: Fingerprinter) -> Verdict:
    """Lists by additions and removals of each side since its own base, so that two people adding both win."""
    writes: dict[Side, Mapped] = {}
    for target in Side:
        if arrow.flows_to(target):
            now = _items(views[target])
            wanted = _apply_delta(arrow, target, views, prints)
            if canonical(arrow.fields(target)[0], wanted) != canonical(arrow.fields(target)[0], now):
                writes[target] = (wanted or None,)
    return Verdict(writes=writes)


def _apply_delta(arrow: Arrow, target: Side, views: Mapping[Side, View], prints: Fingerprinter) -> tuple[str, ...]:
    """The target's items, with the source's additions and without its removals (none of them where it was emptied and
    clears are ignored). The receiver of a one-way list gets back what somebody took away there."""
    source_field, target_field = arrow.fields(target.other)[0], arrow.fields(target)[0]
    source_base, target_base = _split(views[target.other].base[0]), _split(views[target].base[0])
    source_now = prints.items(source_field, _items(views[target.other]))
    added = [item for mark, item in source_now.items() if mark not in source_base]
    if not arrow.two_way and arrow.mapping.drift is Drift.CORRECT:
        added += [item for item in source_now.values() if prints.value(target_field, (item,)) in target_base]
    removes = bool(source_now) or arrow.mapping.on_clear is not OnClear.IGNORE
    kept = [
        item
        for item in _items(views[target])
        if not removes or (mark := prints.value(source_field, (item,))) not in source_base or mark in source_now
    ]
    held = set(prints.items(target_field, kept))
    for item in added:
        if (mark := prints.value(target_field, (item,))) not in held:
            held.add(mark)
            kept.append(item)
    return tuple(kept)


def _items(view: View) -> tuple[str, ...]:
    value = view.values[0]
    return value if isinstance(value, tuple) else () if value is None else (str(value),)


def _split(base: bytes | None) -> frozenset[bytes]:
    whole = base or b""
    return frozenset(whole[at : at + SIZE] for at in range(0, len(whole), SIZE))


def _echoes(arrow: Arrow, values: Mapping[Side, Values], echo: Side) -> bool:
    """Whether ``echo`` shows what we would write there, as an app might have kept it: re-cased, re-spaced, cut."""
    mapped = mapped_to(arrow, echo, values)
    pairs = zip(mapped, values[echo], strict=True)
    return all(new is KEEP or _looks_like(new, shown) for new, shown in pairs)


def _looks_like(new: Value | object, shown: Value) -> bool:
    wanted, found = _squeeze(new), _squeeze(shown)
    return wanted == found or (bool(found) and wanted.startswith(found))


def _squeeze(value: object) -> str:
    return "".join(letter for letter in str(value or "").casefold() if letter.isalnum())
