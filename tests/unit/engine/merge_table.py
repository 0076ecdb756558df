"""The merge of one field, as a table: what it means to move, and what follows. Data, written from the contract alone.

``RULES`` are read from the top; the first that fits decides. ``EXAMPLES`` say the same in plain values, row by row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from reconciler.model.connection import Direction, Drift, OnClear, Policy

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST, SAME, CHANGED, CLEARED = "first", "same", "changed", "cleared"
NEVER_SEEN = "(never seen)"
NOTHING, HOLD, TO_RIGHT, TO_LEFT = "nothing", "hold", "to right", "to left"
POLICIES = (Policy.LEFT, Policy.RIGHT, Policy.NEWEST, Policy.NON_EMPTY, Policy.HOLD)


@dataclass(frozen=True)
class Case:
    """One field of one pair: what each side says and said, and what the mapping says of it."""

    left: str | None
    left_base: str | None
    right: str | None
    right_base: str | None
    direction: Direction = Direction.BOTH
    policy: Policy = Policy.LEFT
    on_clear: OnClear = OnClear.IGNORE
    drift: Drift = Drift.CORRECT
    newer: str = "right"

    @property
    def moves(self) -> tuple[str, str]:
        return _move(self.left, self.left_base), _move(self.right, self.right_base)

    @property
    def speaking(self) -> tuple[bool, bool]:
        """Which sides have something to say: both on first contact; a clear that is ignored says nothing."""
        if FIRST in self.moves:
            return True, True
        silent = {SAME, CLEARED} if self.on_clear is OnClear.IGNORE else {SAME}
        return self.moves[0] not in silent, self.moves[1] not in silent

    @property
    def one_way(self) -> bool:
        return self.direction is not Direction.BOTH

    @property
    def from_owner(self) -> str:
        return TO_RIGHT if self.direction is Direction.TO_RIGHT else TO_LEFT

    @property
    def owner_speaks(self) -> bool:
        return self.speaking[0 if self.direction is Direction.TO_RIGHT else 1]

    @property
    def owner_is_empty(self) -> bool:
        return (self.left if self.direction is Direction.TO_RIGHT else self.right) is None


def _move(now: str | None, base: str | None) -> str:
    if base == NEVER_SEEN:
        return FIRST
    if now == base:
        return SAME
    return CLEARED if now is None else CHANGED


def _winner(case: Case) -> str:
    if case.policy is Policy.NON_EMPTY:
        return TO_LEFT if case.left is None else TO_RIGHT
    wins = case.newer if case.policy is Policy.NEWEST else case.policy.value
    return TO_LEFT if wins == "right" else TO_RIGHT


def _fill(case: Case) -> str:
    return TO_RIGHT if case.right is None else TO_LEFT


def _only_mover(case: Case) -> str:
    return TO_RIGHT if case.speaking[0] else TO_LEFT


@dataclass(frozen=True)
class Rule:
    """``when`` it fits, ``then`` is the result."""

    says: str
    when: Callable[[Case], bool]
    then: Callable[[Case], str]


def _always(result: str) -> Callable[[Case], str]:
    return lambda _: result


RULES = (
    Rule("neither side moved", lambda c: c.moves == (SAME, SAME), _always(NOTHING)),
    Rule("both say the same", lambda c: c.left == c.right, _always(NOTHING)),
    Rule(
        "first contact, the empty side has an arrow: fill it",
        lambda c: FIRST in c.moves and None in (c.left, c.right) and (not c.one_way or _fill(c) == c.from_owner),
        _fill,
    ),
    Rule(
        "first contact, no arrow to the empty side",
        lambda c: FIRST in c.moves and None in (c.left, c.right),
        _always(NOTHING),
    ),
    Rule(
        "a clear waits for a person",
        lambda c: CLEARED in c.moves and c.on_clear is OnClear.HOLD and FIRST not in c.moves,
        _always(HOLD),
    ),
    Rule("only clears, which are ignored", lambda c: not any(c.speaking), _always(NOTHING)),
    Rule("one side moved, both ways: carry it over", lambda c: not all(c.speaking) and not c.one_way, _only_mover),
    Rule("the owner moved: carry it over", lambda c: not all(c.speaking) and c.owner_speaks, lambda c: c.from_owner),
    Rule(
        "both moved, or first contact of two values: hold",
        lambda c: all(c.speaking) and c.policy is Policy.HOLD,
        _always(HOLD),
    ),
    Rule("both moved, or first contact, both ways: the policy", lambda c: not c.one_way, _winner),
    Rule("drift is reported", lambda c: c.drift is Drift.REPORT, _always(HOLD)),
    Rule(
        "drift against an empty owner stays",
        lambda c: c.owner_is_empty and c.on_clear is not OnClear.PROPAGATE,
        _always(NOTHING),
    ),
    Rule("drift is corrected", lambda _: True, lambda c: c.from_owner),
)


def rule_for(case: Case) -> Rule:
    """The first rule that fits."""
    return next(rule for rule in RULES if rule.when(case))


def every_case() -> Iterator[Case]:
    """Each side empty, with one value or another, against a base that is empty, the one, or never seen."""
    views = list(product((None, "x", "y"), (None, "x", NEVER_SEEN)))
    for (left, left_base), (right, right_base) in product(views, views):
        for said in product(Direction, POLICIES, OnClear, Drift, ("left", "right")):
            yield Case(left, left_base, right, right_base, *said)


@dataclass(frozen=True)
class Example:
    """A row for people. The mapping is two-way, the left wins, clears are ignored, unless ``said`` says otherwise."""

    left: tuple[str | None, str | None]
    right: tuple[str | None, str | None]
    said: dict[str, object]
    result: str
    why: str

    @property
    def case(self) -> Case:
        return Case(*self.left, *self.right, **self.said)


ONE_WAY = {"direction": Direction.TO_RIGHT}
EXAMPLES = (
    Example(("CEO", "CEO"), ("Chief", "Chief"), {}, NOTHING, "neither side moved, even though the two differ"),
    Example(("CEO", "CFO"), ("CFO", "CFO"), {}, TO_RIGHT, "the left was edited"),
    Example(("CFO", "CFO"), ("CEO", "CFO"), {}, TO_LEFT, "the right was edited"),
    Example(("CEO", "CFO"), ("CEO", "CFO"), {}, NOTHING, "both were edited to the same"),
    Example(("CEO", "CFO"), ("CTO", "CFO"), {}, TO_RIGHT, "both were edited: the left wins"),
    Example(("CEO", "CFO"), ("CTO", "CFO"), {"policy": Policy.RIGHT}, TO_LEFT, "both were edited: the right wins"),
    Example(("CEO", "CFO"), ("CTO", "CFO"), {"policy": Policy.NEWEST}, TO_LEFT, "both were edited: the right is later"),
    Example(("CEO", "CFO"), ("CTO", "CFO"), {"policy": Policy.HOLD}, HOLD, "both were edited: a person decides"),
    Example(("CEO", NEVER_SEEN), (None, NEVER_SEEN), {}, TO_RIGHT, "first contact fills what is empty"),
    Example((None, NEVER_SEEN), ("CEO", NEVER_SEEN), {}, TO_LEFT, "on either side"),
    Example((None, NEVER_SEEN), ("CEO", NEVER_SEEN), {"on_clear": OnClear.PROPAGATE}, TO_LEFT, "and never erases"),
    Example((None, NEVER_SEEN), ("CEO", NEVER_SEEN), ONE_WAY, NOTHING, "nor goes against the arrow"),
    Example(("CEO", NEVER_SEEN), ("CTO", NEVER_SEEN), {}, TO_RIGHT, "first contact of two values: the left wins"),
    Example(("CEO", NEVER_SEEN), ("CTO", NEVER_SEEN), {"policy": Policy.HOLD}, HOLD, "or a person decides"),
    Example((None, "CEO"), ("CEO", "CEO"), {}, NOTHING, "a clear is ignored"),
    Example((None, "CEO"), ("CEO", "CEO"), {"on_clear": OnClear.PROPAGATE}, TO_RIGHT, "or follows, where that is said"),
    Example((None, "CEO"), ("CEO", "CEO"), {"on_clear": OnClear.HOLD}, HOLD, "or waits for a person"),
    Example((None, "CEO"), ("CTO", "CEO"), {}, TO_LEFT, "an edit beats an ignored clear"),
    Example((None, "CEO"), ("CTO", "CEO"), {"on_clear": OnClear.PROPAGATE, "policy": Policy.NON_EMPTY}, TO_LEFT,
            "a value beats a clear"),
    Example(("CEO", "CEO"), ("CTO", "CEO"), ONE_WAY, TO_RIGHT, "an edit of the receiver is corrected"),
    Example(("CEO", "CEO"), ("CTO", "CEO"), {**ONE_WAY, "drift": Drift.REPORT}, HOLD, "or reported"),
    Example(("CEO", "CFO"), ("CTO", "CFO"), {**ONE_WAY, "policy": Policy.RIGHT}, TO_RIGHT, "the owner wins"),
    Example((None, None), ("CTO", None), ONE_WAY, NOTHING, "an owner without a value erases nothing"),
    Example((None, None), ("CTO", None), {**ONE_WAY, "on_clear": OnClear.PROPAGATE}, TO_RIGHT, "unless clears follow"),
)  # fmt: skip
