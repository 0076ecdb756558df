"""HubSpot's API called without a server: a desk with a service key on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode

import msgspec

from reconciler.sandbox.hubspot.api import HubSpotApi
from reconciler.sandbox.hubspot.store import HubSpotQuirks
from reconciler.sandbox.hubspot.world import HubSpotWorld
from reconciler.sandbox.wire import Answer, Call
from reconciler.testing.clock import FakeClock

C = "/crm/v3/objects/contacts"


@dataclass
class Desk:
    quirks: HubSpotQuirks = field(default_factory=HubSpotQuirks)

    def __post_init__(self) -> None:
        self.clock = FakeClock()
        self.world = HubSpotWorld(self.clock, quirks=self.quirks)
        self.api = HubSpotApi(self.world)
        self.token = self.world.keys.access

    def ask(self, method: str, path: str, body: object = None, fault=None, **query: str) -> Answer:
        content = b"" if body is None else body if isinstance(body, bytes) else msgspec.json.encode(body)
        headers = {"authorization": f"Bearer {self.token}"}
        length = len(path) + len(urlencode(query))
        return self.api.answer(Call(method, path, query, headers, content, fault, length=length))

    def body(self, method: str, path: str, body: object = None, fault=None, status: int = 200, **query: str):
        """The body of an answer that has to have this status."""
        answer = self.ask(method, path, body, fault, **query)
        assert answer.status == status, answer.body
        return answer.body

    def person(self, number: int = 1, **values: object) -> str:
        return self.world.add({"email": f"p{number}@example.com", "firstname": f"P{number}", **values})

    def search(self, *filters: dict[str, object], **more: object):
        return self.body("POST", f"{C}/search", {"filterGroups": [{"filters": list(filters)}], **more})

    def settle(self) -> None:
        self.clock.advance(60)


def told(answer: Answer) -> tuple[int, str]:
    """Status and category of a refusal."""
    return answer.status, answer.body.get("category", "")
