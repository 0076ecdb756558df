"""A token is fetched once for everybody: connections, threads, and other processes over the same state."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import msgspec
import pytest

from reconciler.accounts import Accounts, KeptToken, World
from reconciler.connectors.auth import Grant, OAuth2, Token
from reconciler.errors import Denied
from reconciler.spec.account import AccountSpec
from reconciler.state.keep import SealedKeep
from tests.unit.connectors.wire import Wire, answer, http_over

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

KEY = bytes(32)
CREDENTIALS = {"client_id": "app", "client_secret": "hunter2", "refresh_token": "first"}


class LoginHost:
    """Gives a new access token and a new refresh token each time; the old refresh token is worth nothing then."""

    def __init__(self) -> None:
        self.refresh, self.access, self.logins = "first", "", 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return self.token(parse_qs(request.content.decode())["refresh_token"][0])
        good = request.headers["Authorization"] == f"Bearer {self.access}"
        return answer({}, 200 if good else 401)

    def token(self, refresh: str) -> httpx.Response:
        if refresh != self.refresh:
            return answer({"error": "invalid_grant"}, 400)
        self.logins += 1
        self.refresh, self.access = f"refresh{self.logins}", f"access{self.logins}"
        return answer({"access_token": self.access, "refresh_token": self.refresh})


def opened(host: LoginHost, folder: Path, credentials: dict[str, str] | None = None):
    """One process's view of the account."""
    credentials = credentials or CREDENTIALS
    form = {"grant_type": "refresh_token", **credentials}
    auth = OAuth2("testapp", "https://app.test", Grant(token_url="/token", form=form))
    auth.vault = KeptToken(SealedKeep(folder, KEY), "crm", credentials)
    return http_over(Wire(host), auth=auth, base_url="https://app.test")


def test_a_second_process_uses_the_token_of_the_first(tmp_path: Path) -> None:
    host = LoginHost()
    for _ in range(3):
        opened(host, tmp_path).request("GET", "/data")
    assert host.logins == 1


def test_a_rotated_refresh_token_outlives_its_process(tmp_path: Path) -> None:
    host = LoginHost()
    opened(host, tmp_path).request("GET", "/data")
    host.access = "somebody else's"
    assert opened(host, tmp_path).request("GET", "/data").status == 200
    assert (host.logins, host.refresh) == (2, "refresh2")


def test_two_processes_with_a_dead_token_renew_it_once(tmp_path: Path) -> None:
    host = LoginHost()
    one, other = opened(host, tmp_path), opened(host, tmp_path)
    for http in (one, other):
        http.request("GET", "/data")
    host.access = "dead"
    one.request("GET", "/data")
    other.request("GET", "/data")
    assert host.logins == 2


def test_new_credentials_begin_anew(tmp_path: Path) -> None:
    host = LoginHost()
    opened(host, tmp_path).request("GET", "/data")
    host.refresh, host.access = "given by a person", "dead"
    fresh = {**CREDENTIALS, "refresh_token": "given by a person"}
    assert opened(host, tmp_path, fresh).request("GET", "/data").status == 200


def test_a_token_that_was_sealed_with_a_lost_key_is_fetched_anew(tmp_path: Path) -> None:
    host = LoginHost()
    opened(host, tmp_path).request("GET", "/data")
    KeptToken(SealedKeep(tmp_path, bytes(range(32))), "crm", CREDENTIALS).save(Token("somebody else's"))
    host.refresh = "first"
    assert opened(host, tmp_path).request("GET", "/data").status == 200
    assert host.logins == 2


def test_a_token_is_not_told_by_its_repr() -> None:
    assert "secret" not in repr(Token("secret-access", "https://x.test", "secret-refresh"))


@pytest.mark.parametrize("given", [True, False])
def test_what_a_login_brought_opens_the_account(tmp_path: Path, *, given: bool) -> None:
    keep = SealedKeep(tmp_path, KEY)
    auth = {"username": {"env": "WHO"}, "password": {"login": True}}
    plain = {"version": 1, "kind": "account", "name": "home", "app": "carddav", "base_url": "http://127.0.0.1:9/"}
    spec = AccountSpec.model_validate({**plain, "auth": auth})
    accounts = Accounts(World({"WHO": "ada"}), keep)
    if given:
        keep.put("home.login", {"password": "s3cret"})
        assert accounts.credentials(spec) == {"username": "ada", "password": "s3cret"}
    else:
        with pytest.raises(Denied, match="reconciler login home"):
            accounts.credentials(spec)


def test_wiring_gives_every_oauth_account_a_vault(tmp_path: Path) -> None:
    keep = SealedKeep(tmp_path, KEY)
    plain = {"version": 1, "kind": "account", "name": "crm", "app": "salesforce", "base_url": "http://127.0.0.1:9"}
    auth = {name: {"env": name.upper()} for name in CREDENTIALS}
    spec = AccountSpec.model_validate({**plain, "auth": auth})
    accounts = Accounts(World({name.upper(): value for name, value in CREDENTIALS.items()}), keep)
    http = accounts.take(spec)
    http.auth.vault.save(Token("access", "http://127.0.0.1:9", "second"))
    accounts.close()
    kept = keep.get("crm.token")
    assert {name: kept[name] for name in ("access", "refresh")} == {"access": "access", "refresh": "second"}
    assert "hunter2" not in msgspec.json.encode(kept).decode()
