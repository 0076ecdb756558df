from __future__ import annotations

import pytest

from reconciler.errors import CursorExpired, Retryable
from reconciler.model.outcome import Draft, Refused, Written
from tests.unit.connectors.hubspot.portal import Portal, Told, batch, cursor_of, ids, pages, patch, refusal, row, stored
from tests.unit.connectors.wire import answer

SHOWN = ("email", "lists")


@pytest.fixture
def listed(portal: Portal) -> Portal:
    """Three static lists, and one that fills itself with people from Gent."""
    for name in ("Customers", "Friends", "Trash"):
        portal.world.add_list(name)
    portal.world.add_list("From Gent", "DYNAMIC", ("city", "Gent"))
    return portal


def shown(connector, *wanted: str) -> list[object]:
    return [record.values["lists"] for record in connector.get(wanted)]


def test_every_read_shows_the_lists_by_name(listed: Portal) -> None:
    one = listed.person(1, lists=("Friends", "Customers"), city="Gent")
    two = listed.person(2)
    connector = listed.open(*SHOWN)
    names = ("Customers", "Friends", "From Gent")
    assert {r.id: r.values["lists"] for page in pages(connector) for r in page.records} == {one: names, two: None}
    assert sorted(shown(connector, one, two), key=str) == [names, None]
    assert connector.find("email", ["p1@example.com"])[0].values["lists"] == names


def test_lists_that_are_not_wanted_cost_nothing(listed: Portal) -> None:
    one = listed.person(1, lists=("Friends",))
    connector = listed.open("email")
    pages(connector)
    connector.update([patch(one, email="new@example.com")])
    assert [line for line in listed.lines if "/lists" in line] == []


def test_a_list_that_fills_itself_can_be_read_and_not_written(listed: Portal) -> None:
    field = next(field for field in listed.open(*SHOWN).describe() if field.name == "lists")
    assert field.values == ("Customers", "Friends", "From Gent", "Trash")
    assert field.writable_values == ("Customers", "Friends", "Trash")
    one, two = listed.person(1), listed.person(2, city="Gent")
    connector = listed.open(*SHOWN)
    on, off = connector.update(
        [patch(one, lists=("From Gent",)), patch(two, {"lists": ("From Gent",)}, lists=("Trash",))]
    )
    why = "From Gent fills itself: nobody can be put on it, or taken off"
    assert on == off == Refused("dynamic_list", why, "lists")
    assert listed.bodies("/memberships/add-and-remove") == [], "not even tried"


def test_lists_that_fill_themselves_can_be_left_out(listed: Portal) -> None:
    one = listed.person(1, city="Gent")
    connector = listed.open(*SHOWN, dynamic_lists=False)
    assert shown(connector, one) == [None]
    assert next(field for field in connector.describe() if field.name == "lists").writable_values == ()


def test_an_unknown_list_is_refused_and_a_new_one_is_found(listed: Portal) -> None:
    one = listed.person(1)
    connector = listed.open(*SHOWN)
    (outcome,) = connector.update([patch(one, lists=("New",))])
    assert outcome == Refused("no_such_list", "there is no list New; the lists are Customers, Friends, Trash", "lists")
    listed.world.add_list("New")
    (outcome,) = connector.update([patch(one, lists=("New",))])
    assert stored(outcome).values["lists"] == ("New",)


def test_memberships_are_written_as_a_difference_one_call_a_list(listed: Portal) -> None:
    one, two = listed.person(1, lists=("Customers",)), listed.person(2, lists=("Customers", "Friends"))
    listed.world.put_on(one, ["Customers", "Trash"])  # by a person, since the plan was read
    connector = listed.open(*SHOWN)
    before = {"lists": ("Customers",)}
    patches = [patch(one, before, lists=("Friends",)), patch(two, {"lists": ("Customers", "Friends")}, lists=None)]
    first, second = connector.update(patches)
    assert stored(first).values == {"email": "p1@example.com", "lists": ("Friends", "Trash")}
    assert stored(second).values["lists"] is None
    moved = listed.bodies("/memberships/add-and-remove")
    assert {str(sorted(body.items())) for body in moved} == {
        str([("recordIdsToAdd", [one]), ("recordIdsToRemove", [two])]),
        str([("recordIdsToAdd", []), ("recordIdsToRemove", [one, two])]),
    }


def test_a_new_contact_is_put_on_its_lists(listed: Portal) -> None:
    drafts = [Draft({"email": "a@example.com", "lists": ("Friends", "Trash")}), Draft({"email": "b@example.com"})]
    first, second = listed.open(*SHOWN).create(drafts)
    assert stored(first).values["lists"] == ("Friends", "Trash")
    assert "lists" not in stored(second).values, "nothing was written there, so nothing is asked"


def test_a_patch_of_lists_alone_to_somebody_who_is_gone_is_stale(listed: Portal) -> None:
    one = listed.person(1)
    listed.world.delete(one)
    (outcome,) = listed.open(*SHOWN).update([patch(one, lists=("Friends",))])
    assert isinstance(outcome, Refused)
    assert outcome.stale


def test_a_list_that_cannot_be_changed_is_that_contacts_refusal(listed: Portal) -> None:
    one, two = listed.person(1), listed.person(2)
    connector = listed.open(*SHOWN)
    assert "Friends" in connector._lists.writable
    listed.world.lists.pop("2")
    first, second = connector.update([patch(one, lists=("Friends",)), patch(two, lists=("Trash",))])
    assert (first.field, type(second)) == ("lists", Written)
    assert "the list Friends could not be changed" in first.message


def test_who_joined_a_list_is_in_the_next_delta(listed: Portal) -> None:
    joins, _ = listed.person(1), listed.person(2)
    connector = listed.open(*SHOWN)
    listed.clock.advance(1000)
    cursor = cursor_of(connector)
    assert ids(pages(connector, cursor)) == []
    listed.clock.advance(1000)
    listed.world.put_on(joins, ["Friends"])
    found = pages(connector, cursor)
    assert ids(found) == [joins]
    assert [record.values["lists"] for page in found for record in page.records] == [("Friends",)]
    listed.clock.advance(1000)
    assert ids(pages(connector, found[-1].cursor)) == []


@pytest.mark.parametrize("how", ["left", "left and came back", "the list is gone", "the list has another name"])
def test_who_left_a_list_asks_for_a_complete_read(listed: Portal, how: str) -> None:
    """Nothing tells who left, and nobody's modified time moves."""
    one = listed.person(1, lists=("Friends", "Trash"))
    listed.clock.advance(1000)
    connector = listed.open(*SHOWN)
    cursor = cursor_of(connector)
    listed.clock.advance(10)
    if how.startswith("left"):
        listed.world.put_on(one, ["Trash"])
    if how.endswith("back"):
        listed.world.put_on(one, ["Friends", "Trash"])
    if how == "the list is gone":
        listed.world.lists.pop("2")
    if how == "the list has another name":
        listed.world.lists["2"].name = "Fiends"
    with pytest.raises(CursorExpired):
        pages(connector, cursor)
    assert ids(pages(connector, cursor_of(connector))) == []


def test_a_cursor_from_before_lists_were_wanted_is_not_used(listed: Portal) -> None:
    cursor = cursor_of(listed.open("email"))
    with pytest.raises(CursorExpired):
        pages(listed.open(*SHOWN), cursor)


def test_members_beyond_a_page_are_all_read(listed: Portal) -> None:
    made = [listed.person(number, lists=("Friends",)) for number in range(520)]
    records = [record for page in pages(listed.open(*SHOWN)) for record in page.records]
    assert {record.id for record in records if record.values["lists"] == ("Friends",)} == set(made)
    assert len([line for line in listed.lines if line == "GET /crm/v3/lists/2/memberships"]) == 3


def test_few_are_asked_for_singly_and_many_by_reading_the_lists(listed: Portal) -> None:
    made = [listed.person(number, lists=("Friends",)) for number in range(40)]
    connector = listed.open(*SHOWN)
    connector.get(made[:2])
    assert len([line for line in listed.lines if "/records/0-1/" in line]) == 2
    listed.asked.clear()
    assert set(shown(connector, *made)) == {("Friends",)}
    assert len([line for line in listed.lines if "/memberships" in line]) == 4


def test_lists_of_one_name_are_told_apart_and_other_lists_are_none() -> None:
    lists = [
        {"listId": "7", "name": "Friends", "processingType": "SNAPSHOT"},
        {"listId": "30", "name": "Friends"},
        {"listId": "8", "name": "Companies", "objectTypeId": "0-2"},
    ]
    found = {"lists": lists[:2], "offset": 2, "hasMore": True}, {"lists": lists[2:], "offset": 3, "hasMore": False}
    connector = Told(*found).open(*SHOWN)
    assert connector._lists.names == ("Friends", "Friends (30)")


def test_lists_that_could_not_be_read_are_not_taken_for_none() -> None:
    lists = answer({"lists": [{"listId": "7", "name": "Friends"}]})
    wire = Told(batch(row("1", email="a@example.com")), lists, lists, refusal(500))
    with pytest.raises(Retryable):
        wire.open(*SHOWN).get(["1"])


def test_a_read_back_without_lists_says_nothing_of_them(listed: Portal) -> None:
    one = listed.person(1)
    connector = listed.open(*SHOWN)
    (outcome,) = connector.update([patch(one, email="new@example.com")])
    assert dict(stored(outcome).values) == {"email": "new@example.com"}
