"""A door on loopback that waits for one visitor: the browser that comes back from an app's login page."""

from __future__ import annotations

import hmac
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from reconciler.errors import ReconcilerError

if TYPE_CHECKING:
    from collections.abc import Iterator

_DONE = "<!doctype html><title>reconciler</title><p>You can close this page and go back to the terminal."
_STRAY = "<!doctype html><title>reconciler</title><p>This page was not expected. Go back to the terminal."


class LoginFailed(ReconcilerError):
    """The person, or the app, did not agree; or nobody came."""

    label = "denied"


class Door:
    """``redirect_uri`` is where the browser is to be sent; only a visitor with the right ``state`` counts."""

    def __init__(self, server: HTTPServer, path: str, state: str) -> None:
        self.redirect_uri = f"http://127.0.0.1:{server.server_port}{path}"
        self._path = path
        self._state = state
        self._came = threading.Event()
        self._said: dict[str, str] = {}

    def visit(self, target: str) -> bool:
        """Somebody asks for ``target``; whether it is whom we wait for."""
        parts = urlsplit(target)
        said = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path != self._path or not hmac.compare_digest(said.get("state", "").encode(), self._state.encode()):
            return False
        self._said = said
        self._came.set()
        return True

    def code(self, timeout: float) -> str:
        """The code that the visitor brought, waiting ``timeout`` seconds for it. Raises ``LoginFailed``."""
        if not self._came.wait(timeout):
            raise LoginFailed(f"Nobody came back from the login page within {timeout:.0f} s. Run the command again.")
        if "code" not in self._said:
            raise LoginFailed(f"The app did not agree ({self._said.get('error', 'no reason given')[:60]}).")
        return self._said["code"]


@contextmanager
def door(port: int, path: str, state: str) -> Iterator[Door]:
    """Open on this port of loopback (0: a free one) until the block ends. Raises ``LoginFailed`` where it is taken."""
    try:
        server = HTTPServer(("127.0.0.1", port), BaseHTTPRequestHandler)
    except OSError as error:
        raise LoginFailed(f"Port {port} cannot be used ({error.strerror}): choose another with --port.") from error
    opened = Door(server, path, state)
    server.RequestHandlerClass = _handler(opened)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield opened
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(opened: Door) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            expected = opened.visit(self.path)
            body = (_DONE if expected else _STRAY).encode()
            self.send_response(200 if expected else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """The code stands in the URL: nothing is logged."""

    return Handler
