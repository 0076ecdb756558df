"""The connector over an emulated company in the same process: no socket, and a clock that only waits move."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from threading import Event
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import httpx

from reconciler.connectors.apps.pipedrive import APP
from reconciler.connectors.base import Opening
from reconciler.connectors.budget import Budget
from reconciler.connectors.pipedrive.persons import CALLS_A_SECOND
from reconciler.model.outcome import Draft, Patch, Refused, Written
from reconciler.sandbox.pipedrive.api import PipedriveApi
from reconciler.sandbox.pipedrive.emulator import EMULATOR
from reconciler.sandbox.pipedrive.world import PipedriveQuirks, PipedriveWorld
from reconciler.sandbox.wire import Call
from reconciler.testing.clock import FakeClock
from tests.unit.connectors.wire import Wire, http_over

if TYPE_CHECKING:
    from reconciler.model.record import Record

URL = "https://api.pipedrive.test"
Script = Callable[[httpx.Request], httpx.Response | Exception | None]


class Company(Wire):
    """``script`` may answer instead of the company, before it (``None``: it may not) or after (``lose``)."""

    def __init__(self, **quirks: Any) -> None:
        super().__init__(self._reply)
        self.clock = FakeClock()
        self.world = PipedriveWorld(self.clock, quirks=PipedriveQuirks(**quirks))
        self.api = PipedriveApi(self.world)
        self.script: Script = lambda _request: None
        self.losing: Script = lambda _request: None

    def _reply(self, request: httpx.Request) -> httpx.Response:
        said = self.script(request)
        if said is None:
            said = self._answer(request)
            lost = self.losing(request)
            said = said if lost is None else lost
        if isinstance(said, Exception):
            raise said
        return said

    def _answer(self, request: httpx.Request) -> httpx.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        query = dict(parse_qsl(request.url.query.decode(), keep_blank_values=True))
        path = request.url.raw_path.decode().partition("?")[0]
        origin = f"{request.url.scheme}://{request.url.host}"
        call = Call(request.method, path, query, headers, request.content, origin=origin)
        self.world.calls[self.api.kind(call)] += 1
        answer = self.api.answer(call)
        return httpx.Response(answer.status, content=answer.encoded(), headers=answer.headers)

    def http(self, auth: dict[str, str] | None = None, url: str = URL):
        credentials = APP.credentials.model_validate(auth or EMULATOR.auth(self.world))
        budget = Budget("pipedrive", per_second=CALLS_A_SECOND, burst=1, clock=self.clock, sleep=self.clock.sleep)
        auth_of = APP.authenticate(credentials, url)
        return http_over(self, self.clock, app="pipedrive", base_url=url, auth=auth_of, budget=budget)

    def persons(self, *fields: str, auth: dict[str, str] | None = None, **options: object):
        return APP.open(Opening(self.http(auth), "persons", options, fields))

    def leads(self, *fields: str, **options: object):
        return APP.open(Opening(self.http(), "leads", options, fields))

    def asked(self, method: str, ending: str) -> list[httpx.Request]:
        """The requests of this method whose path ends so."""
        return [one for one in self.requests if one.method == method and one.url.path.endswith(ending)]

    def sent(self, method: str = "PATCH") -> Any:
        """The body of the last such request."""
        return json.loads([one for one in self.requests if one.method == method][-1].content)

    def hold_first(self, ending: str) -> None:
        """The first read that ends so waits a moment for a second one, which comes only where nobody makes it wait."""
        first, second = [True], Event()

        def holding(request: httpx.Request) -> None:
            if request.method == "GET" and request.url.path.endswith(ending):
                if first:
                    first.pop()
                    second.wait(0.2)
                else:
                    second.set()

        self.losing = holding

    def lose(self, method: str, ending: str) -> None:
        """The next such request is done, and its answer never comes."""
        armed = [True]

        def losing(request: httpx.Request) -> Exception | None:
            if armed and request.method == method and request.url.path.endswith(ending):
                armed.pop()
                return httpx.ReadError("cut")
            return None

        self.losing = losing


def made(outcomes: Iterable) -> Record:
    """The record of the only outcome, which was written."""
    (outcome,) = outcomes
    assert isinstance(outcome, Written), outcome
    assert outcome.record is not None
    return outcome.record


def refusal(outcomes: Iterable) -> Refused:
    (outcome,) = outcomes
    assert isinstance(outcome, Refused), outcome
    return outcome


def draft(**values: Any) -> list[Draft]:
    return [Draft(values)]


def patch(record_id: str, old: dict[str, Any] | None = None, **values: Any) -> list[Patch]:
    return [Patch(record_id, values, {name: (old or {}).get(name) for name in values})]
