"""Through the public wiring, against another app: what the decisions of the connector come to in the end."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.sandbox.emulator import load_emulator
from reconciler.sandbox.seed import people
from reconciler.sandbox.server import serve
from reconciler.sandbox.shell import create_app
from tests.e2e.house import House

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPEC = """
version: 1
kind: account
name: mc
app: mailchimp
auth: {{api_key: {{env: KEY}}}}
base_url: {mailchimp}
---
version: 1
kind: account
name: ic
app: icontact
auth: {{app_id: {{env: APP}}, username: {{env: USER}}, password: {{env: PASSWORD}}}}
base_url: {icontact}
---
version: 1
kind: connection
name: both
sync: mail <-> news
winner: mail
sides:
  mail: {{app: mailchimp, account: mc, entity: members}}
  news: {{app: icontact, account: ic, entity: contacts}}
match: [email]
fields: {{map: [mail.tags <-> news.lists]}}
limits: {{create: 100%, update: 100%}}
"""


@dataclass
class Town:
    """Both apps, and the reconciler between them."""

    house: House
    mail: Any
    news: Any

    def settle(self) -> None:
        self.house.clock.advance(600)
        self.house.settle("both")
        assert self.house.plan("both") == []


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    environ: dict[str, str] = {}
    house = House(tmp_path, environ)
    with ExitStack() as servers:
        worlds, urls = {}, {}
        for app in ("mailchimp", "icontact"):
            emulator = load_emulator(app)
            worlds[app] = emulator.world(house.clock)
            running = servers.enter_context(serve(create_app(emulator.api(worlds[app]))))
            urls[app] = running.url + emulator.base_path
        keys = load_emulator("icontact").auth(worlds["icontact"])
        environ |= {"APP": keys["app_id"], "USER": keys["username"], "PASSWORD": keys["password"]}
        environ["KEY"] = worlds["mailchimp"].keys.api_key
        house.write("both.yaml", SPEC.format(**urls))
        yield Town(house, worlds["mailchimp"], worlds["icontact"])
        house.close()


def test_two_hundred_people_come_to_rest_both_ways(town: Town) -> None:
    for app, world, start in (("mailchimp", town.mail, 0), ("icontact", town.news, 100)):
        for person in people(200, start=start):
            world.add(load_emulator(app).values(person, ""))
    town.settle()
    assert (len(town.mail.ids()), len(town.news.ids())) == (300, 300)
    assert town.mail.calls["create"] == 1
    town.mail.calls.clear()
    assert town.house.run("both").converged
    assert set(town.mail.calls) == {"list"}


def test_an_address_that_is_completed_later_arrives_whole(town: Town) -> None:
    home = {"street": "Kerkstraat 1", "city": "Gent", "postalCode": "9000"}
    theirs = town.news.add({"email": "ann@example.com", "firstName": "Ann", **home})
    assert town.house.run("both").failures == {}
    assert town.house.run("both").failures == {"address_incomplete": 1}
    (ours,) = town.mail.ids()
    town.news.edit(theirs, {"firstName": "Anna"})
    town.house.run("both")
    assert (town.mail.read(ours)["FNAME"], "ADDRESS.city" in town.mail.read(ours)) == ("Anna", False)
    town.news.edit(theirs, {"state": "VOV"})
    town.settle()
    address = [town.mail.read(ours)[f"ADDRESS.{part}"] for part in ("addr1", "city", "state", "zip")]
    assert address == ["Kerkstraat 1", "Gent", "VOV", "9000"]


def test_a_member_who_moves_stays_linked(town: Town) -> None:
    ours = town.mail.add({"email_address": "ann@example.com", "FNAME": "Ann"})
    town.settle()
    town.mail.edit(ours, {"email_address": "moved@example.com"})
    town.settle()
    assert [one["email"] for one in town.news.contacts().values()] == ["moved@example.com"]
    assert town.mail.ids() == [ours]


def test_tags_and_lists_are_one_both_ways(town: Town) -> None:
    for name in ("Customers", "Friends"):
        town.news.add_list(name)
    ours = town.mail.add({"email_address": "ann@example.com", "tags": ("Customers",)})
    town.settle()
    (theirs,) = town.news.ids()
    assert town.news.read(theirs)["lists"] == ("Customers",)
    town.news.edit(theirs, {"lists": ("Customers", "Friends")})
    town.settle()
    assert town.mail.read(ours)["tags"] == ("Customers", "Friends")
