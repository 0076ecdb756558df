"""Serves an ASGI app on a real port from a thread, and stops it without a trace."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import TYPE_CHECKING, Any, Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from types import TracebackType

    from starlette.types import ASGIApp

_START_SECONDS = 30.0


class TransportProtocol(H11Protocol):
    """HTTP that lets the app reach its connection (``scope["state"]["transport"]``), so that a fault can cut it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client connected."""
        if isinstance(transport, asyncio.Transport):
            super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class _Server(uvicorn.Server):
    """Says when it listens, and stops at once when told."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self.ready.set()

    async def main_loop(self) -> None:
        await self._stop.wait()

    def stop(self) -> None:
        """Ask the server to end; from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)


def _listening(host: str, port: int) -> socket.socket:
    """A socket that says it is TCP: only then does asyncio send small answers without delay."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(256)
    except OSError:
        listening.close()
        raise
    return listening


class Running:
    """A server that listens; ``url`` has no trailing slash. Leaving the context stops it."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self._socket = _listening(host, port)
        # asyncio leaves Nagle on for sockets made without a protocol number: an answer would wait 40 ms for an ACK.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{host}:{self.port}"
        config: dict[str, Any] = {"log_config": None, "access_log": False, "lifespan": "off", "date_header": False}
        self._server = _Server(uvicorn.Config(app, http=TransportProtocol, timeout_graceful_shutdown=1, **config))
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)
        self._thread.start()
        if not self._server.ready.wait(_START_SECONDS):
            raise RuntimeError(f"the emulator did not start listening on {self.url} within {_START_SECONDS:.0f} s")

    def stop(self) -> None:
        """End the server and wait until its port is free."""
        self._server.stop()
        self._thread.join()
        self._socket.close()

    def wait(self) -> None:
        """Block until the server ends (the command line waits here)."""
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def serve(app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> Running:
    """Start serving; port 0 takes a free one. Raises ``OSError`` when the port is taken."""
    return Running(app, host, port)
