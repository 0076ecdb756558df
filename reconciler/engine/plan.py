"""From one pair to its operations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.engine.create import create_pair
from reconciler.engine.decision import Decision, Pair, Standing
from reconciler.engine.update import update_pair
from reconciler.model.link import ContactState, Link
from reconciler.model.record import Side

if TYPE_CHECKING:
    from reconciler.engine.program import Program


def plan_pair(program: Program, pair: Pair) -> Decision:
    """Decide on one pair. Pure: the same pair under the same program gives the same decision."""
    if pair.left and pair.right:
        return update_pair(program, pair, pair.left, pair.right)
    side = Side.LEFT if pair.left else Side.RIGHT
    record = pair.record(side)
    if record is None:
        raise ValueError("a pair without any record")
    if pair.link:
        return _bereft(program, side, pair.link)
    return create_pair(program, side, record)


def _bereft(program: Program, side: Side, link: Link) -> Decision:
    """The twin is gone, with evidence: remember the pair as trashed, touch nothing, create nothing."""
    where = program.connection.end(side.other).name
    standing = Standing(ContactState.TRASHED, f"its counterpart on {where} was deleted there")
    trashed = replace(link, gone=side.other)
    return Decision(link.left_id, link.right_id, {side: standing}, link=trashed, before=link)
