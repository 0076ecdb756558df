"""Any value for a column of any type, and what it means that it comes back."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from reconciler.model.outcome import Draft, Patch

if TYPE_CHECKING:
    from reconciler.connectors.sql.rows import Rows
    from reconciler.model.record import Value

NAMES = (
    *("a_text", "a_flag", "a_whole", "a_number", "a_price", "a_day", "a_moment", "a_clock", "some_items", "more_items"),
)
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40)
ITEMS = st.lists(TEXT.map(str.strip).filter(bool), min_size=1, max_size=4, unique=True)
ITEM_TUPLES = ITEMS.map(lambda items: tuple(sorted(items)))
MOMENTS = st.floats(-2e9, 7e9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
VALUES: dict[str, st.SearchStrategy[Value]] = {
    "a_text": TEXT,
    "a_flag": st.booleans(),
    "a_whole": st.integers(-(2**63), 2**63 - 1),
    "a_number": st.floats(allow_nan=False, allow_infinity=False),
    "a_price": st.integers(-(10**9), 10**9).map(lambda cents: cents / 100),
    "a_day": st.dates().map(str),
    "a_moment": MOMENTS.map(datetime.isoformat),
    "a_clock": st.times().map(lambda clock: clock.replace(microsecond=0).isoformat()),
    "some_items": ITEM_TUPLES,
    "more_items": ITEM_TUPLES,
}
ROWS = st.fixed_dictionaries({name: st.none() | values for name, values in VALUES.items()})


def same(one: Value, other: Value) -> bool:
    if isinstance(one, float) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=1e-12, abs_tol=0.0)
    return one == other


def unlike(sent: dict[str, Value], held: dict[str, Value]) -> dict[str, tuple[Value, Value]]:
    return {name: (value, held[name]) for name, value in sent.items() if not same(value, held[name])}


def comes_back(things: Rows, first: dict[str, Value], second: dict[str, Value]) -> None:
    """A create, an update, and writing back what was read."""
    (made,) = things.create([Draft(first)])
    assert unlike(first, made.record.values) == {}
    (changed,) = things.update([Patch(made.id, second, made.record.values, made.record.version)])
    (read,) = things.get([made.id])
    assert read == changed.record
    assert unlike(second, read.values) == {}
    (again,) = things.update([Patch(made.id, read.values, read.values, read.version)])
    assert again.record.values == read.values
