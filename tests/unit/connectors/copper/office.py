"""A Copper account without a server: requests go straight to the emulator, and may get lost on the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import msgspec

from reconciler.connectors.apps.copper import APP
from reconciler.connectors.base import Opening
from reconciler.connectors.budget import Budget
from reconciler.connectors.http import Http
from reconciler.model.outcome import Draft, Patch, Refused, Written
from reconciler.sandbox.copper.emulator import EMULATOR
from reconciler.sandbox.copper.world import CopperQuirks, CopperWorld
from reconciler.sandbox.wire import Call
from reconciler.testing.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.model.record import Record

LAG = 5.0
"""Seconds after which every search is up to date."""


class Office(httpx.BaseTransport):
    """``lost`` are kinds of calls whose next answer does not arrive; ``meanwhile`` happens after each answer."""

    def __init__(self, **quirks: Any) -> None:
        self.clock = FakeClock()
        self.world = CopperWorld(self.clock, quirks=CopperQuirks(**quirks))
        self.api = EMULATOR.api(self.world)
        self.asked: list[tuple[str, str, Any]] = []
        self.statuses: list[int] = []
        self.lost: set[str] = set()
        self.meanwhile: Callable[[], None] = lambda: None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        path = request.url.raw_path.decode().partition("?")[0]
        call = Call(request.method, path, dict(request.url.params), dict(request.headers), body)
        answer = self.api.answer(call)
        self.asked.append((call.method, path.removeprefix(EMULATOR.base_path), msgspec.json.decode(body or b"null")))
        self.statuses.append(answer.status)
        self.world.calls[self.api.kind(call)] += 1
        self.meanwhile()
        if (kind := self.api.kind(call)) in self.lost:
            self.lost.remove(kind)
            raise httpx.ReadTimeout("lost", request=request)
        return httpx.Response(answer.status, content=answer.encoded(), headers=answer.headers, request=request)

    def http(self, **auth: str) -> Http:
        credentials = APP.credentials.model_validate({**EMULATOR.auth(self.world), **auth})
        url = "https://copper.test" + EMULATOR.base_path
        traits = APP.open(Opening(Http(app="copper", base_url=url), "people")).traits
        budget = Budget(
            "copper", per_second=traits.calls_per_second, burst=traits.burst, clock=self.clock, sleep=self.clock.sleep
        )
        return Http(
            app="copper",
            base_url=url,
            auth=APP.authenticate(credentials, url),
            budget=budget,
            sleep=self.clock.sleep,
            clock=self.clock,
            transport=self,
            jitter=lambda: 1.0,
        )

    def open(self, entity: str, *fields: str, **options: object):
        return APP.open(Opening(self.http(), entity, options, fields or ("name", "email")))

    def settle(self) -> None:
        self.clock.advance(LAG)

    def bodies(self, ending: str) -> list[Any]:
        """What was sent to paths that end so."""
        return [body for _, path, body in self.asked if path.endswith(ending)]

    def shown(self, record_id: str, entity: str = "people") -> dict[str, Any]:
        """A record's JSON as the API would show it."""
        answer = EMULATOR.api(self.world).router.find("GET", f"{EMULATOR.base_path}/{entity}/{record_id}")
        assert answer
        return answer[0].handle(self.world, Call("GET", ""), **answer[1]).body


def made(connector, **values: object) -> Record:
    """A new record, as the answer tells it."""
    (outcome,) = connector.create([Draft(values)])
    assert isinstance(outcome, Written), outcome
    assert outcome.record
    return outcome.record


def changed(connector, record_id: str, old: dict[str, Any] | None = None, **values: Any) -> dict[str, Any]:
    """The values of a record after a change, as the answer tells them."""
    (outcome,) = connector.update([Patch(record_id, values, old or {})])
    assert isinstance(outcome, Written), outcome
    assert outcome.record
    return dict(outcome.record.values)


def why(connector, record_id: str, **values: Any) -> Refused:
    """The refusal of a change."""
    (outcome,) = connector.update([Patch(record_id, values, {})])
    assert isinstance(outcome, Refused), outcome
    return outcome
