from __future__ import annotations

import pytest

from reconciler.errors import CursorExpired, Denied, Rejected, Retryable
from reconciler.model.outcome import Draft
from tests.unit.connectors.hubspot.portal import Portal, Told, batch, cursor_of, gone, ids, pages, refusal, row
from tests.unit.connectors.wire import answer


def test_a_full_read_lists_a_hundred_a_page_and_states_no_total(portal: Portal) -> None:
    made = [portal.person(number) for number in range(230)]
    found = pages(portal.open())
    assert [len(page.records) for page in found] == [100, 100, 30]
    assert ids(found) == made
    assert [(page.total, page.last) for page in found] == [(None, False), (None, False), (None, True)]
    assert [page.cursor is None for page in found] == [True, True, False]


@pytest.mark.parametrize(
    ("version", "path"),
    [("v3", "/crm/v3/objects/contacts"), ("2026-09", "/crm/objects/2026-09/contacts")],
)
def test_one_option_says_which_version_of_the_api_is_spoken(portal: Portal, version: str, path: str) -> None:
    connector = portal.open("email", "lists", api_version=version)
    cursor = cursor_of(connector)
    connector.create([Draft({"email": "a@example.com"})])
    portal.settle()
    assert len(ids(pages(connector, cursor))) == 1
    assert {f"GET {path}", f"POST {path}/search", f"POST {path}/batch/create"} <= set(portal.lines)
    assert all(version in line for line in portal.lines)


def test_a_field_that_the_account_lacks_stalls_before_anything_is_asked(portal: Portal) -> None:
    connector = portal.open("email", "firstnam")
    for act in (lambda: pages(connector), lambda: connector.create([Draft({"email": "a@example.com"})])):
        with pytest.raises(Denied, match=r"no contact property firstnam; did you mean firstname\?"):
            act()
    assert set(portal.lines) == {"GET /crm/v3/properties/contacts"}


def test_a_contact_can_be_read_with_more_properties_than_an_address_can_name(portal: Portal) -> None:
    names = [f"a_property_with_a_rather_long_internal_name_{number:03}" for number in range(250)]
    for name in names:
        portal.world.add_property(name)
    one = portal.person(1, **{names[200]: "x"})
    connector = portal.open("email", *names)
    cursor = cursor_of(connector)
    full, single = pages(connector)[0].records[0], connector.get([one])[0]
    assert full.values == single.values
    assert full.values[names[200]] == "x"
    portal.world.edit(one, {names[100]: "y"})
    portal.settle()
    (changed,) = [record for page in pages(connector, cursor) for record in page.records]
    assert changed.values[names[100]] == "y"
    assert all(body["properties"] == [] for body in portal.bodies("/search"))


def test_a_delta_finds_what_the_index_shows_late(portal: Portal) -> None:
    """The index is behind when the cursor is taken: a delta that began right there would never show the change."""
    one = portal.person(1)
    portal.settle()
    connector = portal.open()
    portal.world.edit(one, {"lastname": "New"})
    portal.clock.advance(1)
    cursor = cursor_of(connector)
    portal.clock.advance(5)
    assert ids(pages(connector, cursor)) == [one], "as the index has it from before, with what is stored now"
    portal.settle()
    (only,) = [record for page in pages(connector, cursor) for record in page.records]
    assert only.values["lastname"] == "New"


def test_changes_of_the_last_two_minutes_come_again(portal: Portal) -> None:
    one = portal.person(1)
    portal.settle()
    connector = portal.open()
    assert ids(pages(connector, cursor_of(connector))) == [one]
    portal.clock.advance(200)
    assert ids(pages(connector, cursor_of(connector))) == []


def test_a_delta_reaches_beyond_the_last_result_that_a_search_gives(portal: Portal) -> None:
    """All have the same modified time, as after a bulk job: neither offset nor time could tell where to go on."""
    portal.world.quirks.deepest = 400
    connector = portal.open()
    cursor = cursor_of(connector)
    made = [portal.person(number) for number in range(1050)]
    portal.settle()
    found = pages(connector, cursor)
    assert sorted(ids(found)) == sorted(made)
    assert not any("after" in body for body in portal.bodies("/search"))
    assert [page.last for page in found] == [False] * (len(found) - 1) + [True]


def test_a_page_whose_contacts_were_all_archived_is_not_the_end(portal: Portal) -> None:
    made = [portal.person(number) for number in range(250)]
    connector = portal.open()
    portal.settle()
    cursor = str(int(portal.clock.now * 1000))
    for one in made[:210]:
        portal.world.delete(one)
    assert set(ids(pages(connector, cursor))) == set(made[210:])


def test_an_index_that_shows_nobody_of_those_it_counts_is_not_believed() -> None:
    hollow = [{"results": [], "paging": {"next": {"after": "10000"}}}]
    with pytest.raises(Retryable, match="index is behind"):
        pages(Told(*hollow).open(), "1700000000000")


def test_who_was_archived_comes_as_a_tombstone_also_from_a_second_page(portal: Portal) -> None:
    early = [portal.person(number) for number in range(120)]
    for one in early:
        portal.world.delete(one)
    late = portal.person(200)
    portal.clock.advance(500)
    connector = portal.open()
    cursor = cursor_of(connector)
    portal.world.delete(late)
    found = pages(connector, cursor)
    assert gone(found) == {late}
    assert found[-1].last
    assert found[-1].cursor


def test_the_recycle_bin_can_be_left_alone(portal: Portal) -> None:
    connector = portal.open(recycle_bin=False)
    assert not connector.traits.tombstones
    one = portal.person(1)
    cursor = cursor_of(connector)
    portal.world.delete(one)
    portal.asked.clear()
    found = pages(connector, cursor)
    assert (gone(found), found[-1].last, bool(found[-1].cursor)) == (set(), True, True)
    assert [call for call in portal.asked if call.query.get("archived") == "true"] == []


@pytest.mark.parametrize("new_id", [True, False])
def test_a_contact_that_was_merged_into_another_is_gone(portal: Portal, *, new_id: bool) -> None:
    """Out of two contacts may come a third: then both are gone."""
    portal.world.quirks.new_id_on_merge = new_id
    one, two = portal.person(1), portal.person(2)
    portal.settle()
    connector = portal.open()
    cursor = cursor_of(connector)
    heir = portal.world.merge(one, two)
    portal.settle()
    assert connector.get([two]) == []
    assert [record.id for record in connector.get([one, two, heir])] == [heir]
    found = pages(connector, cursor)
    assert gone(found) == {one, two} - {heir}
    assert ids(found) == [heir]
    assert ids(pages(connector)) == [heir]


def test_who_was_purged_is_gone_from_reads_without_a_tombstone(portal: Portal) -> None:
    one = portal.person(1)
    connector = portal.open()
    portal.world.archive(one, for_good=True)
    assert (ids(pages(connector)), list(connector.get([one]))) == ([], [])


@pytest.mark.parametrize("cursor", ["", "yesterday", "12 x", "12 34", "-5", "12 34 zz"])
def test_a_cursor_that_is_none_is_not_put_into_a_search(portal: Portal, cursor: str) -> None:
    with pytest.raises(CursorExpired):
        pages(portal.open(), cursor)
    assert portal.bodies("/search") == []


def test_a_cursor_older_than_the_recycle_bin_asks_for_a_complete_read(portal: Portal) -> None:
    connector = portal.open()
    cursor = cursor_of(connector)
    portal.clock.advance(80 * 86_400)
    pages(connector, cursor)
    portal.clock.advance(6 * 86_400)
    with pytest.raises(CursorExpired, match="recycle bin"):
        pages(connector, cursor)


def test_without_the_servers_clock_there_is_no_place_to_begin_from() -> None:
    (only,) = pages(Told({"results": [row("1", email="a@example.com")]}).open())
    assert (only.last, only.cursor) == (True, None)


def test_a_listing_that_leads_to_itself_is_not_finished() -> None:
    again = {"results": [row("1")], "paging": {"next": {"after": "7"}}}
    assert [page.last for page in pages(Told(again, again).open())] == [False, False]


@pytest.mark.parametrize("body", [{}, [], {"results": [{"properties": {}}]}, "<html>"])
def test_an_answer_in_another_form_is_tried_again_later(body: object) -> None:
    with pytest.raises(Retryable, match="documented form"):
        pages(Told(answer(body)).open())


@pytest.mark.parametrize(
    "said",
    [
        batch(row("1"), errors=({"category": "INTERNAL_ERROR", "context": {"ids": ["2"]}},)),
        batch(row("1"), status="PROCESSING"),
        refusal(404, "", "no such path"),
    ],
    ids=["an error", "half done", "another 404"],
)
def test_an_error_in_a_direct_read_never_looks_like_an_absence(said: object) -> None:
    with pytest.raises((Retryable, Rejected)):
        Told(said).open().get(["1", "2"])


@pytest.mark.parametrize("said", [batch(), refusal(404, "OBJECT_NOT_FOUND")], ids=["left out", "404"])
def test_who_is_not_there_is_left_out(said: object) -> None:
    assert Told(said).open().get(["1"]) == []


def test_stamps_are_read_with_and_without_thousandths() -> None:
    rows = [row("1"), {**row("2"), "updatedAt": "2022-02-17T19:25:27.631Z"}, {**row("3"), "updatedAt": ""}]
    found = pages(Told({"results": rows}).open())
    moments = [record.modified for page in found for record in page.records]
    assert [str(moment) for moment in moments] == [
        "2026-03-01 10:00:00+00:00",
        "2022-02-17 19:25:27.631000+00:00",
        "None",
    ]


def test_hubspot_moves_the_stamp_of_a_new_contact_by_itself_and_the_answer_does_not_repeat_it(portal: Portal) -> None:
    connector = portal.open("email", "lastmodifieddate")
    (made,) = connector.create([Draft({"email": "a@example.com"})])
    assert made.record.values == {"email": "a@example.com"}
    before = connector.get([made.id])[0]
    portal.settle()
    after = connector.get([made.id])[0]
    assert before.modified < after.modified
    assert before.values["lastmodifieddate"] < after.values["lastmodifieddate"]
