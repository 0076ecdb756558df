"""A scenario on stage: a connection and two small worlds from files, told as plans and outcomes in plain data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cycle import Planned, preview, run_cycle
from reconciler.engine.program import compile_connection
from reconciler.live import Live
from reconciler.model.record import Side
from reconciler.spec.account_fields import settle_fields
from reconciler.spec.check import resolve
from reconciler.spec.load import Loaded, parse
from reconciler.state.store import memory_store
from reconciler.testing.clock import FakeClock
from reconciler.testing.memory import MemoryConnector
from reconciler.testing.world import World
from reconciler.wiring import Apps

if TYPE_CHECKING:
    from reconciler.model.connection import Connection
    from reconciler.model.field import Field
    from reconciler.model.plan import Operation
    from reconciler.model.record import Value
    from reconciler.model.report import Report

HERE = Path(__file__).parent
ACCOUNTS = """
{version: 1, kind: account, name: sf-prod, app: salesforce,
 auth: {client_id: {env: ID}, client_secret: {env: SECRET}, refresh_token: {env: TOKEN}}}
---
{version: 1, kind: account, name: icontact-main, app: icontact,
 auth: {app_id: {env: ID}, username: {env: USER}, password: {env: PASSWORD}}}
"""
APPS = Apps()


def read(folder: Path, name: str) -> object:
    """A scenario's JSON file; ``None`` where there is none."""
    path = folder / name
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def connection_of(folder: Path) -> Connection:
    """The scenario's connection, without a finding."""
    said = (folder / "connection.yaml").read_text(encoding="utf-8")
    loaded = Loaded(
        {"accounts.yaml": parse("accounts.yaml", ACCOUNTS), "connection.yaml": parse("connection.yaml", said)}
    )
    resolution = resolve(loaded, APPS)
    assert resolution.problems == (), "\n".join(map(str, resolution.problems))
    (connection,) = resolution.connections.values()
    return connection


class Stage:
    """Two in-memory apps with the real apps' catalogues, and one connection between them."""

    def __init__(self, folder: Path) -> None:
        found = connection_of(folder)
        self.clock = FakeClock()
        self.store = memory_store(clock=self.clock)
        self.worlds = {side: self._world(folder, found, side) for side in Side}
        connection = settle_fields(found, {side: tuple(self.worlds[side].schema.fields.values()) for side in Side})
        program = compile_connection(connection, self.store.key)
        connectors = {side: MemoryConnector(self.worlds[side], fields=program.fields[side]) for side in Side}
        self.connection = connection
        self.live = Live(program, connectors, self.store.connection(connection.name), self.clock)

    def _world(self, folder: Path, connection: Connection, side: Side) -> World:
        end = connection.end(side)
        rows = _rows(read(folder, f"{side.value}.json"))
        fields = {one.name: one for one in APPS[end.app].catalogue.entities[end.entity].fields}
        world = World(
            [*fields.values(), *_custom(connection, side, fields)], clock=self.clock, prefix=f"{end.name}-new-"
        )
        for record_id, values in rows.items():
            world.insert(values, record_id=record_id)
        return world

    def name(self, side: Side) -> str:
        return self.connection.end(side).name

    def side(self, name: str) -> Side:
        return next(side for side in Side if self.name(side) == name)

    def run(self) -> Report:
        """One cycle that a person approved of."""
        self.clock.advance(60)
        with self.store.lease(self.connection.name) as lease:
            return run_cycle(self.live, lease, approve=True)

    def edit(self, edits: list[dict]) -> None:
        """What people do between two cycles: ``{on: side, id: …}`` with ``set``, ``add`` (fields) or ``delete``."""
        for edit in edits:
            world = self.worlds[self.side(edit["on"])]
            if edit.get("delete"):
                world.delete(edit["id"])
            elif "add" in edit:
                world.insert(_values(edit["add"]), record_id=edit["id"])
            else:
                world.edit(edit["id"], **_values(edit["set"]))

    def plan(self) -> dict:
        """The next cycle as its plan says it."""
        with preview(self.live) as planned:
            return self._told(planned)

    def _told(self, planned: Planned) -> dict:
        told = {
            "operations": [self._operation(one) for one in planned.operations()],
            "contacts": self._contacts(planned),
        }
        if planned.summary.refusals:
            told["refused"] = list(planned.summary.refusals)
        return told

    def _contacts(self, planned: Planned) -> dict:
        found = {
            f"{self.name(side)} {decision.id(side)}": f"{standing.state.value}: {standing.cause}"
            for decision in planned.decisions()
            for side, standing in decision.standings.items()
        }
        return dict(sorted(found.items()))

    def _operation(self, operation: Operation) -> dict:
        told = {"on": self.name(operation.side), "do": operation.verb.value}
        if operation.id:
            told["id"] = operation.id
        if operation.source_id:
            told["because of"] = f"{self.name(operation.side.other)} {operation.source_id}"
        told["fields"] = {
            one.field: {"from": one.old, "to": one.new, "by": f"{one.origin.text} (line {one.origin.line})"}
            for one in operation.changes
        }
        return told

    def after(self) -> dict:
        """Both worlds as they are."""
        return {self.name(side): self.worlds[side].snapshot() for side in Side}

    def sent(self) -> dict[str, list[dict]]:
        """The fields of every write so far, by side."""
        return {self.name(side): [dict(one.values) for one in self.worlds[side].writes] for side in Side}


def _values(raw: dict) -> dict[str, Value]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in raw.items()}


def _rows(raw: object) -> dict[str, dict[str, Value]]:
    assert isinstance(raw, dict), "left.json and right.json hold {id: {field: value}}"
    return {record_id: _values(values) for record_id, values in raw.items()}


def _custom(connection: Connection, side: Side, known: dict[str, Field]) -> list[Field]:
    """Custom fields that the connection names, as a text each."""
    fields = [one for mapping in connection.mappings for one in (mapping.left if side is Side.LEFT else mapping.right)]
    return list({one.name: one for one in fields if one.name not in known}.values())


def plain(told: object) -> object:
    """As JSON would give it back."""
    return json.loads(json.dumps(told, ensure_ascii=False))
