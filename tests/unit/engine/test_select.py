from __future__ import annotations

from itertools import product

import pytest

from reconciler.engine.select import compile_condition
from reconciler.model.connection import All, AnyOf, Linked, Not
from reconciler.model.connection import Test as Question
from reconciler.model.field import Field, FieldType

T, NO = True, False
WORD, MAIL, PHONE = Field("f"), Field("f", FieldType.EMAIL), Field("f", FieldType.PHONE)
FLAG, KIND, TAGS = Field("f", FieldType.BOOLEAN), Field("f", FieldType.ENUM), Field("f", FieldType.LIST)
COUNT, SUM = Field("f", FieldType.INTEGER), Field("f", FieldType.NUMBER)
DAY, MOMENT, LINK = Field("f", FieldType.DATE), Field("f", FieldType.DATETIME), Field("f", FieldType.URL)
EMAILS = Field("f", FieldType.LIST, role="emails")


def ask(field: Field, op: str, operand: object, values: dict, *, linked: bool = False) -> bool:
    return compile_condition(Question(field, op, operand), "BE")(values, linked)


@pytest.mark.parametrize(
    ("field", "op", "operand", "value", "holds"),
    [
        (WORD, "is", "belgium", " Belgium ", T), (WORD, "is", "Belgium", "Belgium!", NO), (WORD, "is", "x", None, NO),
        (WORD, "is", None, None, T), (WORD, "is", None, "x", NO), (WORD, "is", "STRASSE", "straße", T),
        (WORD, "in", ("a", "B"), "b", T), (WORD, "in", ("a", "b"), "ab", NO), (WORD, "in", ("a", None), None, T),
        (WORD, "contains", "LG", "Belgium", T), (WORD, "contains", "x", "Belgium", NO),
        (WORD, "contains", "x", None, NO),
        (WORD, "contains", ("x", "gi"), "Belgium", T),
        (WORD, "starts_with", "bel", "Belgium", T), (WORD, "starts_with", "gium", "Belgium", NO),
        (WORD, "starts_with", ("x", "be"), "Belgium", T), (WORD, "starts_with", "x", None, NO),
        (WORD, "matches", "^b.*M$", "Belgium", T), (WORD, "matches", r"^\d+$", "12a", NO),
        (WORD, "matches", ".*", None, NO),
        (WORD, "exists", True, "x", T), (WORD, "exists", True, " ", NO), (WORD, "exists", False, None, T),
        (WORD, "exists", False, "x", NO), (WORD, "gt", "a", "b", T), (WORD, "lt", "a", "b", NO),
        (MAIL, "is", "A@Example.org", "a@example.org", T), (MAIL, "contains", "@EXAMPLE.org", "a@example.org", T),
        (MAIL, "matches", r"@example\.org$", "A@EXAMPLE.ORG", T), (MAIL, "in", ("b@x.org",), "a@x.org", NO),
        (PHONE, "is", "0470 12 34 56", "+32470123456", T), (PHONE, "starts_with", "+32", "0470/123456", T),
        (PHONE, "is", "0470 12 34 57", "+32470123456", NO), (PHONE, "exists", True, "0", T),
        (LINK, "starts_with", "https://EXAMPLE", "https://example.org", T),
        (FLAG, "is", True, True, T), (FLAG, "is", True, False, NO), (FLAG, "is", False, None, T),
        (FLAG, "is", True, None, NO), (FLAG, "is", True, "yes", T), (FLAG, "in", (True, False), None, T),
        (FLAG, "exists", True, None, NO), (FLAG, "exists", True, False, T), (FLAG, "contains", "t", True, NO),
        (KIND, "is", "open", "Open", T), (KIND, "in", ("won", "lost"), "WON", T), (KIND, "in", ("won",), "open", NO),
        (COUNT, "is", 7, 7, T), (COUNT, "is", 7, "7.0", T), (COUNT, "in", (1, 2), 2, T), (COUNT, "is", 7, None, NO),
        (COUNT, "gt", 9, 10, T), (COUNT, "gt", 10, 10, NO), (COUNT, "lt", 10, 9, T), (COUNT, "lt", 10, None, NO),
        (COUNT, "is", 0, 0, T), (COUNT, "is", 0, None, NO), (COUNT, "exists", True, 0, T),
        (SUM, "gt", 0.5, 0.75, T), (SUM, "gt", -2, -1.5, T), (SUM, "lt", 1000, "999.99", T), (SUM, "is", 0.1, 0.1, T),
        (DAY, "gt", "2026-01-01", "2026-01-02", T), (DAY, "lt", "2026-01-01", "2025-12-31", T),
        (DAY, "gt", "2026-01-01", "2026-01-01", NO), (DAY, "is", "2026-01-01", "2026-01-01", T),
        (MOMENT, "gt", "2026-01-01T00:00:00+00:00", "2026-01-01T00:30:00+01:00", NO),
        (MOMENT, "gt", "2026-01-01T00:00:00+00:00", "2025-12-31T23:30:00-01:00", T),
        (MOMENT, "lt", "2026-01-01", "2025-12-31T23:59:59Z", T),
        (MOMENT, "is", "2026-01-01T00:00:00Z", "2026-01-01T02:00:00+02:00", T),
        (TAGS, "is", "vip", ("Vip", "x"), T), (TAGS, "is", "vip", ("vips",), NO), (TAGS, "is", "vip", None, NO),
        (TAGS, "in", ("a", "B"), ("b", "c"), T), (TAGS, "in", ("a",), (), NO), (TAGS, "contains", "vip", ("VIP",), T),
        (TAGS, "contains", "vi", ("vip",), NO), (TAGS, "starts_with", "vi", ("x", "VIP"), T),
        (TAGS, "matches", "^v", ("x", "VIP"), T), (TAGS, "matches", "^v", (), NO),
        (TAGS, "exists", True, ("x",), T), (TAGS, "exists", True, (), NO), (TAGS, "exists", False, None, T),
        (EMAILS, "is", "A@x.org", ("a@X.org",), T),
    ],
)  # fmt: skip
def test_one_question(field: Field, op: str, operand: object, value: object, holds: object) -> None:
    assert ask(field, op, operand, {"f": value}) is holds


def test_a_field_that_was_not_returned_is_empty() -> None:
    assert ask(WORD, "exists", operand=False, values={})
    assert ask(FLAG, "is", operand=False, values={})
    assert not ask(WORD, "is", "x", {})


@pytest.mark.parametrize("field", [WORD, MAIL, PHONE, LINK, KIND, TAGS, FLAG, COUNT, SUM, DAY, MOMENT])
@pytest.mark.parametrize("op", ["is", "in", "contains", "starts_with", "matches", "exists", "gt", "lt"])
@pytest.mark.parametrize("value", [None, "", "x", "7", True, 7, 0.5, ("x",), ()])
def test_every_operator_answers_every_value(field: Field, op: str, value: object) -> None:
    assert ask(field, op, "x", {"f": value}) in (True, False)


def test_conditions_combine_as_logic_does() -> None:
    a, b = Question(Field("a"), "is", "1"), Question(Field("b"), "is", "1")
    for here, there, linked in product((True, False), repeat=3):
        values = {"a": "1" if here else "0", "b": "1" if there else "0"}
        holds = {
            All((a, b)): here and there,
            All(()): True,
            AnyOf((a, b)): here or there,
            AnyOf(()): False,
            Not(a): not here,
            Linked(wanted=True): linked,
            Linked(wanted=False): not linked,
            All((Not(AnyOf((a, b))), Linked(wanted=True))): not here and not there and linked,
        }
        assert {part: compile_condition(part)(values, linked) for part in holds} == holds
