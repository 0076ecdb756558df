"""Desks with a spec of their own, for tests that walk into one particular corner."""

from __future__ import annotations

from dataclasses import replace

from reconciler.engine.program import compile_connection
from reconciler.model.connection import All, Condition, Membership, Rule, SetField
from reconciler.model.record import Side
from reconciler.model.traits import Traits
from tests.property.desk import FIELDS, LEFT, RIGHT, Desk, Setup, origin

BATCHES = Traits(create_batch=50, update_batch=50, get_batch=50, find_batch=50, searchable=("Email", "email"))
DELTA = replace(BATCHES, delta=True, tombstones=True)
FIELD = {item.name: item for side in Side for item in FIELDS[side]}


def desk(traits: Traits = BATCHES, **settings: object) -> Desk:
    """A desk whose two apps are alike."""
    return Desk(Setup(traits=dict.fromkeys(Side, traits), **settings))


def pair(one: Desk, **values: object) -> tuple[str, str]:
    """One person on both sides, in sync."""
    left = one.worlds[LEFT].add(Email="ada@example.org", **values)
    one.run()
    return left, twin(one, left)


def twin(one: Desk, left: str) -> str:
    """The id of the right record that this left one is linked to."""
    return one.store.connection("desk").link_of(LEFT, [left])[left].right_id


def respec(one: Desk, **parts: object) -> Desk:
    """The spec is edited: these parts of the connection are replaced, and its digest changes."""
    before = one.program.connection
    after = replace(before, **{"digest": f"{before.digest}+", **parts})
    one.program = compile_connection(after, one.store.key)
    for side in Side:
        one.faulty[side].inner.fields = one.program.fields[side]
    return one


def rule(
    name: str,
    source: Side,
    when: Condition | None = None,
    actions: tuple[SetField | Membership, ...] = (),
    **more: bool,
) -> Rule:
    """A rule that creates; about everybody, where ``when`` is left out."""
    return Rule(name, source, when or All(()), origin=origin(name), actions=actions, **{"create": True, **more})


def settle(one: Desk, cycles: int = 6) -> None:
    """Cycles until nothing is left to do, in an honest world."""
    one.heal()
    for _ in range(cycles):
        one.clock.advance(90_000)
        one.run()
    assert one.plan() == [], "no fixpoint"


def state_of(one: Desk, side: Side, record_id: str) -> str:
    """What the state says of a contact."""
    return one.store.connection("desk").known(side, [record_id])[record_id].state.value


__all__ = ["BATCHES", "DELTA", "FIELD", "LEFT", "RIGHT", "desk", "pair", "respec", "rule", "settle", "state_of", "twin"]
