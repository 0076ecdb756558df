"""The CardDAV app against servers that Radicale is not: cut answers, lost answers, no ETags, no sync-collection."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING

import httpx
import pytest

from reconciler.connectors.apps.carddav import APP, Contacts, Options
from reconciler.connectors.base import Opening
from reconciler.errors import CursorExpired, Denied, NoAnswer, Retryable
from reconciler.model.outcome import Draft, Lost, Patch, Refused, Unsent, Written
from reconciler.spec.scope import SideScope
from tests.unit.connectors.carddav.tiny_dav import BOOK, TinyDav, vcard
from tests.unit.connectors.wire import http_over

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.outcome import Outcome
    from reconciler.model.record import Page, Record

FIELDS = ("full_name", "first_name", "email", "note", "uid")


def contacts_of(tiny: TinyDav, fields: tuple[str, ...] = FIELDS, **options: object) -> Contacts:
    numbers = count(1)
    http = http_over(httpx.MockTransport(tiny), app="carddav", base_url=f"https://dav.test{BOOK}")
    return Contacts(Opening(http, "contacts", {}, fields), Options(**options), lambda: f"uid-{next(numbers)}")


def stocked(number: int, **switches: object) -> TinyDav:
    tiny = TinyDav(**switches)
    for each in range(number):
        tiny.keep(f"c{each}.vcf", vcard(f"Name {each}", f"EMAIL:c{each}@x.example"))
    return tiny


def ids_of(pages: Sequence[Page]) -> list[str]:
    return [record.id for page in pages for record in page.records]


def only(outcomes: Sequence[Outcome]) -> Record:
    (outcome,) = outcomes
    assert isinstance(outcome, Written), outcome
    assert outcome.record is not None
    return outcome.record


@contextmanager
def lost_answers(tiny: TinyDav, number: int, *, arrived: bool):
    """The next so many PUTs get no answer; they were stored, or they were not."""
    left = iter(range(number))

    def lose(request: httpx.Request) -> None:
        if request.method == "PUT" and next(left, None) is not None:
            raise httpx.ReadError("gone", request=request)

    setattr(tiny, "after" if arrived else "fault", lose)
    yield
    tiny.after = tiny.fault = lambda _request: None


class TestExtensions:
    """``X-`` properties are fields of every card; no account has to know them beforehand."""

    @pytest.mark.parametrize(
        ("name", "known"), [("X-Skype", True), ("x-skype", True), ("X-ABLabel", False), ("emial", False)]
    )
    def test_a_spec_may_name_any(self, name, known):
        scope = SideScope("cards", "carddav", "contacts", APP.catalogue.entities["contacts"], None)
        found = scope.find(name)
        assert (found is not None) is known
        assert found is None or not scope.guessed(found)

    def test_they_are_read_and_written(self):
        tiny = TinyDav()
        tiny.keep("c.vcf", vcard("C", "X-SKYPE;TYPE=home:old", "X-OTHER:o"))
        contacts = contacts_of(tiny, fields=("X-Skype", "X-New"))
        (record,) = contacts.get(["c.vcf"])
        assert record.values == {"X-Skype": "old", "X-New": None}
        assert only(contacts.update([Patch("c.vcf", {"X-Skype": "new", "X-New": "n"}, {})])).values["X-New"] == "n"
        assert tiny.cards["c.vcf"] == vcard("C", "X-SKYPE;TYPE=home:new", "X-OTHER:o", "X-NEW:n")


class TestListing:
    @pytest.mark.parametrize("told", [True, False])
    def test_without_sync_collection_every_read_is_complete(self, told):
        contacts = contacts_of(stocked(5, syncs=False, told=told), batch=2)
        pages = list(contacts.list())
        assert ids_of(pages) == [f"c{number}.vcf" for number in range(5)]
        assert [(page.total, page.cursor, page.last) for page in pages] == [(5, None, False)] * 3 + [(5, None, True)]
        with pytest.raises(CursorExpired):
            list(contacts.list(f"{BOOK} 3"))

    def test_answers_that_are_cut_short_are_followed(self):
        tiny = stocked(7, page=2)
        pages = list(contacts_of(tiny).list())
        assert len(ids_of(pages)) == pages[-1].total == 7
        assert pages[-1].cursor == f"{BOOK} 7"

    def test_a_server_that_never_gets_on_is_not_believed(self):
        with pytest.raises(Retryable, match="cut its list"):
            list(contacts_of(stocked(3, page=0)).list())

    @pytest.mark.parametrize(
        "spell",
        [
            lambda href: f"https://dav.test{href}",
            lambda href: href.replace(BOOK, ""),
            lambda href: href.replace("/ann/", "/%61nn/").replace("%20", " "),
            lambda href: href.replace("%40", "@"),
        ],
    )
    def test_an_id_is_the_same_however_the_href_is_spelt(self, spell):
        tiny = TinyDav(spell=spell)
        tiny.keep("a%20b%40c.vcf", vcard("Odd"))
        contacts = contacts_of(tiny)
        assert ids_of(list(contacts.list())) == ["a%20b%40c.vcf"]
        assert [record.values["full_name"] for record in contacts.get(["a%20b%40c.vcf"])] == ["Odd"]

    def test_cards_that_were_left_out_spoil_the_count_and_the_cursor(self):
        tiny = stocked(3)
        contacts = contacts_of(tiny)
        cursor = list(contacts.list())[-1].cursor
        tiny.left_out.add("c1.vcf")
        pages = list(contacts.list())
        assert ids_of(pages) == ["c0.vcf", "c2.vcf"]
        assert (pages[-1].total, pages[-1].cursor) == (3, None)
        tiny.keep("c1.vcf", vcard("Changed"))
        with pytest.raises(CursorExpired, match="left out"):
            list(contacts.list(cursor))

    def test_silence_is_no_evidence_that_a_card_is_gone(self):
        contacts = contacts_of(stocked(2, left_out={"c1.vcf"}))
        with pytest.raises(Retryable, match="left out"):
            contacts.get(["c0.vcf", "c1.vcf"])
        assert [record.id for record in contacts.get(["c0.vcf", "gone.vcf"])] == ["c0.vcf"]

    def test_a_contact_that_becomes_a_group_is_not_gone(self):
        tiny = stocked(2)
        contacts = contacts_of(tiny)
        cursor = list(contacts.list())[-1].cursor
        tiny.keep("c1.vcf", vcard("Friends", "X-ADDRESSBOOKSERVER-KIND:group"))
        assert ids_of(list(contacts.list(cursor))) == []
        assert ids_of(list(contacts.list())) == ["c0.vcf"]
        assert [record.id for record in contacts.get(["c1.vcf"])] == ["c1.vcf"]

    def test_a_card_that_goes_while_being_read_is_gone(self):
        tiny = stocked(2)
        contacts = contacts_of(tiny)
        cursor = list(contacts.list())[-1].cursor
        tiny.keep("new.vcf", vcard("New"))
        tiny.keep("c1.vcf", vcard("Changed"))
        tiny.fault = lambda request: tiny.cards.pop("c1.vcf", None) and None if b"multiget" in request.content else None
        (changed, last) = contacts.list(cursor)
        assert ([record.id for record in changed.records], last.gone) == (["new.vcf"], ("c1.vcf",))
        full = list(contacts.list())
        assert (len(ids_of(full)), full[-1].total) == (2, 2)

    def test_what_is_no_card_says_nothing_and_is_not_written(self):
        tiny = TinyDav()
        tiny.keep("odd.vcf", b"not a card")
        contacts = contacts_of(tiny)
        (record,) = contacts.get(["odd.vcf"])
        assert record.values == {}
        (outcome,) = contacts.update([Patch("odd.vcf", {"note": "n"}, {})])
        assert isinstance(outcome, Refused)
        assert tiny.cards["odd.vcf"] == b"not a card"

    def test_without_the_servers_search_everything_is_looked_at(self):
        contacts = contacts_of(stocked(5), batch=2)
        assert [record.id for record in contacts.find("email", ["C3@X.Example", "nobody@x.example"])] == ["c3.vcf"]


class TestLostAnswers:
    def test_a_create_that_arrived_is_not_made_twice(self):
        tiny = TinyDav()
        with lost_answers(tiny, 1, arrived=True):
            record = only(contacts_of(tiny).create([Draft({"first_name": "Ann"})]))
        assert (record.id, list(tiny.cards)) == ("uid-1.vcf", ["uid-1.vcf"])
        assert record.version == tiny.etag("uid-1.vcf")

    def test_a_create_that_did_not_arrive_is_sent_again(self):
        tiny = TinyDav()
        with lost_answers(tiny, 1, arrived=False):
            assert only(contacts_of(tiny).create([Draft({"first_name": "Ann"})])).values["first_name"] == "Ann"

    def test_a_create_without_any_answer_is_lost_and_stops_the_rest(self):
        tiny = TinyDav()
        with lost_answers(tiny, 2, arrived=True):
            outcomes = contacts_of(tiny, parallel=1).create([Draft({"first_name": name}) for name in ("Ann", "Bob")])
        assert [type(outcome) for outcome in outcomes] == [Lost, Unsent]
        assert isinstance(outcomes[1].error, NoAnswer)
        assert [record.id for record in contacts_of(tiny).find("uid", ["uid-1"])] == ["uid-1.vcf"]

    @pytest.mark.parametrize("arrived", [True, False])
    def test_an_update_is_asked_for_once_more(self, arrived):
        tiny = stocked(1)
        with lost_answers(tiny, 1, arrived=arrived):
            record = only(contacts_of(tiny).update([Patch("c0.vcf", {"note": "n"}, {})]))
        assert (record.values["note"], record.version) == ("n", tiny.etag("c0.vcf"))

    def test_an_update_without_precondition_is_not_repeated(self):
        tiny = stocked(1, etags=False)
        with lost_answers(tiny, 1, arrived=True):
            (outcome,) = contacts_of(tiny).update([Patch("c0.vcf", {"note": "n"}, {})])
        assert isinstance(outcome, Lost)
        assert len(tiny.sent("PUT")) == 1


class TestVersions:
    def test_the_record_is_as_the_server_holds_it(self):
        tiny = stocked(1, etags=False)
        record = only(contacts_of(tiny).update([Patch("c0.vcf", {"note": "n"}, {})]))
        assert (record.values["note"], record.version) == ("n", tiny.etag("c0.vcf"))

    def test_weak_etags_are_sent_as_strong_ones(self):
        tiny = stocked(1, mark="W/")
        contacts = contacts_of(tiny)
        (record,) = contacts.get(["c0.vcf"])
        assert only(contacts.update([Patch("c0.vcf", {"note": "n"}, {}, record.version)])).values["note"] == "n"
        assert tiny.sent("PUT")[0].headers["If-Match"].startswith('"')

    def test_an_edit_between_read_and_write_makes_it_stale(self):
        tiny = stocked(1)
        edit = iter([vcard("Edited")])
        tiny.fault = lambda request: tiny.keep("c0.vcf", next(edit)) if request.method == "PUT" else None
        (outcome,) = contacts_of(tiny).update([Patch("c0.vcf", {"note": "n"}, {})])
        assert isinstance(outcome, Refused)
        assert outcome.stale
        assert tiny.cards["c0.vcf"] == vcard("Edited")

    def test_an_edit_after_the_write_is_left_for_the_next_read(self):
        tiny = stocked(1)
        edit = iter([vcard("Edited")])
        tiny.fault = lambda request: tiny.keep("c0.vcf", next(edit)) if request.method == "REPORT" else None
        record = only(contacts_of(tiny).update([Patch("c0.vcf", {"note": "n"}, {})]))
        assert (record.values["full_name"], record.values["note"]) == ("Name 0", "n")
        assert record.version != tiny.etag("c0.vcf")

    def test_a_failed_read_back_does_not_undo_the_write(self):
        tiny = TinyDav(fault=lambda request: httpx.Response(400) if request.method == "REPORT" else None)
        record = only(contacts_of(tiny).create([Draft({"first_name": "Ann"})]))
        assert (record.values["first_name"], record.version) == ("Ann", tiny.etag("uid-1.vcf"))

    def test_the_server_may_choose_the_path(self):
        def moved(request: httpx.Request) -> httpx.Response | None:
            if request.method != "PUT":
                return None
            tiny.keep("chosen.vcf", tiny.cards.pop("uid-1.vcf"))
            return httpx.Response(201, headers={"Location": f"{BOOK}chosen.vcf"})

        tiny = TinyDav(after=moved)
        record = only(contacts_of(tiny).create([Draft({"first_name": "Ann"})]))
        assert (record.id, record.values["first_name"]) == ("chosen.vcf", "Ann")


class TestRefusals:
    def test_one_refused_card_leaves_the_others(self):
        def refuse(request: httpx.Request) -> httpx.Response | None:
            bad = request.method == "PUT" and b"FN:Bob" in request.content
            text = (
                '<D:error xmlns:D="DAV:"><x/><C:valid-address-data xmlns:C="urn:ietf:params:xml:ns:carddav"/></D:error>'
            )
            return httpx.Response(403, text=text) if bad else None

        outcomes = contacts_of(TinyDav(fault=refuse)).create(
            [Draft({"first_name": name}) for name in ("Ann", "Bob", "Eva")]
        )
        assert [type(outcome) for outcome in outcomes] == [Written, Refused, Written]
        assert outcomes[1].code == "valid-address-data"

    @pytest.mark.parametrize(("status", "error"), [(503, Retryable), (401, Denied), (403, Denied)])
    def test_what_concerns_everything_is_raised(self, status, error):
        tiny = TinyDav(fault=lambda request: httpx.Response(status) if request.method == "PUT" else None)
        with pytest.raises(error):
            contacts_of(tiny).create([Draft({"first_name": "Ann"}), Draft({"first_name": "Bob"})])

    def test_a_full_store_is_a_refusal(self):
        tiny = TinyDav(fault=lambda request: httpx.Response(507) if request.method == "PUT" else None)
        (outcome,) = contacts_of(tiny).create([Draft({"first_name": "Ann"})])
        assert isinstance(outcome, Refused)

    def test_what_is_gone_already_is_done(self):
        tiny = stocked(2)
        ids = ["c1.vcf", "nobody.vcf", "c0.vcf"]
        assert contacts_of(tiny).delete(ids) == [Written(card_id) for card_id in ids]
        assert tiny.cards == {}

    def test_many_writes_come_back_in_order(self):
        outcomes = contacts_of(TinyDav()).create([Draft({"first_name": f"N{number}"}) for number in range(30)])
        assert [only([outcome]).values["first_name"] for outcome in outcomes] == [f"N{number}" for number in range(30)]
