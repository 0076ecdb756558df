"""Two apps and a connection between them, as the contract's launchers bring them up: the same for every pair."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.connectors.registry import load_app
from reconciler.cycle import preview, run_cycle
from reconciler.engine.program import compile_connection
from reconciler.live import Live
from reconciler.model.connection import Connection
from reconciler.model.field import FieldType
from reconciler.model.record import Side
from reconciler.spec.account_fields import custom_sides, settle_fields
from reconciler.spec.check import resolve
from reconciler.spec.load import Loaded, parse
from reconciler.state.store import SqlStore, memory_store
from reconciler.testing.clock import FakeClock
from reconciler.testing.contract import Subject
from reconciler.wiring import Apps
from tests.contract.launchers.every import ACCOUNT_OPTIONS, LAUNCHERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.engine.program import Arrow
    from reconciler.model.field import Field
    from reconciler.model.plan import Operation
    from reconciler.model.record import Record, Value
    from reconciler.model.report import Report

SPEC = """
version: 1
kind: connection
name: pair
sync: left <-> right
winner: left
match: [email]
on_clear: propagate
region: BE
limits: {{update: 100%, create: 1000}}
sides:
  left: {{app: {left}, account: left, entity: {left_entity}}}
  right: {{app: {right}, account: right, entity: {right_entity}}}
"""
ACCOUNT = """
---
version: 1
kind: account
name: {name}
app: {app}
auth: {{{auth}}}
options: {options}
"""
APPS = Apps()
AN_HOUR, A_WEEK = 3_600.0, 8 * 86_400.0
SETTLE = 8


def main_entity(app: str) -> str:
    """The first entity of an app."""
    return next(entity for name, entity in LAUNCHERS if name == app)


def account_text(name: str, app: str) -> str:
    """An account document with a variable for each credential."""
    needed = load_app(app).credentials.model_fields if app in APPS else ()
    auth = ", ".join(f"{key}: {{env: X}}" for key in needed)
    text = ACCOUNT.format(name=name, app=app, auth=auth, options=json.dumps(ACCOUNT_OPTIONS.get(app, {})))
    speaks_http = app not in APPS or load_app(app).base_url != ""
    return text + ("base_url: http://127.0.0.1:9\n" if speaks_http else "")


def connection_of(left: str, right: str) -> Connection:
    """The connection that a person would write between the two: everything by default."""
    text = SPEC.format(left=left, right=right, left_entity=main_entity(left), right_entity=main_entity(right))
    text += account_text("left", left) + account_text("right", right)
    file = parse("pair.yaml", text)
    found = resolve(Loaded({"pair.yaml": file}), APPS)
    assert found.problems == (), [str(problem) for problem in found.problems]
    return found.connections["pair"]


@dataclass
class Pair:
    """One pair of fresh accounts, in step or not yet."""

    connection: Connection
    subjects: Mapping[Side, Subject]
    store: SqlStore
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        described = {side: self.subjects[side].open(()).describe() for side in custom_sides(self.connection)}
        self.program = compile_connection(settle_fields(self.connection, described), self.store.key)
        self.connectors = {side: self.subjects[side].open(self.program.fields[side]) for side in Side}
        state = self.store.connection("pair")
        self.live = Live(self.program, self.connectors, state, self.clock)

    def cycle(self, later: float = AN_HOUR) -> Report:
        """So many seconds later, one cycle."""
        self.clock.advance(later)
        for subject in self.subjects.values():
            subject.wait(later)
        with self.store.lease("pair") as lease:
            return run_cycle(self.live, lease, approve=True)

    def settle(self) -> None:
        """Cycles until one finds nothing to do, and then a plan that has nothing either."""
        reports = []
        for _ in range(SETTLE):
            reports.append(self.cycle())
            if reports[-1].converged:
                assert self.plan() == []
                return
        raise AssertionError([(one.result, one.message, one.applied, one.failures) for one in reports])

    def plan(self) -> list[Operation]:
        with preview(self.live) as planned:
            return list(planned.operations())

    @property
    def links(self) -> int:
        return self.live.state.link_count()

    def records(self, side: Side) -> dict[str, Record]:
        """Everybody, by id."""
        return {record.id: record for page in self.connectors[side].list() for record in page.records}

    def by_email(self, side: Side, email: Value) -> Record:
        """The one with this address; asserts that there is one."""
        name = self.email(side).name
        wanted = str(email).casefold()
        found = [one for one in self.records(side).values() if str(one.values.get(name)).casefold() == wanted]
        assert len(found) == 1, f"{len(found)} with that address on {side}"
        return found[0]

    def email(self, side: Side) -> Field:
        return getattr(self.connection.keys[0], side.value)

    def person(self, side: Side, number: int) -> dict[str, Value]:
        """Somebody on this side, with a value in everything that can cross over."""
        subject = self.subjects[side]
        mapped = {one.name: choices for arrow in self.program.arrows for one, choices in self._choices(arrow, side)}
        full = {name: value for name, value in subject.full(number).items() if name in mapped}
        values = {name: mapped[name][number % len(mapped[name])] if mapped[name] else full[name] for name in full}
        return subject.base(number) | values | {self.email(side).name: f"person{number}@example.com"}

    def _choices(self, arrow: Arrow, side: Side) -> Iterator[tuple[Field, Sequence[Value]]]:
        """Each field of the arrow on this side with the values that the other side lets one choose from, if it does."""
        known = {one.name: one for one in self.subjects[side.other].fields}
        others = [known.get(one.name, one) for one in arrow.fields(side.other)]
        values = (others[0].writable_values or others[0].values) if len(others) == 1 else ()
        for one in arrow.fields(side):
            yield one, [(value,) for value in values] if one.type is FieldType.LIST else values

    def word_arrow(self, *, spare: bool = False) -> Arrow | None:
        """A two-way mapping of plain text: what people edit. ``spare``: one that both sides can do without."""
        found = [arrow for arrow in self.program.arrows if self._plain(arrow)]
        free = [arrow for arrow in found if not any(one.required for side in Side for one in arrow.fields(side))]
        return next(iter(free if spare else free or found), None)

    def _plain(self, arrow: Arrow) -> bool:
        fields = [(side, one) for side in Side for one in arrow.fields(side)]
        return arrow.two_way and all(
            one.type is FieldType.TEXT and one.writable and one.name not in self.subjects[side].alone
            for side, one in fields
        )

    def write(self, side: Side, record_id: str, arrow: Arrow, word: str) -> None:
        """A person writes this word into the arrow's last field (a whole name gets a first name before it)."""
        fields = arrow.fields(side)
        values = dict.fromkeys((one.name for one in fields), "Ada") | {fields[-1].name: word}
        if fields[-1].role == "full_name":
            values[fields[-1].name] = f"Ada {word}"
        self.subjects[side].hands.edit(record_id, **values)

    def clear(self, side: Side, record_id: str, arrow: Arrow) -> None:
        self.subjects[side].hands.edit(record_id, **{one.name: None for one in arrow.fields(side)})

    def text(self, side: Side, email: Value, arrow: Arrow) -> str:
        """What the arrow's fields of this person say, as one text."""
        values = self.by_email(side, email).values
        return " ".join(str(values[one.name]) for one in arrow.fields(side) if values.get(one.name) is not None)


@contextmanager
def paired(left: Subject, right: Subject, left_app: str, right_app: str) -> Iterator[Pair]:
    """A pair over fresh accounts and a fresh state."""
    store = memory_store()
    try:
        yield Pair(connection_of(left_app, right_app), {Side.LEFT: left, Side.RIGHT: right}, store)
    finally:
        store.close()
