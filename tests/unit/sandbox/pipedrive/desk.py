"""A company's API called without a server: a desk with the personal token on it."""

from __future__ import annotations

from typing import Any

import msgspec

from reconciler.sandbox.pipedrive.api import PipedriveApi
from reconciler.sandbox.pipedrive.world import PipedriveQuirks, PipedriveWorld
from reconciler.sandbox.wire import Answer, Call
from reconciler.testing.clock import FakeClock

QUIET = {"burst": 0, "search_burst": 0}


class Desk:
    def __init__(self, **quirks: Any) -> None:
        self.clock = FakeClock()
        self.world = PipedriveWorld(self.clock, quirks=PipedriveQuirks(**{**QUIET, **quirks}))
        self.api = PipedriveApi(self.world)
        self.headers = {"x-api-token": self.world.keys.api}

    def ask(self, method: str, path: str, body: object = None, fault=None, **query: object) -> Answer:
        content = b"" if body is None else body if isinstance(body, bytes) else msgspec.json.encode(body)
        told = {name: str(value) for name, value in query.items()}
        return self.api.answer(Call(method, f"/api{path}", told, self.headers, content, fault, "http://desk"))

    def data(self, method: str, path: str, body: object = None, fault=None, **query: object) -> Any:
        """What a call that has to succeed answers."""
        answer = self.ask(method, path, body, fault, **query)
        assert answer.status in (200, 201), answer.body
        assert answer.body["success"] is True
        return answer.body["data"]

    def person(self, **values: object) -> Any:
        return self.data("POST", "/v2/persons", {"name": "Ann Lee", **values})
