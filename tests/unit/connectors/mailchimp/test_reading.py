"""Listings, deltas, tombstones, and the values in them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

from reconciler.connectors.apps.mailchimp import APP
from reconciler.connectors.base import Opening
from reconciler.connectors.mailchimp.api import address_hash
from reconciler.errors import CursorExpired, Denied, Retryable
from reconciler.sandbox.faults import Fault, Faults, Step
from tests.unit.connectors.mailchimp.desk import everyone
from tests.unit.connectors.wire import Wire, answer, http_over

if TYPE_CHECKING:
    import httpx

    from tests.unit.connectors.mailchimp.desk import Desk


def people(desk: Desk, count: int, **values: object) -> list[str]:
    return [desk.world.add({"email_address": f"p{number}@example.com", **values}) for number in range(count)]


def test_who_is_archived_is_gone_from_a_listing_and_a_tombstone_in_a_delta(desk: Desk) -> None:
    stays, goes = people(desk, 2)
    desk.clock.advance(1000)
    cursor = list(desk.open().list())[-1].cursor
    desk.world.delete(goes)
    (changes, archived) = list(desk.open().list(cursor))
    assert (changes.records, archived.gone, archived.last) == ((), (goes,), True)
    pages = list(desk.open().list())
    assert set(everyone(iter(pages))) == {stays}
    assert pages[-1].total == 1
    assert [record.id for record in desk.open().get([stays, goes])] == [stays]


def test_archived_members_in_a_listing_are_not_taken_for_members(desk: Desk) -> None:
    stays, goes = people(desk, 2)
    desk.world.quirks.lists_archived = True
    desk.world.delete(goes)
    (page,) = list(desk.open().list())
    assert ([record.id for record in page.records], page.gone, page.total) == ([stays], (goes,), 1)


def test_a_delta_asks_in_whole_seconds_with_an_overlap(desk: Desk) -> None:
    desk.clock.advance(0.75)
    people(desk, 1)
    cursor = list(desk.open().list())[-1].cursor
    assert cursor == "2024-01-01T00:00:00+00:00"
    list(desk.open(overlap_seconds=60).list(cursor))
    asked = [query["since_last_changed"] for query in desk.asked("GET", "/members") if "since_last_changed" in query]
    assert asked == ["2023-12-31T23:59:00+00:00"] * 2


def test_a_change_in_the_very_second_of_the_cursor_is_not_missed(desk: Desk) -> None:
    (one,) = people(desk, 1)
    cursor = list(desk.open().list())[-1].cursor
    desk.world.edit(one, {"FNAME": "Ann"})
    assert everyone(desk.open("FNAME", overlap_seconds=0).list(cursor))[one].values == {"FNAME": "Ann"}


def test_the_cursor_is_taken_before_the_first_page(desk: Desk) -> None:
    people(desk, 3)
    pages = desk.open(page_size=1).list()
    next(pages)
    desk.clock.advance(500)
    rest = list(pages)
    assert str(rest[-1].cursor).startswith("2024-01-01T00:00:00+00:00")


def test_without_a_date_header_the_latest_change_is_the_cursor() -> None:
    row = {"id": "h", "contact_id": "c", "status": "subscribed", "last_changed": "2026-01-02T03:04:05+00:00"}
    lists = {"lists": [{"id": "l1", "name": "N"}]}
    wire = Wire(answer(lists), answer({"members": [row], "total_items": 1}))
    connector = APP.open(Opening(http_over(wire), "members", {}, ("status",)))
    assert str(list(connector.list())[-1].cursor).startswith("2026-01-02T03:04:05+00:00")


def test_who_is_deleted_for_good_shows_in_a_complete_read_which_is_wanted_daily(desk: Desk) -> None:
    stays, erased = people(desk, 2)
    cursor = list(desk.open().list())[-1].cursor
    desk.world.erase(erased)
    assert not any(page.gone for page in desk.open().list(cursor))
    assert set(everyone(desk.open().list())) == {stays}
    assert desk.open().traits.complete_every == 86_400


@pytest.mark.parametrize("cursor", ["", "yesterday"])
def test_a_cursor_that_is_none_asks_for_everything(desk: Desk, cursor: str) -> None:
    with pytest.raises(CursorExpired):
        list(desk.open().list(cursor))


def test_a_listing_asks_for_a_thousand_and_for_little_of_each(desk: Desk) -> None:
    people(desk, 11)
    assert len(everyone(desk.open("FNAME", "tags").list())) == 11
    (query,) = desk.asked("GET", "/members")
    assert query["count"] == "1000"
    columns = query["fields"].replace("members.", "").split(",")
    assert set(columns) == {
        "total_items", "id", "contact_id", "status", "last_changed", "merge_fields", "tags", "tags_count",
    }  # fmt: skip


def test_who_leaves_between_two_pages_hides_nobody() -> None:
    """Six members, two a page; after the first page one of its two is archived, and the others move up."""
    names = ["f", "e", "d", "c", "b", "a"]

    def says(request: httpx.Request) -> httpx.Response:
        query = {name: values[0] for name, values in parse_qs(request.url.query.decode()).items()}
        offset = int(query.get("offset", "0"))
        there = [name for name in names if not (name == "f" and offset)]
        page = [{"id": name, "contact_id": name, "status": "subscribed"} for name in there[offset : offset + 2]]
        return answer({"members": page, "total_items": len(there)})

    wire = Wire(answer({"lists": [{"id": "l1", "name": "N"}]}), says)
    connector = APP.open(Opening(http_over(wire), "members", {"page_size": 2}, ("status",)))
    pages = list(connector.list())
    assert {record.id for page in pages for record in page.records} == set(names)
    assert [page.last for page in pages][-1] is True


def test_a_listing_that_breaks_off_does_not_say_that_it_is_finished(desk: Desk) -> None:
    people(desk, 4)
    desk.world.faults = Faults(script=[Step(Fault.WRONG_TOTAL, "list", times=9)])
    assert [page.last for page in desk.open().list()][-1] is False


def test_a_short_page_is_made_up_for(desk: Desk) -> None:
    ids = people(desk, 6)
    desk.world.faults = Faults(script=[Step(Fault.SHORT_PAGE, "list")])
    assert set(everyone(desk.open(page_size=4).list())) == set(ids)


def test_the_id_outlives_a_change_of_address(desk: Desk) -> None:
    (one,) = people(desk, 1)
    desk.world.edit(one, {"email_address": "moved@example.com"})
    (record,) = desk.open().get([one])
    assert (record.id, record.values) == (one, {"email_address": "moved@example.com"})
    assert [found.id for found in desk.open().find("email_address", [" Moved@Example.com"])] == [one]


def test_where_an_answer_has_no_contact_id_the_hash_is_the_id() -> None:
    row = {"id": address_hash("a@example.com"), "status": "subscribed", "email_address": "a@example.com"}
    wire = Wire(answer({"lists": [{"id": "l1", "name": "N"}]}), answer(row))
    connector = APP.open(Opening(http_over(wire), "members", {}, ("email_address",)))
    assert [record.id for record in connector.find("email_address", ["A@example.com"])] == [row["id"]]


def test_an_error_is_not_taken_for_an_absence(desk: Desk) -> None:
    ids = people(desk, 3)
    desk.world.faults = Faults(rates={Fault.ERROR: 1.0})
    with pytest.raises(Retryable):
        desk.open().get(ids)


def test_more_tags_than_a_member_shows_are_all_read(desk: Desk) -> None:
    tags = tuple(f"tag {number:02}" for number in range(60))
    many, few = people(desk, 1, tags=tags)[0], desk.world.add({"email_address": "few@example.com", "tags": ("vip",)})
    read = everyone(desk.open("tags").list())
    assert (read[many].values["tags"], read[few].values["tags"]) == (tags, ("vip",))
    assert len(desk.asked("GET", "/tags")) == 1


def test_an_empty_address_is_text_and_a_full_one_has_parts(desk: Desk) -> None:
    parts = {"addr1": "High Street 1", "city": "Leeds", "state": "-", "zip": "LS1", "country": "GB"}
    full, empty = (
        desk.world.add({"email_address": "f@example.com", **{f"ADDRESS.{k}": v for k, v in parts.items()}}),
        people(desk, 1)[0],
    )
    names = ("ADDRESS.addr1", "ADDRESS.addr2", "ADDRESS.state", "ADDRESS.country")
    read = everyone(desk.open(*names).list())
    assert list(read[empty].values.values()) == [None] * 4
    assert list(read[full].values.values()) == ["High Street 1", None, "-", "GB"]
    assert everyone(desk.open(*names, address_filler="-").list())[full].values["ADDRESS.state"] is None


def test_an_address_that_is_one_text_says_nothing_of_its_parts() -> None:
    row = {"id": "h", "status": "subscribed", "merge_fields": {"ADDRESS": "High Street 1  Leeds"}}
    field = {"tag": "ADDRESS", "type": "address"}
    wire = Wire(answer({"merge_fields": [field]}), answer(row))
    connector = APP.open(Opening(http_over(wire), "members", {}, ("ADDRESS.city",)))
    connector._audience.__dict__["id"] = "l1"
    (record,) = connector.get(["h"])
    assert record.values == {}


def test_a_merge_field_that_the_audience_lost_is_named(desk: Desk) -> None:
    del desk.world.merge_fields["ADDRESS"]
    with pytest.raises(Denied, match=r"no ADDRESS\.city \(its merge fields are FNAME, LNAME, PHONE\): add it there"):
        list(desk.open("ADDRESS.city").list())
    assert "ADDRESS.city" not in {field.name for field in desk.open().describe()}


def test_the_audience_tells_its_own_fields(desk: Desk) -> None:
    desk.world.add_merge_field("SHIRT", "Shirt size", "dropdown", required=True, choices=["S", "M"])
    desk.world.add_merge_field("HOME", "Home", "address", required=True)
    known = {field.name: field for field in desk.open().describe()}
    shirt = known["SHIRT"]
    assert (shirt.label, shirt.values, shirt.required, shirt.custom) == ("Shirt size", ("S", "M"), True, True)
    assert [part for part in ("addr1", "addr2", "city") if known[f"HOME.{part}"].required] == ["addr1", "city"]
    assert known["FNAME"].role == "first_name"
    assert not known["FNAME"].custom
    assert not {field.name for field in desk.open(skip_required=True).describe() if field.required} & {"SHIRT"}


def test_groups_go_by_name_and_twins_by_their_category(desk: Desk) -> None:
    weekly, sport = desk.world.add_group("Mail", ("Weekly", "Sport"))
    desk.world.add_group("Hobby", ("Sport",))
    one = people(desk, 1)[0]
    desk.world.store({"interests": (weekly, sport)}, one)
    assert desk.open("interests").get([one])[0].values == {"interests": ("Sport (Mail)", "Weekly")}


def test_a_group_that_was_made_meanwhile_is_known_when_it_is_met(desk: Desk) -> None:
    connector = desk.open("interests")
    one = people(desk, 1)[0]
    connector.describe()
    (new,) = desk.world.add_group("Mail", ("Weekly",))
    desk.world.store({"interests": (new,)}, one)
    assert connector.get([one])[0].values == {"interests": ("Weekly",)}


def test_where_nobody_knows_where_a_member_is_there_is_no_place(desk: Desk) -> None:
    (one,) = people(desk, 1)
    (record,) = desk.open("location.latitude", "location.country_code", "stats.avg_open_rate", "web_id").get([one])
    assert list(record.values.values()) == [None, None, 0, 1001]
