"""A Salesforce org that describes its contacts, and otherwise answers as it is told."""

from __future__ import annotations

import httpx

from reconciler.connectors.apps.salesforce import APP
from reconciler.connectors.base import Opening
from reconciler.testing.clock import FakeClock
from tests.unit.connectors.wire import Wire, answer, http_over

DATA = "/services/data/v67.0"
STAMP = "2026-03-01T10:00:00.000+0000"
DATE = "Sun, 01 Mar 2026 12:00:00 GMT"
A, B, C = "0034S000005YJVlQAO", "0034S000005YJX5QAO", "0034S000005YJKxQAO"


def column(name: str, kind: str = "string", **more: object) -> dict[str, object]:
    """A field of a describe."""
    return {"name": name, "type": kind, "label": name, "createable": True, "updateable": True, "nillable": True, **more}


DESCRIBE = {
    "name": "Contact",
    "fields": [
        column("Id", "id", createable=False, updateable=False, nillable=False, defaultedOnCreate=True),
        column("LastName", length=80, nillable=False),
        column("Email", "email", length=80),
        column("Birthdate", "date"),
        column("LastSeen__c", "datetime", custom=True),
        column("Topics__c", "multipicklist", custom=True),
        column("Score__c", "double", custom=True),
        column("IsEmailBounced", "boolean", updateable=False),
        column("Level__c", "picklist", custom=True, restrictedPicklist=True, picklistValues=[
            {"value": "Gold", "active": True}, {"value": "Tin", "active": False}]),
        column("LeadSource", "picklist", picklistValues=[{"value": "Web", "active": True}]),
        column("MailingAddress", "address"),
    ],
}  # fmt: skip


def row(record_id: str, stamp: str = STAMP, **values: object) -> dict[str, object]:
    return {"attributes": {"type": "Contact"}, "Id": record_id, "SystemModstamp": stamp, **values}


def page(*rows: dict[str, object], total: int | None = None, more: str | None = None, date: str = DATE):
    body: dict[str, object] = {"totalSize": len(rows) if total is None else total, "done": more is None}
    body |= {"records": list(rows)} | ({"nextRecordsUrl": f"{DATA}/query/{more}"} if more else {})
    return answer(body, Date=date)


def refusal(code: str, message: str = "no", status: int = 400) -> httpx.Response:
    return answer([{"message": message, "errorCode": code}], status)


def done(record_id: str) -> dict[str, object]:
    return {"id": record_id, "success": True, "errors": []}


def failed(code: str, message: str = "no", **more: object) -> dict[str, object]:
    return {"success": False, "errors": [{"statusCode": code, "message": message, "fields": [], **more}]}


class Org(Wire):
    """Answers a describe; other calls in order, by method and the last part of their path."""

    def __init__(self, *answers: object, describe: object = DESCRIBE) -> None:
        super().__init__(self.reply)
        self.script = list(answers)
        self.described = describe

    def reply(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/describe"):
            return answer(self.described)
        said = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(said, Exception):
            raise said
        return said if isinstance(said, httpx.Response) else answer(said)

    @property
    def queries(self) -> list[str]:
        return [request.url.params["q"] for request in self.requests if "q" in request.url.params]


def records(wire: httpx.BaseTransport, *fields: str, entity: str = "contacts", **options: object):
    http = http_over(wire, FakeClock(), app="salesforce", base_url="https://org.my.salesforce.test")
    return APP.open(Opening(http, entity, options, fields or ("LastName", "Email")))
