"""The daemon's small HTTP side: metrics and probes, and whatever pages are handed in."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from reconciler.errors import ReconcilerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from reconciler.daemon.health import Answer

log = structlog.stdlib.get_logger(__name__)

TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"


def application(
    metrics: Callable[[], bytes],
    alive: Callable[[], Answer],
    ready: Callable[[], Answer],
    pages: Sequence[BaseRoute] = (),
) -> Starlette:
    """``/metrics``, ``/healthz``, ``/readyz``, and ``pages``."""

    async def show_metrics(_request: Request) -> Response:
        return Response(metrics(), media_type=TEXT_FORMAT)

    async def show_health(_request: Request) -> Response:
        return _probe(alive())

    async def show_readiness(_request: Request) -> Response:
        return _probe(ready())

    return Starlette(
        routes=[
            Route("/metrics", show_metrics),
            Route("/healthz", show_health),
            Route("/readyz", show_readiness),
            *pages,
        ]
    )


def _probe(answer: Answer) -> Response:
    return JSONResponse(dict(answer.facts), status_code=answer.status)


def listen(host: str, port: int) -> socket.socket:
    """A bound socket, so that a taken port is said before anything starts. Port 0 picks a free one.

    Raises:
        ReconcilerError: the address cannot be used.
    """
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise ReconcilerError(
            f"cannot listen on {host} port {port}: {error.strerror}; choose another with --listen"
        ) from error


@contextlib.contextmanager
def serving(app: Starlette, bound: socket.socket) -> Iterator[None]:
    """Answers on ``bound`` from a thread of its own while the context is open."""
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", ws="none", http="h11", loop="asyncio",
        timeout_graceful_shutdown=1, server_header=False,
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([bound],), name="http", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=3)
        bound.close()
