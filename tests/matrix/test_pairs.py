"""Every app with every other, in both orders: create, update both ways, conflict, clear, delete, and quiet."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from reconciler.model.link import ContactState
from reconciler.model.record import Side
from tests.contract.launchers.every import LAUNCHERS, REAL
from tests.matrix.pair import A_WEEK, main_entity, paired

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.contract.launchers.launch import Fresh
    from tests.matrix.pair import Pair

LEFT, RIGHT = Side.LEFT, Side.RIGHT
APPS = sorted({app for app, _ in LAUNCHERS})
PAIRS = [
    pytest.param(left, right, marks=[pytest.mark.real] if REAL & {left, right} else [], id=f"{left}-{right}")
    for left, right in permutations(APPS, 2)
]
ADA, BEN = "person1@example.com", "person2@example.com"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def launched(tmp_path_factory) -> Iterator[Callable[[str], Fresh]]:
    """Apps that were needed, brought up once."""
    running: dict[str, Fresh] = {}
    with ExitStack() as servers:

        def launch(app: str) -> Fresh:
            if app not in running:
                running[app] = servers.enter_context(LAUNCHERS[app, main_entity(app)](tmp_path_factory.mktemp(app)))
            return running[app]

        yield launch


@pytest.mark.parametrize(("left", "right"), PAIRS)
def test_two_people_live_their_lives(left: str, right: str, launched: Callable[[str], Fresh]) -> None:
    with paired(launched(left)(), launched(right)(), left, right) as pair:
        ids = _they_meet(pair)
        _both_edit(pair, ids)
        _they_disagree(pair, ids)
        _one_clears(pair, ids)
        _one_is_deleted(pair, ids)


def _they_meet(pair: Pair) -> dict[tuple[Side, str], str]:
    """Ada on the left, Ben on the right: afterwards both are on both sides."""
    pair.subjects[LEFT].hands.add(**pair.person(LEFT, 1))
    pair.subjects[RIGHT].hands.add(**pair.person(RIGHT, 2))
    pair.settle()
    assert (len(pair.records(LEFT)), len(pair.records(RIGHT)), pair.links) == (2, 2, 2)
    return {(side, email): pair.by_email(side, email).id for side in Side for email in (ADA, BEN)}


def _both_edit(pair: Pair, ids: dict[tuple[Side, str], str]) -> None:
    arrow = pair.word_arrow()
    assert arrow, "the two apps share no plain text field"
    pair.write(LEFT, ids[LEFT, ADA], arrow, "Byron")
    pair.write(RIGHT, ids[RIGHT, BEN], arrow, "Milton")
    pair.settle()
    assert "Byron" in pair.text(RIGHT, ADA, arrow)
    assert "Milton" in pair.text(LEFT, BEN, arrow)


def _they_disagree(pair: Pair, ids: dict[tuple[Side, str], str]) -> None:
    """The left is the winner."""
    arrow = pair.word_arrow()
    pair.write(LEFT, ids[LEFT, ADA], arrow, "Keats")
    pair.write(RIGHT, ids[RIGHT, ADA], arrow, "Shelley")
    pair.settle()
    for side in Side:
        assert "Keats" in pair.text(side, ADA, arrow)


def _one_clears(pair: Pair, ids: dict[tuple[Side, str], str]) -> None:
    arrow = pair.word_arrow(spare=True)
    if arrow:
        pair.clear(RIGHT, ids[RIGHT, BEN], arrow)
        pair.settle()
        assert pair.text(LEFT, BEN, arrow) == ""


def _one_is_deleted(pair: Pair, ids: dict[tuple[Side, str], str]) -> None:
    """It is noticed within a week, the twin stays, and nobody comes back."""
    pair.subjects[LEFT].hands.delete(ids[LEFT, ADA])
    pair.cycle()
    pair.cycle(later=A_WEEK)
    pair.settle()
    assert pair.live.state.tallies()[RIGHT, ContactState.TRASHED] == 1
    assert set(pair.records(LEFT)) == {ids[LEFT, BEN]}
    assert set(pair.records(RIGHT)) == {ids[RIGHT, ADA], ids[RIGHT, BEN]}
