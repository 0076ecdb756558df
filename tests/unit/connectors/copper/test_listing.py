"""Listings stay complete while the account is at work, and deltas come by two ways."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reconciler.connectors.copper import sweep
from reconciler.errors import CursorExpired, Rejected
from tests.unit.connectors.copper.office import Office, changed, made

if TYPE_CHECKING:
    from reconciler.model.record import Record


@pytest.fixture
def office() -> Office:
    return Office()


def fill(office: Office, count: int, entity: str = "people", apart: float = 1.0) -> list[str]:
    ids = []
    for number in range(count):
        ids.append(office.world.add({"name": f"Person {number}", "email": f"{number}@example.com"}, entity))
        office.clock.advance(apart)
    office.settle()
    return ids


def everyone(connector, since: str | None = None) -> tuple[list[Record], str]:
    pages = list(connector.list(since))
    assert pages[-1].cursor is not None
    return [record for page in pages for record in page.records], pages[-1].cursor


@pytest.mark.parametrize("apart", [0.0, 0.25, 5.0])
def test_everybody_is_listed_once_however_close_they_were_made(office: Office, apart: float) -> None:
    ids = fill(office, 23, apart=apart)
    records, _ = everyone(office.open("people", page_size=5))
    assert [record.id for record in records] == ids


def test_nobody_is_missed_while_others_are_deleted(office: Office) -> None:
    ids = fill(office, 30)
    connector = office.open("people", page_size=10)
    leaving = iter(ids[:6])

    def leave() -> None:
        office.world.delete(next(leaving))
        office.settle()

    pages = connector.list()
    seen = [record.id for record in next(pages).records]
    office.meanwhile = leave
    seen += [record.id for page in pages for record in page.records]
    assert set(ids[10:]) <= set(seen)
    assert len(seen) == len(set(seen))


def test_a_change_during_a_complete_read_is_in_the_next_delta(office: Office) -> None:
    ids = fill(office, 10)
    connector = office.open("people", page_size=5, overlap_seconds=5)
    pages = connector.list()
    next(pages)
    office.clock.advance(60)
    office.world.edit(ids[0], {"title": "CEO"})
    office.clock.advance(600)
    office.world.edit(ids[9], {"title": "CFO"})
    office.settle()
    cursor = list(pages)[-1].cursor
    changes, _ = everyone(connector, cursor)
    assert {ids[0], ids[9]} <= {record.id for record in changes}


def test_a_change_that_the_search_showed_late_is_in_the_next_delta() -> None:
    office = Office(index_lag=60.0)
    connector = office.open("people", overlap_seconds=5, lag_seconds=60)
    fill(office, 1)
    office.clock.advance(100)
    late = office.world.add({"name": "Late"})
    office.clock.advance(30)
    office.world.quirks.index_lag = 25.0
    early = office.world.add({"name": "Early"})
    office.world._unindexed["people"].pop()  # the index took the second one first
    office.world.quirks.index_lag = 60.0
    records, cursor = everyone(connector)
    assert early in {record.id for record in records}
    office.clock.advance(60)
    assert late in {record.id for record in everyone(connector, cursor)[0]}


@pytest.mark.parametrize("entity", ["people", "leads"])
def test_a_delta_has_what_changed(office: Office, entity: str) -> None:
    ids = fill(office, 12, entity, apart=10)
    connector = office.open(entity, page_size=5, overlap_seconds=5)
    _, cursor = everyone(connector)
    office.clock.advance(60)
    for record_id in ids[:7]:
        office.world.edit(record_id, {"title": "CEO"}, entity)
    office.settle()
    changes, cursor = everyone(connector, cursor)
    assert {record.id for record in changes} == {*ids[:7], ids[-1]}
    assert {record.id for record in everyone(connector, cursor)[0]} == set(ids[:7])


def test_people_are_asked_by_date_of_change_once_and_then_no_more(office: Office) -> None:
    fill(office, 3)
    connector = office.open("people")
    _, cursor = everyone(connector)
    for _ in range(3):
        everyone(connector, cursor)
    assert office.statuses.count(422) == 1


def test_where_people_can_be_asked_by_date_of_change_they_are() -> None:
    office = Office(people_modified_filter=True)
    ids = fill(office, 8, apart=60)
    connector = office.open("people", overlap_seconds=5)
    changes, _ = everyone(connector, str(int(office.clock() - 130)))
    assert [record.id for record in changes] == ids[-2:]
    assert 422 not in office.statuses


def test_a_refusal_for_another_reason_is_not_taken_for_a_missing_filter(office: Office) -> None:
    connector = office.open("leads", page_size=5)
    connector._manner = replace(connector._manner, page_size=500)
    with pytest.raises(Rejected, match="between 1 and 200"):
        everyone(connector, "1")


def test_a_delta_misses_nobody_when_others_disappear_meanwhile(office: Office) -> None:
    ids = fill(office, 12, apart=1)
    connector = office.open("people", page_size=4, overlap_seconds=100)
    office.world.quirks.loose_total = False
    pages = connector.list(str(int(office.clock())))
    seen = [record.id for record in next(pages).records]
    office.world.delete(ids[-1])
    office.world.delete(ids[-2])
    office.settle()
    seen += [record.id for page in pages for record in page.records]
    assert set(seen) == set(ids)
    assert len(seen) == len(set(seen))


def test_an_empty_account_gives_a_cursor_that_shows_the_first_person(office: Office) -> None:
    connector = office.open("people")
    records, cursor = everyone(connector)
    assert (records, cursor) == ([], "0")
    (ann,) = fill(office, 1)
    assert [record.id for record in everyone(connector, cursor)[0]] == [ann]


def test_more_changes_than_a_search_can_reach_ask_for_a_complete_read(office: Office, monkeypatch) -> None:
    fill(office, 12, apart=0)
    monkeypatch.setattr(sweep, "WINDOW", 8)
    with pytest.raises(CursorExpired, match="more changed"):
        everyone(office.open("people", page_size=4), "1")


def test_more_people_in_one_second_than_a_search_can_reach_are_an_error(office: Office, monkeypatch) -> None:
    fill(office, 12, apart=0)
    monkeypatch.setattr(sweep, "WINDOW", 8)
    with pytest.raises(Rejected, match="share one second"):
        everyone(office.open("people", page_size=4))


def test_beyond_the_window_the_listing_goes_on_by_date(office: Office, monkeypatch) -> None:
    ids = fill(office, 30, apart=2)
    monkeypatch.setattr(sweep, "WINDOW", 8)
    assert [record.id for record in everyone(office.open("people", page_size=4))[0]] == ids


def test_a_search_that_lags_does_not_undo_what_was_just_written(office: Office) -> None:
    (ann,) = fill(office, 1)
    connector = office.open("people", "name", "title")
    changed(connector, ann, title="CEO")
    (record,), _ = everyone(connector)
    assert record.values["title"] == "CEO"
    connector.delete([ann])
    assert everyone(connector)[0] == []


def test_two_writes_in_one_second_show_the_second_one(office: Office) -> None:
    connector = office.open("people", "title")
    ann = made(connector, name="Ann", title="CFO")
    office.world.quirks.index_lag = 0.5  # the search shows the first write, and not the second one yet
    changed(connector, ann.id, title="CEO")
    assert office.shown(ann.id)["date_created"] == office.shown(ann.id)["date_modified"]
    (record,) = connector.get([ann.id, "7"])
    assert record.values["title"] == "CEO"


def test_what_was_written_is_not_believed_for_longer_than_a_search_lags(office: Office) -> None:
    (ann,) = fill(office, 1)
    connector = office.open("people", "name", "title")
    changed(connector, ann, title="CEO")
    office.world.edit(ann, {"title": "CFO"})  # within the same second
    office.settle()
    (record,), _ = everyone(connector)
    assert record.values["title"] == "CFO"


def test_whom_the_search_does_not_show_yet_is_read_directly(office: Office) -> None:
    ids = [office.world.add({"name": f"Person {number}"}) for number in range(3)]
    found = office.open("people").get([*ids, "404", "no number"])
    assert {record.id for record in found} == set(ids)


def test_a_person_is_found_by_their_first_address_in_any_case(office: Office) -> None:
    connector = office.open("people", "email", "emails")
    ann = made(connector, name="Ann", emails=("Ann@Example.com", "ann@home.example"))
    assert [one.id for one in connector.find("email", ["ann@example.COM"])] == [ann.id]
    assert connector.find("email", ["ann@home.example"]) == []
    assert office.world.calls["list"] == 0


def test_searches_that_bring_too_much_are_cut(office: Office) -> None:
    for name, phone in (("Ann Lee", "+32 2 555 01 23"), ("Joann Lee", "+1 2 555 01 23")):
        office.world.add({"name": name, "phone": phone})
    office.settle()
    connector = office.open("people", "name", "phone")
    assert [one.values["name"] for one in connector.find("name", ["ann lee"])] == ["Ann Lee"]
    assert [one.values["name"] for one in connector.find("phone", ["+3225550123"])] == ["Ann Lee"]


@pytest.mark.parametrize("way", ["text", "list"])
def test_leads_with_one_address_are_all_found_whichever_way_they_are_asked_for(way: str) -> None:
    office = Office(lead_emails=way)
    for _ in range(3):
        office.world.add({"name": "Ann", "email": "ann@example.com"}, "leads")
    office.settle()
    connector = office.open("leads")
    assert [len(connector.find("email", ["ann@example.com"])) for _ in range(2)] == [3, 3]
    assert office.statuses.count(422) == (way == "list")
