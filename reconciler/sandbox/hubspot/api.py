"""HubSpot's API, version 3 and the dated ones: who may call, how often, which calls there are, how a refusal looks."""

from __future__ import annotations

import re
from email.utils import formatdate
from typing import TYPE_CHECKING

from reconciler.sandbox.face import Face
from reconciler.sandbox.hubspot import account, batches, contacts, lists
from reconciler.sandbox.hubspot.errors import refused
from reconciler.sandbox.hubspot.search import search
from reconciler.sandbox.hubspot.world import HubSpotWorld
from reconciler.sandbox.wire import Router, route

if TYPE_CHECKING:
    from reconciler.sandbox.face import Refusal
    from reconciler.sandbox.limits import SlidingWindow
    from reconciler.sandbox.wire import Answer, Call, Route

_DATED = re.compile(r"/crm/(objects|properties|lists|owners)/(\d{4}-\d{2})(/.*)?")
_TYPES = {
    "/objects/0-1": "/objects/contacts",
    "/objects/0-2": "/objects/companies",
    "/properties/0-1": "/properties/contacts",
}
_TOO_MANY = 429
_C, _L, _P = "/crm/v3/objects/contacts", "/crm/v3/lists", "/crm/v3/properties/contacts"
_READS = frozenset({"list", "get", "find"})
_OPEN = frozenset({"token", "login"})
_FREE = frozenset({"probe"})
_SCOPES = {
    "describe": "crm.schemas.contacts.read",
    "create_property": "crm.schemas.contacts.write",
    "companies": "crm.objects.companies.read",
    "owners": "crm.objects.owners.read",
    "lists": "crm.lists.read",
    "members": "crm.lists.read",
    "create_list": "crm.lists.write",
    "subscribe": "crm.lists.write",
}
_ROUTER = Router(
    [
        route("GET", "/oauth/authorize", "login", account.authorize),
        route("POST", "/oauth/v1/token", "token", account.token),
        route("GET", "/account-info/v3/details", "probe", account.details),
        route("POST", _C + "/search", "find", search),
        route("POST", _C + "/batch/read", "get", batches.read),
        route("POST", _C + "/batch/create", "create", batches.create),
        route("POST", _C + "/batch/update", "update", batches.update),
        route("POST", _C + "/batch/upsert", "upsert", batches.upsert),
        route("POST", _C + "/batch/archive", "delete", batches.archive),
        route("POST", _C + "/gdpr-delete", "delete", contacts.purge_contact),
        route("POST", _C + "/merge", "merge", contacts.merge_contacts),
        route("GET", _C, "list", contacts.list_contacts),
        route("POST", _C, "create", contacts.post_contact),
        route("GET", _C + "/{record_id}", "get", contacts.get_contact),
        route("PATCH", _C + "/{record_id}", "update", contacts.patch_contact),
        route("DELETE", _C + "/{record_id}", "delete", contacts.delete_contact),
        route("POST", "/crm/v3/objects/companies/batch/read", "companies", batches.read_companies),
        route("GET", _P, "describe", account.properties),
        route("POST", _P, "create_property", account.create_property),
        route("GET", _P + "/{name}", "describe", account.one_property),
        route("GET", "/crm/v3/owners", "owners", account.owners),
        route("POST", _L + "/search", "lists", lists.search_lists),
        route("POST", _L, "create_list", lists.create_list),
        route("GET", _L + "/records/0-1/{record_id}/memberships", "members", lists.lists_of),
        route("GET", _L + "/{list_id}/memberships", "members", lists.members),
        route("PUT", _L + "/{list_id}/memberships/add-and-remove", "subscribe", lists.change),
        route("PUT", _L + "/{list_id}/memberships/add", "subscribe", lists.add),
        route("PUT", _L + "/{list_id}/memberships/remove", "subscribe", lists.remove),
    ]
)


class HubSpotApi(Face[HubSpotWorld]):
    """The HTTP face of an account."""

    router = _ROUTER
    _searching = False

    def kind(self, call: Call) -> str:
        """As the route says; a search by modified time is a listing, a read by address a search."""
        kind = super().kind(_undated(call))
        if kind == "find" and b"lastmodifieddate" in call.body:
            return "list"
        return "find" if kind == "get" and b"idProperty" in call.body else kind

    def answer(self, call: Call) -> Answer:
        """Do what a request asks."""
        self.world.tick()
        return super().answer(_undated(call))

    def admit(self, call: Call, route: Route | None) -> None:
        """Credentials, then the limits, then the scopes, then the length of the address."""
        kind = route.kind if route else "unknown"
        self._searching = call.path.endswith("/search") and kind == "find"
        if kind in _OPEN:
            return
        scopes = self._scopes(call)
        self._limit()
        needed = _needed(kind)
        if kind not in _FREE and needed not in scopes:
            context = {"requiredGranularScopes": [needed]}
            message = "This app hasn't been granted all required scopes to make this call."
            raise refused(403, "MISSING_SCOPES", message, None, errors=[{"message": message, "context": context}])
        if call.length > self.world.quirks.longest_url:
            raise refused(414, "", "URI Too Long")

    def _scopes(self, call: Call) -> frozenset[str]:
        """What the token may do. Raises ``Refusal``."""
        found = self.world.keys.tokens.get(call.headers.get("authorization", "").removeprefix("Bearer "))
        if found is None:
            message = "Authentication credentials not found. This API supports OAuth 2.0 authentication"
            raise refused(401, "INVALID_AUTHENTICATION", message)
        if found.until is not None and found.until <= self.world.now():
            ago = int(self.world.now() - found.until)
            message = f"The OAuth token used to make this call expired {ago} second(s) ago."
            raise refused(401, "EXPIRED_AUTHENTICATION", message)
        return found.scopes

    def _limit(self) -> None:
        """Searches have a limit of their own; neither answer says when to come back."""
        world, now = self.world, self.world.clock()
        world.limit()
        if world.day.take(now) is not None:
            raise _too_many("You have reached your daily limit.", "DAILY")
        if self._searching:
            if world.second.take(now) is not None:
                raise _too_many("You have reached your secondly limit.", None)
        elif world.rolling.take(now) is not None:
            raise _too_many("You have reached your ten_secondly_rolling limit.", "TEN_SECONDLY_ROLLING")

    def refusal(self, status: int) -> Answer:
        """The envelope of an error that concerns no property."""
        if status == _TOO_MANY:
            return _too_many("You have reached your ten_secondly_rolling limit.", "TEN_SECONDLY_ROLLING").answer
        words = {400: "Invalid input JSON", 404: "resource not found", 405: "Method Not Allowed", 500: "internal error"}
        return refused(status, "", words.get(status, "Service Unavailable")).answer

    def decorate(self, answer: Answer) -> Answer:
        """The server's clock and what is left of the limits; searches tell of the day only."""
        world = self.world
        told = {"Daily": world.day.limit, "Daily-Remaining": _left(world.day, world.clock())}
        if not self._searching:
            left = _left(world.rolling, world.clock())
            told |= {"Max": world.rolling.limit, "Remaining": left, "Interval-Milliseconds": 10_000}
        answer.headers |= {f"X-HubSpot-RateLimit-{name}": str(value) for name, value in told.items()}
        answer.headers["Date"] = formatdate(world.clock(), usegmt=True)
        return answer


def _left(window: SlidingWindow, now: float) -> int:
    return window.left(now) if window.limit else 1


def _needed(kind: str) -> str:
    return _SCOPES.get(kind) or f"crm.objects.contacts.{'read' if kind in _READS else 'write'}"


def _too_many(message: str, policy: str | None) -> Refusal:
    more = {"policyName": policy} if policy else {}
    return refused(429, "RATE_LIMITS", message, None, errorType="RATE_LIMIT", **more)


def _undated(call: Call) -> Call:
    """A dated path as version 3 has it; object types by name."""
    if found := _DATED.fullmatch(call.path):
        room, version, rest = found.groups()
        call.path = f"/crm/v3/{room}{rest or ''}"
        call.headers = {**call.headers, "x-sandbox-version": version}
    for number, name in _TYPES.items():
        call.path = call.path.replace(number, name, 1)
    return call
