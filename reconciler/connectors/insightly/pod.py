"""Where an account lives (its pod), and the key that opens it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx

from reconciler.connectors.auth import BasicAuth
from reconciler.errors import Denied

if TYPE_CHECKING:
    from collections.abc import Generator

SHARED_HOST = "api.insightly.com"
_VENDOR = ".insightly.com"
_POD = re.compile(r"(?:https?://)?(?:\w+\.)?([a-z]{2,4}\d{1,2})(?:\.insightly\.com(?:/.*)?)?", re.IGNORECASE)


def pod_of(text: str) -> str:
    """The pod in what a person wrote: ``na1``, or an address copied from a browser that names it.

    Raises ``ValueError`` where there is none.
    """
    found = _POD.fullmatch(text.strip())
    if found is None:
        raise ValueError("the pod is the short word in your API URL, such as na1, eu1 or ap1, not an address")
    return found[1].lower()


class KeyAuth(BasicAuth):
    """The API key as user name, without a password, sent to the account's own pod.

    Where ``base_url`` names no pod, requests go to ``pod``; any other host than the vendor's stays as it is. Raises
    ``Denied`` when the two name different pods.
    """

    def __init__(self, app: str, base_url: str, api_key: str, pod: str | None) -> None:
        super().__init__(api_key, "")
        host, own = httpx.URL(base_url).host, f"api.{pod}{_VENDOR}"
        if pod and host.endswith(_VENDOR) and host not in {SHARED_HOST, own}:
            raise Denied(app, f"base_url names another pod than {pod}; leave one of the two out", code="pod")
        self._host = own if pod and host == SHARED_HOST else None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put the key on, and the pod's host."""
        if self._host:
            request.url = request.url.copy_with(host=self._host)
            request.headers["Host"] = request.url.netloc.decode()
        yield from super().auth_flow(request)
