from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
import pytest

from reconciler.sandbox.elasticemail.api import ElasticApi
from reconciler.sandbox.elasticemail.world import ElasticQuirks, ElasticWorld
from reconciler.sandbox.wire import Answer, Call
from reconciler.testing.clock import FakeClock


@dataclass
class Desk:
    """The API called without a server, with the key on the desk."""

    quirks: ElasticQuirks = field(default_factory=ElasticQuirks)
    key: str = "sandbox-key"

    def __post_init__(self) -> None:
        self.clock = FakeClock()
        self.world = ElasticWorld(self.clock, quirks=self.quirks)
        self.api = ElasticApi(self.world)

    def ask(self, method: str, path: str, body: object = None, fault=None, **query: str) -> Answer:
        content = b"" if body is None else body if isinstance(body, bytes) else msgspec.json.encode(body)
        headers = {"x-elasticemail-apikey": self.key} if self.key else {}
        return self.api.answer(Call(method, f"/v4{path}", query, headers, content, fault))

    def body(self, method: str, path: str, body: object = None, fault=None, **query: str):
        """The body of an answer that has to be a success."""
        answer = self.ask(method, path, body, fault, **query)
        assert answer.status in {200, 201}, answer.body
        return answer.body

    def fill(self, count: int) -> list[str]:
        return [self.world.add({"Email": f"p{number:05}@example.com"}) for number in range(count)]


@pytest.fixture
def desk() -> Desk:
    return Desk()
