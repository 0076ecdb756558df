from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.connectors.apps.zoho import APP
from reconciler.connectors.base import Opening
from reconciler.connectors.zoho.hosts import DATA_CENTRES, login_at
from reconciler.errors import Denied, Retryable
from tests.unit.connectors.wire import Wire, answer, http_over
from tests.unit.connectors.zoho.organisation import EMULATOR, Organisation

if TYPE_CHECKING:
    import httpx

GOOD = {"client_id": "1000.KEY", "client_secret": "not told", "refresh_token": "1000.refresh"}


class Zoho(Wire):
    """Both hosts: tokens as told, and one organisation."""

    def __init__(self, login: httpx.Response) -> None:
        super().__init__(self.reply)
        self.login = login

    def reply(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/v2/token":
            return self.login
        return answer({"org": [{"id": "649", "zgid": "600"}]})

    def opened(self, base_url: str):
        auth = APP.authenticate(APP.credentials.model_validate(GOOD), base_url)
        return http_over(self, app="zoho", base_url=base_url, auth=auth)


def granted(**more: str) -> httpx.Response:
    return answer({"access_token": "1000.access", "token_type": "Bearer", "expires_in": 3600, **more})


@pytest.mark.parametrize(("domain", "accounts"), DATA_CENTRES.items())
@pytest.mark.parametrize("kind", ["www", "sandbox", "developer"])
def test_every_data_centre_has_its_own_accounts_host(domain: str, accounts: str, kind: str) -> None:
    wire = Zoho(granted())
    wire.opened(f"https://{kind}.{domain}").request("GET", "/crm/v8/org")
    assert [request.url.host for request in wire.requests] == [accounts, f"{kind}.{domain}"]
    assert wire.requests[1].headers["Authorization"] == "Zoho-oauthtoken 1000.access"
    assert login_at("zoho", f"https://{kind}.{domain}").authorize_url == f"https://{accounts}/oauth/v2/auth"


def test_there_are_eight_data_centres() -> None:
    assert len(DATA_CENTRES) == 8
    assert login_at("zoho", "https://www.zohoapis.ca").token_url == "https://accounts.zohocloud.ca/oauth/v2/token"


def test_the_login_says_where_the_data_is() -> None:
    wire = Zoho(granted(api_domain="https://www.zohoapis.in"))
    wire.opened("https://www.zohoapis.com").request("GET", "/crm/v8/org")
    assert wire.requests[1].url.host == "www.zohoapis.in"


def test_a_sandbox_is_never_left_for_the_real_organisation() -> None:
    wire = Zoho(granted(api_domain="https://www.zohoapis.eu"))
    wire.opened("https://sandbox.zohoapis.eu").request("GET", "/crm/v8/org")
    assert wire.requests[1].url.host == "sandbox.zohoapis.eu"


@pytest.mark.parametrize("host", ["crm.zoho.eu", "accounts.zoho.com", "zohoapis.eu", "accounts.zohocloud.ca"])
def test_another_host_of_the_vendor_is_told_apart(host: str) -> None:
    with pytest.raises(Denied, match=r"one of www\.zohoapis\.com, www\.zohoapis\.eu"):
        APP.authenticate(APP.credentials.model_validate(GOOD), f"https://{host}")


def test_elsewhere_the_token_endpoint_is_below_the_base_url() -> None:
    login = login_at("zoho", "http://127.0.0.1:8000")
    assert login.token_url == "http://127.0.0.1:8000/oauth/v2/token"
    assert login.authorize_url == "http://127.0.0.1:8000/oauth/v2/auth"
    assert (login.separator, login.params["access_type"], login.pkce) == (",", "offline", False)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("invalid_code", "another data centre than base_url"),
        ("invalid_client", "check client_id"),
        ("invalid_client_secret", "has another one in each"),
        ("something_new", "check the account's auth and base_url"),
    ],
)
def test_a_login_that_is_refused_with_200_is_denied_with_advice(error: str, said: str) -> None:
    with pytest.raises(Denied, match=said) as caught:
        Zoho(answer({"error": error})).opened("https://www.zohoapis.com").request("GET", "/crm/v8/org")
    assert not [secret for secret in GOOD.values() if secret in str(caught.value)]


def test_too_many_logins_are_a_matter_of_time() -> None:
    words = "You have made too many requests continuously. Please try again after some time."
    wire = Zoho(answer({"error": "Access Denied", "error_description": words, "status": "failure"}, 400))
    with pytest.raises(Retryable) as caught:
        wire.opened("https://www.zohoapis.com").request("GET", "/crm/v8/org")
    assert caught.value.after


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("wrong", "check client_secret"),
        ("revoked", "refresh_token was revoked"),
        ("region", "make base_url the API host of yours"),
        ("scopes", "authorise the client again, with every scope"),
    ],
)
def test_each_way_to_be_kept_out_is_told_with_what_to_do(what: str, said: str) -> None:
    there = Organisation()
    broken = EMULATOR.broken(there.world)[what]
    with pytest.raises(Denied, match=said) as caught:
        there.records(auth=broken).find("Email", ["ann@example.com"])
    assert not [secret for secret in broken.values() if secret in str(caught.value)]


def test_a_token_is_made_once_and_again_when_it_has_expired() -> None:
    there = Organisation()
    connector = there.records()
    for _ in range(3):
        list(connector.list())
    assert there.world.calls["token"] == 1
    there.clock.advance(4000)
    list(connector.list())
    assert there.world.calls["token"] == 2


def test_probe_tells_the_organisation_and_what_is_missing() -> None:
    there = Organisation()
    whole = there.records().probe()
    assert (whole.id, whole.missing) == ("60012345678", ())
    narrow = there.records(auth=EMULATOR.broken(there.world)["scopes"]).probe()
    assert narrow.missing == ("ZohoCRM.coql.READ",)
    assert "ZohoCRM.modules.ALL" in narrow.scopes


def test_probe_is_denied_where_nothing_may_be_asked() -> None:
    wire = Wire(answer({"code": "NO_PERMISSION", "details": {}, "message": "permission denied"}, 403))
    with pytest.raises(Denied, match="profile"):
        APP.open(Opening(http_over(wire, app="zoho"), "contacts")).probe()
