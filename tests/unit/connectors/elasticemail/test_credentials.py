from __future__ import annotations

import pydantic
import pytest

from reconciler.connectors.apps.elasticemail import APP
from reconciler.errors import AppError, Denied, Rejected, Retryable
from reconciler.model.outcome import Draft
from reconciler.sandbox.elasticemail.emulator import EMULATOR
from tests.unit.connectors.elasticemail.account import Account
from tests.unit.connectors.wire import answer

ADVICE = {
    "wrong": "not known, or was deleted",
    "revoked": "not known, or was deleted",
    "expired": "has expired: make a new one",
    "scopes": "give it the access levels ViewContacts and ModifyContacts",
}


@pytest.mark.parametrize("status", [400, 401, 200])
@pytest.mark.parametrize("what", ADVICE)
def test_a_key_that_is_not_good_enough_is_denied_under_any_status(what: str, status: int) -> None:
    account = Account(key_status=status)
    key = EMULATOR.broken(account.world)[what]["api_key"]
    connector = account.open(key=key)
    for ask in (
        connector.probe,
        lambda: list(connector.list()),
        lambda: connector.create([Draft({"Email": "a@x.org"})]),
    ):
        with pytest.raises(Denied, match=ADVICE[what]) as caught:
            ask()
        assert key not in str(caught.value)
        assert "Manage API" in str(caught.value)
    assert account.world.ids() == []


def test_a_key_deleted_in_the_middle_denies_and_makes_nobody_look_gone() -> None:
    account = Account()
    people = [account.person(number) for number in range(3)]
    connector = account.open()
    connector.probe()
    account.world.keys.clear()
    with pytest.raises(Denied):
        connector.get(people)
    with pytest.raises(Denied):
        list(connector.list())


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (401, None, Denied),
        (403, {"Error": "no"}, Denied),
        (400, {"Error": "APIKey Expired"}, Denied),
        (400, {"Error": "Access level too low"}, Denied),
        (402, {"Error": "Upgrade your account"}, Denied),
        (400, {"Error": "limit is not valid"}, Rejected),
        (400, {"Error": "Too many addresses"}, Rejected),
        (200, {"Error": "Something went wrong"}, Rejected),
        (200, {"Error": None}, Rejected),
        (200, {"Error": "Too many concurrent connections"}, Retryable),
        (429, {"Error": "Too many requests"}, Retryable),
        (503, None, Retryable),
        (500, {"Error": "An error occurred"}, Retryable),
        (404, {"Error": "not found"}, Rejected),
    ],
    ids=str,
)
def test_an_error_is_read_by_its_words_first(status: int, said: object, kind: type[AppError]) -> None:
    account = Account()
    account.before = lambda _kind, _number: answer(said, status)
    with pytest.raises(kind):
        list(account.open().list())


def test_an_error_in_disguise_is_no_absence() -> None:
    account = Account()
    account.before = lambda _kind, _number: answer({"Error": "Something went wrong"})
    for ask in (lambda one: one.get(["a@x.org"]), lambda one: one.find("Email", ["a@x.org"])):
        with pytest.raises(Rejected):
            ask(account.open())


def test_a_wait_that_is_asked_for_is_kept() -> None:
    account = Account()
    account.before = lambda _kind, number: answer({"Error": "Too many"}, 429, Retry_After="7") if number == 1 else None
    started = account.clock()
    list(account.open().list())
    assert account.clock() - started == 7


def test_an_error_tells_no_address() -> None:
    account = Account()
    account.before = lambda _kind, _number: answer({"Error": "ann@example.com is odd"}, 400)
    with pytest.raises(Rejected) as caught:
        account.open().get(["ann@example.com"])
    assert "ann" not in str(caught.value)
    assert "GET /contacts/[email]" in str(caught.value)


def test_the_account_is_called_by_its_host_for_it_has_no_other_name() -> None:
    account = Account()
    account.person(1)
    assert account.open().probe().id == "elastic.test"
    assert str(account.requests[0].url) == "https://elastic.test/v4/contacts?limit=1&offset=0"
    assert account.requests[0].headers["X-ElasticEmail-ApiKey"] == "sandbox-key"


@pytest.mark.parametrize("auth", [{}, {"api_key": ""}, {"api_key": "k", "user": "x"}], ids=str)
def test_credentials_that_cannot_be_right_are_found_before_any_call(auth: dict) -> None:
    with pytest.raises(pydantic.ValidationError):
        APP.credentials.model_validate(auth)


@pytest.mark.parametrize("options", [{"page_size": 1}, {"batch": 0}, {"batch": 1001}, {"list": "x"}], ids=str)
def test_options_that_cannot_be_right_are_found_too(options: dict) -> None:
    with pytest.raises(pydantic.ValidationError):
        APP.options.model_validate(options)


def test_no_more_connections_are_open_than_the_service_allows() -> None:
    account = Account()
    connector = account.open()
    assert connector._service.threads == 4
    connector._service.http.parallel = 64
    assert type(connector._service)(connector._service.http, 10).threads == 20
