"""A connection between two in-memory apps, for properties: build it, run it, look at it, break it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.cycle import preview, run_cycle
from reconciler.engine.program import compile_connection
from reconciler.live import Live
from reconciler.model.connection import (
    All,
    Connection,
    Direction,
    End,
    FieldMapping,
    Key,
    OnClear,
    Origin,
    Policy,
    Rule,
    Test,
)
from reconciler.model.field import Field, FieldType
from reconciler.model.record import Side
from reconciler.model.traits import Traits
from reconciler.state.store import memory_store
from reconciler.testing.clock import FakeClock
from reconciler.testing.faults import Crash, Faulty
from reconciler.testing.memory import MemoryConnector
from reconciler.testing.schema import Schema
from reconciler.testing.world import World

if TYPE_CHECKING:
    from reconciler.model.plan import Operation
    from reconciler.model.report import Report

LEFT, RIGHT = Side.LEFT, Side.RIGHT
FIELDS = {
    LEFT: (
        Field("Email", FieldType.EMAIL, role="email"),
        Field("First"),
        Field("Last"),
        Field("Title"),
        Field("Tags", FieldType.LIST),
    ),
    RIGHT: (
        Field("email", FieldType.EMAIL, role="email"),
        Field("first"),
        Field("last"),
        Field("job"),
        Field("tags", FieldType.LIST),
    ),
}
PAIRS = tuple(zip((f.name for f in FIELDS[LEFT]), (f.name for f in FIELDS[RIGHT]), strict=True))
NAMES = {side: tuple(item.name for item in FIELDS[side]) for side in Side}


def origin(text: str) -> Origin:
    return Origin("desk.yaml", 1, text)


@dataclass(frozen=True)
class Setup:
    """Everything about a desk that can vary."""

    traits: dict[Side, Traits] = field(default_factory=lambda: dict.fromkeys(Side, Traits()))
    policies: tuple[Policy, ...] = (Policy.LEFT,) * 4
    on_clear: OnClear = OnClear.IGNORE
    directions: tuple[Direction, ...] = (Direction.BOTH,) * 5
    bends: dict[Side, dict[str, Callable[[str], str]]] = field(default_factory=lambda: {side: {} for side in Side})
    filtered: bool = False
    create: dict[Side, bool] = field(default_factory=lambda: dict.fromkeys(Side, True))
    unique: dict[Side, tuple[str, ...]] = field(default_factory=lambda: dict.fromkeys(Side, ()))


def connection(setup: Setup) -> Connection:
    """The spec of a desk."""
    by_name = {side: {item.name: item for item in FIELDS[side]} for side in Side}
    policies = (*setup.policies, Policy.UNION)
    mappings = tuple(
        FieldMapping(
            (by_name[LEFT][left],), (by_name[RIGHT][right],), direction, policy, origin(f"{left} {direction} {right}"),
            on_clear=setup.on_clear,
        )
        for (left, right), direction, policy in zip(PAIRS, setup.directions, policies, strict=True)
    )  # fmt: skip
    when = {side: All(()) for side in Side}
    if setup.filtered:
        when[LEFT] = Test(by_name[LEFT]["Title"], "starts_with", "k")
    rules = tuple(Rule(f"all of the {side}", side, when[side], setup.create[side], origin("rule")) for side in Side)
    ends = (End("crm", "memory", "a", "contacts"), End("news", "memory", "b", "contacts"))
    key = Key(by_name[LEFT]["Email"], by_name[RIGHT]["email"])
    digest = f"{hash((policies, setup.on_clear, setup.directions, setup.filtered)):x}"
    return Connection("desk", *ends, Direction.BOTH, (key,), rules, mappings, (), digest, origin("desk"))


class Desk:
    """Two worlds, a store, and a reconciler that can be killed between any two of its steps."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.clock = FakeClock()
        self.worlds = {
            side: World(
                Schema(FIELDS[side], normalise=setup.bends[side]),
                clock=self.clock,
                prefix=side.value[0],
                unique=setup.unique[side],
            )
            for side in Side
        }
        self.store = memory_store(clock=self.clock)
        self.program = compile_connection(connection(setup), self.store.key)
        self.faulty = {
            side: Faulty(MemoryConnector(self.worlds[side], setup.traits[side], self.program.fields[side]))
            for side in Side
        }
        self.steps = 0
        self.die_at: int | None = None
        self.dead = False

    def lose_state(self) -> None:
        """Somebody deleted the state file."""
        self.store.close()
        self.store = memory_store(clock=self.clock)
        self.program = compile_connection(connection(self.setup), self.store.key)

    def live(self) -> Live:
        state = Mortal(self.store.connection("desk"), self)
        connectors = {side: Mortal(self.faulty[side], self) for side in Side}
        return Live(self.program, connectors, state, self.clock)

    def tick(self) -> None:
        """One step boundary; here a process may die, and a dead one does nothing more."""
        self.steps += 1
        if self.dead or self.steps == self.die_at:
            self.dead = True
            raise Crash

    def run(self, *, die_at: int | None = None, approve: bool = True) -> Report | None:
        """One cycle; None when it died on the way."""
        self.steps, self.die_at, self.dead = 0, die_at, False
        self.clock.advance(1)
        try:
            with self.store.lease("desk") as lease:
                return run_cycle(self.live(), lease, approve=approve)
        except Crash:
            return None
        finally:
            self.die_at, self.dead = None, False

    def plan(self) -> list[Operation]:
        """What the next cycle would do."""
        with preview(self.live()) as planned:
            return list(planned.operations())

    def writes(self) -> int:
        """How many writes the apps have seen from us."""
        return sum(len(world.writes) for world in self.worlds.values())

    def heal(self) -> None:
        for side in Side:
            self.faulty[side].heal()


class Mortal:
    """Anything whose every call is a place where the process may die, before and after."""

    def __init__(self, inner: object, desk: Desk) -> None:
        self._inner, self._desk = inner, desk

    def __getattr__(self, name: str):
        found = getattr(self._inner, name)
        if not callable(found):
            return found

        def call(*args: object, **keywords: object):
            self._desk.tick()
            answer = found(*args, **keywords)
            self._desk.tick()
            return answer

        return call
