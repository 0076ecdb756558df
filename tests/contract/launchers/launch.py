"""How a registered app is brought up for tests: an emulator on loopback, a real server, or files.

A launcher is a context manager that gives ``fresh``: each call empties the account and says how to judge it. Those of
an app stand in the module of its name beside this one, as ``LAUNCHERS``: entity -> launcher.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from reconciler.connectors.base import Connector, Opening
from reconciler.connectors.budget import Budget
from reconciler.connectors.http import Http
from reconciler.connectors.registry import app_traits, load_app
from reconciler.model.field import Field
from reconciler.model.outcome import Draft, Patch, Written
from reconciler.model.record import Value
from reconciler.sandbox.emulator import load_emulator
from reconciler.sandbox.server import serve
from reconciler.sandbox.shell import create_app
from reconciler.sandbox.world import World
from reconciler.testing.clock import FakeClock
from reconciler.testing.contract import Subject

if TYPE_CHECKING:
    from pathlib import Path

Fresh = Callable[[], Subject]
Launch = Callable[["Path"], AbstractContextManager[Fresh]]


@dataclass(frozen=True)
class SandboxHands:
    """A person in an emulated app."""

    world: World
    entity: str = ""

    def add(self, **values: Value) -> str:
        return self.world.add(values, self.entity)

    def edit(self, record_id: str, **values: Value) -> None:
        self.world.edit(record_id, values, self.entity)

    def delete(self, record_id: str) -> None:
        self.world.delete(record_id, self.entity)


@dataclass(frozen=True)
class OtherProgram:
    """Another client of the same account: what one connector does is foreign to the other."""

    connector: Connector

    def add(self, **values: Value) -> str:
        return self._written(self.connector.create([Draft(values)]))

    def edit(self, record_id: str, **values: Value) -> None:
        self._written(self.connector.update([Patch(record_id, values, {})]))

    def delete(self, record_id: str) -> None:
        self._written(self.connector.delete([record_id]))

    @staticmethod
    def _written(outcomes) -> str:
        (outcome,) = outcomes
        assert isinstance(outcome, Written), outcome
        return outcome.id


@contextmanager
def opened(
    app_name: str, entity: str, url: str, auth: Mapping[str, object], clock: FakeClock | None = None
) -> Iterator[Callable[..., Connector]]:
    """``open(fields, **options)`` for one account at ``url``; waits move ``clock``."""
    app = load_app(app_name)
    credentials = app.credentials.model_validate(auth)
    http_of = Http if clock is None else partial(Http, budget=_pace(app, entity, clock), sleep=clock.sleep, clock=clock)
    with http_of(app=app_name, base_url=url, auth=app.authenticate(credentials, url)) as http:

        def open_it(fields: Sequence[str], **options: object) -> Connector:
            return app.open(Opening(http, entity, options, tuple(fields)))

        yield open_it


def _pace(app, entity: str, clock: FakeClock) -> Budget:
    traits = app_traits(app)[entity]
    return Budget(app.name, per_second=traits.calls_per_second, burst=traits.burst, clock=clock, sleep=clock.sleep)


@dataclass(frozen=True)
class Emulated:
    """The launcher of one entity of an emulated app.

    ``options`` of the account (on top of what the world needs), ``prepare`` fills the fresh world with what is no
    contact (lists, custom fields), ``fields`` may widen what is judged; the rest is as in ``Subject``. ``samples`` may
    depend on the account: then it is a function of a connector.
    """

    app: str
    entity: str
    options: Mapping[str, object] = field(default_factory=dict)
    prepare: Callable[[World], None] = lambda _world: None
    configure: Mapping[str, object] = field(default_factory=dict)
    samples: Callable[[Connector], Mapping[str, Sequence[Value]]] = lambda _connector: {}
    fields: Callable[[Connector], Sequence[Field]] | None = None
    alone: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()
    many: int = 450
    page: int | None = None

    @contextmanager
    def __call__(self, _folder: Path) -> Iterator[Fresh]:
        clock, emulator = FakeClock(), load_emulator(self.app)
        world = emulator.world(clock)
        world.configure(self.configure)
        with serve(create_app(emulator.api(world))) as server:
            url = server.url + emulator.base_path
            with (
                opened(self.app, self.entity, url, emulator.auth(world), clock) as open_it,
                opened(self.app, self.entity, url, emulator.broken(world)["wrong"], clock) as open_shut,
            ):
                options = {**emulator.options(world), **self.options}

                def fresh() -> Subject:
                    world.clear()
                    self.prepare(world)
                    bare = open_it((), **options)
                    standard = load_app(self.app).catalogue.entities[self.entity].fields
                    return Subject(
                        open=lambda fields: open_it(fields, **options),
                        fields=tuple(self.fields(bare)) if self.fields else standard,
                        hands=SandboxHands(world, emulator.entities[self.entity]),
                        wait=clock.sleep,
                        samples=self.samples(bare),
                        alone=self.alone,
                        kept=self.kept,
                        fixed=self.fixed,
                        many=self.many,
                        page=self.page,
                        stranger=lambda: open_shut((), **options),
                    )

                yield fresh
