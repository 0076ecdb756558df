"""Both connectors over real HTTP against the emulators, in bad weather and with wrong credentials."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from reconciler.connectors.base import Opening
from reconciler.connectors.budget import Budget
from reconciler.connectors.http import Http
from reconciler.connectors.registry import load_app
from reconciler.errors import Denied, Retryable
from reconciler.model.outcome import Draft, Lost, Patch, Unsent, Written
from reconciler.sandbox.faults import Fault, Faults, Step
from reconciler.sandbox.icontact.api import IContactApi
from reconciler.sandbox.icontact.world import IContactWorld
from reconciler.sandbox.salesforce.api import SalesforceApi
from reconciler.sandbox.salesforce.world import SalesforceWorld
from reconciler.sandbox.server import serve
from reconciler.sandbox.shell import create_app
from reconciler.testing.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator

TURNED_AWAY = [Fault.THROTTLE, Fault.UNAVAILABLE]
EMAIL = {"icontact": "email", "salesforce": "Email"}
NAME = {"icontact": "lastName", "salesforce": "LastName"}


class App:
    """One emulated app on loopback, and ways to log in to it."""

    def __init__(self, name: str, stack: ExitStack) -> None:
        self.name = name
        self.clock = FakeClock()
        self.stack = stack
        if name == "icontact":
            self.world = IContactWorld(self.clock)
            keys = self.world.credentials
            self.auth = {"app_id": keys.app_id, "username": keys.username, "password": keys.app_key}
            api, self.path = IContactApi(self.world), "/icp"
        else:
            self.world = SalesforceWorld(self.clock)
            client = self.world.client
            self.auth = {"client_id": client.key, "client_secret": client.proof, "refresh_token": client.refresh}
            api, self.path = SalesforceApi(self.world), ""
        self.url = stack.enter_context(serve(create_app(api))).url + self.path

    def fresh(self) -> App:
        self.world.clear()
        self.world.faults = Faults()
        return self

    def weather(self, *steps: Step) -> None:
        self.world.faults = Faults(script=steps)

    def open(self, **auth: str):
        app = load_app(self.name)
        signed = app.authenticate(app.credentials.model_validate({**self.auth, **auth}), self.url)
        clock = self.clock
        budget = Budget(self.name, clock=clock, sleep=clock.sleep)
        http = Http(app=self.name, base_url=self.url, auth=signed, budget=budget, sleep=clock.sleep, clock=clock)
        self.stack.callback(http.close)
        return app.open(Opening(http, "contacts", {}, (EMAIL[self.name], NAME[self.name])))

    def draft(self, number: int) -> Draft:
        return Draft({EMAIL[self.name]: f"user{number}@example.com", NAME[self.name]: f"Name{number}"})

    def person(self, number: int) -> str:
        return self.world.add(dict(self.draft(number).values))


@pytest.fixture(scope="module")
def apps() -> Iterator[dict[str, App]]:
    with ExitStack() as stack:
        yield {name: App(name, stack) for name in EMAIL}


@pytest.fixture(params=list(EMAIL))
def app(request: pytest.FixtureRequest, apps: dict[str, App]) -> App:
    return apps[request.param].fresh()


@pytest.fixture
def icontact(apps: dict[str, App]) -> App:
    return apps["icontact"].fresh()


@pytest.fixture
def salesforce(apps: dict[str, App]) -> App:
    return apps["salesforce"].fresh()


@pytest.mark.parametrize("wrong", ["app_id", "username", "password"])
def test_wrong_icontact_credentials_are_denied(icontact: App, wrong: str) -> None:
    with pytest.raises(Denied, match="check app_id, username and the application password") as caught:
        icontact.open(**{wrong: "wr0ng-secret"}).probe()
    assert "wr0ng-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("client_id", "check client_id"),
        ("client_secret", "check client_id"),
        ("refresh_token", "replace refresh_token"),
    ],
)
def test_wrong_salesforce_credentials_are_denied(salesforce: App, wrong: str, said: str) -> None:
    with pytest.raises(Denied, match=said) as caught:
        salesforce.open(**{wrong: "wr0ng-secret"}).probe()
    assert "wr0ng-secret" not in str(caught.value)


def test_a_session_that_ends_in_the_middle_is_renewed_without_a_word(salesforce: App) -> None:
    connector = salesforce.open()
    connector.probe()
    salesforce.world.end_sessions()
    (outcome,) = connector.create([salesforce.draft(1)])
    assert isinstance(outcome, Written)
    assert salesforce.world.sessions.opened == 2


def test_a_session_that_never_lasts_is_denied(salesforce: App) -> None:
    salesforce.world.quirks.session_calls = -1
    try:
        with pytest.raises(Denied):
            salesforce.open().probe()
    finally:
        salesforce.world.quirks.session_calls = 0


def test_a_spent_day_stops_the_calls(salesforce: App) -> None:
    before, salesforce.world.quirks.daily_calls = salesforce.world.quirks.daily_calls, 3
    connector = salesforce.open()
    try:
        connector.find("Email", ["a@example.com"])
        connector.find("Email", ["b@example.com"])
        with pytest.raises(Retryable) as caught:
            connector.find("Email", ["c@example.com"])
    finally:
        salesforce.world.quirks.daily_calls = before
    assert caught.value.after
    assert salesforce.world.calls_used == 3


@pytest.mark.parametrize("fault", [*TURNED_AWAY, Fault.ERROR, Fault.DROP_REQUEST, Fault.DROP_ANSWER])
def test_reads_get_through_bad_weather(app: App, fault: Fault) -> None:
    ids = {app.person(number) for number in range(3)}
    app.weather(Step(fault, "list", times=2))
    assert {record.id for page in app.open().list() for record in page.records} == ids


@pytest.mark.parametrize("fault", TURNED_AWAY)
def test_a_create_that_was_turned_away_is_sent_again(app: App, fault: Fault) -> None:
    app.weather(Step(fault, "create", times=2))
    (outcome,) = app.open().create([app.draft(1)])
    assert isinstance(outcome, Written)
    assert app.world.find("user1@example.com") == [outcome.id]


@pytest.mark.parametrize(
    ("fault", "happened"), [(Fault.DROP_ANSWER, True), (Fault.DROP_REQUEST, False), (Fault.ERROR, False)]
)
def test_a_create_without_an_answer_is_lost_and_never_doubled(app: App, fault: Fault, *, happened: bool) -> None:
    app.weather(Step(fault, "create"))
    connector = app.open()
    (outcome,) = connector.create([app.draft(1)])
    assert isinstance(outcome, Lost)
    assert len(connector.find(EMAIL[app.name], ["user1@example.com"])) == happened


@pytest.mark.parametrize("fault", [Fault.DROP_ANSWER, Fault.DROP_REQUEST, Fault.ERROR, Fault.THROTTLE])
@pytest.mark.parametrize("kind", ["update", "delete"])
def test_updates_and_deletes_are_repeated(app: App, kind: str, fault: Fault) -> None:
    record_id = app.person(1)
    app.weather(Step(fault, kind, times=2))
    connector = app.open()
    if kind == "delete":
        assert connector.delete([record_id]) == [Written(record_id)]
        assert connector.get([record_id]) == []
        return
    (outcome,) = connector.update([Patch(record_id, {NAME[app.name]: "New"}, {NAME[app.name]: "Name1"})])
    assert isinstance(outcome, Written)
    assert outcome.record
    assert outcome.record.values[NAME[app.name]] == "New"


def test_weather_that_does_not_clear_up_is_handed_on(app: App) -> None:
    app.weather(Step(Fault.UNAVAILABLE, times=99))
    with pytest.raises(Retryable):
        list(app.open().list())
    assert app.clock.slept


def test_a_listing_that_lacks_rows_can_be_told_by_its_total(app: App) -> None:
    for number in range(4):
        app.person(number)
    app.weather(Step(Fault.SHORT_PAGE, "list", times=99))
    pages = list(app.open().list())
    assert pages[-1].total == 4
    assert len({record.id for page in pages for record in page.records}) < 4


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.SLOW])
def test_no_fault_is_answered_with_an_error_that_has_no_next_step(app: App, fault: Fault) -> None:
    app.weather(Step(fault, "create", times=99))
    try:
        (outcome,) = app.open().create([app.draft(1)])
    except Retryable:
        assert fault in TURNED_AWAY
    else:
        assert isinstance(outcome, Written | Lost | Unsent)
