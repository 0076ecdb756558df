"""The CardDAV app against a real Radicale server."""

from __future__ import annotations

import base64
from itertools import count
from typing import TYPE_CHECKING

import pytest

from reconciler.connectors.apps.carddav import APP
from reconciler.connectors.base import Opening
from reconciler.errors import CursorExpired, Denied
from reconciler.model.outcome import Draft, Patch, Refused, Written
from reconciler.testing.contract import ConnectorContract, Subject
from tests.real.carddav_desk import fresh_desk, signed_in
from tests.real.radicale import radicale

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.connectors.apps.carddav import Contacts
    from reconciler.model.outcome import Outcome
    from reconciler.model.record import Page, Record
    from tests.real.carddav_desk import Desk
    from tests.real.radicale import Radicale

pytestmark = pytest.mark.real

FIELDS = ("full_name", "first_name", "last_name", "email", "emails", "phone", "tags", "uid", "note", "title")
NUMBERS = count()
PHOTO = base64.b64encode(bytes(range(256)) * 12).decode()


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Radicale]:
    with radicale(tmp_path_factory.mktemp("radicale")) as running:
        yield running


@pytest.fixture
def desk(server) -> Iterator[Desk]:
    with fresh_desk(server, f"book-{next(NUMBERS)}") as one:
        yield one


@pytest.fixture
def contacts(desk) -> Contacts:
    return desk.open(FIELDS, batch=7)


class TestContract(ConnectorContract):
    @pytest.fixture
    def subject(self, desk) -> Subject:
        return Subject(
            open=lambda fields: desk.open(fields, batch=12),
            fields=APP.catalogue.entities["contacts"].fields,
            hands=desk,
            alone=frozenset({"full_name", "emails", "phones"}),
            kept=frozenset({"full_name"}),
        )


def records_of(pages: Sequence[Page]) -> dict[str, Record]:
    return {record.id: record for page in pages for record in page.records}


def only(outcomes: Sequence[Outcome]) -> Record:
    (outcome,) = outcomes
    assert isinstance(outcome, Written), outcome
    assert outcome.record is not None
    return outcome.record


def opened(http, **options: object) -> Contacts:
    return APP.open(Opening(http, "contacts", options, FIELDS))


class TestDiscovery:
    def test_the_bare_server_leads_to_the_only_address_book(self, server) -> None:
        path = server.make_address_book("bobs", user="bob")
        with server.client("bob") as client, signed_in(server.url, "bob") as http:
            card = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:x\r\nN:;;;;\r\nFN:X\r\nEND:VCARD\r\n"
            client.put(f"{path}x.vcf", content=card).raise_for_status()
            contacts = opened(http)
            assert contacts.probe().id == "/bob/"
            assert list(records_of(list(contacts.list()))) == ["x.vcf"]

    def test_several_address_books_are_a_question_with_the_choices(self, server) -> None:
        server.make_address_book("work")
        server.make_address_book("family")
        with signed_in(server.url) as http:
            with pytest.raises(Denied, match=r"'work' \(/alice/work/\).*option addressbook"):
                list(opened(http).list())
            with pytest.raises(Denied, match="0 address books called 'wrok'"):
                list(opened(http, addressbook="wrok").list())
            for name in ("work", "/alice/work/", "alice/work"):
                assert list(opened(http, addressbook=name).get(["nobody.vcf"])) == []

    def test_a_wrong_password_waits_for_a_person(self, server) -> None:
        with signed_in(server.url, password="wrong") as http, pytest.raises(Denied):
            opened(http).probe()


class TestReading:
    def test_a_delta_tells_additions_edits_and_removals(self, desk, contacts) -> None:
        ids = [desk.put(f"c{number}", "N:;;;;", f"FN:Name {number}") for number in range(9)]
        pages = list(contacts.list())
        assert sorted(records_of(pages)) == ids
        assert pages[-1].total == len(ids)
        desk.put("new", "N:;;;;", "FN:New")
        desk.edit(ids[3], title="Boss")
        desk.delete(ids[4])
        delta = list(contacts.list(pages[-1].cursor))
        assert sorted(records_of(delta)) == [ids[3], "new.vcf"]
        assert [gone for page in delta for gone in page.gone] == [ids[4]]
        assert records_of(list(contacts.list(delta[-1].cursor))) == {}

    def test_a_forgotten_token_means_reading_everything(self, desk, contacts) -> None:
        cursor = list(contacts.list())[-1].cursor
        with pytest.raises(CursorExpired):
            list(contacts.list(cursor[:-6] + "000000"))
        with pytest.raises(CursorExpired):
            list(contacts.list(cursor.replace(desk.path, "/alice/elsewhere/")))

    def test_odd_hrefs_are_found_again(self, desk, contacts) -> None:
        desk.put("a%20b%40c+%C3%A9", "N:;;;;", "FN:Odd")
        (record,) = records_of(list(contacts.list())).values()
        assert record.id == "a%20b%40c%2B%C3%A9.vcf"
        assert [one.id for one in contacts.get([record.id])] == [record.id]
        assert only(contacts.update([Patch(record.id, {"title": "T"}, {}, record.version)])).values["title"] == "T"
        assert contacts.delete([record.id]) == [Written(record.id)]
        assert records_of(list(contacts.list())) == {}

    def test_a_search_is_exact_but_for_case(self, desk, contacts) -> None:
        desk.put("a", "N:;;;;", "FN:A", "EMAIL;TYPE=WORK:Ann.Ångström@example.org", "EMAIL:ann@home.example")
        desk.put("b", "N:;;;;", "FN:B", "EMAIL:not-ann@home.example")
        assert [one.id for one in contacts.find("email", ["ann.ångström@EXAMPLE.org", "x@example.org"])] == ["a.vcf"]
        assert [one.id for one in contacts.find("emails", ["ann@home.example"])] == ["a.vcf"]
        assert contacts.find("email", ["ann@home.example"]) == ()

    def test_groups_are_not_contacts(self, desk, contacts) -> None:
        desk.put("person", "N:;;;;", "FN:P")
        desk.put("group", "N:;;;;", "FN:G", "X-ADDRESSBOOKSERVER-KIND:group", "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:p")
        pages = list(contacts.list())
        assert list(records_of(pages)) == ["person.vcf"]
        assert pages[-1].total == 1


class TestWriting:
    def test_a_create_stands_under_its_uid(self, desk, contacts) -> None:
        values = {
            "first_name": "Zoé",
            "last_name": "D'Arcy; Lee",
            "emails": ("a@x.example", "b@x.example"),
            "tags": ("a, b", "c"),
        }
        record = only(contacts.create([Draft(values)]))
        assert record.id == f"{record.values['uid']}.vcf"
        assert {name: record.values[name] for name in values} == values
        assert record.values["full_name"] == "Zoé D'Arcy; Lee"
        assert desk.card(record.id).version == "3.0"

    def test_cards_may_be_made_in_version_4(self, desk) -> None:
        record = only(desk.open(FIELDS, vcard_version="4.0").create([Draft({"first_name": "Ann", "phone": "+32 1"})]))
        assert desk.card(record.id).version == "4.0"
        assert record.values["phone"] == "+32 1"

    def test_an_edit_by_somebody_else_is_not_overwritten(self, desk, contacts) -> None:
        record = only(contacts.create([Draft({"first_name": "Ann"})]))
        desk.edit(record.id, note="called today")
        (outcome,) = contacts.update([Patch(record.id, {"title": "Boss"}, {}, record.version)])
        assert isinstance(outcome, Refused)
        assert outcome.stale
        fresh = contacts.get([record.id])[0]
        after = only(contacts.update([Patch(record.id, {"title": "Boss"}, {}, fresh.version)]))
        assert (after.values["note"], after.values["title"]) == ("called today", "Boss")

    def test_an_update_that_changes_nothing_writes_nothing(self, contacts) -> None:
        record = only(contacts.create([Draft({"first_name": "Ann", "email": "a@x.example"})]))
        assert only(contacts.update([Patch(record.id, {"email": "a@x.example"}, {}, record.version)])) == record

    def test_many_cards_keep_their_photos_through_an_update(self, desk) -> None:
        extras = (
            f"PHOTO;ENCODING=b;TYPE=JPEG:{PHOTO}",
            "item1.URL:https://x.example",
            "item1.X-ABLabel:Blog",
            "X-KEPT:1",
        )
        desk.fill({f"c{number}": (f"N:Name;{number};;;", f"FN:{number} Name", *extras) for number in range(300)})
        contacts = desk.open((*FIELDS, "X-KEPT"))
        pages = list(contacts.list())
        listed = records_of(pages)
        assert len(listed) == pages[-1].total == 300
        before = {card_id: desk.card(card_id) for card_id in sorted(listed)[::30]}
        patches = [Patch(card_id, {"title": "Boss"}, {}, listed[card_id].version) for card_id in before]
        assert [only([outcome]).values["title"] for outcome in contacts.update(patches)] == ["Boss"] * len(patches)
        assert set(records_of(list(contacts.list(pages[-1].cursor)))) == set(before)
        for card_id, card in before.items():
            after = [line for line in desk.card(card_id).lines if line.name != "TITLE"]
            assert [line.raw for line in after] == [line.raw for line in card.lines]
            assert {line.name: line.value for line in after}["PHOTO"] == PHOTO
