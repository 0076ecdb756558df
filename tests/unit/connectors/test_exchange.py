"""Why no answer came, in words that say where to look."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import httpx
import pytest

from reconciler.connectors.exchange import plainly

if TYPE_CHECKING:
    from collections.abc import Callable


def refused() -> httpx.ConnectError:
    """What really comes from a port where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(httpx.ConnectError) as caught:
            httpx.get(url, trust_env=False)
    return caught.value


def unknown() -> httpx.ConnectError:
    """A name that nobody has."""
    error = httpx.ConnectError("[Errno -2] Name or service not known")
    error.__cause__ = socket.gaierror(-2, "Name or service not known")
    return error


@pytest.mark.parametrize(
    ("failure", "why"),
    [
        (refused, "nothing listens there"),
        (unknown, "its name is not known"),
        (lambda: httpx.ConnectError("10.1.2.3"), "no connection"),
    ],
)
def test_an_unreachable_server_says_why_and_where_to_look(failure: Callable[[], httpx.ConnectError], why: str) -> None:
    said = plainly(failure())
    assert said == f"the server cannot be reached ({why}): check the network, and base_url if the account has one"
