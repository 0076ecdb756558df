"""An emulated app without a socket, and a crowd in memory beside it: for counting calls and simulated seconds."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qsl

import httpx
from pydantic import BaseModel

from reconciler.connectors.base import Opening
from reconciler.connectors.budget import Budget
from reconciler.connectors.http import Http
from reconciler.connectors.registry import app_traits, load_app
from reconciler.cycle import run_cycle
from reconciler.engine.program import compile_connection
from reconciler.live import Live
from reconciler.model.record import Side
from reconciler.model.traits import Traits
from reconciler.sandbox.emulator import load_emulator
from reconciler.sandbox.seed import people
from reconciler.sandbox.wire import Call
from reconciler.spec.account_fields import custom_sides, settle_fields
from reconciler.spec.catalogue import load_catalogue
from reconciler.spec.check import resolve
from reconciler.spec.load import Loaded, parse
from reconciler.spec.scope import AppFacts
from reconciler.state.store import memory_store
from reconciler.testing.clock import FakeClock
from reconciler.testing.memory import MemoryConnector
from reconciler.testing.world import World
from reconciler.wiring import Apps
from tests.matrix.pair import account_text, main_entity

if TYPE_CHECKING:
    from reconciler.model.report import Report
    from reconciler.sandbox.world import Api

CROWD = """
app: crowd
label: Crowd
entities:
  contacts:
    label: Contacts
    fields:
      - {name: email, type: email, role: email, required: true}
      - {name: first, role: first_name}
      - {name: last, role: last_name}
      - {name: job, role: title}
"""
SPEC = """
version: 1
kind: connection
name: crowd
sync: crowd <-> app
winner: crowd
match: [email]
limits: {{update: 100%, create: 100000}}
sides:
  crowd: {{app: crowd, account: crowd, entity: contacts}}
  app: {{app: {app}, account: app, entity: {entity}}}
"""
CROWD_TRAITS = Traits(
    delta=True, versions=True, create_batch=500, update_batch=500, get_batch=500, page_size=500, searchable=("email",)
)


class Nothing(BaseModel):
    """The crowd needs no credentials and no options."""


class Direct(httpx.BaseTransport):
    """Requests become calls on the emulator in the same thread; counts kinds and statuses."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.kinds: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        path, _, query = request.url.raw_path.decode().partition("?")
        asked = dict(parse_qsl(query, keep_blank_values=True))
        origin = f"{request.url.scheme}://{request.url.netloc.decode()}"
        call = Call(request.method, path, asked, headers, request.read(), origin=origin, length=len(path) + len(query))
        with self._lock:
            self.kinds[self.api.kind(call)] += 1
            answer = self.api.answer(call)
            self.statuses[answer.status] += 1
        return httpx.Response(answer.status, headers=answer.headers, content=answer.encoded())

    @property
    def calls(self) -> int:
        return sum(self.kinds.values())

    def reset(self) -> None:
        self.kinds.clear()
        self.statuses.clear()


@dataclass
class Crowd:
    """``size`` people in memory, and an empty account of an emulated app at its documented pace. One clock for all."""

    app: str
    size: int
    clock: FakeClock = field(default_factory=FakeClock)

    def __enter__(self) -> Self:
        entity = self.entity = main_entity(self.app)
        catalogue = load_catalogue(CROWD)
        facts = AppFacts(catalogue, Nothing, Nothing, {"contacts": CROWD_TRAITS}, "http://127.0.0.1:9")
        text = SPEC.format(app=self.app, entity=entity) + account_text("app", self.app) + account_text("crowd", "crowd")
        found = resolve(Loaded({"crowd.yaml": parse("crowd.yaml", text)}), {**Apps(), "crowd": facts})
        assert found.problems == (), [str(problem) for problem in found.problems]
        self.store = memory_store()
        self.http, self.wire, self.world = self._connected()
        options = load_emulator(self.app).options(self.world)

        def opened(names: tuple[str, ...] = ()):
            return load_app(self.app).open(Opening(self.http, entity, options, names))

        connection = found.connections["crowd"]
        described = {side: opened().describe() for side in custom_sides(connection)}
        program = compile_connection(settle_fields(connection, described), self.store.key)
        self.people = self._people(catalogue.entities["contacts"].fields)
        self.connector = opened(program.fields[Side.RIGHT])
        crowd = MemoryConnector(self.people, CROWD_TRAITS, program.fields[Side.LEFT])
        connectors = {Side.LEFT: crowd, Side.RIGHT: self.connector}
        self.live = Live(program, connectors, self.store.connection("crowd"), self.clock)
        self.wire.reset()
        return self

    def __exit__(self, *exc: object) -> None:
        self.http.close()
        self.store.close()

    def _connected(self):
        app, emulator = load_app(self.app), load_emulator(self.app)
        world = emulator.world(self.clock)
        wire = Direct(emulator.api(world))
        url = f"https://emulated.test{emulator.base_path}"
        traits = app_traits(app)[self.entity]
        rate, burst = traits.calls_per_second, traits.burst
        budget = Budget(self.app, per_second=rate, burst=burst, clock=self.clock, sleep=self.clock.sleep)
        auth = app.authenticate(app.credentials.model_validate(emulator.auth(world)), url)
        timing = {"sleep": self.clock.sleep, "clock": self.clock}
        http = Http(app=self.app, base_url=url, auth=auth, budget=budget, transport=wire, parallel=1, **timing)
        return http, wire, world

    def _people(self, fields) -> World:
        world = World(fields, clock=self.clock)
        for one in people(self.size):
            values = {"email": one.email, "first": one.first_name, "last": one.last_name}
            world.add(**values, job=one.title or None)
        return world

    def cycle(self) -> Report:
        with self.store.lease("crowd") as lease:
            return run_cycle(self.live, lease, approve=True)

    def arrived(self) -> int:
        """How many people the emulated app has."""
        return len(self.world.ids(load_emulator(self.app).entities[self.entity]))

    def settle(self) -> None:
        """An hour later each time, until nothing is left to do."""
        for _ in range(8):
            self.clock.advance(3600.0)
            if self.cycle().converged:
                return
        raise AssertionError("it does not come to rest")

    def change(self, count: int) -> None:
        """So many people get another last name."""
        for record_id in list(self.people.rows)[:count]:
            self.people.edit(record_id, last=f"{self.people.rows[record_id].values['last']}-Nova")
