"""Zoho CRM's REST API, version 8: which calls there are, what each costs, and how a refusal looks."""

from __future__ import annotations

from email.utils import formatdate
from typing import TYPE_CHECKING, ClassVar

from reconciler.sandbox.face import Face
from reconciler.sandbox.wire import Answer, Router, route
from reconciler.sandbox.zoho import login, query, reads, settings, writes
from reconciler.sandbox.zoho.errors import refusal
from reconciler.sandbox.zoho.world import ZohoWorld

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.sandbox.wire import Call, Route

_ROOT = "/crm/v8"
_MODULE = _ROOT + "/{module}"
_SCOPES: Mapping[str, str] = {
    "describe": "ZohoCRM.settings.fields",
    "layouts": "ZohoCRM.settings.layouts",
    "modules": "ZohoCRM.settings.modules",
    "tags": "ZohoCRM.settings.tags",
    "probe": "ZohoCRM.org.",
    "users": "ZohoCRM.users.",
    "find": "ZohoCRM.coql.",
    "search": "ZohoSearch.securesearch",
    "watch": "ZohoCRM.notifications.",
}
"""By kind of call; everything else is ``ZohoCRM.modules``."""

_WRITES = frozenset({"create", "update", "upsert", "delete", "subscribe"})
_ROWS_A_CREDIT = 10
_WORDS = {
    400: ("INVALID_DATA", "the body could not be read"),
    404: ("INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one"),
    405: ("INVALID_REQUEST_METHOD", "The http request method type is not a valid one"),
    429: ("TOO_MANY_REQUESTS", "too many requests fired in concurrency for the user"),
    500: ("INTERNAL_ERROR", "Internal Server Error"),
    503: ("SERVICE_UNAVAILABLE", "The service is not available for now"),
}


class ZohoApi(Face[ZohoWorld]):
    """The HTTP face of a Zoho world; accounts host and API host are the same address."""

    router: ClassVar[Router] = Router(
        [
            route("GET", "/oauth/v2/auth", "token", login.authorize),
            route("POST", "/oauth/v2/token", "token", login.token),
            route("GET", _ROOT + "/org", "probe", settings.organisation),
            route("GET", _ROOT + "/users", "users", settings.users),
            route("GET", _ROOT + "/settings/fields", "describe", settings.fields),
            route("GET", _ROOT + "/settings/layouts", "layouts", settings.layouts),
            route("GET", _ROOT + "/settings/modules", "modules", settings.modules),
            route("GET", _ROOT + "/settings/tags", "tags", settings.tags),
            route("POST", _ROOT + "/coql", "find", query.run),
            route("GET", _ROOT + "/actions/watch", "watch", settings.watching),
            route("POST", _ROOT + "/actions/watch", "watch", settings.watch),
            route("PUT", _ROOT + "/actions/watch", "watch", settings.watch),
            route("PATCH", _ROOT + "/actions/watch", "watch", settings.watch),
            route("DELETE", _ROOT + "/actions/watch", "watch", settings.unwatch),
            route("POST", _MODULE + "/actions/{action}", "subscribe", writes.tag),
            route("POST", _MODULE + "/{record_id}/actions/{action}", "subscribe", writes.tag),
            route("GET", _MODULE, "list", reads.list_records),
            route("POST", _MODULE, "create", writes.create),
            route("PUT", _MODULE, "update", writes.update),
            route("DELETE", _MODULE, "delete", writes.delete),
            route("POST", _MODULE + "/upsert", "upsert", writes.upsert),
            route("GET", _MODULE + "/deleted", "deleted", reads.deleted_records),
            route("GET", _MODULE + "/search", "search", reads.search),
            route("GET", _MODULE + "/{record_id}", "get", reads.get_record),
            route("PUT", _MODULE + "/{record_id}", "update", writes.update),
            route("DELETE", _MODULE + "/{record_id}", "delete", writes.delete),
        ]
    )

    def kind(self, call: Call) -> str:
        """The route's kind; ``get`` for a list of ids, ``account`` for the companies of contacts."""
        kind = super().kind(call)
        if kind in {"create", "list"} and call.path.endswith("/Accounts"):
            return "account"
        return "get" if kind == "list" and "ids" in call.query else kind

    def admit(self, call: Call, route: Route | None) -> None:
        """Token, permission, and credits; the token endpoint costs nothing."""
        if route is None or route.kind == "token":
            return
        login.admit(self.world, call, _SCOPES.get(route.kind, "ZohoCRM.modules."))
        window = self.world.credits
        window.limit = self.world.quirks.daily_credits
        if window.take(self.world.clock(), _cost(call, route.kind)) is not None:
            raise refusal(429, "TOO_MANY_REQUESTS", "you have reached the API credits of the day")

    def refusal(self, status: int) -> Answer:
        """The app's own wording."""
        code, words = _WORDS[status]
        return Answer(status, {"code": code, "details": {}, "message": words, "status": "error"})

    def decorate(self, answer: Answer) -> Answer:
        """The server's clock; and the credits that are left, once half of them are used."""
        answer.headers.setdefault("Date", formatdate(self.world.clock(), usegmt=True))
        limit, left = self.world.quirks.daily_credits, self.world.credits.left(self.world.clock())
        if limit and left * 2 <= limit:
            answer.headers["X-API-CREDITS-REMAINING"] = str(left)
        return answer


def _cost(call: Call, kind: str) -> int:
    """Credits: one a call, one for every ten rows that are written, two for the list of deleted records."""
    if kind == "deleted":
        return 2
    if kind not in _WRITES:
        return 1
    rows = len(call.query["ids"].split(",")) if "ids" in call.query else _rows(call)
    return max(1, -(-rows // _ROWS_A_CREDIT))


def _rows(call: Call) -> int:
    body = call.json() if call.body else None
    rows = body.get("data") or body.get("ids") if isinstance(body, dict) else None
    return len(rows) if isinstance(rows, list) else 1
