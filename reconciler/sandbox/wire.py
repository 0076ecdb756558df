"""One call in, one answer out: the little of HTTP that both emulators share, free of any server."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

import msgspec

from reconciler.sandbox.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(slots=True)
class Call:
    """A request as an emulator sees it. ``path`` is still percent-encoded; header names are in lower case.

    ``origin`` is scheme and host as the client wrote them, ``length`` that of path and query on the wire.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    fault: Fault | None = None
    origin: str = ""
    length: int = 0

    def json(self) -> object:
        """The decoded body. Raises ``msgspec.DecodeError``."""
        decoded: object = msgspec.json.decode(self.body)
        return decoded


@dataclass(slots=True)
class Answer:
    """A response: ``body`` is anything msgspec encodes, or None for no body at all."""

    status: int = 200
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        """The body as it goes over the wire."""
        return b"" if self.body is None else msgspec.json.encode(self.body)


@dataclass(frozen=True, slots=True)
class Route:
    """``kind`` is what counters and fault scripts call it: list, get, create, update, upsert, delete and others."""

    method: str
    pattern: re.Pattern[str]
    kind: str
    handle: Callable[..., Answer]


def route(method: str, template: str, kind: str, handle: Callable[..., Answer]) -> Route:
    """A route from a template such as ``/contacts/{id}``; ``{value*}`` also takes slashes."""
    pattern = re.sub(r"\{(\w+)\*\}", r"(?P<\1>.+)", template)
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)
    return Route(method, re.compile(pattern + "/?"), kind, handle)


class Router:
    """Finds the route of a call; the first that fits wins."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes = tuple(routes)

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route and its decoded path parameters."""
        for candidate in self._routes:
            if candidate.method == method and (found := candidate.pattern.fullmatch(path)):
                return candidate, {name: unquote(value) for name, value in found.groupdict().items()}
        return None

    def knows(self, path: str) -> bool:
        """Whether the path exists for some other method (405 rather than 404)."""
        return any(candidate.pattern.fullmatch(path) for candidate in self._routes)
