"""Who may call, and where the call goes."""

from __future__ import annotations

import base64

import httpx
import pytest
from pydantic import ValidationError

from reconciler.connectors.apps.mailchimp import APP, Credentials
from reconciler.connectors.base import Opening
from reconciler.errors import Denied, Retryable
from reconciler.sandbox.emulator import load_emulator
from reconciler.testing.clock import FakeClock
from tests.unit.connectors.mailchimp.desk import Desk, Stage, desk_on
from tests.unit.connectors.wire import Wire, answer, http_over

KEY = "0123456789abcdef-us19"
ROOT = {"account_id": "acc", "role": "owner"}
LISTS = {"lists": [{"id": "l1", "name": "Newsletter"}], "total_items": 1}
WORLD = load_emulator("mailchimp").world(FakeClock())
BROKEN = load_emulator("mailchimp").broken(WORLD)


def says(request: httpx.Request) -> httpx.Response:
    if request.url.path.endswith("/metadata"):
        return answer({"dc": "us7", "role": "owner"})
    return answer(LISTS if request.url.path.endswith("/lists") else ROOT)


def members(wire: Wire, auth: dict, base_url: str | None = None, **options: object):
    base_url = base_url or APP.base_url or ""
    known = APP.authenticate(Credentials.model_validate(auth), base_url)
    http = http_over(wire, FakeClock(), app="mailchimp", base_url=base_url, auth=known)
    return APP.open(Opening(http, "members", options, ("email_address",)))


def test_the_end_of_the_key_says_where_the_account_lives() -> None:
    wire = Wire(says)
    assert members(wire, {"api_key": KEY}).probe().id == "acc/l1"
    assert {request.url.host for request in wire.requests} == {"us19.api.mailchimp.com"}
    assert {request.headers["Host"] for request in wire.requests} == {"us19.api.mailchimp.com"}
    scheme, said = wire.requests[0].headers["Authorization"].split()
    assert (scheme, base64.b64decode(said).decode()) == ("Basic", f"reconciler:{KEY}")


def test_a_token_asks_the_login_host_once() -> None:
    wire = Wire(says)
    members(wire, {"access_token": "secret"}).probe()
    assert [request.url.host for request in wire.requests] == ["login.mailchimp.com", *["us7.api.mailchimp.com"] * 2]
    assert [request.headers["Authorization"] for request in wire.requests] == ["OAuth secret", *["Bearer secret"] * 2]


def test_a_token_with_its_data_centre_asks_nobody() -> None:
    wire = Wire(says)
    members(wire, {"access_token": "secret", "data_centre": "us3"}).probe()
    assert {request.url.host for request in wire.requests} == {"us3.api.mailchimp.com"}


@pytest.mark.parametrize("named", [{"dc": "evil.example.com/"}, {"error": "invalid_token"}, ["no"]])
def test_a_token_goes_to_no_host_that_is_not_a_data_centre(named: object) -> None:
    wire = Wire(answer(named))
    with pytest.raises(Denied, match="log in again"):
        members(wire, {"access_token": "secret"}).probe()
    assert len(wire.requests) == 1


def test_a_busy_login_host_is_asked_again() -> None:
    with pytest.raises(Retryable):
        members(Wire(answer({}, 503)), {"access_token": "secret"}).probe()


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:8453/3.0", "https://us19.api.mailchimp.com/3.0"])
def test_an_address_that_was_said_wins(base_url: str) -> None:
    wire = Wire(says)
    members(wire, {"api_key": KEY}, base_url).probe()
    assert {str(request.url).startswith(base_url) for request in wire.requests} == {True}


def test_the_address_of_another_data_centre_is_denied_before_any_call() -> None:
    with pytest.raises(Denied, match="us19: leave base_url out"):
        members(Wire(says), {"api_key": KEY}, "https://us1.api.mailchimp.com/3.0")


@pytest.mark.parametrize(
    ("auth", "complaint"),
    [
        ({}, "either api_key or access_token"),
        ({"api_key": KEY, "access_token": "t"}, "either api_key or access_token"),
        ({"api_key": "0123456789abcdef"}, "must end in its data centre"),
        ({"access_token": "t", "data_centre": "example.com"}, "data_centre"),
    ],
)
def test_credentials_that_cannot_work_are_told_before_any_call(auth: dict, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        Credentials.model_validate(auth)


@pytest.mark.parametrize("auth", BROKEN.values(), ids=BROKEN)
def test_credentials_that_do_not_work_are_denied_with_advice(mailchimp_stage: Stage, auth: dict) -> None:
    with desk_on(mailchimp_stage, **auth) as desk, pytest.raises(Denied, match="check api_key") as denied:
        desk.open().probe()
    assert not [secret for secret in auth.values() if secret in str(denied.value)]


@pytest.mark.parametrize("status", [429, 403])
def test_a_bare_refusal_means_slow_down(status: int) -> None:
    wire = Wire(httpx.Response(status), httpx.Response(status, text="<html>Forbidden</html>"), says)
    assert members(wire, {"api_key": KEY}).probe().id == "acc/l1"


def test_a_refusal_with_words_means_no() -> None:
    words = {"title": "Forbidden", "status": 403, "detail": "You don't have permission.", "instance": ""}
    wire = Wire(answer(words, 403))
    with pytest.raises(Denied, match="take one of a manager"):
        members(wire, {"api_key": KEY}).probe()
    assert len(wire.requests) == 1


def test_a_user_who_may_only_look_lacks_something(desk: Desk) -> None:
    assert desk.open().probe().missing == ()
    desk.world.role = "viewer"
    assert desk.open().probe().missing == ("a user who manages audiences",)


def test_the_audience_is_found_by_id_by_name_or_by_being_the_only_one(desk: Desk) -> None:
    assert desk.open().probe().id.endswith(desk.world.list_id)
    other = desk.world.add_audience("Customers")
    assert desk.open(audience="Newsletter").probe().id.endswith(desk.world.list_id)
    assert desk.open(audience=other).probe().id.endswith(other)
    for audience in (None, "Custmers"):
        with pytest.raises(Denied, match=r"audience, its id or name \(there are Newsletter \(ec96764770\), Cust"):
            desk.open(audience=audience).probe()


def test_a_person_logs_in_at_the_vendor_or_at_the_emulator() -> None:
    real, ours = APP.login(APP.base_url or ""), APP.login("http://127.0.0.1:1/3.0")
    assert real.token_url == "https://login.mailchimp.com/oauth2/token"
    assert ours.authorize_url == "http://127.0.0.1:1/3.0/oauth2/authorize"
    assert set(real.keeps.values()) <= set(Credentials.model_fields)


def test_a_token_of_the_login_opens_the_account(mailchimp_stage: Stage) -> None:
    with desk_on(mailchimp_stage, access_token=WORLD.keys.bearer) as desk:
        back = "http://127.0.0.1/cb"
        code = desk.world.consent.give(WORLD.keys.app_id, back)
        form = {"client_id": WORLD.keys.app_id, "client_secret": WORLD.keys.app_key, "code": code, "redirect_uri": back}
        said = httpx.post(APP.login(desk.url).token_url, data=form).json()
        assert said["access_token"] == WORLD.keys.bearer
        assert desk.open().probe().id
