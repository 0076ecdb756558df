"""Whatever a record holds: what is written is what is read, and nothing else of the record moves."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from reconciler.connectors.copper.parts import PARTS, UNREAD, difference

TEXT = st.sampled_from(["a", "b", "c", "d"])
ARRAYS = {"emails": "email", "phone_numbers": "number", "websites": "url", "socials": "url"}
CATEGORIES = st.sampled_from(["work", "mobile", "home", "linkedin", "twitter", "other", None])
FIRSTS = ("email", "phone", "mobile", "home_phone", "website", "linkedin", "twitter")
WHOLES = ("emails", "phones", "websites", "socials", "tags")
LINES = ("street", "city", "country")


@st.composite
def rows(draw) -> dict[str, Any]:
    """A person as the API might show one."""
    row: dict[str, Any] = {"tags": draw(st.lists(TEXT, unique=True, max_size=4))}
    for array, key in ARRAYS.items():
        texts = draw(st.lists(TEXT, unique=True, max_size=4))
        row[array] = [{key: text, "category": draw(CATEGORIES)} for text in texts]
    lines = st.one_of(st.none(), st.just(""), TEXT)
    row["address"] = draw(st.one_of(st.none(), st.fixed_dictionaries(dict.fromkeys(LINES, lines))))
    return row


def after(row: dict[str, Any], name: str, value: Any, before: Any = UNREAD) -> dict[str, Any]:
    """The record once the body was taken: what is named is replaced as a whole."""
    body: dict[str, Any] = {}
    PARTS["people"][name].write(body, row, value, before)
    return {**row, **body}


def read(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: PARTS["people"][name].read(row) for name in names}


@pytest.mark.parametrize("name", FIRSTS)
@given(row=rows(), value=TEXT)
def test_a_first_value_is_read_as_it_was_written_and_takes_at_most_one_away(name: str, row: dict, value: str) -> None:
    part: Any = PARTS["people"][name]
    now = after(row, name, value)
    assert part.read(now) == value
    held, kept = ({one[part.key] for one in each[part.array]} for each in (row, now))
    assert held - kept <= {part.read(row)}
    assert kept - held <= {value}


@pytest.mark.parametrize("name", FIRSTS)
@given(row=rows())
def test_clearing_a_first_value_takes_just_that_one_away(name: str, row: dict) -> None:
    part: Any = PARTS["people"][name]
    now = after(row, name, None)
    gone = [one for one in row[part.array] if one not in now[part.array]]
    assert [one[part.key] for one in gone] == [value for value in [part.read(row)] if value is not None]


@pytest.mark.parametrize("name", ["phone", "mobile", "home_phone"])
@given(row=rows(), value=st.one_of(st.none(), st.just("new")))
def test_kinds_of_numbers_do_not_touch_each_other(name: str, row: dict, value: str | None) -> None:
    others = {"phone", "mobile", "home_phone"} - {name}
    assert read(after(row, name, value), *others) == read(row, *others)


@pytest.mark.parametrize("name", LINES)
@given(row=rows(), value=st.one_of(st.none(), TEXT))
def test_a_line_of_the_address_leaves_the_others(name: str, row: dict, value: str | None) -> None:
    now = after(row, name, value)
    assert read(now, *LINES) == {**read(row, *LINES), name: value}


@pytest.mark.parametrize("name", WHOLES)
@given(row=rows(), value=st.sets(TEXT))
def test_a_list_of_which_nobody_knows_the_past_is_read_as_it_was_written(name: str, row: dict, value: set) -> None:
    wanted = tuple(sorted(value)) or None
    assert read(after(row, name, wanted), name) == {name: wanted}


@pytest.mark.parametrize("name", WHOLES)
@given(row=rows(), value=st.sets(TEXT), before=st.sets(TEXT))
def test_a_list_is_changed_by_what_the_plan_changed(name: str, row: dict, value: set, before: set) -> None:
    held = set(read(row, name)[name] or ())
    now = after(row, name, tuple(sorted(value)) or None, tuple(sorted(before)) or None)
    assert set(read(now, name)[name] or ()) == (held - before) | value


@pytest.mark.parametrize("name", [*FIRSTS, *WHOLES, *LINES])
@given(row=rows())
def test_writing_what_is_there_changes_nothing(name: str, row: dict) -> None:
    everything = (*FIRSTS, *WHOLES, *LINES)
    value = PARTS["people"][name].read(row)
    assert read(after(row, name, value), *everything) == read(row, *everything) or (name in FIRSTS and value is None)


def test_a_list_keeps_its_order_and_new_items_come_last() -> None:
    assert difference(["c", "a", "b"], ("b", "c", "d"), ("a", "b", "c")) == ["c", "b", "d"]
