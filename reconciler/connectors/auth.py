"""Credentials on requests: header credentials, Basic, and OAuth 2 tokens that are renewed once for everybody.

"Everybody" are the threads of this process, and, where the token is kept in a ``Vault``, the other processes too.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import httpx
import msgspec

from reconciler.connectors.redaction import redact
from reconciler.errors import Denied, Retryable

if TYPE_CHECKING:
    from collections.abc import Generator

_UNAUTHORIZED = 401
_TOO_MANY = 429
_SERVER_ERROR = 500
_FOR_NOW = ("rate", "too many requests")
"""What a refusal says that time will heal, whatever its status."""

_TOKEN_TIMEOUT = httpx.Timeout(30.0).as_dict()


class HeaderAuth(httpx.Auth):
    """The same headers on every request (iContact: ``API-AppId``, ``API-Username``, ``API-Password``)."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = httpx.Headers([(name.encode(), value.encode()) for name, value in headers.items()])

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put the headers on."""
        request.headers.update(self._headers)
        request.headers.encoding = "utf-8"  # a password may hold more than ASCII
        yield request


class BasicAuth(httpx.BasicAuth):
    """User name and password (RFC 7617)."""


class _Answer(msgspec.Struct):
    """What a token endpoint answers, in either mood (RFC 6749 sections 5.1 and 5.2; some say ``status`` and ``message``
    instead of ``error`` and its description)."""

    access_token: str = ""
    refresh_token: str = ""
    instance_url: str = ""
    api_domain: str = ""
    error: str = ""
    error_description: str = ""
    status: str | int = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """What a login brought: the access token, where it is good for (empty: the base URL), and the refresh token that
    replaces the one it was made with (empty: it did not change)."""

    access: str = field(repr=False)
    home: str = ""
    refresh: str = field(default="", repr=False)


class Vault(Protocol):
    """Where an account's token is kept between requests and processes."""

    def load(self) -> Token | None:
        """The token that was kept last."""
        ...

    def save(self, token: Token) -> None:
        """Keep this one instead."""
        ...

    def alone(self) -> AbstractContextManager[None]:
        """Whoever renews does so alone, also among processes."""
        ...


class Pocket:
    """A vault for one process: the token lives as long as the object."""

    def __init__(self) -> None:
        self._token: Token | None = None

    def load(self) -> Token | None:
        """The token that was kept last."""
        return self._token

    def save(self, token: Token) -> None:
        """Keep this one instead."""
        self._token = token

    def alone(self) -> AbstractContextManager[None]:
        """Threads wait for each other already."""
        return nullcontext()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """How a token is come by: ``form`` is posted (``grant_type``, ``client_id``, …) to ``token_url``, a path below the
    base URL or a whole address. ``advice`` says by OAuth error code what a person can do. ``scheme`` is the word before
    the token in the header. ``basic`` are client id and secret where they travel as HTTP Basic."""

    token_url: str
    form: Mapping[str, str] = field(repr=False)
    advice: Mapping[str, str] = field(default_factory=dict)
    scheme: str = "Bearer"
    basic: tuple[str, str] | None = field(default=None, repr=False)


class OAuth2(httpx.Auth):
    """A bearer token from a token endpoint: fetched on first use, renewed when a request comes back 401.

    Where the answer names an ``instance_url`` or ``api_domain``, requests go there instead of to ``base_url``. A
    rotated refresh token replaces the old one in ``vault``, which whoever opens the account may exchange for one that
    lasts. Raises ``Denied`` or ``Retryable``.
    """

    def __init__(self, app: str, base_url: str, grant: Grant) -> None:
        self.vault: Vault = Pocket()
        self._app = app
        self._base = httpx.URL(base_url)
        path = grant.token_url
        self._endpoint = _under(self._base, path) if path.startswith("/") else httpx.URL(path)
        self._grant = grant
        self._basic = httpx.BasicAuth(*grant.basic) if grant.basic else None
        self._token: Token | None = None
        self._lock = threading.Lock()

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign, send, and after a 401 renew the token and send once more."""
        token = self._token or (yield from self._renew(None))
        path = request.url.raw_path.removeprefix(self._base.raw_path.rstrip(b"/"))
        self._sign(request, token, path)
        response = yield request
        if response.status_code == _UNAUTHORIZED:
            self._sign(request, (yield from self._renew(token)), path)
            yield request

    def _renew(self, stale: Token | None) -> Generator[httpx.Request, httpx.Response, Token]:
        """One renewal at a time; whoever waited for it takes its result."""
        with self._lock:
            if self._token is not None and self._token is not stale:
                return self._token
            with self.vault.alone():
                kept = self.vault.load()
                if kept and kept.access and (stale is None or kept.access != stale.access):
                    self._token = kept
                    return kept
                response = yield self._ask(kept)
                response.read()  # a flow of its own must do so: the answer comes as a stream
                self._token = self._read(response, kept)
                self.vault.save(self._token)
                return self._token

    def _ask(self, kept: Token | None) -> httpx.Request:
        form = dict(self._grant.form)
        if kept and kept.refresh and "refresh_token" in form:
            form = {**form, "refresh_token": kept.refresh}
        headers = {"Accept": "application/json"}
        extensions = {"timeout": _TOKEN_TIMEOUT}
        request = httpx.Request("POST", self._endpoint, data=form, headers=headers, extensions=extensions)
        return next(self._basic.auth_flow(request)) if self._basic else request

    def _read(self, response: httpx.Response, kept: Token | None) -> Token:
        if response.status_code == _TOO_MANY or response.status_code >= _SERVER_ERROR:
            raise Retryable(self._app, f"the token endpoint answered {response.status_code}", code="login")
        try:
            grant = msgspec.json.decode(response.content, type=_Answer)
        except (msgspec.DecodeError, UnicodeDecodeError):
            grant = _Answer(error=f"{response.status_code} without a token; is base_url the login host?")
        if not grant.access_token:
            raise self._refusal(grant)
        refresh = grant.refresh_token or (kept.refresh if kept else "")
        return Token(grant.access_token, self._home(grant.instance_url or grant.api_domain), refresh)

    def _home(self, named: str) -> str:
        if named and self._base.scheme == "https" and httpx.URL(named).scheme != "https":
            raise Denied(self._app, "the login named a data host without TLS; nothing was sent to it", code="login")
        return named

    def _sign(self, request: httpx.Request, token: Token, path: bytes) -> None:
        home = httpx.URL(token.home) if token.home else self._base
        request.url = home.copy_with(raw_path=home.raw_path.rstrip(b"/") + path)
        request.headers["Host"] = request.url.netloc.decode()
        request.headers["Authorization"] = f"{self._grant.scheme} {token.access}"

    def _refusal(self, grant: _Answer) -> Denied | Retryable:
        code, words = grant.error or str(grant.status), grant.error_description or grant.message
        said = redact(f"{code}: {words}".strip(": "), self._grant.form.values())
        if any(sign in f"{code} {words}" for sign in _FOR_NOW):
            return Retryable(self._app, f"the login was refused for now ({said})", code=code, after=60.0)
        advice = self._grant.advice.get(code, "check the account's auth and base_url")
        return Denied(self._app, f"the login was refused ({said}): {advice}", code=code)


def _under(base: httpx.URL, path: str) -> httpx.URL:
    return base.copy_with(raw_path=base.raw_path.rstrip(b"/") + path.encode())
