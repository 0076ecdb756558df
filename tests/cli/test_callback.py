from __future__ import annotations

import httpx
import pytest

from reconciler.cli.callback import LoginFailed, door


def test_nobody_comes() -> None:
    with door(0, "/callback", "st4te") as opened, pytest.raises(LoginFailed, match="Nobody came back"):
        opened.code(0.01)


@pytest.mark.parametrize("path", ["/other?state=st4te&code=x", "/callback?code=x", "/callback?state=wr0ng&code=x"])
def test_strangers_do_not_count(path: str) -> None:
    with door(0, "/callback", "st4te") as opened:
        home = opened.redirect_uri.removesuffix("/callback")
        assert httpx.get(home + path).status_code == 404
        with pytest.raises(LoginFailed):
            opened.code(0.01)


def test_a_port_that_is_taken_names_the_way_out() -> None:
    with door(0, "/callback", "st4te") as opened:
        port = int(opened.redirect_uri.split(":")[2].split("/")[0])
        with pytest.raises(LoginFailed, match="--port"), door(port, "/callback", "st4te"):
            pass
