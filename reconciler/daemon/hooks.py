"""``/hooks/ACCOUNT``: an app says that something changed, and the account's connections look sooner.

A delivery is a knock and nothing more: what changed is read from the app itself, so a forged, doubled or lost delivery
can do no harm beyond a look too many or a look later. It has to prove itself all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from reconciler.connectors.webhook import Delivery, Verdict

if TYPE_CHECKING:
    from starlette.requests import Request

    from reconciler.spec.account import AccountSpec

log = structlog.stdlib.get_logger(__name__)

LONGEST = 1_048_576
"""Bytes of a delivery that are looked at; apps send far less."""

_STATUS = {Verdict.NEWS: 204, Verdict.GREETING: 200, Verdict.FORGED: 401}


class House(Protocol):
    """What a knock needs of the daemon."""

    def account(self, name: str) -> AccountSpec | None:
        """An account that a running connection uses."""
        ...

    def knock(self, account: str, verdict: str) -> None:
        """Count a delivery; news make the account's connections look sooner."""
        ...


class Judge(Protocol):
    """Whether a delivery is genuine."""

    def __call__(self, account: AccountSpec, delivery: Delivery, /) -> Verdict | None:
        """The verdict; None where the account expects no deliveries."""
        ...


def hook_route(house: House, judge: Judge) -> Route:
    """The route. Answers 204 (news), 200 (a greeting), 401 (not proved), 404 (nobody waits for it), 413 (too long)."""

    async def receive(request: Request) -> Response:
        name = request.path_params["account"]
        account = house.account(name)
        if account is None:
            return Response(status_code=404)
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > LONGEST:
                return Response(status_code=413)
        verdict = await run_in_threadpool(_judged, judge, account, _delivery(request, bytes(body)))
        if verdict is None:
            return Response(status_code=404)
        house.knock(name, verdict)
        log.info("webhook", account=name, verdict=verdict.value)
        return Response(status_code=_STATUS[verdict])

    return Route("/hooks/{account}", receive, methods=["GET", "HEAD", "POST"])


def _judged(judge: Judge, account: AccountSpec, delivery: Delivery) -> Verdict | None:
    try:
        return judge(account, delivery)
    except Exception:  # a stranger's bytes end nothing
        log.exception("webhook could not be judged", account=account.name)
        return Verdict.FORGED


def _delivery(request: Request, body: bytes) -> Delivery:
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return Delivery(request.method, path, body, dict(request.headers))
