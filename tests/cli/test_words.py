from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.cli.plan_markdown import _code, _plain
from reconciler.cli.words import count, duration, moment, shown


@given(st.text())
def test_a_shown_value_is_one_printable_line(text):
    assert shown(text).replace("\u200d", "").isprintable()


@given(st.text(), st.text())
def test_two_values_never_look_the_same(one, other):
    assert (shown(one) == shown(other)) is (one == other)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "(empty)"), (True, "true"), (3, "3"), ("", '""'), (("a", "b"), '["a", "b"]'), ("a\nb", '"a\\nb"')],
)
def test_values_are_told_apart(value, text):
    assert shown(value) == text


@given(st.text(alphabet="`|\\<@a "))
def test_a_value_stays_inside_its_cell(text):
    cell = _code(shown(text))
    fence = cell[: len(cell) - len(cell.lstrip("`"))]
    assert fence
    assert fence not in cell[len(fence) : -len(fence)].replace(fence + "`", "")
    assert "|" not in cell.replace("\\|", "")


def test_nobody_is_mentioned_by_a_comment():
    assert _plain("@team | <b> `x`") == "\\@team \\| \\<b\\> \\`x\\`"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.44, "0.4 s"), (12, "12 s"), (119, "119 s"), (300, "5 min"), (7200, "2 h"), (259200, "3 d")]
)
def test_durations_are_as_exact_as_they_matter(seconds, text):
    assert duration(seconds) == text


def test_numbers_and_times_read_well():
    assert (count(1, "pair"), count(0, "pair"), count(12345, "pair")) == ("1 pair", "0 pairs", "12,345 pairs")
    assert (moment(None), moment(0)) == ("-", "1970-01-01 00:00:00 UTC")
