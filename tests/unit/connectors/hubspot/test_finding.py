from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.errors import Denied

if TYPE_CHECKING:
    from tests.unit.connectors.hubspot.portal import Portal


def test_an_address_is_looked_up_in_the_database_at_once_and_in_any_case(portal: Portal) -> None:
    one = portal.person(1)
    portal.asked.clear()
    found = portal.open().find("email", ["P1@Example.COM", "p1@example.com", "nobody@example.com", "no address", ""])
    assert [record.id for record in found] == [one]
    (body,) = portal.bodies("/batch/read")
    assert (body["idProperty"], body["inputs"]) == ("email", [{"id": "nobody@example.com"}, {"id": "p1@example.com"}])


def test_another_field_is_searched_for_and_the_index_may_be_behind(portal: Portal) -> None:
    one = portal.person(1, lastname="Müller")
    connector = portal.open()
    assert connector.find("lastname", ["müller"]) == []
    portal.settle()
    assert [record.id for record in connector.find("lastname", ["MÜLLER", "Nobody"])] == [one]


def test_a_hit_that_is_another_by_now_is_dropped(portal: Portal) -> None:
    """The index knows the old name, and answers with the contact as it is stored."""
    one = portal.person(1, lastname="Old")
    portal.settle()
    portal.world.edit(one, {"lastname": "New"})
    assert portal.open().find("lastname", ["Old"]) == []


def test_more_hits_than_a_page_are_all_found(portal: Portal) -> None:
    made = {portal.person(number, lastname="Same") for number in range(450)}
    portal.settle()
    assert {record.id for record in portal.open().find("lastname", ["Same"])} == made


@pytest.mark.parametrize("properties", [0, 30, 300])
def test_many_long_values_and_properties_fit_into_searches_that_hubspot_takes(portal: Portal, properties: int) -> None:
    more = [f"a_property_with_a_long_name_{number:03}" for number in range(properties)]
    for name in more:
        portal.world.add_property(name)
    names = [f"{number:03}-{'ö' * 60}" for number in range(100)]
    made = {portal.person(number, lastname=name) for number, name in enumerate(names)}
    portal.settle()
    assert {record.id for record in portal.open("email", *more).find("lastname", names)} == made
    bodies = [call.body for call in portal.asked if call.path.endswith("/search")]
    assert bodies
    assert max(map(len, bodies)) <= 3000


def test_a_property_that_the_account_keeps_unique_is_looked_up_like_an_address(portal: Portal) -> None:
    portal.world.add_property("external_id", unique=True)
    one = portal.person(1, external_id="X-1")
    portal.person(2, external_id="X-2")
    connector = portal.open("email", "external_id")
    assert "external_id" in connector.traits.searchable
    assert [record.id for record in connector.find("external_id", ["X-1"])] == [one]
    assert portal.bodies("/batch/read")[0]["idProperty"] == "external_id"


def test_an_option_is_searched_for_in_its_own_spelling(portal: Portal) -> None:
    portal.world.add_property("colour", "enumeration", "select", (("Deep_Blue", "Deep blue"), ("red", "Red")))
    one = portal.person(1, colour="Deep_Blue")
    portal.settle()
    for choices, value in (("values", "Deep_Blue"), ("labels", "Deep blue")):
        connector = portal.open("email", "colour", choices=choices)
        assert [record.id for record in connector.find("colour", [value])] == [one]


@pytest.mark.parametrize("name", ["no_such_property", "lists", "hs_object_id = 1", "associated_company"])
def test_a_field_to_search_by_must_be_a_property(portal: Portal, name: str) -> None:
    with pytest.raises(Denied, match="cannot be searched by"):
        portal.open().find(name, ["x"])
    assert portal.bodies("/search") == []
