"""An iContact client folder that answers as it is told."""

from __future__ import annotations

import httpx

from reconciler.connectors.apps.icontact import APP
from reconciler.connectors.base import Opening
from reconciler.testing.clock import FakeClock
from tests.unit.connectors.wire import Wire, answer, http_over

HOME = {"account": "1", "client_folder": "2"}
ROOT = "/icp/a/1/c/2"
LISTS = {"lists": [{"listId": "7", "name": "Customers"}, {"listId": "8", "name": "Friends"}], "total": 2}


def row(number: int, **values: str | None) -> dict[str, str | None]:
    """A contact as a listing shows it: without ``business``."""
    return {"contactId": str(number), "email": f"user{number}@example.com", "status": "normal", **values}


class Desk(Wire):
    """Answers by method and path below the client folder; what is not prepared was not found."""

    def __init__(self, **answers: object) -> None:
        super().__init__(self.reply)
        self.prepared = {key.replace("__", " ", 1).replace("__", "/"): said for key, said in answers.items()}

    def reply(self, request: httpx.Request) -> httpx.Response:
        key = f"{request.method} {request.url.path.removeprefix('/icp').removeprefix('/a/1/c/2').strip('/')}"
        said = self.prepared.get(key, answer({"errors": ["not found"]}, 404))
        said = said.pop(0) if isinstance(said, list) else said
        if isinstance(said, Exception):
            raise said
        if callable(said):
            said = said(request)
        return said if isinstance(said, httpx.Response) else answer(said)


def contacts(wire: httpx.BaseTransport, *fields: str, **options: object):
    http = http_over(wire, FakeClock(), app="icontact", base_url="https://app.icontact.test/icp")
    return APP.open(Opening(http, "contacts", {**HOME, **options}, fields or ("email",)))
