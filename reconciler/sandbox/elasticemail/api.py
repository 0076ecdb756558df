"""Elastic Email's REST API, version 4: who may call, which calls there are, and how a refusal looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.elasticemail import contacts, groups
from reconciler.sandbox.elasticemail.errors import refused
from reconciler.sandbox.elasticemail.keys import LEVELS
from reconciler.sandbox.elasticemail.world import ElasticWorld
from reconciler.sandbox.face import Face
from reconciler.sandbox.wire import Answer, Router, route

if TYPE_CHECKING:
    from reconciler.sandbox.wire import Call, Route

ROOT = "/v4"
_WORDS = {
    400: "The request body is invalid",
    404: "The requested resource does not exist",
    405: "The method is not allowed",
    429: "Too many requests",
    503: "The service is temporarily unavailable",
}
_ROUTES = (
    ("GET", "/contacts", "list", contacts.list_contacts),
    ("POST", "/contacts", "create", contacts.post_contacts),
    ("POST", "/contacts/delete", "delete", contacts.delete_contacts),
    ("GET", "/contacts/{email}", "get", contacts.get_contact),
    ("PUT", "/contacts/{email}", "update", contacts.put_contact),
    ("DELETE", "/contacts/{email}", "delete", contacts.delete_contact),
    ("GET", "/lists", "lists", groups.get_lists),
    ("POST", "/lists", "create_list", groups.post_lists),
    ("GET", "/lists/{name}", "lists", groups.get_list),
    ("PUT", "/lists/{name}", "create_list", groups.put_list),
    ("DELETE", "/lists/{name}", "delete_list", groups.delete_list),
    ("GET", "/lists/{name}/contacts", "members", groups.get_members),
    ("POST", "/lists/{name}/contacts", "subscribe", groups.post_members),
    ("POST", "/lists/{name}/contacts/remove", "subscribe", groups.remove_members),
    ("POST", "/suppressions/unsubscribes", "suppress", contacts.suppress("Unsubscribed")),
    ("POST", "/suppressions/bounces", "suppress", contacts.suppress("Bounced")),
    ("POST", "/suppressions/complaints", "suppress", contacts.suppress("Abuse")),
    ("GET", "/suppressions/{email}", "suppressions", contacts.get_suppression),
    ("GET", "/webhook", "webhooks", groups.get_webhooks),
    ("POST", "/webhook", "webhook", groups.post_webhook),
    ("DELETE", "/webhook/{hook_id}", "webhook", groups.delete_webhook),
)


class ElasticApi(Face[ElasticWorld]):
    """The HTTP face of an account; the base URL is ``{server}/v4``."""

    router = Router([route(method, ROOT + path, kind, handle) for method, path, kind, handle in _ROUTES])

    def kind(self, call: Call) -> str:
        """The route's kind; a listing of one contact is how a key is tried."""
        kind = super().kind(call)
        return "probe" if kind == "list" and call.query.get("limit") == "1" else kind

    def admit(self, call: Call, route: Route | None) -> None:
        """The key must be known, not expired, and of the level that the call asks for."""
        key = self.world.keys.get(call.headers.get("x-elasticemail-apikey", ""))
        if key is None:
            raise refused(self.world.quirks.key_status, "Incorrect API Key")
        if key.expired:
            raise refused(self.world.quirks.key_status, "APIKey Expired")
        if route and LEVELS[route.kind] not in key.levels:
            raise refused(403, "Access level too low")

    def refusal(self, status: int) -> Answer:
        """Nothing but words."""
        return Answer(status, {"Error": _WORDS.get(status, "An unexpected error occurred")})
