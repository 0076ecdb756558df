"""Contacts that have no key to be found by."""

from __future__ import annotations

from dataclasses import replace

from reconciler.model.link import ContactState
from reconciler.testing import faults
from tests.property.desk import LEFT, RIGHT
from tests.property.test_directed import desk


def test_a_lost_create_of_somebody_without_a_key_is_not_repeated() -> None:
    one = desk()
    one.program = replace(one.program, connection=replace(one.program.connection, create_without_key=True))
    left = one.worlds[LEFT].add(Last="Nokey")
    one.faulty[RIGHT].arm("create", faults.lost_answers())
    for _ in range(4):
        one.run()
    assert [len(one.worlds[side].rows) for side in (LEFT, RIGHT)] == [2, 1], "the orphan is a newcomer, once"
    known = one.store.connection("desk").known(LEFT, [left])[left]
    assert known.state is ContactState.HELD
    assert "no key to look for it by" in known.cause
