"""Mailchimp's Marketing API 3.0: who may call, which calls there are, and how a refusal looks."""

from __future__ import annotations

import re
from base64 import b64decode
from email.utils import formatdate
from typing import TYPE_CHECKING, ClassVar

from reconciler.sandbox.face import Face
from reconciler.sandbox.mailchimp import audience, members
from reconciler.sandbox.mailchimp.shapes import problem, refuse
from reconciler.sandbox.mailchimp.world import MailchimpWorld
from reconciler.sandbox.wire import Answer, Router, route

if TYPE_CHECKING:
    from reconciler.sandbox.wire import Call, Route

ROOT = "/3.0"
_LIST = ROOT + "/lists/{list_id}"
_MEMBER = _LIST + "/members/{name}"
_OPEN = frozenset({"login", "token", "metadata"})
_BARE = frozenset({429})
_WORDS = {
    400: ("JSON Parse Error", "We encountered an unspecified JSON parsing error."),
    404: ("Resource Not Found", "The requested resource could not be found."),
    405: ("Method Not Allowed", "The requested method and resource are not compatible."),
    500: ("Internal Server Error", "A deep, internal error has occurred during the processing of your request."),
    503: ("Service Unavailable", "The service is not available, please try again later."),
}


class MailchimpApi(Face[MailchimpWorld]):
    """The HTTP face of an account; the base URL is ``{server}/3.0``."""

    router: ClassVar[Router] = Router(
        [
            route("GET", ROOT, "probe", audience.get_root),
            route("GET", ROOT + "/ping", "probe", audience.ping),
            route("GET", ROOT + "/oauth2/authorize", "login", audience.authorize),
            route("POST", ROOT + "/oauth2/token", "token", audience.token),
            route("GET", ROOT + "/oauth2/metadata", "metadata", audience.metadata),
            route("GET", ROOT + "/lists", "audiences", audience.get_lists),
            route("GET", ROOT + "/search-members", "find", members.search_members),
            route("GET", _LIST, "audiences", audience.get_list),
            route("POST", _LIST, "create", members.post_batch),
            route("GET", _LIST + "/merge-fields", "describe", audience.get_merge_fields),
            route("GET", _LIST + "/interest-categories", "describe", audience.get_categories),
            route("GET", _LIST + "/interest-categories/{category}/interests", "describe", audience.get_interests),
            route("GET", _LIST + "/tag-search", "describe", audience.search_tags),
            route("GET", _LIST + "/webhooks", "webhooks", audience.get_webhooks),
            route("POST", _LIST + "/webhooks", "webhooks", audience.post_webhook),
            route("DELETE", _LIST + "/webhooks/{webhook}", "webhooks", audience.delete_webhook),
            route("GET", _LIST + "/members", "list", members.list_members),
            route("POST", _LIST + "/members", "create", members.post_members),
            route("GET", _MEMBER, "get", members.get_member),
            route("PUT", _MEMBER, "upsert", members.put_member),
            route("PATCH", _MEMBER, "update", members.patch_member),
            route("DELETE", _MEMBER, "delete", members.delete_member),
            route("POST", _MEMBER + "/actions/delete-permanent", "erase", members.erase_member),
            route("GET", _MEMBER + "/tags", "tags", members.get_tags),
            route("POST", _MEMBER + "/tags", "tags", members.post_tags),
        ]
    )

    def kind(self, call: Call) -> str:
        """The route's kind; a member that is asked for by the hash of an address is searched for: ``find``."""
        found = self.router.find(call.method, call.path)
        if found and found[0].kind == "get" and found[1]["name"] not in self.world.members:
            return "find"
        return found[0].kind if found else "unknown"

    def admit(self, call: Call, route: Route | None) -> None:
        """A key of this data centre as Basic, or a token; an audience that is there."""
        if route and route.kind in _OPEN:
            return
        if not self._known(call.headers.get("authorization", "")):
            detail = "Your API key may be invalid, or you've attempted to access the wrong datacenter."
            raise refuse(401, "API Key Invalid", detail)
        found = re.match(f"{ROOT}/lists/([^/]+)", call.path)
        if found and found[1] not in self.world.audiences:
            raise refuse(404, *_WORDS[404])

    def _known(self, authorization: str) -> bool:
        scheme, _, rest = authorization.partition(" ")
        if scheme == "Bearer":
            return rest == self.world.keys.bearer
        try:
            key = b64decode(rest).decode().partition(":")[2]
        except ValueError:
            return False
        return scheme == "Basic" and key == self.world.keys.api_key

    def refusal(self, status: int) -> Answer:
        """Being throttled is a bare status, and no header says how long."""
        if status in _BARE:
            return Answer(self.world.quirks.bare_throttle, None)
        return problem(status, *_WORDS[status])

    def decorate(self, answer: Answer) -> Answer:
        """Every answer says when it was made."""
        answer.headers.setdefault("Date", formatdate(self.world.clock(), usegmt=True))
        return answer
