"""An emulated HubSpot account without a network between, and connectors to it; and one that answers as it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx

from reconciler.connectors.apps.hubspot import APP
from reconciler.connectors.base import Opening
from reconciler.connectors.budget import Budget
from reconciler.model.outcome import Patch, Written
from reconciler.sandbox.hubspot.api import HubSpotApi
from reconciler.sandbox.hubspot.world import HubSpotWorld
from reconciler.sandbox.wire import Call
from reconciler.testing.clock import FakeClock
from tests.unit.connectors.wire import Wire, answer, http_over

if TYPE_CHECKING:
    from reconciler.model.record import Page, Record, Value

NAMES = ("email", "firstname", "lastname")
TEXT = {"type": "string", "fieldType": "text", "hubspotDefined": True}
DESCRIPTION = [{**TEXT, "name": name, "label": name} for name in NAMES]


@dataclass
class Portal:
    """The account; ``asked`` holds every call that reached it."""

    clock: FakeClock = field(default_factory=FakeClock)
    asked: list[Call] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world = HubSpotWorld(self.clock)
        self.api = HubSpotApi(self.world)

    def reply(self, request: httpx.Request) -> httpx.Response:
        path, _, query = request.url.raw_path.decode().partition("?")
        headers = {name.lower(): value for name, value in request.headers.items()}
        call = Call(request.method, path, dict(httpx.QueryParams(query)), headers, request.content)
        call.length = len(request.url.raw_path)
        self.asked.append(Call(call.method, call.path, call.query, call.headers, call.body))
        said = self.api.answer(call)
        return httpx.Response(said.status, content=said.encoded(), headers=said.headers)

    def open(self, *names: str, auth: dict[str, str] | None = None, paced: bool = True, **options: object):
        """A connector that reads these fields."""
        base = "https://api.hubapi.test"
        credentials = APP.credentials.model_validate(auth or {"access_token": self.world.keys.access})
        pace = {"per_second": 9.3, "burst": 5} if paced else {}
        budget = Budget("hubspot", clock=self.clock, sleep=self.clock.sleep, **pace)
        signed = APP.authenticate(credentials, base)
        http = http_over(Wire(self.reply), self.clock, app="hubspot", base_url=base, auth=signed, budget=budget)
        return APP.open(Opening(http, "contacts", options, names or NAMES))

    def person(self, number: int, **values: Value) -> str:
        """Somebody is made by hand."""
        return self.world.add({"email": f"p{number}@example.com", "firstname": f"P{number}", **values})

    def settle(self) -> None:
        """Let the index catch up, and new contacts move by themselves."""
        self.clock.advance(60)

    @property
    def lines(self) -> list[str]:
        return [f"{call.method} {call.path}" for call in self.asked]

    def bodies(self, end: str) -> list:
        """The JSON of the calls whose path ends so."""
        return [call.json() for call in self.asked if call.path.endswith(end)]


def pages(connector, since: str | None = None) -> list[Page]:
    return list(connector.list(since))


def ids(found: list[Page]) -> list[str]:
    return [record.id for page in found for record in page.records]


def gone(found: list[Page]) -> set[str]:
    return {one for page in found for one in page.gone}


def cursor_of(connector) -> str:
    return pages(connector)[-1].cursor


def stored(outcome) -> Record:
    """The record of a write that was done."""
    assert isinstance(outcome, Written), outcome
    assert outcome.record is not None
    return outcome.record


def patch(record_id: str, old: dict[str, Value] | None = None, **values: Value) -> Patch:
    return Patch(record_id, values, {**dict.fromkeys(values), **(old or {})})


class Told(Wire):
    """Describes three texts; other calls are answered in order."""

    def __init__(self, *answers: object) -> None:
        super().__init__(self.reply)
        self.script = list(answers)

    def reply(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/properties/contacts"):
            return answer({"results": DESCRIPTION})
        said = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(said, Exception):
            raise said
        return said if isinstance(said, httpx.Response) else answer(said)

    def open(self, *names: str, **options: object):
        self.clock = FakeClock()
        http = http_over(self, self.clock, app="hubspot", base_url="https://api.hubapi.test")
        return APP.open(Opening(http, "contacts", options, names or NAMES))


def row(record_id: str, mark: str = "", **properties: str | None) -> dict[str, object]:
    body: dict[str, object] = {"id": record_id, "properties": properties, "updatedAt": "2026-03-01T10:00:00Z"}
    return {**body, **({"objectWriteTraceId": mark} if mark else {})}


def batch(*rows: dict[str, object], errors: tuple[dict[str, object], ...] = (), status: str = "COMPLETE"):
    return answer({"status": status, "results": list(rows), "errors": list(errors)}, 207 if errors else 200)


def refusal(status: int, category: str = "", message: str = "no", **more: object) -> httpx.Response:
    return answer({"status": "error", "message": message, "category": category, **more}, status)
