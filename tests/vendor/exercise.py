"""Every kind of call that a connector makes, made once against its emulator, and kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.connectors.registry import load_app
from reconciler.model.outcome import Draft, Patch
from reconciler.sandbox.emulator import load_emulator
from reconciler.sandbox.server import serve
from reconciler.sandbox.shell import create_app
from reconciler.sandbox.wire import Answer, Call
from reconciler.sandbox.world import Api
from reconciler.testing.clock import FakeClock
from reconciler.testing.contract import Subject
from reconciler.testing.suite.subject import written
from tests.contract.launchers.launch import SandboxHands, opened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.record import Value
    from reconciler.sandbox.world import World


@dataclass
class Recording:
    """An emulator's API that keeps every call with its answer."""

    api: Api
    exchanges: list[tuple[Call, Answer]] = field(default_factory=list)

    @property
    def world(self) -> World:
        return self.api.world

    def kind(self, call: Call) -> str:
        return self.api.kind(call)

    def refusal(self, status: int) -> Answer:
        return self.api.refusal(status)

    def answer(self, call: Call) -> Answer:
        answer = self.api.answer(call)
        self.exchanges.append((call, answer))
        return answer


def exercised(
    app: str, entity: str, samples: Mapping[str, tuple[Value, ...]] | None = None, prepare=None, **options: object
) -> list[tuple[Call, Answer]]:
    """Probe, describe, create, find, get, update, clear, list, list since, delete: the exchanges, logins left out."""
    clock, emulator = FakeClock(), load_emulator(app)
    world = emulator.world(clock)
    if prepare:
        prepare(world)
    api = Recording(emulator.api(world))
    with (
        serve(create_app(api)) as server,
        opened(app, entity, server.url + emulator.base_path, emulator.auth(world), clock) as open_it,
    ):
        catalogue = load_app(app).catalogue.entities[entity]
        subject = Subject(
            open=lambda fields: open_it(fields, **{**emulator.options(world), **options}),
            fields=catalogue.fields,
            hands=SandboxHands(world, emulator.entities[entity]),
            samples=samples or {},
        )
        _exercise(subject, clock)
    return [one for one in api.exchanges if "oauth" not in one[0].path]


def _exercise(subject: Subject, clock: FakeClock) -> None:
    connector = subject.open(subject.readable)
    connector.probe()
    connector.describe()
    traits = connector.traits
    records = written(connector.create([Draft(subject.full(1)), Draft(subject.full(2))][: max(traits.create_batch, 1)]))
    clock.sleep(max(traits.eventual_seconds, traits.modified_resolution))
    pages = list(connector.list())
    for name in traits.searchable:
        value = records[0].values.get(name)
        if isinstance(value, str):
            connector.find(name, [value])
    connector.get([record.id for record in records])
    spare = [each for each in subject.writable if not each.required and each.name not in subject.alone]
    for change in ({each.name: subject.value(each, 7) for each in spare[:3]}, {each.name: None for each in spare[:2]}):
        now = connector.get([records[0].id])[0]
        old = {name: now.values.get(name) for name in change}
        connector.update([Patch(records[0].id, change, old, now.version)])
    if traits.delta:
        list(connector.list(pages[-1].cursor))
    connector.delete([record.id for record in records])
