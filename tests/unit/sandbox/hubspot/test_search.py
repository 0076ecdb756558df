from __future__ import annotations

import pytest

from reconciler.sandbox.hubspot.store import HubSpotQuirks
from tests.unit.sandbox.hubspot.desk import C, Desk, told


def found(desk: Desk, name: str, operator: str, **value: object) -> list[str]:
    body = desk.search({"propertyName": name, "operator": operator, **value})
    return [row["properties"]["hs_object_id"] for row in body["results"]]


@pytest.fixture
def three(desk: Desk) -> list[str]:
    made = [
        desk.person(1, city="Gent", hs_lead_status="NEW"),
        desk.person(2, city="Brugge"),
        desk.person(3, associatedcompanyid="10"),
    ]
    desk.settle()
    return made


@pytest.mark.parametrize(
    ("rule", "places"),
    [
        (("city", "EQ", {"value": "GENT"}), [0]),
        (("city", "NEQ", {"value": "gent"}), [1]),
        (("city", "IN", {"values": ["gent", "brugge"]}), [0, 1]),
        (("city", "IN", {"values": ["Gent"]}), []),
        (("city", "NOT_IN", {"values": ["gent"]}), [1, 2]),
        (("hs_lead_status", "IN", {"values": ["NEW"]}), [0]),
        (("hs_lead_status", "EQ", {"value": "new"}), []),
        (("city", "HAS_PROPERTY", {}), [0, 1]),
        (("city", "NOT_HAS_PROPERTY", {}), [2]),
        (("city", "CONTAINS_TOKEN", {"value": "*rug*"}), [1]),
        (("city", "NOT_CONTAINS_TOKEN", {"value": "gent"}), [1, 2]),
        (("associatedcompanyid", "GT", {"value": "9"}), [2]),
        (("associatedcompanyid", "BETWEEN", {"value": "9", "highValue": "10"}), [2]),
        (("lastmodifieddate", "GTE", {"value": "1704067200000"}), [0, 1, 2]),
        (("lastmodifieddate", "GTE", {"value": "2024-01-01T00:00:23Z"}), []),
        (("lastmodifieddate", "LT", {"value": "2024-01-01T00:00:23Z"}), [0, 1, 2]),
    ],
    ids=lambda rule: " ".join(map(str, rule)) if isinstance(rule, tuple) else "",
)
def test_filters(desk: Desk, three: list[str], rule: tuple, places: list[int]) -> None:
    name, operator, value = rule
    assert found(desk, name, operator, **value) == [three[place] for place in places]


def test_a_new_contact_is_not_found_at_once(desk: Desk) -> None:
    one = desk.person(1, city="Gent")
    assert found(desk, "city", "EQ", value="Gent") == []
    desk.clock.advance(20)
    assert found(desk, "city", "EQ", value="Gent") == [one]


def test_the_filter_is_old_and_the_answer_is_new(desk: Desk) -> None:
    one = desk.person(1, city="Gent")
    desk.settle()
    desk.world.edit(one, {"city": "Brugge"})
    body = desk.search({"propertyName": "city", "operator": "EQ", "value": "Gent"}, properties=["city"])
    assert body["results"][0]["properties"]["city"] == "Brugge"
    assert found(desk, "city", "EQ", value="Brugge") == []


def test_who_was_archived_is_counted_and_not_shown(desk: Desk) -> None:
    one = desk.person(1)
    desk.settle()
    desk.world.delete(one)
    assert desk.search() == {"total": 1, "results": []}
    desk.settle()
    assert desk.search() == {"total": 0, "results": []}


def test_pages_by_ten_up_to_two_hundred_and_no_deeper_than_told() -> None:
    desk = Desk(HubSpotQuirks(deepest=300))
    made = [desk.person(number) for number in range(450)]
    desk.settle()
    first = desk.search()
    assert (first["total"], len(first["results"]), first["paging"]) == (450, 10, {"next": {"after": "10"}})
    assert [row["id"] for row in desk.search(limit=200, after="200")["results"]] == made[200:400]
    desk.clock.advance(1)
    assert told(desk.ask("POST", f"{C}/search", {"limit": 200, "after": "300"})) == (400, "VALIDATION_ERROR")
    desk.clock.advance(1)
    down = desk.search(sorts=[{"propertyName": "hs_object_id", "direction": "DESCENDING"}])
    assert down["results"][0]["id"] == made[-1]


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"filterGroups": [{"filters": []}] * 6},
        {"filterGroups": [{"filters": [{"propertyName": "city", "operator": "HAS_PROPERTY"}] * 7}]},
        {"filterGroups": [{"filters": [{"propertyName": "no_such", "operator": "EQ", "value": "x"}]}]},
        {"filterGroups": [{"filters": [{"propertyName": "city", "operator": "LIKE", "value": "x"}]}]},
        {"filterGroups": [{"filters": [{"propertyName": "city", "operator": "IN", "value": "x"}]}]},
        {"sorts": ["city", "zip"]},
        {"filterGroups": "x"},
        {"properties": ["x" * 3000]},
    ],
)
def test_what_a_search_does_not_take(desk: Desk, body: dict) -> None:
    assert told(desk.ask("POST", f"{C}/search", body)) == (400, "VALIDATION_ERROR")
