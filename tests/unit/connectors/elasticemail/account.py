"""An emulated Elastic Email account behind a transport: what is asked is kept, and a test can step in between."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx

from reconciler.connectors.apps.elasticemail import APP
from reconciler.connectors.base import Opening
from reconciler.model.outcome import Refused, Written
from reconciler.sandbox.elasticemail.api import ElasticApi
from reconciler.sandbox.elasticemail.world import ElasticQuirks, ElasticWorld
from reconciler.sandbox.wire import Call
from reconciler.testing.clock import FakeClock
from tests.unit.connectors.wire import http_over

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "https://elastic.test/v4"
FIELDS = ("Email", "FirstName", "LastName", "Status")


class Account(httpx.BaseTransport):
    """``before`` is called with each call's kind and its number among calls of that kind; what it returns, if anything,
    is the answer. Calls of the kinds in ``mute`` are done, and not answered."""

    def __init__(self, **quirks: Any) -> None:
        self.clock = FakeClock()
        self.world = ElasticWorld(self.clock, quirks=ElasticQuirks(**quirks))
        self.api = ElasticApi(self.world)
        self.requests: list[httpx.Request] = []
        self.before: Callable[[str, int], httpx.Response | None] = lambda _kind, _number: None
        self.mute: set[str] = set()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        path = request.url.raw_path.decode().partition("?")[0]
        headers = {name.lower(): value for name, value in request.headers.items()}
        call = Call(request.method, path, dict(request.url.params), headers, request.content)
        kind = self.api.kind(call)
        self.world.calls[kind] += 1
        if (said := self.before(kind, self.world.calls[kind])) is not None:
            return said
        answer = self.api.answer(call)
        if kind in self.mute:
            raise httpx.ReadTimeout("no answer", request=request)
        return httpx.Response(answer.status, content=answer.encoded(), headers=answer.headers)

    def open(self, *fields: str, key: str = "sandbox-key", **options: object):
        auth = APP.authenticate(APP.credentials(api_key=key), URL)
        http = http_over(self, self.clock, app="elasticemail", base_url=URL, auth=auth)
        return APP.open(Opening(http, "contacts", options, fields or FIELDS))

    def person(self, number: int, **values: object) -> str:
        return self.world.add({"Email": f"user{number}@example.com", **values})

    @property
    def calls(self) -> dict[str, int]:
        return dict(self.world.calls)

    def sent(self, method: str, path: str = "") -> list[Any]:
        """The bodies of such requests."""
        found = [one for one in self.requests if one.method == method and path in one.url.path]
        return [json.loads(one.content) for one in found]


def codes(outcomes) -> list[str]:
    """A refusal's code, else the outcome's kind."""
    return [one.code if isinstance(one, Refused) else type(one).__name__ for one in outcomes]


def stored(outcome) -> dict[str, object]:
    """The values that a write reports."""
    assert isinstance(outcome, Written), outcome
    assert outcome.record
    return dict(outcome.record.values)
