from __future__ import annotations

import httpx
import pytest
from pydantic import ValidationError

from reconciler.connectors.apps.pipedrive import APP
from reconciler.connectors.auth import OAuth2
from reconciler.errors import Denied, Retryable
from reconciler.sandbox.pipedrive.access import LIFETIME
from reconciler.sandbox.pipedrive.emulator import EMULATOR
from tests.unit.connectors.pipedrive.company import URL, Company, draft, made
from tests.unit.connectors.wire import Wire, http_over

OAUTH = {"client_id": "c", "client_secret": "s", "refresh_token": "r"}


@pytest.mark.parametrize(
    ("auth", "problem"),
    [
        ({}, "either api_token, or client_id, client_secret and refresh_token"),
        ({"api_token": "t", **OAUTH}, "either api_token"),
        ({"client_id": "c"}, "needs client_id, client_secret and refresh_token"),
    ],
)
def test_one_way_in_must_be_given_and_whole(auth: dict[str, str], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        APP.credentials.model_validate(auth)


def test_the_token_travels_in_its_header_and_never_in_the_address() -> None:
    company = Company()
    assert company.persons().probe().id == "7654321"
    assert company.requests[0].headers["x-api-token"] == "sandbox-api-token"
    assert "token" not in str(company.requests[0].url)


def test_the_account_tells_what_is_left_of_the_days_tokens() -> None:
    company = Company(daily_tokens=30_000)
    account = company.persons().probe()
    assert (account.calls_limit, account.calls_left) == (30_000, 29_998)


def test_a_bearer_is_fetched_renewed_and_its_refresh_token_replaced() -> None:
    company = Company()
    connector = company.persons("name", auth=dict(EMULATOR.oauth(company.world)))
    assert connector.probe().id
    company.clock.advance(LIFETIME + 1)
    assert connector.probe().id
    tokens = company.asked("POST", "/oauth/token")
    assert [one.content.decode().rpartition("=")[2] for one in tokens] == ["sandbox-refresh", "refresh-1"]
    assert all(one.headers["Authorization"].startswith("Basic ") for one in tokens)


def test_after_a_login_calls_go_to_the_host_that_it_names() -> None:
    token = {"access_token": "a", "refresh_token": "r2", "api_domain": "https://acme.pipedrive.com"}
    wire = Wire(httpx.Response(200, json=token), httpx.Response(200, json={"data": {"company_id": 1}}))
    auth = APP.authenticate(APP.credentials.model_validate(OAUTH), "https://api.pipedrive.com")
    http = http_over(wire, app="pipedrive", base_url="https://api.pipedrive.com", auth=auth)
    assert http.request("GET", "/api/v1/users/me").status == 200
    assert [one.url.host for one in wire.requests] == ["oauth.pipedrive.com", "acme.pipedrive.com"]
    assert isinstance(auth, OAuth2)
    kept = auth.vault.load()
    assert kept
    assert kept.refresh == "r2"


@pytest.mark.parametrize(
    ("what", "advice"),
    [
        ("wrong", "check api_token"),
        ("expired", "not used for 60 days; authorise the app again"),
        ("revoked", "revoked"),
    ],
)
def test_credentials_that_do_not_work_are_denied_with_what_to_do(what: str, advice: str) -> None:
    company = Company()
    auth = dict(EMULATOR.broken(company.world)[what])
    with pytest.raises(Denied, match=advice) as caught:
        company.persons("name", auth=auth).probe()
    assert not [secret for secret in auth.values() if secret in str(caught.value) and secret not in (what, "revoked")]


def test_a_missing_scope_names_those_that_a_sync_needs() -> None:
    company = Company()
    connector = company.persons("name", auth=dict(EMULATOR.broken(company.world)["scopes"]))
    assert list(connector.list())[-1].last
    with pytest.raises(Denied, match="contacts:full, leads:full, search:read"):
        connector.create(draft(name="Ann"))


def test_a_wrong_client_secret_is_told_apart_from_a_dead_refresh_token() -> None:
    company = Company()
    auth = {**EMULATOR.oauth(company.world), "client_secret": "wrong"}
    with pytest.raises(Denied, match="check client_id and client_secret"):
        company.persons(auth=auth).probe()


def test_a_closed_account_is_denied() -> None:
    company = Company()
    company.script = lambda _request: httpx.Response(402, json={"success": False, "error": "Company closed"})
    with pytest.raises(Denied, match="closed, or its trial is over"):
        company.persons().probe()


def test_html_from_the_edge_is_throttling_and_not_a_missing_right() -> None:
    company = Company()
    company.script = lambda _request: httpx.Response(403, text="<!DOCTYPE html><html>blocked</html>")
    with pytest.raises(Retryable, match="keeps this client out") as caught:
        company.persons().probe()
    assert caught.value.after == 300.0
    assert len(company.requests) == 1


@pytest.mark.parametrize(
    ("base_url", "login"),
    [
        ("https://api.pipedrive.com", "https://oauth.pipedrive.com/oauth/"),
        ("https://acme.pipedrive.com", "https://oauth.pipedrive.com/oauth/"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/oauth/"),
        ("https://notpipedrive.com", "https://notpipedrive.com/oauth/"),
    ],
)
def test_the_login_is_the_vendors_own_or_below_the_base_url(base_url: str, login: str) -> None:
    told = APP.login(base_url)
    assert (told.authorize_url, told.token_url) == (f"{login}authorize", f"{login}token")
    assert told.basic


def test_a_person_is_written_through_an_oauth_app() -> None:
    company = Company()
    connector = company.persons("name", auth=dict(EMULATOR.oauth(company.world)))
    assert made(connector.create(draft(name="Ann Lee"))).values == {"name": "Ann Lee"}
    assert company.requests[-1].url.host == httpx.URL(URL).host
