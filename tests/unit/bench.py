"""A workbench: two in-memory apps, a store, a clock that stands still, and one small connection between them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.cycle import preview, run_cycle
from reconciler.live import Live
from reconciler.model.field import Field, FieldType
from reconciler.model.record import Side
from reconciler.model.traits import Traits
from reconciler.state.store import memory_store
from reconciler.testing.clock import FakeClock
from reconciler.testing.faults import Faulty
from reconciler.testing.memory import MemoryConnector
from reconciler.testing.world import World
from tests.unit.engine.builders import EMAIL, JOB, KEY, LEFT, LISTS, MAIL, RIGHT, TAGS, TITLE, program

if TYPE_CHECKING:
    from reconciler.engine.program import Program
    from reconciler.model.link import Link
    from reconciler.model.plan import Operation
    from reconciler.model.report import Report
    from reconciler.state.base import Known

PHONE, TEL = Field("Phone", FieldType.PHONE), Field("tel", FieldType.PHONE)
FIELDS = {LEFT: (EMAIL, TITLE, PHONE, TAGS), RIGHT: (MAIL, JOB, TEL, LISTS)}
QUICK = Traits(
    create_batch=50,
    update_batch=50,
    get_batch=50,
    find_batch=50,
    page_size=3,
    searchable=("Email", "mail"),
    versions=True,
)
DELTA = replace(QUICK, delta=True, tombstones=True)


class Bench:
    """Everything that a cycle needs, within reach."""

    def __init__(self, under: Program | None = None, traits: Traits = QUICK, right: Traits | None = None) -> None:
        self.clock = FakeClock()
        self.program = under or program()
        self.worlds = {side: World(FIELDS[side], clock=self.clock, prefix=side.value[0]) for side in Side}
        self.left, self.right = self.worlds[LEFT], self.worlds[RIGHT]
        self.traits = {LEFT: traits, RIGHT: right or traits}
        self.faulty = {
            side: Faulty(MemoryConnector(self.worlds[side], self.traits[side], self.program.fields[side]))
            for side in Side
        }
        self.store = memory_store(KEY, clock=self.clock)
        self.live = Live(self.program, self.faulty, self.store.connection("desk"), self.clock)

    def person(self, name: str, title: str | None = None, **more: object) -> tuple[str, str]:
        """Somebody who is in both apps."""
        email = f"{name}@example.org"
        here, there = {"Email": email, "Title": title}, {"mail": email, "job": title}
        return self.left.add(**here, **more), self.right.add(**there)

    def people(self, number: int) -> None:
        for one in range(number):
            self.person(f"p{one}", "CEO")

    def run(self, *, approve: bool = True, live: Live | None = None) -> Report:
        self.clock.advance(1)
        with self.store.lease("desk") as lease:
            return run_cycle(live or self.live, lease, approve=approve)

    def plan(self) -> list[Operation]:
        with preview(self.live) as planned:
            return list(planned.operations())

    def known(self, side: Side, record_id: str) -> Known:
        return self.live.state.known(side, [record_id])[record_id]

    def state(self, side: Side, record_id: str) -> str:
        return self.known(side, record_id).state.value

    def links(self) -> list[Link]:
        return self.live.state.all_links()

    def writes(self) -> int:
        return sum(len(world.writes) for world in self.worlds.values())

    def calls(self, side: Side, method: str) -> int:
        return self.worlds[side].calls[method]
