"""Searches: what they find, in which order, how far, and how late."""

from __future__ import annotations

import msgspec
import pytest

from reconciler.sandbox.copper import search
from reconciler.sandbox.copper.api import ROOT
from reconciler.sandbox.faults import Fault
from reconciler.sandbox.wire import Call
from tests.unit.sandbox.copper.desk import CopperDesk


def names(desk: CopperDesk, entity: str = "people", fault=None, **asked: object) -> list[str]:
    return [row["name"] for row in desk.body("POST", f"/{entity}/search", asked, fault)]


def fill(desk: CopperDesk, *people: str, entity: str = "people") -> list[str]:
    ids = []
    for name in people:
        ids.append(desk.world.add({"name": name, "email": f"{name.lower()}@example.com"}, entity))
        desk.clock.advance(10)
    return ids


def test_a_page_is_twenty_rows_sorted_by_first_name(desk: CopperDesk) -> None:
    fill(desk, *(f"N{number:02}" for number in reversed(range(25))))
    assert names(desk) == [f"N{number:02}" for number in range(20)]
    assert names(desk, page_number=2) == [f"N{number:02}" for number in range(20, 25)]
    assert names(desk, page_number=3) == []


def test_rows_are_sorted_both_ways(desk: CopperDesk) -> None:
    ids = fill(desk, "Ann", "Cid", "Bob")
    desk.world.edit(ids[0], {"city": "Gent"})
    assert names(desk, sort_by="date_created", sort_direction="desc") == ["Bob", "Cid", "Ann"]
    assert names(desk, sort_by="date_modified") == ["Cid", "Bob", "Ann"]
    assert names(desk, sort_by="city", sort_direction="desc")[0] == "Ann"
    assert names(desk, sort_by="email") == ["Ann", "Bob", "Cid"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"pageSize": 5}, "Base: Unrecognized attributes specified: pageSize"),
        ({"page_size": 201}, "must be between 1 and 200"),
        ({"page_size": 0}, "must be between 1 and 200"),
        ({"page_number": 0}, "must be positive"),
        ({"sort_by": "shoe"}, "Sort By: invalid"),
        ({"emails": "a@example.com"}, "Emails: invalid"),
        ({"minimum_modified_date": 1}, "Unrecognized attributes specified: minimum_modified_date"),
    ],
)
def test_a_search_that_is_not_understood_is_refused(desk: CopperDesk, asked: dict, words: str) -> None:
    status, said = desk.refused("POST", "/people/search", asked)
    assert status == 422
    assert words in said


def test_filters_must_all_hold(desk: CopperDesk) -> None:
    ann, _, cid = fill(desk, "Ann", "Bob", "Cid")
    desk.world.edit(ann, {"tags": ("VIP",), "city": "Gent", "contact_type": "Other"})
    desk.world.edit(cid, {"tags": ("VIP", "Fair"), "city": "Brugge"})
    assert names(desk, tags=["VIP", "None"]) == ["Ann", "Cid"]
    assert names(desk, tags=["VIP"], city="gent") == ["Ann"]
    assert names(desk, contact_type_ids=[451_493]) == ["Ann"]
    assert names(desk, ids=[int(ann), int(cid), 7]) == ["Ann", "Cid"]
    assert names(desk, emails=["BOB@example.com", "cid@example.com"]) == ["Bob", "Cid"]
    assert names(desk, name="b") == ["Bob"]


def test_dates_are_bounds_that_are_included(desk: CopperDesk) -> None:
    fill(desk, "Ann", "Bob", "Cid")
    start = int(desk.clock()) - 30
    assert names(desk, minimum_created_date=start + 10) == ["Bob", "Cid"]
    assert names(desk, maximum_created_date=start + 10) == ["Ann", "Bob"]
    fill(desk, "Dan", entity="leads")
    assert names(desk, "leads", minimum_modified_date=start + 30) == ["Dan"]
    assert names(desk, "leads", maximum_modified_date=start) == []


def test_a_lead_is_searched_by_one_address(desk: CopperDesk) -> None:
    fill(desk, "Ann", "Bob", entity="leads")
    assert names(desk, "leads", emails="ann@example.com") == ["Ann"]


def test_numbers_are_found_fuzzily_unless_asked_otherwise(desk: CopperDesk) -> None:
    desk.world.add({"name": "Ann", "phone": "+32 2 555 01 23"})
    desk.world.add({"name": "Bob", "phone": "+31 2 555 01 23"})
    assert names(desk, phone_number="003225550123") == ["Ann", "Bob"]
    assert names(desk, phone_number={"value": "3225550123", "match": "partial"}) == ["Ann"]
    assert names(desk, phone_number="") == []


def test_the_stated_total_is_an_upper_bound(desk: CopperDesk) -> None:
    (ann, *_) = fill(desk, "Ann", "Bob")
    desk.world.delete(ann)
    assert desk.ask("POST", "/people/search", {}).headers["X-PW-TOTAL"] == "2"
    desk.world.quirks.loose_total = False
    assert desk.ask("POST", "/people/search", {}).headers["X-PW-TOTAL"] == "1"


def test_only_the_first_rows_can_be_reached(desk: CopperDesk, monkeypatch) -> None:
    monkeypatch.setattr(search, "WINDOW", 2)
    fill(desk, "Ann", "Bob", "Cid")
    assert names(desk) == ["Ann", "Bob"]


def test_a_search_is_behind_and_a_direct_read_is_not() -> None:
    desk = CopperDesk(index_lag=3.0)
    ann, bob = fill(desk, "Ann", "Bob")
    desk.world.edit(ann, {"name": "Anna"})
    desk.world.delete(bob)
    desk.world.add({"name": "Cid", "email": "cid@example.com"})
    assert names(desk) == ["Ann", "Bob"]
    assert names(desk, ids=[int(ann), int(bob)]) == ["Ann", "Bob"]
    assert names(desk, emails=["cid@example.com", "bob@example.com"]) == ["Bob"]
    assert desk.body("GET", f"/people/{ann}")["name"] == "Anna"
    assert desk.body("POST", "/people/fetch_by_email", {"email": "cid@example.com"})["name"] == "Cid"
    desk.clock.advance(3)
    assert names(desk) == ["Anna", "Cid"]


def test_listings_know_bad_weather(desk: CopperDesk) -> None:
    fill(desk, "Ann", "Bob", "Cid", "Dan")
    assert names(desk, fault=Fault.SHORT_PAGE) == ["Ann", "Bob"]
    assert names(desk, fault=Fault.EMPTY_LISTING) == []
    assert names(desk, fault=Fault.STALE_LISTING) == []
    assert names(desk, page_size=2, page_number=2, fault=Fault.REPEATED_PAGE) == ["Ann", "Bob"]


@pytest.mark.parametrize(
    ("asked", "kind"),
    [({}, "list"), ({"ids": [1]}, "get"), ({"emails": []}, "find"), ({"name": "x"}, "find"), ({"city": "x"}, "list")],
)
def test_searches_are_counted_by_what_they_are_for(desk: CopperDesk, asked: dict, kind: str) -> None:
    call = Call("POST", ROOT + "/people/search", body=msgspec.json.encode(asked))
    assert desk.api.kind(call) == kind


def test_ten_thousand_people_are_found_by_id_and_address_without_looking_at_all(desk: CopperDesk, monkeypatch) -> None:
    fill(desk, *(f"N{number}" for number in range(50)))
    desk.clock.advance(60)
    looked: list[str] = []
    shown = search._emails
    monkeypatch.setitem(
        search._FILTERS, "emails", lambda wanted: lambda row: looked.append(row.id) or shown(wanted)(row)
    )
    assert names(desk, emails=["n7@example.com"]) == ["N7"]
    assert len(looked) == 1
