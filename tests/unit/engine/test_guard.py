from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.engine.guard import FEW, Exposure, believable, guard
from reconciler.model.connection import Connection, Limit
from reconciler.model.plan import Verb
from tests.unit.engine.builders import LEFT, RIGHT, program

THIRD, NONE, FIVE = Limit("update", share=0.3), Limit("delete", count=0), Limit("update", count=5)


def limited(*limits: Limit) -> Connection:
    return replace(program().connection, limits=limits)


def refused(*limits: Limit, links: int = 100, first: int = 0, **counts: int) -> int:
    """How many sentences the guard says; counts are on the right."""
    numbers = {(RIGHT, Verb(verb)): count for verb, count in counts.items()}
    return len(guard(limited(*limits), Exposure(numbers, {RIGHT: first}, links)))


@pytest.mark.parametrize(
    ("limit", "counts", "sentences"),
    [
        (THIRD, {"update": 30}, 0),
        (THIRD, {"update": 31}, 1),
        (THIRD, {"create": 1000}, 0),
        (THIRD, {"update": 131, "first": 101}, 0),
        (THIRD, {"update": 132, "first": 101}, 1),
        (THIRD, {"update": 10, "links": 20}, 0),
        (THIRD, {"update": 11, "links": 20}, 1),
        (THIRD, {"update": 9, "links": FEW - 1}, 0),
        (THIRD, {"update": 1000, "links": 0}, 0),
        (Limit("update", share=0.0), {"update": 1}, 1),
        (Limit("create", share=0.1), {"create": 11, "first": 11}, 1),
        (FIVE, {"update": 5}, 0),
        (FIVE, {"update": 6}, 1),
        (FIVE, {"update": 6, "first": 6}, 1),
        (FIVE, {"update": 6, "links": 1}, 1),
        (NONE, {"delete": 1}, 1),
        (NONE, {"update": 50, "create": 50}, 0),
    ],
)
def test_limits(limit: Limit, counts: dict, sentences: int) -> None:
    assert refused(limit, **counts) == sentences


def test_each_side_and_each_limit_speaks_for_itself() -> None:
    counts = {(LEFT, Verb.UPDATE): 31, (RIGHT, Verb.UPDATE): 6, (LEFT, Verb.DELETE): 1}
    said = guard(limited(THIRD, FIVE, NONE), Exposure(counts, {}, 100))
    assert said == (
        "31 updates on crm are 31% of 100 linked contacts, the limit is 30%",
        "31 updates on crm, the limit is 5",
        "6 updates on news, the limit is 5",
        "1 deletes on crm, the limit is 0",
    )


def test_without_limits_everything_goes() -> None:
    assert refused(update=10_000, delete=10_000) == 0


@pytest.mark.parametrize(
    ("missing", "population", "believed"),
    [(0, 100, True), (30, 100, True), (31, 100, False), (9, 9, True), (10, 10, False), (3, 10, True), (4, 10, False)],
)
def test_a_listing_that_lacks_too_many_is_not_believed(missing: int, population: int, *, believed: bool) -> None:
    assert believable(missing, population) is believed
