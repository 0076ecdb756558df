"""A person's word for a plan over its limits is a word for that plan."""

from __future__ import annotations

from dataclasses import replace

from reconciler.cycle import preview, run_cycle
from reconciler.model.connection import Limit
from tests.property.desk import LEFT, RIGHT, Desk
from tests.property.test_directed import desk, pair


def tight() -> tuple[Desk, str]:
    """A desk on which no update is allowed, and one is wanted."""
    one = desk()
    left, _ = pair(one)
    connection = replace(one.program.connection, limits=(Limit("update", count=0),))
    one.program = replace(one.program, connection=connection)
    one.worlds[LEFT].edit(left, First="seen")
    return one, left


def run(one: Desk, *, approve: bool | str) -> str:
    with one.store.lease("desk") as lease:
        return run_cycle(one.live(), lease, approve=approve).result


def seen(one: Desk) -> str:
    with preview(one.live()) as planned:
        return planned.summary.plan_id


def test_without_a_word_nothing_is_written() -> None:
    one, _ = tight()
    writes = one.writes()
    assert run(one, approve=False) == "refused"
    assert one.writes() == writes


def test_the_plan_that_was_seen_is_applied() -> None:
    one, _ = tight()
    assert run(one, approve=seen(one)) == "ok"
    assert [row.values["first"] for row in one.worlds[RIGHT].rows.values()] == ["seen"]


def test_another_plan_is_not() -> None:
    one, left = tight()
    word = seen(one)
    one.worlds[LEFT].edit(left, First="not seen")
    assert run(one, approve=word) == "refused"
    assert run(one, approve=True) == "ok"
