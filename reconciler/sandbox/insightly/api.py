"""The HTTP face of an Insightly instance; the base URL is ``{server}/v3.1``."""

from __future__ import annotations

import base64
import binascii
from email.utils import formatdate
from typing import TYPE_CHECKING, ClassVar

from reconciler.sandbox.face import Face
from reconciler.sandbox.insightly import reads, writes
from reconciler.sandbox.insightly.errors import refuse, worded
from reconciler.sandbox.insightly.fields import SHAPES
from reconciler.sandbox.insightly.world import InsightlyWorld
from reconciler.sandbox.wire import Route, Router, route

if TYPE_CHECKING:
    from reconciler.sandbox.wire import Answer, Call

_ROOT = "/v3.1"


def _of(entity: str, name: str) -> list[Route]:
    path = f"{_ROOT}/{name}"
    return [
        route("GET", path, "list", reads.listing(entity)),
        route("GET", f"{path}/Search", "list", reads.search(entity)),
        route("GET", f"{path}/{{number}}", "get", reads.single(entity)),
        route("POST", path, "create", writes.create(entity)),
        route("PUT", path, "update", writes.update(entity)),
        route("PUT", f"{path}/{{number}}", "update", writes.update(entity)),
        route("DELETE", f"{path}/{{number}}", "delete", writes.delete(entity)),
        route("DELETE", f"{path}/{{number}}/Tags/{{tag}}", "tags", writes.untag(entity)),
    ]


class InsightlyApi(Face[InsightlyWorld]):
    """Contacts, leads, organisations, and what describes them."""

    router: ClassVar[Router] = Router(
        [
            *_of("Contact", "Contacts"),
            *_of("Lead", "Leads"),
            route("GET", f"{_ROOT}/Organisations", "organisations", reads.listing("Organisation")),
            route("GET", f"{_ROOT}/Organisations/Search", "organisations", reads.search("Organisation")),
            route("GET", f"{_ROOT}/Organisations/{{number}}", "organisation", reads.single("Organisation")),
            route("POST", f"{_ROOT}/Organisations", "create_organisation", writes.create("Organisation")),
            route("GET", f"{_ROOT}/CustomFields/{{name}}", "describe", reads.custom_fields),
            route("GET", f"{_ROOT}/LeadStatuses", "choices", reads.choices("LEAD_STATUS")),
            route("GET", f"{_ROOT}/LeadSources", "choices", reads.choices("LEAD_SOURCE")),
            route("GET", f"{_ROOT}/Instance", "probe", reads.instance),
            route("GET", f"{_ROOT}/Users/Me", "probe", reads.me),
        ]
    )

    def kind(self, call: Call) -> str:
        """The route's kind; a search by a field's value is ``find``."""
        kind = super().kind(call)
        return "find" if kind == "list" and "field_name" in call.query else kind

    def admit(self, call: Call, route: Route | None) -> None:
        """The key, what its user may see, the calls of the day, and those of the second."""
        key = _key(call.headers.get("authorization", ""))
        if key not in {self.world.keys.works, self.world.keys.blind}:
            raise refuse(401)
        if route and key == self.world.keys.blind and call.path.split("/")[2] in {s.name for s in SHAPES.values()}:
            raise refuse(403, "API User does not have access to this object.")
        self._count()

    def _count(self) -> None:
        world, now = self.world, self.world.clock()
        world.burst.limit = world.quirks.calls_per_second
        if world.spend() < 0:
            raise refuse(429, "Daily API limit exceeded.")
        wait = world.burst.take(now)
        if wait is not None:
            refusal = refuse(429)
            refusal.answer.headers["Retry-After"] = "1"
            raise refusal

    def refusal(self, status: int) -> Answer:
        """Its own wording."""
        return self.decorate(worded(status))

    def decorate(self, answer: Answer) -> Answer:
        """The server's clock, and what is left of the day."""
        answer.headers["Date"] = formatdate(self.world.clock(), usegmt=True)
        answer.headers["X-RateLimit-Limit"] = str(self.world.quirks.daily_calls)
        answer.headers["X-RateLimit-Remaining"] = str(self.world.left_today())
        return answer


def _key(authorization: str) -> str:
    """The key of a Basic header: as user name without a password, or by itself."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        return base64.b64decode(encoded).decode().removesuffix(":") if scheme.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        return ""
