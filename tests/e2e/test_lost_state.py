"""The state file is deleted between two cycles: links come back by key, and nothing else happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.town import BOTH_WAYS

if TYPE_CHECKING:
    from tests.e2e.house import House
    from tests.e2e.town import Town

pytestmark = pytest.mark.slow


@pytest.fixture
def synced(house: House, apps: Town) -> House:
    """150 contacts a side, 75 of them shared, in sync."""
    apps.fresh(150)
    house.write("accounts.yaml", apps.accounts)
    house.write("people.yaml", BOTH_WAYS)
    house.settle("people")
    assert len(apps.one_each()) == 225
    return house


def everybody(apps: Town) -> tuple[dict, dict]:
    return apps.org.contacts(), apps.folder.contacts()


def test_a_quiet_world_stays_as_it_is(synced: House, apps: Town) -> None:
    before = everybody(apps)
    synced.lose_state()
    apps.count_anew()
    assert synced.plan("people") == []
    report = synced.run("people")
    assert (report.result, report.links, apps.writes()) == ("ok", 225, 0)
    assert everybody(apps) == before


def test_it_may_be_lost_again_and_again(synced: House, apps: Town) -> None:
    before = everybody(apps)
    for _ in range(3):
        synced.lose_state()
        synced.run("people")
    assert everybody(apps) == before
    assert apps.differences() == []


def test_edits_that_were_in_sync_stay_and_later_ones_go_by_the_policy(synced: House, apps: Town) -> None:
    pairs = list(apps.one_each().values())
    (left, right), (other_left, other_right), (_, far) = pairs[:3]
    apps.folder.edit(right, {"city": "Brugge"})
    synced.settle("people")
    assert apps.org.read(left)["MailingCity"] == "Brugge"
    synced.lose_state()
    apps.org.edit(other_left, {"MailingCity": "Oostende"})
    apps.folder.edit(far, {"city": "Damme"})
    synced.settle("people")
    assert (apps.org.read(left)["MailingCity"], apps.folder.read(right)["city"]) == ("Brugge", "Brugge")
    assert apps.folder.read(other_right)["city"] == "Oostende"
    assert apps.folder.read(far)["city"] == apps.org.read(pairs[2][0])["MailingCity"] != "Damme", "crm wins"
    assert len(apps.one_each()) == 225


def test_nobody_is_brought_back_or_deleted(synced: House, apps: Town) -> None:
    """A contact deleted on one side before the loss is, without memory, a contact of one side only: it is made again,
    once, and its twin is not deleted."""
    (left, _), (_, right) = list(apps.one_each().values())[:2]
    apps.org.delete(left)
    apps.folder.delete(right)
    synced.settle("people")
    assert (len(apps.org.ids()), len(apps.folder.ids())) == (224, 224)
    synced.lose_state()
    synced.settle("people")
    assert len(apps.one_each()) == 225


def test_the_key_may_be_lost_with_the_state_but_not_without(synced: House, apps: Town) -> None:
    key = synced.state.with_name(f"{synced.state.name}.key")
    first = key.read_bytes()
    synced.lose_state()
    synced.run("people")
    assert key.read_bytes() != first
    assert apps.differences() == []


def test_the_write_ahead_log_may_be_lost_after_a_clean_end(synced: House, apps: Town) -> None:
    synced.close()
    for file in synced.state.parent.glob("*-wal"):
        file.unlink()
    synced.restart()
    apps.count_anew()
    assert synced.run("people").result == "ok"
    assert apps.writes() == 0
