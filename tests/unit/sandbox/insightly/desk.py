"""Insightly's API called without a server, with a working key on the desk."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

import msgspec

from reconciler.sandbox.insightly.api import InsightlyApi
from reconciler.sandbox.insightly.world import InsightlyQuirks, InsightlyWorld
from reconciler.sandbox.wire import Answer, Call
from reconciler.testing.clock import FakeClock

ANN = {"FIRST_NAME": "Ann", "LAST_NAME": "Peeters", "EMAIL_ADDRESS": "Ann@Example.com"}


@dataclass
class Desk:
    quirks: InsightlyQuirks = field(default_factory=InsightlyQuirks)
    key: str = "sandbox-key:"

    def __post_init__(self) -> None:
        self.clock = FakeClock()
        self.world = InsightlyWorld(self.clock, quirks=self.quirks)
        self.api = InsightlyApi(self.world)

    def ask(self, method: str, path: str, body: object = None, *, headers=None, fault=None, **query: str) -> Answer:
        signed = {"authorization": f"Basic {base64.b64encode(self.key.encode()).decode()}", **(headers or {})}
        content = b"" if body is None else msgspec.json.encode(body)
        return self.api.answer(Call(method, f"/v3.1{path}", query, signed, content, fault))

    def body(self, method: str, path: str, body: object = None, **how):
        """The body of an answer that has to be a success."""
        answer = self.ask(method, path, body, **how)
        assert answer.status in {200, 201, 202}, answer.body
        return answer.body

    def ids(self, path: str, **query: str) -> list[int]:
        """Ids of the contacts that a list shows."""
        return [row["CONTACT_ID"] for row in self.body("GET", path, **query)]


def said(answer: Answer) -> str:
    """The words of a refusal."""
    assert isinstance(answer.body, str | dict), answer
    return answer.body if isinstance(answer.body, str) else answer.body["Message"]
