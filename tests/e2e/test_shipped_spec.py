"""The specs that the project ships, as they are, on both emulators with a thousand contacts a side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.model.plan import Verb
from reconciler.model.record import Side
from tests.e2e.town import by_email

if TYPE_CHECKING:
    from tests.e2e.house import House
    from tests.e2e.town import Town

pytestmark = pytest.mark.slow

SHIPPED = Path(__file__).resolve().parents[2] / "connections.d"
SIZE = 1000
NEAR = {"Belgium", "Netherlands"}


@pytest.fixture
def shipped(house: House, apps: Town) -> House:
    """The shipped folder; only the ports are others."""
    apps.fresh(SIZE)
    ports = {"http://127.0.0.1:8451": apps.org_url, "http://127.0.0.1:8452/icp": apps.folder_url}
    for file in SHIPPED.glob("*.yaml"):
        text = file.read_text()
        for old, new in ports.items():
            text = text.replace(old, new)
        house.write(file.name, text)
    return house


def customers(apps: Town) -> dict[str, dict[str, object]]:
    """Who should be on the list, by address."""
    return {
        str(one["Email"]).casefold(): one
        for one in apps.org.contacts().values()
        if one.get("MailingCountry") in NEAR and not one.get("HasOptedOutOfEmail")
    }


def on_list(apps: Town) -> set[str]:
    """Addresses on the list of customers."""
    return {
        str(one["email"]).casefold() for one in apps.folder.contacts().values() if "Customers" in one.get("lists", ())
    }


def test_the_first_day(shipped: House, apps: Town) -> None:
    before, were_listed = by_email(apps.folder, "email"), on_list(apps)
    wanted = customers(apps)
    report = shipped.run("newsletter")
    assert (report.result, report.failures) == ("ok", {}), report.message
    shipped.settle("newsletter")
    now = by_email(apps.folder, "email")
    assert now.keys() == before.keys() | wanted.keys()
    assert {email: now[email] for email in before} == before
    assert on_list(apps) == wanted.keys() | were_listed
    assert len(apps.org.contacts()) == SIZE
    apps.count_anew()
    for _ in range(3):
        shipped.run("newsletter")
    assert apps.writes() == 0


def test_people_come_and_go(shipped: House, apps: Town) -> None:
    seeded = on_list(apps)
    shipped.settle("newsletter")
    by_address = by_email(apps.org, "Email")
    ours = sorted(email for email in customers(apps) if email not in seeded)
    theirs = sorted(email for email in customers(apps) if email in seeded)
    gone, opted_out, bounced, already = ours[0], ours[1], ours[2], theirs[0]
    apps.org.edit(by_address[gone], {"MailingCountry": "Germany"})
    apps.org.edit(by_address[already], {"MailingCountry": "Germany"})
    apps.org.edit(by_address[opted_out], {"HasOptedOutOfEmail": True})
    (bounced_id,) = apps.folder.find(bounced)
    apps.folder.edit(bounced_id, {"status": "bounced"})
    shipped.settle("newsletter")
    assert not {gone, opted_out} & on_list(apps)
    assert already in on_list(apps), "it stood on the list before the rule did anything"
    assert apps.org.read(by_address[bounced])["HasOptedOutOfEmail"] is True
    assert apps.folder.read(bounced_id)["status"] == "bounced"
    assert bounced not in on_list(apps), "whoever opted out leaves the list"
    shipped.settle("newsletter")
    assert set(by_email(apps.folder, "email")) >= {gone, opted_out, bounced}


def test_edits_of_both_sides_meet(shipped: House, apps: Town) -> None:
    shipped.settle("newsletter")
    left = by_email(apps.org, "Email")
    chosen = sorted(customers(apps))[:6]
    for number, email in enumerate(chosen):
        (there,) = apps.folder.find(email)
        if number % 2:
            apps.folder.edit(there, {"city": f"Tienen {number}"})
        else:
            apps.org.edit(left[email], {"MailingCity": f"Aalst {number}"})
    apps.count_anew()
    report = shipped.run("newsletter", approve=False)
    assert (report.result, report.failures) == ("ok", {})
    assert report.applied == {(Side.LEFT, Verb.UPDATE): 3, (Side.RIGHT, Verb.UPDATE): 3}
    for number, email in enumerate(chosen):
        (there,) = apps.folder.find(email)
        city = f"{'Tienen' if number % 2 else 'Aalst'} {number}"
        assert (apps.org.read(left[email])["MailingCity"], apps.folder.read(there)["city"]) == (city, city)
    assert shipped.plan("newsletter") == []


def test_edits_while_it_runs_are_not_lost(shipped: House, apps: Town) -> None:
    """Between reading and writing somebody else is at work, on records that are about to be written."""
    session = shipped.session("newsletter")
    there = by_email(apps.folder, "email")
    shared = sorted(email for email in customers(apps) if email in there)[:20]
    edited = dict.fromkeys(shared, False)

    def meddle(stage: str, _side: Side | None, done: int, _total: int | None) -> None:
        if stage == "apply" and done and not all(edited.values()):
            for email in shared:
                apps.folder.edit(there[email], {"street": f"Nieuwstraat {email}"})
                edited[email] = True

    session.run(approve=True, progress=meddle)
    assert all(edited.values())
    shipped.settle("newsletter")
    left = by_email(apps.org, "Email")
    for email in shared:
        assert apps.folder.read(there[email])["street"] == f"Nieuwstraat {email}"
        assert apps.org.read(left[email])["MailingStreet"] == f"Nieuwstraat {email}"
