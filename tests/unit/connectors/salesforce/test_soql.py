from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from reconciler.connectors.salesforce.soql import in_lists, long_id, quoted, select

LITERAL = re.compile(r"'(?:[^'\\\n\r\0]|\\['\"\\nrtbf])*'")
UNESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


def read(literal: str) -> str:
    """What the server understands."""
    return re.sub(r"\\(.)", lambda match: UNESCAPED.get(match[1], match[1]), literal[1:-1])


@given(st.text(st.characters(codec="utf-8")) | st.text("'\\\"\n\r\t\b\f\0x", max_size=12))
def test_any_text_is_one_literal_that_reads_back(text: str) -> None:
    literal = quoted(text)
    assert LITERAL.fullmatch(literal)
    assert read(literal) == text.replace("\0", "")


@given(st.lists(st.text("a'\\) OR", max_size=8), max_size=30), st.integers(1, 5))
def test_no_value_escapes_from_its_list(values: list[str], most: int) -> None:
    conditions = list(in_lists("Email", [quoted(value) for value in values], most))
    held = [read(literal) for condition in conditions for literal in LITERAL.findall(condition)]
    assert held == values
    for condition in conditions:
        assert re.fullmatch(r"Email IN \([,]*\)", LITERAL.sub("", condition))
        assert len(LITERAL.findall(condition)) <= most


def test_long_lists_stay_below_the_length_of_a_url() -> None:
    conditions = list(in_lists("Email", [quoted("x" * 300)] * 100, 200))
    assert max(map(len, conditions)) < 7000


def test_a_query_holds_its_parts() -> None:
    assert select(["Id"], "Lead") == "SELECT Id FROM Lead"
    query = select(["Id", "Email"], "Lead", ["A = 1", "", "B = 2"], "Id")
    assert query == "SELECT Id,Email FROM Lead WHERE A = 1 AND B = 2 ORDER BY Id"


def test_short_ids_get_the_ending_that_the_server_gives_them() -> None:
    assert long_id("0034S000005YJVl") == "0034S000005YJVlQAO"
    assert long_id("0014S000007NeM3") == "0014S000007NeM3QAK"
    assert long_id("0034S000005YJVlQAO") == "0034S000005YJVlQAO"
