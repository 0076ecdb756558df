"""What desks can be like: apps of every kind, policies, directions, habits of bending what they store."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import hypothesis.strategies as st

from reconciler.errors import NoAnswer, Retryable
from reconciler.model.connection import Direction, OnClear, Policy
from reconciler.model.record import Side
from reconciler.model.traits import Traits
from reconciler.testing import faults, lies
from reconciler.testing.schema import lower, trim, truncate
from tests.property.desk import NAMES, Setup

BOOLEANS = st.booleans()
BEND = {"none": None, "lower": lower, "trim": trim, "short": truncate(6)}


@st.composite
def traits(draw: st.DrawFn, deltas: st.SearchStrategy[bool]) -> Traits:
    delta = draw(deltas)
    size = draw(st.sampled_from([1, 2, 50]))
    return Traits(
        delta=delta,
        tombstones=delta,
        versions=draw(st.booleans()),
        modified=True,
        create_batch=size,
        update_batch=size,
        get_batch=draw(st.sampled_from([2, 50])),
        find_batch=draw(st.sampled_from([2, 50])),
        page_size=draw(st.sampled_from([2, 3, 100])),
        searchable=("Email", "email"),
        eventual_seconds=draw(st.sampled_from([0.0, 0.0, 60.0])),
    )


@st.composite
def setups(draw: st.DrawFn, deltas: st.SearchStrategy[bool] = BOOLEANS) -> Setup:
    policy = st.sampled_from([Policy.LEFT, Policy.RIGHT, Policy.NON_EMPTY, Policy.NEWEST])
    directions = st.sampled_from([Direction.BOTH, Direction.BOTH, Direction.TO_RIGHT])
    bends = {side: {} for side in Side}
    for side in Side:
        for name in NAMES[side][1:4]:
            bend = BEND[draw(st.sampled_from(["none", "none", "lower", "trim", "short"]))]
            if bend:
                bends[side][name] = bend
    return Setup(
        traits={side: draw(traits(deltas)) for side in Side},
        policies=tuple(draw(policy) for _ in range(4)),
        on_clear=draw(st.sampled_from([OnClear.IGNORE, OnClear.PROPAGATE])),
        bends=bends,
        directions=(Direction.BOTH, *(draw(directions) for _ in range(3)), Direction.BOTH),
        unique={side: draw(st.sampled_from([(), (NAMES[side][0],)])) for side in Side},
    )  # fmt: skip


@dataclass
class Hands:
    """What people did since both sides last agreed, by pair and field, and every value they ever said."""

    edits: dict[tuple[Side, str, str], list[object]] = field(default_factory=lambda: defaultdict(list))
    said: dict[int, set[object]] = field(default_factory=lambda: defaultdict(set))
    touched: set[tuple[Side, str]] = field(default_factory=set)


FAULTS = [
    ("create", faults.lost_answers()),
    ("create", faults.fails()),
    ("create", faults.fails_after(NoAnswer("app", "silence"))),
    ("create", faults.breaks_at(1, happened=True)),
    ("create", faults.breaks_at(0, happened=False)),
    ("update", faults.lost_answers()),
    ("update", faults.fails_after(NoAnswer("app", "silence"))),
    ("update", faults.breaks_at(1, happened=False)),
    ("update", faults.refuses(lambda _: True, code="busy")),
    ("update", faults.refuses(lambda _: True, code="moved", stale=True)),
    ("list", faults.fails(Retryable("app", "503"))),
    ("list", faults.cursor_expired()),
    ("list", lies.dropped_page(0)),
    ("list", lies.dropped_page(1)),
    ("list", lies.dropped_page(0, adjusted=True)),
    ("list", lies.dropped_page(1, adjusted=True)),
    ("list", lies.repeated_page(0)),
    ("list", lies.emptied()),
    ("list", lies.emptied(0)),
    ("list", lies.missing_tail(1)),
    ("list", lies.broken_page(1)),
    ("list", lies.late_delta()),
    ("get", faults.fails(Retryable("app", "503"))),
    ("find", faults.fails(Retryable("app", "503"))),
]
