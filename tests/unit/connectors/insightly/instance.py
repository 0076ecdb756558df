"""An Insightly instance behind a connector, without a network; a test may meddle before any call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from reconciler.connectors.apps.insightly import APP
from reconciler.connectors.base import Opening
from reconciler.model.outcome import Draft, Patch, Refused, Written
from reconciler.sandbox.insightly.api import InsightlyApi
from reconciler.sandbox.insightly.world import InsightlyQuirks, InsightlyWorld
from reconciler.sandbox.wire import Call
from reconciler.testing.clock import FakeClock
from tests.unit.connectors.wire import http_over

if TYPE_CHECKING:
    from reconciler.model.record import Record

MAIL = {"contacts": "EMAIL_ADDRESS", "leads": "EMAIL"}
Meddle = Callable[[httpx.Request], object]


@dataclass
class Instance(httpx.BaseTransport):
    """``before`` and ``after`` meddle around each call: what they return, or raise, is the answer instead."""

    entity: str = "contacts"
    quirks: InsightlyQuirks = field(default_factory=InsightlyQuirks)
    before: Meddle = lambda _request: None
    after: Meddle = lambda _request: None

    def __post_init__(self) -> None:
        self.clock = FakeClock()
        self.world = InsightlyWorld(self.clock, quirks=self.quirks)
        self.api = InsightlyApi(self.world)
        self.requests: list[httpx.Request] = []

    @property
    def name(self) -> str:
        return {"contacts": "Contact", "leads": "Lead"}[self.entity]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        instead = self.before(request)
        if instead is None:
            answer = self.api.answer(self._call(request))
            instead = self.after(request)
        if isinstance(instead, Exception):
            raise instead
        if isinstance(instead, httpx.Response):
            return instead
        return httpx.Response(answer.status, content=answer.encoded(), headers=answer.headers)

    @staticmethod
    def _call(request: httpx.Request) -> Call:
        path = request.url.raw_path.decode().partition("?")[0]
        headers = {name.lower(): value for name, value in request.headers.items()}
        return Call(request.method, path, dict(request.url.params), headers, request.content)

    def connector(self, *fields: str, auth: Mapping[str, str] | None = None, **options: object):
        """A connector for one entity with these fields."""
        url = "https://insightly.test/v3.1"
        credentials = APP.credentials.model_validate(auth or {"api_key": self.world.keys.works})
        http = http_over(self, self.clock, app="insightly", base_url=url, auth=APP.authenticate(credentials, url))
        return APP.open(Opening(http, self.entity, options, fields or (MAIL[self.entity], "LAST_NAME")))

    def add(self, number: int = 1, **values: object) -> str:
        """A record with an address of its own."""
        known = {MAIL[self.entity]: f"person{number}@example.com", "FIRST_NAME": "Ann", "LAST_NAME": f"Last{number}"}
        return self.world.add({**known, **values}, self.name)

    def edit(self, record_id: str, **values: object) -> None:
        self.world.edit(record_id, values, self.name)

    def read(self, record_id: str) -> dict[str, object]:
        return self.world.read(record_id, self.name)

    def lines(self) -> list[str]:
        """What was asked, as ``METHOD path``."""
        return [f"{one.method} {one.url.path.removeprefix('/v3.1')}" for one in self.requests]


def over(wire: httpx.BaseTransport, *fields: str):
    """A connector for contacts over answers as they are told."""
    http = http_over(wire, app="insightly", base_url="https://insightly.test/v3.1")
    return APP.open(Opening(http, "contacts", {}, fields or ("LAST_NAME",)))


def once(meddle: Callable[[], object], method: str, path: str) -> Meddle:
    """``meddle`` at the first call of this method on this path."""
    left = [True]

    def act(request: httpx.Request) -> object:
        if left and request.method == method and request.url.path.endswith(path):
            left.clear()
            return meddle()
        return None

    return act


def listed(connector, since: str | None = None) -> dict[str, Record]:
    return {record.id: record for page in connector.list(since) for record in page.records}


def seen(connector, record_id: str) -> Record:
    """A record as a listing shows it."""
    return listed(connector)[record_id]


def fetched(connector, record_id: str) -> Record:
    """A record as it is read by itself."""
    (record,) = connector.get([record_id])
    return record


def updated(connector, record: Record, **values: Any):
    """The outcome of a change to a record as it was read."""
    old = {name: record.values.get(name) for name in values}
    (outcome,) = connector.update([Patch(record.id, values, old)])
    return outcome


def created(connector, **values: Any):
    (outcome,) = connector.create([Draft(values)])
    return outcome


def stored(outcome) -> dict[str, Any]:
    """What the app holds now, as a write says."""
    assert isinstance(outcome, Written), outcome
    assert outcome.record is not None
    return dict(outcome.record.values)


def code(outcome) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.code
