"""An app's API called without a server: a desk with one client's credentials on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from string import Template
from urllib.parse import urlencode

import msgspec

from reconciler.sandbox.icontact.api import IContactApi
from reconciler.sandbox.icontact.world import ACCOUNT, FOLDER, IContactQuirks, IContactWorld
from reconciler.sandbox.salesforce.api import SalesforceApi
from reconciler.sandbox.salesforce.world import SalesforceQuirks, SalesforceWorld
from reconciler.sandbox.wire import Answer, Call
from reconciler.testing.clock import FakeClock

QUERY = Template("SELECT $fields FROM Contact $rest")
DATA = "/services/data/v67.0"
CLIENT = {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}


@dataclass
class IContactDesk:
    quirks: IContactQuirks = field(default_factory=IContactQuirks)

    def __post_init__(self) -> None:
        self.clock = FakeClock()
        self.world = IContactWorld(self.clock, quirks=self.quirks)
        self.api = IContactApi(self.world)
        keys = self.world.credentials
        self.headers = {
            "api-appid": keys.app_id,
            "api-username": keys.username,
            "api-password": keys.app_key,
            "api-version": "2.2",
            "accept": "application/json",
            "content-type": "application/json",
        }

    def ask(self, method: str, path: str, body: object = None, fault=None, **query: str) -> Answer:
        call = Call(method, f"/icp/a/{ACCOUNT}/c/{FOLDER}{path}", query, self.headers, _encoded(body), fault)
        return self.api.answer(call)

    def body(self, method: str, path: str, body: object = None, fault=None, **query: str):
        """The body of an answer that has to be 200."""
        answer = self.ask(method, path, body, fault, **query)
        assert answer.status == 200, answer.body
        return answer.body


@dataclass
class SalesforceDesk:
    quirks: SalesforceQuirks = field(default_factory=lambda: SalesforceQuirks(moving_stamps=False))

    def __post_init__(self) -> None:
        self.clock = FakeClock()
        self.world = SalesforceWorld(self.clock, quirks=self.quirks)
        self.api = SalesforceApi(self.world)
        self.headers = {"authorization": f"Bearer {self.world.open_session()}"}

    def ask(self, method: str, path: str, body: object = None, fault=None, *, headers=None, **query: str) -> Answer:
        path = path if path.startswith("/services") else DATA + path
        return self.api.answer(Call(method, path, query, {**self.headers, **(headers or {})}, _encoded(body), fault))

    def soql(self, text: str, **how) -> Answer:
        return self.ask("GET", "/query", q=text, **how)

    def found(self, text: str, path: str = "/query") -> list:
        """The rows of a query without their attributes."""
        answer = self.ask("GET", path, q=text)
        assert answer.status == 200, answer.body
        rows = answer.body["records"]
        return [{name: value for name, value in row.items() if name != "attributes"} for row in rows]

    def token(self, **form: str) -> Answer:
        return self.api.answer(Call("POST", "/services/oauth2/token", body=urlencode(form).encode()))


def select(fields: str, rest: str) -> str:
    """A query over contacts."""
    return QUERY.substitute(fields=fields, rest=rest)


def code(answer: Answer) -> tuple[int, str]:
    """Status and error code of a refusal."""
    return answer.status, answer.body[0]["errorCode"]


def _encoded(body: object) -> bytes:
    return b"" if body is None else body if isinstance(body, bytes) else msgspec.json.encode(body)
