"""Over real HTTP against the emulator, in bad weather."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.model.outcome import Draft, Lost, Written
from reconciler.sandbox.faults import Fault, Faults, Step
from reconciler.sandbox.hubspot.emulator import EMULATOR
from reconciler.sandbox.server import serve
from reconciler.sandbox.shell import create_app
from reconciler.testing.clock import FakeClock
from tests.contract.launchers.launch import opened
from tests.unit.connectors.hubspot.portal import cursor_of, ids, pages, patch, stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reconciler.sandbox.hubspot.world import HubSpotWorld

NAMES = ("email", "firstname")
TURNED_AWAY = [Fault.THROTTLE, Fault.UNAVAILABLE]


@pytest.fixture(scope="module")
def account() -> Iterator[tuple[HubSpotWorld, Callable]]:
    clock = FakeClock()
    world = EMULATOR.world(clock)
    with (
        serve(create_app(EMULATOR.api(world))) as server,
        opened("hubspot", "contacts", server.url, EMULATOR.auth(world), clock) as open_it,
    ):
        yield world, lambda: open_it(NAMES)


@pytest.fixture
def world(account: tuple[HubSpotWorld, Callable]) -> HubSpotWorld:
    account[0].clear()
    account[0].faults = Faults()
    return account[0]


@pytest.fixture
def connector(account: tuple[HubSpotWorld, Callable], world: HubSpotWorld):
    assert not world.ids()
    return account[1]()


def weather(world: HubSpotWorld, *steps: Step) -> None:
    world.faults = Faults(script=steps)


def person(world: HubSpotWorld, number: int) -> str:
    return world.add({"email": f"p{number}@example.com", "firstname": f"P{number}"})


@pytest.mark.parametrize("fault", [*TURNED_AWAY, Fault.ERROR, Fault.DROP_REQUEST, Fault.DROP_ANSWER])
def test_reads_and_deltas_get_through(world: HubSpotWorld, connector, fault: Fault) -> None:
    cursor = cursor_of(connector)
    made = [person(world, number) for number in range(3)]
    world.clock.advance(60)
    for since in (None, cursor):
        weather(world, Step(fault, "list", times=2))
        assert ids(pages(connector, since)) == made


@pytest.mark.parametrize("fault", TURNED_AWAY)
def test_a_create_that_was_turned_away_is_sent_again(world: HubSpotWorld, connector, fault: Fault) -> None:
    weather(world, Step(fault, "create", times=2))
    (outcome,) = connector.create([Draft({"email": "a@example.com"})])
    assert world.find("a@example.com") == [outcome.id]


@pytest.mark.parametrize(
    ("fault", "happened"), [(Fault.DROP_ANSWER, True), (Fault.DROP_REQUEST, False), (Fault.ERROR, False)]
)
def test_a_create_without_an_answer_is_lost_and_found_at_once(
    world: HubSpotWorld, connector, fault: Fault, *, happened: bool
) -> None:
    weather(world, Step(fault, "create"))
    outcomes = connector.create([Draft({"email": f"p{number}@example.com"}) for number in range(3)])
    assert [type(outcome) for outcome in outcomes] == [Lost] * 3
    found = connector.find("email", ["p0@example.com", "p1@example.com", "p2@example.com"])
    assert len(found) == 3 * happened


@pytest.mark.parametrize("fault", [*TURNED_AWAY, Fault.ERROR, Fault.DROP_REQUEST, Fault.DROP_ANSWER])
def test_updates_and_deletes_are_repeated(world: HubSpotWorld, connector, fault: Fault) -> None:
    one = person(world, 1)
    weather(world, Step(fault, "write", times=2))
    (outcome,) = connector.update([patch(one, firstname="New")])
    assert stored(outcome).values["firstname"] == "New"
    weather(world, Step(fault, "write", times=2))
    assert connector.delete([one]) == [Written(one)]
    assert world.ids() == []


@pytest.mark.parametrize("fault", [Fault.SHORT_PAGE, Fault.STALE_LISTING, Fault.EMPTY_LISTING])
def test_a_listing_that_lies_states_no_total_that_would_back_it(world: HubSpotWorld, connector, fault: Fault) -> None:
    for number in range(4):
        person(world, number)
    weather(world, Step(fault, "list", times=9))
    assert {page.total for page in pages(connector)} == {None}
