"""Small judgements about one exchange: whether two addresses are one place, and in plain words why no answer came."""

from __future__ import annotations

import ssl

import httpx


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
        return "the server cannot be reached"
    return "the connection broke before the answer was complete"


def as_text(content: str | bytes | None) -> str:
    """A body as text, however it was given."""
    return content.decode(errors="replace") if isinstance(content, bytes) else content or ""
