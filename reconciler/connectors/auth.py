"""Credentials on requests: header credentials, Basic, and OAuth 2 tokens that are renewed once for all threads."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx
import msgspec

from reconciler.connectors.redaction import redact
from reconciler.errors import Denied, Retryable

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

_UNAUTHORIZED = 401
_TOO_MANY = 429
_SERVER_ERROR = 500
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


class _Grant(msgspec.Struct):
    """What a token endpoint answers, in either mood (RFC 6749 sections 5.1 and 5.2)."""

    access_token: str = ""
    refresh_token: str = ""
    instance_url: str = ""
    error: str = ""
    error_description: str = ""


@dataclass(frozen=True, slots=True)
class _Token:
    access: str = field(repr=False)
    home: httpx.URL


class OAuth2(httpx.Auth):
    """A bearer token from a token endpoint: fetched on first use, renewed when a request comes back 401.

    ``form`` is the grant as it is posted (``grant_type``, ``client_id``, …). Where the answer names an
    ``instance_url``, requests go there instead of to ``base_url``. A rotated refresh token replaces the old one in
    memory. ``advice``
    says by OAuth error code what a person can do. Raises ``Denied`` or ``Retryable``.
    """

    def __init__(
        self, app: str, base_url: str, token_path: str, form: Mapping[str, str], *, advice: Mapping[str, str]
    ) -> None:
        self._app = app
        self._base = httpx.URL(base_url)
        self._endpoint = _under(self._base, token_path)
        self._form = dict(form)
        self._advice = advice
        self._token: _Token | None = None
        self._lock = threading.Lock()

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign, send, and after a 401 renew the token and send once more."""
        token = self._token or (yield from self._renew(None))
        path = request.url.raw_path.removeprefix(self._base.raw_path.rstrip(b"/"))
        _sign(request, token, path)
        response = yield request
        if response.status_code == _UNAUTHORIZED:
            _sign(request, (yield from self._renew(token)), path)
            yield request

    def _renew(self, stale: _Token | None) -> Generator[httpx.Request, httpx.Response, _Token]:
        """One renewal at a time; whoever waited for it takes its result."""
        with self._lock:
            if self._token is None or self._token is stale:
                response = yield self._ask()
                response.read()  # a flow of its own must do so: the answer comes as a stream
                self._token = self._read(response)
            return self._token

    def _ask(self) -> httpx.Request:
        headers = {"Accept": "application/json"}
        extensions = {"timeout": _TOKEN_TIMEOUT}
        return httpx.Request("POST", self._endpoint, data=self._form, headers=headers, extensions=extensions)

    def _read(self, response: httpx.Response) -> _Token:
        if response.status_code == _TOO_MANY or response.status_code >= _SERVER_ERROR:
            raise Retryable(self._app, f"the token endpoint answered {response.status_code}", code="login")
        try:
            grant = msgspec.json.decode(response.content, type=_Grant)
        except (msgspec.DecodeError, UnicodeDecodeError):
            grant = _Grant(error=f"{response.status_code} without a token; is base_url the login host?")
        if not grant.access_token:
            raise self._refusal(grant)
        if "refresh_token" in self._form and grant.refresh_token:
            self._form["refresh_token"] = grant.refresh_token
        return _Token(grant.access_token, self._home(grant.instance_url))

    def _home(self, instance_url: str) -> httpx.URL:
        home = httpx.URL(instance_url) if instance_url else self._base
        if self._base.scheme == "https" and home.scheme != "https":
            raise Denied(self._app, "the login named a data host without TLS; nothing was sent to it", code="login")
        return home

    def _refusal(self, grant: _Grant) -> Denied | Retryable:
        said = redact(f"{grant.error}: {grant.error_description}".strip(": "), self._form.values())
        if "rate" in f"{grant.error} {grant.error_description}":
            return Retryable(self._app, f"the login was refused for now ({said})", code=grant.error, after=60.0)
        advice = self._advice.get(grant.error, "check the account's auth and base_url")
        return Denied(self._app, f"the login was refused ({said}): {advice}", code=grant.error)


def _under(base: httpx.URL, path: str) -> httpx.URL:
    return base.copy_with(raw_path=base.raw_path.rstrip(b"/") + path.encode())


def _sign(request: httpx.Request, token: _Token, path: bytes) -> None:
    request.url = token.home.copy_with(raw_path=token.home.raw_path.rstrip(b"/") + path)
    request.headers["Host"] = request.url.netloc.decode()
    request.headers["Authorization"] = f"Bearer {token.access}"
