"""Two emulated apps through the public wiring, where one of them knows people by nothing but their addresses."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from reconciler.model.link import ContactState
from reconciler.model.record import Side
from reconciler.sandbox.emulator import load_emulator
from reconciler.sandbox.seed import people
from reconciler.sandbox.server import serve
from reconciler.sandbox.settlers import fill_icontact
from reconciler.sandbox.shell import create_app
from reconciler.testing.clock import FakeClock
from tests.e2e.house import House
from tests.e2e.town import ENVIRON

if TYPE_CHECKING:
    from collections.abc import Iterator

SPECS = """\
version: 1
kind: account
name: mail
app: icontact
base_url: {icontact}
auth:
  app_id: {{env: RECONCILER_SANDBOX_ICONTACT_APP_ID}}
  username: {{env: RECONCILER_SANDBOX_ICONTACT_USERNAME}}
  password: {{env: RECONCILER_SANDBOX_ICONTACT_PASSWORD}}
rate: 1000
---
version: 1
kind: account
name: elastic
app: elasticemail
base_url: {elasticemail}
auth: {{api_key: {{env: ELASTICEMAIL_API_KEY}}}}
options: {{custom_fields: [city], page_size: 30}}
---
version: 1
kind: connection
name: people
sync: news <-> mails
sides:
  news: {{app: icontact, account: mail, entity: contacts}}
  mails: {{app: elasticemail, account: elastic, entity: contacts}}
match: [email]
winner: news
fields:
  map:
    - news.city <-> mails.city
    - {{fields: news.lists <-> mails.lists, policy: union}}
"""


class Office:
    """Both worlds and the reconciler between them."""

    def __init__(self, stack: ExitStack, folder) -> None:
        clock, urls = FakeClock(), {}
        emulators = {name: load_emulator(name) for name in ("icontact", "elasticemail")}
        self.news, self.mails = (emulator.world(clock) for emulator in emulators.values())
        for (name, emulator), world in zip(emulators.items(), (self.news, self.mails), strict=True):
            urls[name] = stack.enter_context(serve(create_app(emulator.api(world)))).url + emulator.base_path
        fill_icontact(self.news, people(30))
        self.mails.add_custom_field("city")
        for name in ("Customers", "Trash"):
            self.mails.add_list(name)
        for person in people(30, start=15):
            self.mails.add({**emulators["elasticemail"].values(person, ""), "city": person.city})
        key = emulators["elasticemail"].auth(self.mails)["api_key"]
        self.house = stack.enter_context(House(folder, {**ENVIRON, "ELASTICEMAIL_API_KEY": key}, clock))
        self.house.write("all.yaml", SPECS.format(**urls))
        self.house.settle("people")

    def news_of(self, email: str) -> dict[str, object]:
        (found,) = self.news.find(email)
        return self.news.read(found)


@pytest.fixture
def office(tmp_path) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(stack, tmp_path)


def test_both_hold_the_same_people_and_a_quiet_world_gets_no_writes(office: Office) -> None:
    assert sorted(office.mails.ids()) == sorted(str(one["email"]) for one in office.news.contacts().values())
    assert len(office.mails.ids()) == 45
    office.mails.calls.clear()
    office.house.settle("people")
    assert set(office.mails.calls) == {"list", "lists", "members"}


def test_edits_cross_both_ways_and_nobody_s_opt_out_is_touched(office: Office) -> None:
    opted_out = {one for one in office.mails.ids() if office.mails.read(one)["Status"] == "Unsubscribed"}
    one, two = office.mails.ids()[3], office.mails.ids()[7]
    office.mails.edit(one, {"FirstName": "Edited", "lists": ("Customers",)})
    office.news.edit(office.news.find(two)[0], {"lastName": "Änderson", "city": "Gent"})
    office.house.settle("people")
    assert (office.news_of(one)["firstName"], office.news_of(one)["lists"]) == ("Edited", ("Customers",))
    assert (office.mails.read(two)["LastName"], office.mails.read(two)["city"]) == ("Änderson", "Gent")
    assert opted_out
    assert {one for one in office.mails.ids() if office.mails.read(one)["Status"] == "Unsubscribed"} == opted_out


def test_a_moved_address_waits_for_a_person_and_is_linked_again(office: Office) -> None:
    old = office.mails.ids()[5]
    (moved,) = office.news.find(old)
    office.news.edit(moved, {"email": "moved@example.com"})
    office.house.run("people")
    assert office.house.tallies("people")[Side.RIGHT, ContactState.FAILED] == 1
    assert office.mails.find("moved@example.com") == []
    office.mails.delete(old)
    office.mails.add({"Email": "moved@example.com"})
    office.house.settle("people")
    assert set(office.house.tallies("people")) == {(side, ContactState.IN_SYNC) for side in Side}
    office.news.edit(moved, {"lastName": "Later"})
    office.house.settle("people")
    assert office.mails.read("moved@example.com")["LastName"] == "Later"
    assert len(office.mails.ids()) == len(office.news.ids()) == 45
