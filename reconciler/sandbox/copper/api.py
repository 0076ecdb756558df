"""Copper's Developer API, version 1: who may call, which calls there are, and how a refusal looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from reconciler.sandbox.copper import account, records
from reconciler.sandbox.copper.incoming import Invalid
from reconciler.sandbox.copper.world import CopperWorld
from reconciler.sandbox.face import Face, Refusal
from reconciler.sandbox.wire import Answer, Router, route

if TYPE_CHECKING:
    from reconciler.sandbox.wire import Call, Route

ROOT = "/developer_api/v1"
_WORDS = {
    400: "Bad request",
    401: "Unauthorized",
    415: "Content-Type must be application/json",
    429: "Too many requests",
    500: "Internal server error",
    503: "Service unavailable",
}
_FINDING = frozenset({"emails", "name", "phone_number"})
_NO_SUCH_CALL = frozenset({404, 405})
_WITH_BODY = frozenset({"POST", "PUT"})


class CopperApi(Face[CopperWorld]):
    """The HTTP face of a Copper world; the base URL is ``{server}/developer_api/v1``."""

    router: ClassVar[Router] = Router(
        [
            route("GET", ROOT + "/account", "probe", account.get_account),
            route("GET", ROOT + "/users/me", "probe", account.get_me),
            route("POST", ROOT + "/users/search", "users", account.search_users),
            route("GET", ROOT + "/contact_types", "describe", account.get_contact_types),
            route("GET", ROOT + "/lead_statuses", "describe", account.get_lead_statuses),
            route("GET", ROOT + "/customer_sources", "describe", account.get_customer_sources),
            route("GET", ROOT + "/custom_field_definitions", "describe", account.get_definitions),
            route("GET", ROOT + "/tags", "tags", account.get_tags),
            route("GET", ROOT + "/webhooks", "webhooks", account.get_webhooks),
            route("POST", ROOT + "/webhooks", "webhooks", account.post_webhook),
            route("GET", ROOT + "/webhooks/{number}", "webhooks", account.get_webhook),
            route("DELETE", ROOT + "/webhooks/{number}", "webhooks", account.delete_webhook),
            route("POST", ROOT + "/people/fetch_by_email", "find", records.fetch_by_email),
            route("PUT", ROOT + "/leads/upsert", "upsert", records.upsert),
            route("POST", ROOT + "/leads/{record_id}/convert", "convert", records.convert),
            *(
                each
                for entity in ("people", "leads")
                for each in (
                    route("POST", f"{ROOT}/(?P<entity>{entity})/search", "list", records.search),
                    route("POST", f"{ROOT}/(?P<entity>{entity})/bulk_create", "create", records.bulk_create),
                    route("POST", f"{ROOT}/(?P<entity>{entity})/bulk_update", "update", records.bulk_update),
                    route("POST", f"{ROOT}/(?P<entity>{entity})", "create", records.create),
                    route("GET", f"{ROOT}/(?P<entity>{entity})/{{record_id}}", "get", records.get),
                    route("PUT", f"{ROOT}/(?P<entity>{entity})/{{record_id}}", "update", records.update),
                    route("DELETE", f"{ROOT}/(?P<entity>{entity})/{{record_id}}", "delete", records.delete),
                )
            ),
        ]
    )

    def kind(self, call: Call) -> str:
        """A search is a ``list``, a ``get`` by ids, or a ``find`` by what identifies somebody."""
        kind = super().kind(call)
        if kind != "list":
            return kind
        asked = records.body_of(call)
        if "ids" in asked:
            return "get"
        return "find" if _FINDING & set(asked) else kind

    def answer(self, call: Call) -> Answer:
        """Do what a request asks."""
        try:
            return super().answer(call)
        except Invalid as invalid:
            return Answer(422, {"success": False, "status": 422, "message": invalid.prose})

    def admit(self, call: Call, route: Route | None) -> None:
        """First who it is, then how often."""
        keys = self.world.credentials
        sent = tuple(call.headers.get(name) for name in ("x-pw-accesstoken", "x-pw-application", "x-pw-useremail"))
        if sent != (keys.key, "developer_api", keys.user_email):
            raise Refusal(self.refusal(401))
        if call.method in _WITH_BODY and "json" not in call.headers.get("content-type", ""):
            raise Refusal(self.refusal(415))
        now = self.world.clock()
        waits = [self.world.calls_window.take(now)]
        if route is not None and "/bulk_" in call.path:
            waits.append(self.world.bulk_window.take(now))
        if wait := max((one for one in waits if one is not None), default=None):
            answer = self.refusal(429)
            if self.world.quirks.retry_after:
                answer.headers["Retry-After"] = f"{int(wait) + 1}"
            raise Refusal(answer)

    def refusal(self, status: int) -> Answer:
        """Prose; a path that there is not has but one word."""
        if status in _NO_SUCH_CALL:
            return Answer(404, {"error": "not_found"})
        return Answer(status, {"success": False, "status": status, "message": _WORDS.get(status, "Error")})
