"""The Starlette app around a world: control API on one path, and everything else through the weather."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.routing import Mount

from reconciler.sandbox.control import control_routes
from reconciler.sandbox.faults import LISTING_FAULTS, Fault
from reconciler.sandbox.wire import Call

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import Receive, Scope, Send

    from reconciler.sandbox.wire import Answer
    from reconciler.sandbox.world import Api

_STATUS = {Fault.THROTTLE: 429, Fault.UNAVAILABLE: 503, Fault.ERROR: 500}


def create_app(api: Api, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> Starlette:
    """An ASGI app around an emulator; ``sleep`` waits where a fault is slow."""
    return Starlette(routes=[Mount("/_sandbox", routes=control_routes(api.world)), Mount("/", app=_Gate(api, sleep))])


class _Gate:
    """Lets a request through to the world, or not, as the faults say."""

    def __init__(self, api: Api, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._api = api
        self._sleep = sleep

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = await _call_of(scope, receive)
        kind = self._api.kind(call)
        self._api.world.calls[kind] += 1
        fault = self._api.world.faults.draw(kind)
        if fault is Fault.DROP_REQUEST:
            await _cut(scope, receive)
            return
        if fault is Fault.SLOW:
            await self._sleep(self._api.world.faults.slow_seconds)
        answer = self._answer(call, fault)
        if fault is Fault.DROP_ANSWER:
            await _cut(scope, receive)
            return
        await _send(send, answer)

    def _answer(self, call: Call, fault: Fault | None) -> Answer:
        status = _STATUS.get(fault) if fault else None
        if status is None:
            call.fault = fault if fault in LISTING_FAULTS else None
            with self._api.world.lock:
                return self._api.answer(call)
        answer = self._api.refusal(status)
        if fault is Fault.THROTTLE:
            answer.headers["Retry-After"] = f"{self._api.world.faults.retry_after:g}"
        return answer


async def _call_of(scope: Scope, receive: Receive) -> Call:
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    origin = f"{scope['scheme']}://{headers.get('host', 'localhost')}"
    raw_path = scope.get("raw_path") or scope["path"].encode()
    length = len(raw_path) + len(scope["query_string"])
    return Call(scope["method"], raw_path.decode("latin-1"), query, headers, bytes(body), origin=origin, length=length)


async def _cut(scope: Scope, receive: Receive) -> None:
    """Close the connection without a word, and wait until it is closed."""
    scope["state"]["transport"].abort()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(send: Send, answer: Answer) -> None:
    body = answer.encoded()
    headers = {"content-type": "application/json;charset=UTF-8", **answer.headers}
    if answer.status != HTTPStatus.NO_CONTENT:
        headers["content-length"] = str(len(body))
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})
