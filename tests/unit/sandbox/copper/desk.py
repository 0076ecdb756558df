"""Copper's API called without a server, with one administrator's key on the desk."""

from __future__ import annotations

from typing import Any

import msgspec

from reconciler.sandbox.copper.api import ROOT, CopperApi
from reconciler.sandbox.copper.world import CopperQuirks, CopperWorld
from reconciler.sandbox.wire import Answer, Call
from reconciler.testing.clock import FakeClock


class CopperDesk:
    """``ask`` takes paths below the base URL."""

    def __init__(self, **quirks: Any) -> None:
        self.clock = FakeClock()
        self.world = CopperWorld(self.clock, quirks=CopperQuirks(**{"index_lag": 0.0, **quirks}))
        self.api = CopperApi(self.world)
        keys = self.world.credentials
        self.headers = {
            "x-pw-accesstoken": keys.key,
            "x-pw-application": "developer_api",
            "x-pw-useremail": keys.user_email,
            "content-type": "application/json",
        }

    def ask(self, method: str, path: str, body: object = None, fault=None) -> Answer:
        content = b"" if body is None else msgspec.json.encode(body)
        return self.api.answer(Call(method, ROOT + path, {}, self.headers, content, fault))

    def body(self, method: str, path: str, body: object = None, fault=None) -> Any:
        """The body of an answer that has to be 200."""
        answer = self.ask(method, path, body, fault)
        assert answer.status == 200, answer.body
        return answer.body

    def refused(self, method: str, path: str, body: object = None) -> tuple[int, str]:
        """Status and words of a refusal."""
        answer = self.ask(method, path, body)
        return answer.status, answer.body.get("message") or answer.body["error"]
