"""Zoho CRM's API called without a server: a desk with one client's token on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from string import Template
from urllib.parse import urlencode

import msgspec

from reconciler.sandbox.wire import Answer, Call
from reconciler.sandbox.zoho.api import ZohoApi
from reconciler.sandbox.zoho.world import ZohoQuirks, ZohoWorld
from reconciler.testing.clock import FakeClock

ROOT = "/crm/v8"
QUERY = Template("select $columns from Contacts where $rest")


@dataclass
class Desk:
    quirks: ZohoQuirks = field(default_factory=lambda: ZohoQuirks(moving_stamps=False))

    def __post_init__(self) -> None:
        self.clock = FakeClock()
        self.world = ZohoWorld(self.clock, quirks=self.quirks)
        self.api = ZohoApi(self.world)
        self.headers = {"authorization": f"Zoho-oauthtoken {self.token().body['access_token']}"}

    def token(self, **form: str) -> Answer:
        client = self.world.client
        known = {"client_id": client.key, "client_secret": client.proof, "refresh_token": client.refresh}
        body = urlencode({"grant_type": "refresh_token", **known, **form}).encode()
        return self.api.answer(Call("POST", "/oauth/v2/token", body=body, origin="http://here.test"))

    def ask(self, method: str, path: str, body: object = None, fault=None, *, headers=None, **query: object) -> Answer:
        texts = {name: str(value) for name, value in query.items()}
        content = b"" if body is None else msgspec.json.encode(body)
        return self.api.answer(Call(method, ROOT + path, texts, {**self.headers, **(headers or {})}, content, fault))

    def listed(self, module: str = "Contacts", **query: object) -> Answer:
        return self.ask("GET", f"/{module}", **{"fields": "Last_Name", **query})

    def query(self, coql: str) -> Answer:
        return self.ask("POST", "/coql", {"select_query": coql})

    def fill(self, count: int) -> list[str]:
        return [self.world.add({"Last_Name": f"Person {n}", "Email": f"p{n}@example.com"}) for n in range(count)]


def code(answer: Answer) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status, answer.body["code"]


def codes(answer: Answer) -> list[str]:
    """The code of each row of a batch."""
    return [row["code"] for row in answer.body["data"]]


def ids(answer: Answer) -> list[str]:
    return [row["id"] for row in answer.body["data"]] if answer.body else []


def select(columns: str, rest: str) -> str:
    """A query over contacts."""
    return QUERY.substitute(columns=columns, rest=rest)
