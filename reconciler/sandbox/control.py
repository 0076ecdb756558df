"""The control API under ``/_sandbox/``: what a person (or a demo) does to an emulated app behind its API's back.

    GET    /_sandbox/                       counts, calls by kind, faults drawn, quirks
    GET    /_sandbox/contacts?email=        contacts with this address; without: the first 20
    POST   /_sandbox/contacts               make one: values -> {"id"}
    GET    /_sandbox/contacts/{id}          its values
    PATCH  /_sandbox/contacts/{id}          edit: values, null clears
    DELETE /_sandbox/contacts/{id}          delete
    POST   /_sandbox/reset                  seeded contacts, fair weather, counters at zero
    PUT    /_sandbox/faults                 {"seed", "rates": {fault: 0..1},
                                            "script": [{"fault", "on", "skip", "times"}]}
    PUT    /_sandbox/quirks                 {quirk: value}
    DELETE /_sandbox/calls                  counters at zero

``?entity=Lead`` names another entity where the app has several.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from reconciler.sandbox.faults import Faults, Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from reconciler.sandbox.world import World

_FIRST = 20


def control_routes(world: World) -> list[Route]:
    """The routes of the control API for one world."""
    handlers: dict[tuple[str, str], Callable[[Request, Any], object]] = {
        ("GET", "/"): lambda _request, _body: _summary(world),
        ("GET", "/contacts"): lambda request, _body: _search(world, request),
        ("POST", "/contacts"): lambda request, body: {"id": world.add(body, _entity(request))},
        ("GET", "/contacts/{id}"): lambda request, _body: world.read(request.path_params["id"], _entity(request)),
        ("PATCH", "/contacts/{id}"): lambda request, body: world.edit(
            request.path_params["id"], body, _entity(request)
        ),
        ("DELETE", "/contacts/{id}"): lambda request, _body: world.delete(request.path_params["id"], _entity(request)),
        ("POST", "/reset"): lambda _request, _body: world.reset(),
        ("PUT", "/faults"): lambda _request, body: _set_faults(world, body),
        ("PUT", "/quirks"): lambda _request, body: world.configure(body),
        ("DELETE", "/calls"): lambda _request, _body: world.calls.clear(),
    }
    return [Route(path, _endpoint(world, handler), methods=[method]) for (method, path), handler in handlers.items()]


def _endpoint(world: World, handler: Callable[[Request, Any], object]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        content = await request.body()
        try:
            body = msgspec.json.decode(content) if content else {}
            with world.lock:
                answer = handler(request, body)
        except KeyError as error:
            return _response(404, {"error": f"there is no contact {error.args[0]!r}"})
        except (ValueError, TypeError) as error:
            return _response(400, {"error": str(error)})
        return _response(200, {} if answer is None else answer)

    return endpoint


def _response(status: int, body: object) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")


def _entity(request: Request) -> str:
    return request.query_params.get("entity", "")


def _summary(world: World) -> dict[str, object]:
    return {
        "app": world.app,
        "counts": world.counts(),
        "calls": dict(world.calls),
        "faults": {str(fault): times for fault, times in world.faults.drawn.items()},
        "quirks": asdict(world.quirks),
    }


def _search(world: World, request: Request) -> list[dict[str, object]]:
    email, entity = request.query_params.get("email"), _entity(request)
    ids = world.ids(entity)[:_FIRST] if email is None else world.find(email, entity)
    return [{"id": record_id, **world.read(record_id, entity)} for record_id in ids]


def _set_faults(world: World, body: dict[str, Any]) -> None:
    steps = [Step(**step) for step in body.pop("script", [])]
    world.faults = Faults(script=steps, **body)
