"""What an answer means, as data: one table for HTTP, and per app the rows that differ and how it words its errors."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TypedDict, TypeVar, overload

import msgspec

from reconciler.errors import AppError, Retryable

T = TypeVar("T")

_SERVER_ERROR = 500


class Meaning(StrEnum):
    """What an answer asks for. ``RETRY``: it may have been done; ``BUSY``: it certainly was not; ``SPENT``: it was not,
    and unless the server says when, not for a good while."""

    RETRY = "retry"
    BUSY = "busy"
    SPENT = "spent"
    DENIED = "denied"
    REJECTED = "rejected"
    EXPIRED = "expired"


TABLE: Mapping[int | str, Meaning] = {
    401: Meaning.DENIED,
    402: Meaning.DENIED,
    403: Meaning.DENIED,
    407: Meaning.DENIED,
    408: Meaning.RETRY,
    423: Meaning.BUSY,
    425: Meaning.BUSY,
    429: Meaning.BUSY,
    503: Meaning.BUSY,
}
"""Meaning by status. Other 5xx are ``RETRY``, the rest of what is not 2xx is ``REJECTED``."""


@dataclass(frozen=True, slots=True)
class Response:
    """One answer. ``url`` is where it came from in the end; ``unclear`` is raised when the body cannot be read."""

    app: str
    status: int
    headers: Mapping[str, str]
    content: bytes
    url: str
    unclear: type[AppError] = Retryable

    @property
    def text(self) -> str:
        """The body as UTF-8 text; what is not UTF-8 is replaced."""
        return self.content.decode(errors="replace")

    @overload
    def json(self) -> object: ...
    @overload
    def json(self, shape: type[T]) -> T: ...
    def json(self, shape: type[T | object] = object) -> T | object:
        """The body decoded (into a msgspec shape). Raises ``Retryable``, after a write that is not idempotent
        ``NoAnswer``, when it is not what the app documents."""
        try:
            return msgspec.json.decode(self.content, type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError):
            problem = f"answered {self.status} with a body that is not in the documented form"
            raise self.unclear(self.app, problem, code="unreadable") from None


def _unexplained(_response: Response) -> tuple[str, str]:
    return "", ""


def _untold(_response: Response) -> tuple[int, int] | None:
    return None


def _plain(_response: Response) -> bool:
    return False


def _no_pause(_response: Response) -> float | None:
    return None


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one app speaks: rows that override ``TABLE`` (by its own error code first, then by status), how its error
    envelope is read (``(code, message)``), what an answer tells of today's calls (``(used, limit)``), and for how many
    seconds its headers ask the whole account to be silent (None: not at all).

    ``veiled`` says of a 2xx answer that it is an error in disguise; what it means is told by the code in it."""

    rows: Mapping[int | str, Meaning] = field(default_factory=dict)
    explain: Callable[[Response], tuple[str, str]] = _unexplained
    usage: Callable[[Response], tuple[int, int] | None] = _untold
    pause: Callable[[Response], float | None] = _no_pause
    veiled: Callable[[Response], bool] = _plain

    def meaning(self, status: int, code: str) -> Meaning:
        """What an answer that is not a success asks for."""
        for rows in (self.rows, TABLE):
            for key in (code, status):
                if key in rows:
                    return rows[key]
        return Meaning.RETRY if status >= _SERVER_ERROR else Meaning.REJECTED


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and how long to try: full jitter below ``base * 2**n`` seconds, at most ``cap``.

    A server's wait longer than ``patience`` is not slept through but handed on, and believed up to ``longest``.
    ``spent`` is the wait where an allowance is used up and the server does not say until when.
    """

    attempts: int = 4
    base: float = 0.5
    cap: float = 20.0
    patience: float = 60.0
    longest: float = 3600.0
    spent: float = 300.0


class Options(TypedDict, total=False):
    """What a request may say. ``params`` with ``None`` are left out; ``json`` and ``content`` exclude each other.

    ``idempotent`` says that doing it twice is harmless (default: by the method). ``ok`` are statuses beyond 2xx that
    the caller wants to see itself. ``timeout`` is in seconds.
    """

    params: Mapping[str, str | int | None]
    json: object
    content: str | bytes
    headers: Mapping[str, str]
    idempotent: bool
    ok: Container[int]
    timeout: float


def retry_after(headers: Mapping[str, str], now: float, longest: float) -> float | None:
    """Seconds asked for by ``Retry-After``: a number, or a date, which is compared with the server's own clock."""
    wanted = headers.get("Retry-After", "").strip()
    if not wanted:
        return None
    if wanted.isdecimal():
        return min(float(wanted), longest)
    until, server = _moment(wanted), _moment(headers.get("Date", ""))
    return None if until is None else min(max(until - (server or now), 0.0), longest)


def _moment(http_date: str) -> float | None:
    try:
        return parsedate_to_datetime(http_date).timestamp()
    except ValueError:
        return None
