"""Who calls, and which data centre the call goes to: the end of an API key says it, or the login host of a token.

Only the vendor's own address without a data centre is completed; any other ``base_url`` is where calls go.
"""

from __future__ import annotations

import re
import threading
from base64 import b64encode
from typing import TYPE_CHECKING

import httpx
import msgspec

from reconciler.connectors.auth import HeaderAuth
from reconciler.errors import Denied, Retryable

if TYPE_CHECKING:
    from collections.abc import Generator

API = "https://api.mailchimp.com/3.0"
KEY = re.compile(r"\S+-(?P<centre>[a-z]{2,4}\d{1,3})", re.ASCII)

_HOST = "api.mailchimp.com"
_METADATA = "https://login.mailchimp.com/oauth2/metadata"
_CENTRE = re.compile(r"[a-z]{2,4}\d{1,3}", re.ASCII)
_SERVER_ERROR = 500
_TOO_MANY = 429


def is_vendor(base_url: str) -> bool:
    """Whether this is one of the vendor's own addresses, with a data centre or without."""
    host = httpx.URL(base_url).host
    return host == _HOST or host.endswith(f".{_HOST}")


def data_centre_auth(app: str, base_url: str, key: str | None, token: str | None, centre: str | None) -> httpx.Auth:
    """The auth for an API key or an OAuth token. Raises ``Denied`` where ``base_url`` is another data centre's."""
    found = KEY.fullmatch(key or "")
    centre = found["centre"] if found else centre
    host = httpx.URL(base_url).host
    if is_vendor(base_url) and host != _HOST and centre and host != f"{centre}.{_HOST}":
        raise Denied(app, f"these credentials belong to data centre {centre}: leave base_url out", code="data_centre")
    authorization = f"Basic {b64encode(f'reconciler:{key}'.encode()).decode()}" if key else f"Bearer {token}"
    if host != _HOST:
        return HeaderAuth({"Authorization": authorization})
    return DataCentre(app, authorization, centre, token or "")


class _Metadata(msgspec.Struct):
    """What the login host says of a token."""

    dc: str = ""


class DataCentre(httpx.Auth):
    """Signs requests and sends them to the account's data centre, which is asked for once if it is not known."""

    def __init__(self, app: str, authorization: str, centre: str | None, token: str) -> None:
        self._app = app
        self._authorization = authorization
        self._centre = centre
        self._token = token
        self._lock = threading.Lock()

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Find the data centre, point the request there, sign it."""
        centre = self._centre or (yield from self._look_up())
        request.url = request.url.copy_with(host=f"{centre}.{_HOST}")
        request.headers["Host"] = request.url.netloc.decode()
        request.headers["Authorization"] = self._authorization
        yield request

    def _look_up(self) -> Generator[httpx.Request, httpx.Response, str]:
        with self._lock:
            if self._centre is None:
                headers = {"Authorization": f"OAuth {self._token}", "Accept": "application/json"}
                response = yield httpx.Request("GET", _METADATA, headers=headers)
                response.read()  # a flow of its own must do so: the answer comes as a stream
                self._centre = self._read(response)
            return self._centre

    def _read(self, response: httpx.Response) -> str:
        if response.status_code == _TOO_MANY or response.status_code >= _SERVER_ERROR:
            raise Retryable(self._app, f"the login host answered {response.status_code}", code="login")
        try:
            centre = msgspec.json.decode(response.content, type=_Metadata).dc
        except (msgspec.DecodeError, UnicodeDecodeError):
            centre = ""
        if not _CENTRE.fullmatch(centre):  # a token must not be sent to a host that somebody else named
            problem = "the login host knows no data centre for access_token; log in again and replace it"
            raise Denied(self._app, problem, code="login")
        return centre
