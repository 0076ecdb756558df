from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.spec.document import MAX_BYTES, Place, read_documents, walk

PIECES = st.sampled_from(
    [
        "a",
        "b:",
        "- ",
        "  ",
        "\n",
        "\t",
        "{",
        "}",
        "[",
        "]",
        ",",
        "&x ",
        "*x",
        "!!int ",
        "!t ",
        "|\n",
        ">-\n",
        "? ",
        ": ",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "%TAG ! x\n",
        "1e9",
        "0x",
        ".inf",
        ".nan",
        "~",
        "<<",
        "2020-01-01",
        '"',
        "'",
        "#",
        "\ufeff",
        "\0",
        "é",
        "\\x",
    ]
)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_documents_or_problems(raw: bytes) -> None:
    documents, problems = read_documents("f", raw)
    assert problems or all(document.file == "f" for document in documents)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=40))
def test_any_yaml_like_text_gives_documents_or_problems(pieces: list[str]) -> None:
    documents, problems = read_documents("f", "".join(pieces))
    assert all(problem.line >= 1 and problem.column >= 1 for problem in problems)
    assert all(set(document.value_at) >= {loc for loc, _ in walk(document.data)} for document in documents)


def test_every_key_and_value_has_a_place() -> None:
    (document,), problems = read_documents("f", "a: 1\nb:\n  - {c: x}\n")
    assert problems == []
    assert document.data == {"a": 1, "b": [{"c": "x"}]}
    assert document.place(("b", 0, "c"), key=True) == Place(3, 6)
    assert document.place(("b", 0, "c")) == Place(3, 9)


def test_parts_that_only_a_validator_invented_are_skipped() -> None:
    (document,), _ = read_documents("f", "a: {b: 1}\n")
    assert document.place(("a", "function-before[x()]", "b")) == Place(1, 8)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0123", 123), ("0o17", 15), ("0x1F", 31), ("1_000", 1000), ("yes", "yes"), ("on", "on"), ("true", True),
        ("~", None),         ("1.5", 1.5), ("2026-01-31", "2026-01-31"), ("12:30", "12:30"), ("'5'", "5"),
    ],
)  # fmt: skip
def test_scalars_are_read_as_yaml_1_2_and_dates_stay_text(text: str, value: object) -> None:
    (document,), problems = read_documents("f", f"a: {text}\n")
    assert problems == []
    assert document.data == {"a": value}


@pytest.mark.parametrize(
    "text",
    [
        ".inf",
        ".nan",
        "!!int abc",
        "!!float x",
        "!!bool maybe",
        "!!binary aGk=",
        "1e999",
        "9" * 5000,
        "0x" + "f" * 5000,
        '"\\ud800"',
    ],
)
def test_a_scalar_that_is_no_finite_value_is_a_finding(text: str) -> None:
    _, problems = read_documents("f", f"a: {text}\n")
    assert [(problem.line, problem.column) for problem in problems] == [(1, 4)]


def test_a_byte_that_is_not_utf8_is_pointed_at() -> None:
    _, (problem,) = read_documents("f", b"a: 1\nb: \xff\n")
    assert (problem.line, problem.column) == (2, 4)


def test_a_byte_order_mark_and_windows_line_ends_are_welcome() -> None:
    (document,), problems = read_documents("f", b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert problems == []
    assert document.data == {"a": 1, "b": 2}


def test_a_small_alias_is_fine_and_a_bomb_is_not() -> None:
    (document,), _ = read_documents("f", "a: &a [1]\nb: *a\n")
    assert document.data == {"a": [1], "b": [1]}
    rows = [f"l{level}: &l{level} [{', '.join([f'*l{level - 1}'] * 7)}]" for level in range(1, 7)]
    _, problems = read_documents("f", "l0: &l0 [" + "x, " * 20 + "x]\n" + "\n".join(rows) + "\n")
    assert len(problems) == 1


def test_an_alias_to_itself_ends() -> None:
    _, problems = read_documents("f", "a: &a [*a]\n")
    assert len(problems) == 1


def test_a_file_too_large_is_not_parsed() -> None:
    _, (problem,) = read_documents("f", b"#" * (MAX_BYTES + 1))
    assert "at most" in problem.message


def test_all_duplicate_keys_are_told() -> None:
    _, problems = read_documents("f", "a: 1\na: 2\nb: {c: 1, c: 2}\n")
    assert [problem.line for problem in problems] == [2, 3]
