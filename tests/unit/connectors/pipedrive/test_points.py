"""Arrays of emails and phones: one entry is changed, whatever else stands there stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.connectors.pipedrive.points import (
    ANY,
    HOME,
    MOBILE,
    PHONE,
    entries,
    every,
    shown,
    with_every,
    with_shown,
)

KINDS = st.sampled_from([PHONE, MOBILE, HOME])
LABELS = st.sampled_from(["work", "home", "mobile", "other", "Mobile", "skype"])
VALUES = st.text("0123456789", min_size=1, max_size=3)


@st.composite
def arrays(draw: st.DrawFn) -> list[dict[str, object]]:
    values = draw(st.lists(VALUES, unique=True, max_size=5))
    primary = draw(st.integers(0, 5))
    return [{"value": one, "label": draw(LABELS), "primary": at == primary} for at, one in enumerate(values)]


@given(arrays(), KINDS, VALUES)
def test_what_is_put_is_shown_and_other_kinds_are_not_touched(items, kind: str, value: str) -> None:
    after = with_shown(items, kind, value)
    assert shown(after, kind) == value
    for other in {PHONE, MOBILE, HOME} - {kind}:
        assert shown(after, other) == shown(items, other)
    assert sum(bool(one["primary"]) for one in after) == 1


@given(arrays(), KINDS)
def test_putting_back_what_is_shown_changes_nothing_but_a_missing_primary(items, kind: str) -> None:
    after = with_shown(items, kind, shown(items, kind))
    assert [(one["value"], one["label"]) for one in after] == [(one["value"], one["label"]) for one in items]


@given(arrays(), KINDS)
def test_only_the_shown_entry_goes_when_it_is_cleared(items, kind: str) -> None:
    gone = shown(items, kind)
    after = with_shown(items, kind, None)
    assert len(after) == len(items) - (gone is not None)
    assert {one["value"] for one in after} >= {one["value"] for one in items} - {gone}


@given(arrays(), st.lists(VALUES, unique=True), st.lists(VALUES, unique=True))
def test_a_list_is_written_as_its_difference(items, new: list[str], old: list[str]) -> None:
    before = {str(one["value"]) for one in items}
    after = {str(one["value"]) for one in with_every(items, tuple(new), tuple(old))}
    assert after == (before - (set(old) - set(new))) | set(new)


def test_a_new_primary_that_was_there_already_is_not_there_twice() -> None:
    items = [{"value": "a", "primary": True, "label": "work"}, {"value": "b", "primary": False, "label": "home"}]
    assert with_shown(items, ANY, "b") == [{"value": "b", "primary": True, "label": "work"}]


def test_the_array_that_was_given_is_left_alone() -> None:
    items = [{"value": "a", "primary": False, "label": "work"}]
    with_shown(items, ANY, "b")
    with_every(items, ("c",), ("a",))
    assert items == [{"value": "a", "primary": False, "label": "work"}]


@pytest.mark.parametrize(
    "raw", [None, "x@example.com", [], [{"value": "", "primary": True}], [{"label": "work"}], ["x"]]
)
def test_what_holds_nothing_is_empty(raw: object) -> None:
    assert entries(raw) == []
    assert every(entries(raw)) is None
