"""A Zoho organisation without a network: the emulator behind a transport, or answers as the test tells them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from reconciler.connectors.apps.zoho import APP
from reconciler.connectors.base import Opening
from reconciler.sandbox.emulator import load_emulator
from reconciler.sandbox.wire import Answer, Call
from reconciler.testing.clock import FakeClock
from tests.unit.connectors.wire import Wire, answer, http_over

if TYPE_CHECKING:
    from collections.abc import Mapping

EMULATOR = load_emulator("zoho")
HOME = "https://www.zohoapis.eu"
DATE = "Sun, 01 Mar 2026 12:00:00 GMT"
STAMP = "2026-03-01T10:00:00+03:00"
A, B, C = "6493490000001000001", "6493490000001000002", "6493490000001000003"


@dataclass
class Organisation(httpx.BaseTransport):
    """The emulated one. ``lose`` says of a call whether its answer gets lost; ``calls`` are all that were made."""

    clock: FakeClock = field(default_factory=FakeClock)
    lose: Callable[[Call], bool] = lambda _call: False
    calls: list[Call] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world: Any = EMULATOR.world(self.clock)
        self.api = EMULATOR.api(self.world)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        query = dict(request.url.params)
        call = Call(request.method, request.url.path, query, headers, request.content, origin=HOME)
        self.world.calls[self.api.kind(call)] += 1
        self.calls.append(call)
        said: Answer = self.api.answer(call)
        if self.lose(call):
            raise httpx.ReadError("cut", request=request)
        return httpx.Response(said.status, content=said.encoded(), headers=said.headers)

    def records(self, *names: str, entity: str = "contacts", auth: Mapping[str, str] | None = None, **options: object):
        credentials = APP.credentials.model_validate(auth or EMULATOR.auth(self.world))
        login = APP.authenticate(credentials, HOME)
        http = http_over(self, self.clock, app="zoho", base_url=HOME, auth=login)
        return APP.open(Opening(http, entity, options, names or ("Last_Name", "Email")))

    def asked(self, kind: str) -> list[Call]:
        """The calls of one kind."""
        return [call for call in self.calls if self.api.kind(call) == kind]


def column(name: str, kind: str = "text", **more: object) -> dict[str, object]:
    """A field of the metadata."""
    may = {"api_create": True, "api_update": True}
    return {"api_name": name, "data_type": kind, "field_label": name, "length": 50, "operation_type": may, **more}


FIELDS = {
    "fields": [
        column("Last_Name", length=80, system_mandatory=True),
        column("Email", "email", length=100),
        column("Account_Name", "lookup"),
        column("Owner", "ownerlookup"),
        column("Full_Name", read_only=True),
        column("Born", "date"),
        column("Seen", "datetime"),
        column("Score", "double"),
        column("Serial", "bigint"),
        column("Active", "boolean"),
        column("Topics", "multiselectpicklist"),
        column("Photo", "profileimage"),
        column("Level", "picklist", pick_list_values=[
            {"actual_value": "-None-", "display_value": "-None-"}, {"actual_value": "gold", "display_value": "Gold"},
            {"actual_value": "tin", "type": "unused"}]),
    ]
}  # fmt: skip


def page(*rows: dict[str, object], token: str | None = None, more: bool | None = None, count: int | None = None):
    info = {"count": len(rows) if count is None else count, "next_page_token": token}
    return answer(
        {"data": list(rows), "info": {**info, "more_records": bool(token) if more is None else more}}, Date=DATE
    )


def row(record_id: str, **values: object) -> dict[str, object]:
    return {"id": record_id, "Modified_Time": STAMP, **values}


def nothing(status: int = 204) -> httpx.Response:
    return answer(None, status, Date=DATE)


def refusal(code: str, status: int = 400, **details: object) -> httpx.Response:
    return answer({"code": code, "details": details, "message": "no", "status": "error"}, status)


def done(record_id: str) -> dict[str, object]:
    return {"code": "SUCCESS", "details": {"id": record_id}, "message": "record added", "status": "success"}


def failed(code: str, message: str = "invalid data", **details: object) -> dict[str, object]:
    return {"code": code, "details": details, "message": message, "status": "error"}


class Script(Wire):
    """Answers the field metadata; other calls in order, and the last of these again and again."""

    def __init__(self, *answers: object, fields: object = FIELDS) -> None:
        super().__init__(self.reply)
        self.script, self.fields = list(answers), fields

    def reply(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/settings/fields"):
            return answer(self.fields)
        said = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(said, Exception):
            raise said
        if callable(said) and not isinstance(said, httpx.Response):
            said = said(request)
        return said if isinstance(said, httpx.Response) else answer(said)

    @property
    def params(self) -> list[dict[str, str]]:
        return [dict(request.url.params) for request in self.requests[1:]]


def scripted(wire: httpx.BaseTransport, *names: str, entity: str = "contacts", **options: object):
    http = http_over(wire, FakeClock(), app="zoho", base_url=HOME)
    return APP.open(Opening(http, entity, options, names or ("Last_Name", "Email")))
