from __future__ import annotations

import pytest
from pydantic import ValidationError

from reconciler.connectors.apps.hubspot import APP
from reconciler.errors import Denied
from reconciler.model.outcome import Draft
from reconciler.sandbox.hubspot.emulator import EMULATOR
from tests.unit.connectors.hubspot.portal import Portal, ids, pages

THREE = {"client_id": "sandbox-client", "client_secret": "sandbox-secret", "refresh_token": "sandbox-refresh"}


@pytest.mark.parametrize("auth", [{"access_token": "t"}, THREE, {**THREE, "webhook_secret": "s"}])
def test_a_token_or_an_oauth_app_lets_in(auth: dict[str, str]) -> None:
    assert "sandbox-secret" not in repr(APP.credentials.model_validate(auth))


@pytest.mark.parametrize(
    "auth",
    [{}, {"webhook_secret": "s"}, {**THREE, "access_token": "t"}, {"client_id": "k"}, {"access_token": ""}],
)
def test_neither_both_or_half_is_said_clearly(auth: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="either access_token, or client_id, client_secret and refresh_token"):
        APP.credentials.model_validate(auth)


@pytest.mark.parametrize(
    "options",
    [{"api_version": "v2"}, {"api_version": "2026"}, {"overlap_seconds": 30}, {"choices": "names"}, {"page_size": 5}],
)
def test_an_option_that_cannot_be_is_an_error_before_any_call(options: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        APP.options.model_validate(options)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("wrong", "check access_token: copy it again from the private app or service key"),
        ("expired", "the token has expired"),
        ("revoked", "check client_id, client_secret and refresh_token"),
    ],
)
def test_credentials_that_do_not_work_say_what_to_do(portal: Portal, wrong: str, said: str) -> None:
    auth = EMULATOR.broken(portal.world)[wrong]
    connector = portal.open(auth=auth)
    for act in (connector.probe, connector.describe, lambda: pages(connector), lambda: connector.get(["1"])):
        with pytest.raises(Denied, match=said) as caught:
            act()
        assert not [value for value in auth.values() if value in str(caught.value)]


def test_scopes_that_reading_lacks_are_named_by_the_probe_and_by_the_read(portal: Portal) -> None:
    connector = portal.open(auth=EMULATOR.broken(portal.world)["scopes"])
    account = connector.probe()
    assert account.missing == ("crm.objects.contacts.read", "crm.schemas.contacts.read")
    with pytest.raises(Denied, match=r"lack crm\.schemas\.contacts\.read; add it"):
        pages(connector)


def test_a_scope_that_writing_lacks_is_named_by_the_write(portal: Portal) -> None:
    connector = portal.open(auth={"access_token": "pat-na1-reader"})
    assert connector.probe().missing == ()
    with pytest.raises(Denied, match=r"lack crm\.objects\.contacts\.write; add it"):
        connector.create([Draft({"email": "a@example.com"})])


def test_who_does_not_sync_lists_need_not_grant_their_scope(portal: Portal) -> None:
    portal.world.keys.tokens["no-lists"] = portal.world.keys.tokens["pat-na1-reader"].__class__(
        frozenset({"oauth", "crm.objects.contacts.read", "crm.schemas.contacts.read"})
    )
    auth = {"access_token": "no-lists"}
    assert {field.name for field in portal.open(auth=auth).describe()} >= {"email", "lists"}
    assert pages(portal.open(auth=auth))[-1].last
    assert portal.open("email", "lists", auth=auth).probe().missing == ("crm.lists.read",)


def test_the_probe_tells_the_account_and_what_is_left_of_the_day(portal: Portal) -> None:
    account = portal.open().probe()
    assert (account.id, account.calls_limit, account.missing) == ("44237313", 250_000, ())
    assert account.calls_left is not None
    assert account.calls_left >= 250_000 - len(portal.asked)


def test_an_oauth_token_is_fetched_once_and_renewed_when_it_expires(portal: Portal) -> None:
    portal.person(1)
    connector = portal.open(auth=THREE)
    pages(connector)
    portal.clock.advance(1801)
    assert len(ids(pages(connector))) == 1
    assert portal.lines.count("POST /oauth/v1/token") == 2


@pytest.mark.parametrize("part", ["client_id", "client_secret", "refresh_token"])
def test_a_refused_login_keeps_the_secret_to_itself(portal: Portal, part: str) -> None:
    with pytest.raises(Denied, match="check client_id") as caught:
        portal.open(auth={**THREE, part: "wr0ng-secret"}).probe()
    assert "wr0ng-secret" not in str(caught.value)


def test_a_person_authorises_at_the_vendor_and_an_emulator_below_its_own_address() -> None:
    real = APP.login("https://api.hubapi.com")
    assert real.authorize_url == "https://app.hubspot.com/oauth/authorize"
    assert real.token_url == "https://api.hubapi.com/oauth/v1/token"
    assert "crm.objects.contacts.write" in real.scopes
    local = APP.login("http://127.0.0.1:8000/")
    assert local.authorize_url == "http://127.0.0.1:8000/oauth/authorize"
    assert local.token_url == "http://127.0.0.1:8000/oauth/v1/token"
    assert APP.login("https://evilhubapi.com").authorize_url.startswith("https://evilhubapi.com")
