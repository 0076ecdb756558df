"""Every fault of the sandbox on either side, on the first day and during edits: it converges once the fault is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.sandbox.faults import LISTING_FAULTS, Fault, Step
from reconciler.sandbox.seed import person
from reconciler.sandbox.settlers import as_icontact, as_salesforce
from tests.e2e.town import BOTH_WAYS, PAIRS, by_email

if TYPE_CHECKING:
    from tests.e2e.house import House
    from tests.e2e.town import Town

pytestmark = pytest.mark.slow

SIZE = 60
EVERYBODY = 90
BOUND = 1500
"""Requests for one hard day: what a first day needs, some times over."""

SIDES = ["salesforce", "icontact"]
ANYWHERE = [fault for fault in Fault if fault not in LISTING_FAULTS]
WEATHERS = {
    **{f"{fault} now and then": (fault, None) for fault in ANYWHERE},
    **{f"{fault} on writes": (fault, Step(fault, "write", skip=1, times=4)) for fault in ANYWHERE},
    **{f"{fault} on creates": (fault, Step(fault, "create", times=3)) for fault in ANYWHERE},
    **{f"{fault} on all lists": (fault, Step(fault, "list", times=50)) for fault in sorted(LISTING_FAULTS)},
    **{f"{fault} on a later page": (fault, Step(fault, "list", skip=1)) for fault in sorted(LISTING_FAULTS)},
}


def worsen(apps: Town, side: str, weather: str) -> None:
    fault, step = WEATHERS[weather]
    if step is None:
        apps.weather(apps.worlds[side], seed=7, rates={fault: 0.15})
    else:
        apps.weather(apps.worlds[side], Step(step.fault, step.on, step.skip, step.times))


def people(house: House, apps: Town) -> House:
    apps.fresh(SIZE)
    apps.org.quirks.page_size = 40
    house.write("accounts.yaml", apps.accounts)
    house.write("people.yaml", BOTH_WAYS)
    return house


def three_bad_days(house: House, apps: Town) -> None:
    """Cycles in that weather; then it clears up, and nothing may be left to do after a few more."""
    for _ in range(3):
        house.clock.advance(4000)
        report = house.run("people")
        assert report.result in {"ok", "failed"}, report
        assert report.label != "bug", report.message
    assert any(world.faults.drawn for world in apps.worlds.values()), "the weather was fair after all"
    apps.clear_sky()
    house.settle("people")


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("weather", WEATHERS)
def test_the_first_day(house: House, apps: Town, side: str, weather: str) -> None:
    people(house, apps)
    known = by_email(apps.org, "Email"), by_email(apps.folder, "email")
    worsen(apps, side, weather)
    three_bad_days(house, apps)
    assert apps.calls() < BOUND
    pairs = apps.one_each()
    assert len(pairs) == EVERYBODY
    assert {email: pairs[email][0] for email in known[0]} == known[0], "nobody was replaced"
    assert {email: pairs[email][1] for email in known[1]} == known[1]
    assert apps.differences() == []


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("weather", WEATHERS)
def test_edits(house: House, apps: Town, side: str, weather: str) -> None:
    people(house, apps).settle("people")
    apps.count_anew()
    worsen(apps, side, weather)
    said = edit(apps)
    three_bad_days(house, apps)
    assert apps.calls() < BOUND
    pairs = apps.one_each()
    assert len(pairs) == EVERYBODY + 4
    for (email, name), word in said.items():
        left, right = pairs[email]
        assert (apps.org.read(left)[name], apps.folder.read(right)[PAIRS[name]]) == (word, word), (email, name)
    assert apps.differences() == []


def edit(apps: Town) -> dict[tuple[str, str], str]:
    """Ten edits a side, of different people, and two newcomers each; what was said."""
    pairs, said = apps.one_each(), {}
    for number, (email, (left, right)) in enumerate(sorted(pairs.items())[:20]):
        word = f"Straat {number}"
        said[email, "MailingStreet"] = word
        if number % 2:
            apps.org.edit(left, {"MailingStreet": word})
        else:
            apps.folder.edit(right, {"street": word})
    for number in range(4):
        somebody = person(10_000 + number)
        if number % 2:
            apps.org.add(as_salesforce(somebody))
        else:
            apps.folder.add(as_icontact(somebody))
    return said


def test_a_wait_that_was_asked_for_is_kept(house: House, apps: Town) -> None:
    """Retry-After is slept through where it is short, and handed on where it is long."""
    people(house, apps)
    apps.weather(apps.folder, Step(Fault.THROTTLE, "list"), retry_after=17.0)
    before = len(house.clock.slept)
    assert house.run("people").result == "ok"
    assert any(16 <= seconds <= 17 for seconds in house.clock.slept[before:])
    apps.weather(apps.folder, Step(Fault.THROTTLE, "list", times=9), retry_after=900.0)
    report = house.run("people")
    assert (report.result, report.retry_after) == ("failed", 900.0)
    assert apps.folder.faults.drawn[Fault.THROTTLE] == 1


def test_sessions_that_end_again_and_again(house: House, apps: Town) -> None:
    people(house, apps)
    apps.org.quirks.session_calls = 2
    try:
        house.settle("people")
    finally:
        apps.org.quirks.session_calls = 0
    assert apps.differences() == []


def test_stale_listings_on_both_sides_at_once(house: House, apps: Town) -> None:
    people(house, apps).settle("people")
    said = edit(apps)
    for _ in range(4):
        for world in apps.worlds.values():
            apps.weather(world, Step(Fault.STALE_LISTING, "list", times=99))
        house.run("people")
    apps.clear_sky()
    house.settle("people")
    for (email, name), word in said.items():
        assert apps.org.read(apps.one_each()[email][0])[name] == word
    assert apps.differences() == []
