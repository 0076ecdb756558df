"""A walk over a list that others change meanwhile: nobody who was there all the time is missed, or seen twice."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.connectors.insightly.paging import Skip, Slice, everything, walk
from reconciler.errors import Retryable

SIZE = 5


@dataclass
class Shifting:
    """Ids in order; between two pages some go, and some come at the end."""

    ids: list[int]
    goes: list[list[int]] = field(default_factory=list)
    comes: list[int] = field(default_factory=list)
    counts: bool = True
    asked: int = 0

    def __call__(self, skip: Skip) -> Slice:
        if self.asked:
            gone = self.goes.pop(0) if self.goes else []
            self.ids = [number for place, number in enumerate(self.ids) if place not in gone]
            if self.comes:
                self.ids.append(max([1000, *self.ids]) + self.comes.pop(0))
        self.asked += 1
        page = self.ids[skip.skip : skip.skip + skip.top]
        return Slice({number: {"ID": number} for number in page}, len(self.ids) if self.counts else None)


def ids(steps) -> list[int]:
    return [row["ID"] for step in steps for row in step.rows]


@given(
    size=st.integers(0, 30),
    goes=st.lists(st.lists(st.integers(0, 29), max_size=12), max_size=8),
    comes=st.lists(st.integers(1, 9), max_size=4),
    counts=st.booleans(),
)
def test_nobody_who_stays_is_missed_or_seen_twice(
    size: int, goes: list[list[int]], comes: list[int], *, counts: bool
) -> None:
    people = Shifting(list(range(1, size + 1)), goes, comes, counts)
    steps = list(walk(people, SIZE))
    seen = ids(steps)
    assert len(seen) == len(set(seen))
    assert set(people.ids) & set(range(1, size + 1)) <= set(seen)
    assert [step.last for step in steps] == [False] * (len(steps) - 1) + [True]


def test_a_quiet_list_costs_one_call_a_page() -> None:
    people = Shifting(list(range(1, 13)))
    assert ids(walk(people, SIZE)) == people.ids
    assert people.asked == 3


def test_a_delete_before_the_border_is_made_up_for_by_a_step_back() -> None:
    people = Shifting(list(range(1, 14)), [[0, 1]])
    assert set(people.ids[2:]) <= set(ids(walk(people, SIZE)))
    assert people.asked == 5


def repeating(skip: Skip) -> Slice:
    return Slice({number: {"ID": number} for number in range(1, skip.top + 1)}, 10_000)


def test_pages_that_repeat_without_end_are_no_listing() -> None:
    steps = list(walk(repeating, SIZE))
    assert not any(step.last for step in steps)
    assert ids(steps) == [1, 2, 3, 4, 5]


def test_a_search_that_breaks_off_must_not_look_like_an_absence() -> None:
    with pytest.raises(Retryable, match="repeat without end"):
        list(everything("insightly", walk(repeating, SIZE)))


def test_a_count_that_is_too_high_ends_the_walk_and_stays_visible() -> None:
    rows = {number: {"ID": number} for number in range(1, 4)}
    steps = list(walk(lambda skip: Slice(dict(list(rows.items())[skip.skip :]), 4), SIZE))
    assert (ids(steps), steps[-1].total, steps[-1].last) == ([1, 2, 3], 4, True)


def test_a_count_that_is_too_low_hides_nobody() -> None:
    rows = {number: {"ID": number} for number in range(1, 13)}
    steps = walk(lambda skip: Slice(dict(list(rows.items())[skip.skip : skip.skip + skip.top]), 5), SIZE)
    assert ids(steps) == list(rows)
