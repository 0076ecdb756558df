from __future__ import annotations

import pytest

from reconciler.engine.decision import Pair
from reconciler.engine.plan import plan_pair
from reconciler.model.link import ContactState, Link
from reconciler.model.record import Side
from tests.unit.engine.builders import LEFT, program, record

PROGRAM = program()
LINK = Link("1", "11", {"Title": b"12345678"}, {"job": b"12345678"}, link_id=3)


@pytest.mark.parametrize("side", Side)
def test_the_survivor_of_a_pair_is_left_alone_and_remembered(side: Side) -> None:
    one = record(LINK.id(side), Email="a@x.org", mail="a@x.org", Title="CEO", job="CEO")
    decision = plan_pair(PROGRAM, Pair(one if side is LEFT else None, one if side is not LEFT else None, LINK))
    assert (decision.operations, decision.follow) == ((), ())
    assert {where: standing.state for where, standing in decision.standings.items()} == {side: ContactState.TRASHED}
    assert decision.link is not None
    assert (decision.link.gone, decision.link.left_base) == (side.other, LINK.left_base)


def test_a_twin_that_comes_back_is_linked_again() -> None:
    trashed = Link("1", "11", gone=LEFT, link_id=3)
    pair = Pair(record("1", Email="a@x.org", Title="CEO"), record("11", mail="a@x.org", job="CEO"), trashed)
    decision = plan_pair(PROGRAM, pair)
    assert decision.link is not None
    assert decision.link.gone is None
    assert decision.standings[LEFT].state is ContactState.IN_SYNC


def test_a_pair_of_nobody_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="without any record"):
        plan_pair(PROGRAM, Pair(link=LINK))
