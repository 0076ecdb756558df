"""Small judgements about one exchange: whether two addresses are one place, and in plain words why no answer came."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator


def same_origin(home: httpx.URL, target: httpx.URL) -> bool:
    """The same scheme, host and port; a step up from http to https of the same host is allowed."""
    if (home.scheme, home.host, home.port) == (target.scheme, target.host, target.port):
        return True
    return (home.scheme, target.scheme, home.host) == ("http", "https", target.host)


def plainly(error: httpx.TransportError) -> str:
    """Why there was no answer, without an address or a path."""
    if isinstance(error.__cause__, ssl.SSLError) or "CERTIFICATE" in str(error):
        return "the server's TLS certificate was not accepted"
    if isinstance(error, httpx.TimeoutException):
        return "no answer within the time allowed"
    if isinstance(error, httpx.ConnectError):
        return (
            f"the server cannot be reached ({_obstacle(error)}): check the network, and base_url if the account has one"
        )
    return "the connection broke before the answer was complete"


def _obstacle(error: BaseException) -> str:
    for cause in _causes(error):
        if isinstance(cause, socket.gaierror):
            return "its name is not known"
        if isinstance(cause, ConnectionRefusedError):
            return "nothing listens there"
    return "no connection"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def as_text(content: str | bytes | None) -> str:
    """A body as text, however it was given."""
    return content.decode(errors="replace") if isinstance(content, bytes) else content or ""
