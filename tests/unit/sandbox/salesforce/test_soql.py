from __future__ import annotations

import pytest

from reconciler.sandbox.salesforce.errors import ApiError
from reconciler.sandbox.salesforce.soql import And, Comparison, Literal, Negation, Or, Order, parse
from tests.unit.sandbox.desks import select


def text(value: str) -> Literal:
    return Literal("string", value)


def test_a_whole_query():
    query = parse(
        "select Id, Email from Contact where Email != null and SystemModstamp >= 2026-01-01T00:00:00Z "
        "order by SystemModstamp desc, Id nulls last limit 5 offset 10"
    )
    assert query.entity == "Contact"
    assert query.fields == ("Id", "Email")
    assert query.where == And(
        (
            Comparison("Email", "!=", (Literal("null", ""),)),
            Comparison("SystemModstamp", ">=", (Literal("datetime", "2026-01-01T00:00:00Z"),)),
        )
    )
    assert query.order == (Order("SystemModstamp", descending=True, nulls_first=False), Order("Id", nulls_first=False))
    assert (query.limit, query.offset) == (5, 10)


@pytest.mark.parametrize(
    ("where", "meaning"),
    [
        ("A = 'x'", Comparison("A", "=", (text("x"),))),
        ("A <> 'x'", Comparison("A", "!=", (text("x"),))),
        ("A IN ('x','y')", Comparison("A", "in", (text("x"), text("y")))),
        ("A NOT IN ('x')", Comparison("A", "not in", (text("x"),))),
        ("A LIKE 'x%'", Comparison("A", "like", (text("x%"),))),
        ("A = TRUE", Comparison("A", "=", (Literal("boolean", "true"),))),
        ("A < -1.5", Comparison("A", "<", (Literal("number", "-1.5"),))),
        ("A = 2026-01-01", Comparison("A", "=", (Literal("date", "2026-01-01"),))),
        (
            "A = 2026-01-01T00:00:00.000+01:00",
            Comparison("A", "=", (Literal("datetime", "2026-01-01T00:00:00.000+01:00"),)),
        ),
        (r"A = 'O\'Neil \\ x\n'", Comparison("A", "=", (text("O'Neil \\ x\n"),))),
        ("NOT A = 1", Negation(Comparison("A", "=", (Literal("number", "1"),)))),
        (
            "A = 'x' AND (B = 'y' OR C = 'z')",
            And(
                (
                    Comparison("A", "=", (text("x"),)),
                    Or((Comparison("B", "=", (text("y"),)), Comparison("C", "=", (text("z"),)))),
                )
            ),
        ),
    ],
    ids=str,
)
def test_conditions(where, meaning):
    assert parse(select("Id", f"WHERE {where}")).where == meaning


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "SELECT",
        "SELECT FROM Contact",
        "SELECT Id Contact",
        "SELECT * FROM Contact",
        "SELECT Id FROM Contact WHERE",
        "SELECT Id FROM Contact WHERE A",
        "SELECT Id FROM Contact WHERE A = x",
        "SELECT Id FROM Contact WHERE A = 'x",
        "SELECT Id FROM Contact WHERE A IN ()",
        "SELECT Id FROM Contact WHERE A = 1 AND B = 2 OR C = 3",
        "SELECT Id FROM Contact WHERE (A = 1",
        "SELECT Id FROM Contact LIMIT many",
        "SELECT Id FROM Contact LIMIT 1 nonsense",
    ],
)
def test_what_cannot_be_read(wrong):
    with pytest.raises(ApiError) as refused:
        parse(wrong)
    assert refused.value.code == "MALFORMED_QUERY"
