"""The HTTP face of a Pipedrive company: both versions below ``/api``, the token endpoint below ``/oauth``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

import msgspec

from reconciler.sandbox.face import Face, Refusal
from reconciler.sandbox.pipedrive import account, leads, organisations, persons
from reconciler.sandbox.pipedrive.access import permitted
from reconciler.sandbox.pipedrive.errors import envelope, refused
from reconciler.sandbox.pipedrive.times import http_date
from reconciler.sandbox.pipedrive.world import WINDOW, PipedriveWorld
from reconciler.sandbox.wire import Answer, Router, route

if TYPE_CHECKING:
    from reconciler.sandbox.wire import Call, Route

_V1, _V2 = "/api/v1", "/api/v2"
_COSTS = {
    "get": 1,
    "list": 10,
    "find": 20,
    "create": 5,
    "update": 5,
    "delete": 3,
    "describe": 10,
    "probe": 1,
    "get_field": 1,
}
"""Tokens by kind of call in version 2; version 1 takes twice as many."""
_HTML = msgspec.Raw(b"<!DOCTYPE html><html><title>Access denied</title></html>")
_WORDS = {404: "Not found", 405: "Method not allowed", 429: "request over limit", 500: "Internal server error"}


class PipedriveApi(Face[PipedriveWorld]):
    """The base URL is the server itself."""

    router: ClassVar[Router] = Router(
        [
            route("GET", "/oauth/authorize", "token", account.authorize),
            route("POST", "/oauth/token", "token", account.post_token),
            route("GET", _V1 + "/users/me", "probe", account.get_me),
            route("GET", _V2 + "/personFields", "describe", account.person_fields),
            route("GET", _V2 + "/dealFields", "describe", account.deal_fields),
            route("GET", _V2 + "/personFields/{code}", "get_field", partial(account.one_field, kind="personFields")),
            route("GET", _V2 + "/dealFields/{code}", "get_field", partial(account.one_field, kind="dealFields")),
            route("GET", _V2 + "/persons/search", "find", persons.search_persons),
            route("GET", _V2 + "/persons", "list", persons.list_persons),
            route("POST", _V2 + "/persons", "create", persons.post_person),
            route("GET", _V2 + "/persons/{person_id}", "get", persons.get_person),
            route("PATCH", _V2 + "/persons/{person_id}", "update", persons.patch_person),
            route("DELETE", _V2 + "/persons/{person_id}", "delete", persons.delete_person),
            route("GET", _V2 + "/organizations/search", "find_organization", organisations.search_organisations),
            route("GET", _V2 + "/organizations", "organizations", organisations.list_organisations),
            route("POST", _V2 + "/organizations", "create_organization", organisations.post_organisation),
            route("GET", _V2 + "/organizations/{organisation_id}", "organizations", organisations.get_organisation),
            route("PATCH", _V2 + "/organizations/{organisation_id}", "organizations", organisations.patch_organisation),
            route(
                "DELETE", _V2 + "/organizations/{organisation_id}", "organizations", organisations.delete_organisation
            ),
            route("GET", _V1 + "/leads/archived", "list", leads.list_archived),
            route("GET", _V1 + "/leads", "list", leads.list_leads),
            route("POST", _V1 + "/leads", "create", leads.post_lead),
            route("GET", _V1 + "/leads/{lead_id}", "get", leads.get_lead),
            route("PATCH", _V1 + "/leads/{lead_id}", "update", leads.patch_lead),
            route("DELETE", _V1 + "/leads/{lead_id}", "delete", leads.delete_lead),
            route("GET", _V1 + "/leadLabels", "labels", leads.list_labels),
            route("GET", _V1 + "/webhooks", "webhooks", account.list_webhooks),
            route("POST", _V1 + "/webhooks", "webhooks", account.post_webhook),
            route("DELETE", _V1 + "/webhooks/{webhook_id}", "webhooks", account.delete_webhook),
        ]
    )

    def kind(self, call: Call) -> str:
        """What the route says; a listing of certain ids is a direct read, one of a person's leads a search."""
        kind = super().kind(call)
        if kind != "list":
            return kind
        return "get" if "ids" in call.query else "find" if "person_id" in call.query else kind

    def admit(self, call: Call, route: Route | None) -> None:
        """Credentials, then scopes, then the burst, then the day's tokens."""
        self.world.settle()
        if route is not None and route.kind == "token":
            return
        self._identify(call)
        now, world = self.world.clock(), self.world
        if world.burst.take(now) is not None or (
            call.path.endswith("/search") and world.searches.take(now) is not None
        ):
            self._throttle(now)
        cost = _COSTS.get(route.kind, 5) if route else 0
        world.tokens_used += 2 * cost if call.path.startswith(_V1) else cost
        if world.tokens_used > world.quirks.daily_tokens:
            raise Refusal(self.refusal(429))

    def _identify(self, call: Call) -> None:
        if "x-api-token" in call.headers:
            if call.headers["x-api-token"] != self.world.keys.api:
                raise refused(401, "unauthorized access")
            return
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        scopes = self.world.sessions.scopes(token, self.world.clock()) if scheme == "Bearer" else None
        if scopes is None:
            raise refused(401, "unauthorized access")
        if not permitted(scopes, call.method, call.path):
            raise refused(403, "Scope and URL mismatch")

    def _throttle(self, now: float) -> None:
        """429; whoever goes on in spite of it is shut out by the edge."""
        deaf = self.world.quirks.deaf_after
        self.world.refused.limit = deaf
        if deaf and self.world.refused.take(now) is not None:
            raise Refusal(Answer(403, _HTML, {"content-type": "text/html"}))
        raise Refusal(self.refusal(429))

    def refusal(self, status: int) -> Answer:
        """The envelope of an error that concerns no field."""
        return envelope(status, _WORDS.get(status, "Service unavailable"), errorCode=status)

    def decorate(self, answer: Answer) -> Answer:
        """What is left of the window and of the day, and the server's clock."""
        now, world = self.world.clock(), self.world
        limit, tokens = world.quirks.burst, world.quirks.daily_tokens
        answer.headers["date"] = http_date(now)
        if limit:
            answer.headers |= {"x-ratelimit-limit": str(limit), "x-ratelimit-remaining": str(world.burst.left(now))}
            answer.headers["x-ratelimit-reset"] = str(int(WINDOW))
        answer.headers["x-daily-ratelimit-token-limit"] = str(tokens)
        answer.headers["x-daily-ratelimit-token-remaining"] = str(max(tokens - world.tokens_used, 0))
        return answer
