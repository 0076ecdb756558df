from __future__ import annotations

import pytest

from reconciler.sandbox.faults import Fault
from tests.unit.sandbox.pipedrive.desk import Desk

MAIL = [{"value": "ann@example.com", "primary": True, "label": "work"}]


def test_a_person_is_shown_with_a_split_name_every_custom_field_and_whole_seconds() -> None:
    desk = Desk(contact_sync=False)
    key = desk.world.add_field("Nickname")
    desk.clock.advance(0.9)
    person = desk.person(emails=[{"value": "ann@example.com"}])
    assert person == {
        "id": 1,
        "name": "Ann Lee",
        "first_name": "Ann",
        "last_name": "Lee",
        "owner_id": 5,
        "org_id": None,
        "add_time": "2024-01-01T00:00:00Z",
        "update_time": "2024-01-01T00:00:00Z",
        "emails": MAIL,
        "phones": [],
        "is_deleted": False,
        "visible_to": 3,
        "label_ids": [],
        "picture_id": None,
        "custom_fields": {key: None},
        "marketing_status": "no_consent",
    }


def test_a_name_of_one_word_has_no_last_name() -> None:
    assert Desk().data("POST", "/v2/persons", {"name": "Bobby"})["last_name"] is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": 7},
        {"name": "x" * 256},
        {"name": "Ann", "owner_id": "5"},
        {"name": "Ann", "owner_id": 99},
        {"name": "Ann", "org_id": 99},
        {"name": "Ann", "visible_to": True},
        {"name": "Ann", "label_ids": [1]},
        {"name": "Ann", "emails": "ann@example.com"},
        {"name": "Ann", "emails": [{"value": ""}]},
        {"name": "Ann", "emails": [{"value": "a", "primary": "true"}]},
        {"name": "Ann", "emails": [{"value": "a", "primary": True}, {"value": "b", "primary": True}]},
        {"name": "Ann", "custom_fields": {"0" * 40: "x"}},
        {"name": "Ann", "birthday": "yesterday"},
        {"name": "Ann", "postal_address": "Kerkstraat 1"},
        {"name": "Ann", "first_name": "Ann"},
        [],
    ],
)
def test_types_and_names_are_strict(body: object) -> None:
    answer = Desk().ask("POST", "/v2/persons", body)
    assert (answer.status, answer.body["code"]) == (400, "ERR_SCHEMA_VALIDATION_FAILED")


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("varchar", "x", 7),
        ("double", 1.5, "1.5"),
        ("double", 0, True),
        ("date", "2024-01-02", "02/01/2024"),
        ("enum", 10, "One"),
        ("set", [10, 11], []),
        ("monetary", {"value": 1, "currency": "EUR"}, {"value": 1}),
        ("monetary", None, 10),
        ("daterange", {"value": "2024-01-02", "until": "2024-01-03"}, "2024-01-02"),
        ("time", {"value": "09:00"}, {"value": 9}),
        ("address", {"value": "Kerkstraat 1"}, "Kerkstraat 1"),
        ("user", 5, "5"),
    ],
)
def test_custom_values_have_the_shape_of_their_type(kind: str, good: object, bad: object) -> None:
    desk = Desk()
    key = desk.world.add_field("Field", kind, ["One", "Two"])
    assert desk.ask("POST", "/v2/persons", {"name": "A", "custom_fields": {key: bad}}).status == 400
    stored = desk.person(custom_fields={key: good})["custom_fields"][key]
    assert (stored is None) is (good is None)


def test_arrays_are_replaced_whole_and_the_first_is_primary_where_none_is() -> None:
    desk = Desk()
    desk.person(emails=MAIL)
    after = desk.data("PATCH", "/v2/persons/1", {"emails": [{"value": "b@x.io", "label": "home"}, {"value": "c@x.io"}]})
    assert [(one["value"], one["primary"]) for one in after["emails"]] == [("b@x.io", True), ("c@x.io", False)]
    assert desk.data("PATCH", "/v2/persons/1", {"emails": []})["emails"] == []


def test_a_custom_field_that_is_not_sent_stays_and_null_clears() -> None:
    desk = Desk()
    one, two = (desk.world.add_field(name) for name in ("One", "Two"))
    desk.person(custom_fields={one: "1", two: "2"})
    after = desk.data("PATCH", "/v2/persons/1", {"custom_fields": {one: None}})
    assert after["custom_fields"] == {one: None, two: "2"}


def test_pages_follow_an_opaque_cursor_in_every_order() -> None:
    desk = Desk(follow_after=0)
    for number in range(5):
        desk.person(name=f"P{number}")
        desk.clock.advance(1)
    for sort, direction in (("id", "asc"), ("id", "desc"), ("add_time", "asc"), ("update_time", "desc")):
        ids, cursor = [], ""
        while cursor is not None:
            query = {"cursor": cursor} if cursor else {}
            answer = desk.ask("GET", "/v2/persons", limit=2, sort_by=sort, sort_direction=direction, **query)
            ids += [one["id"] for one in answer.body["data"]]
            cursor = answer.body["additional_data"]["next_cursor"]
        assert ids == sorted(range(1, 6), reverse=direction == "desc")


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 501},
        {"limit": 0},
        {"cursor": "nonsense"},
        {"sort_by": "name"},
        {"updated_since": "2024-01-01T00:00:00.5Z"},
        {"updated_since": "2024-01-01 00:00:00"},
        {"ids": ",".join(map(str, range(101)))},
        {"custom_fields": ",".join(map(str, range(16)))},
        {"start": 0},
    ],
)
def test_parameters_are_strict(query: dict[str, object]) -> None:
    assert Desk().ask("GET", "/v2/persons", **query).status == 400


def test_since_is_inclusive_until_is_not_and_missing_ids_are_silently_left_out() -> None:
    desk = Desk(follow_after=0)
    for _ in range(3):
        desk.person()
        desk.clock.advance(10)

    def listed(**query: object) -> list[int]:
        return [one["id"] for one in desk.data("GET", "/v2/persons", **query)]

    assert listed(updated_since="2024-01-01T00:00:10Z") == [2, 3]
    assert listed(updated_since="2024-01-01T00:00:00Z", updated_until="2024-01-01T00:00:20Z") == [1, 2]
    assert listed(ids="3,99,1") == [1, 3]


def test_the_app_moves_a_new_person_by_itself() -> None:
    desk = Desk()
    desk.person()
    desk.clock.advance(10)
    assert desk.data("GET", "/v2/persons/1")["update_time"] == "2024-01-01T00:00:02Z"


def test_a_deleted_person_is_read_for_a_month_and_neither_listed_nor_changed() -> None:
    desk = Desk()
    desk.person()
    assert desk.data("DELETE", "/v2/persons/1") == {"id": 1}
    assert desk.data("GET", "/v2/persons/1")["is_deleted"] is True
    assert desk.data("GET", "/v2/persons") == []
    assert desk.ask("PATCH", "/v2/persons/1", {"name": "X"}).status == 404
    assert desk.ask("DELETE", "/v2/persons/1").status == 404
    desk.clock.advance(31 * 86_400)
    answer = desk.ask("GET", "/v2/persons/1")
    assert (answer.status, answer.body["error"]) == (404, "requested person not found")


def test_the_index_is_ten_seconds_behind_in_both_directions() -> None:
    desk = Desk()

    def found(**query: object) -> list[int]:
        items = desk.data("GET", "/v2/persons/search", fields="email", exact_match="true", **query)["items"]
        return [one["item"]["id"] for one in items]

    desk.person(emails=MAIL)
    assert found(term="ann@example.com") == []
    desk.clock.advance(10)
    assert found(term="ANN@example.com") == [1]
    desk.data("PATCH", "/v2/persons/1", {"emails": [{"value": "new@example.com"}]})
    assert (found(term="new@example.com"), found(term="ann@example.com")) == ([], [1])
    desk.data("DELETE", "/v2/persons/1")
    desk.clock.advance(10)
    assert found(term="new@example.com") == found(term="ann@example.com") == []


def test_a_search_that_is_not_exact_finds_parts_and_needs_two_letters() -> None:
    desk = Desk(index_lag=0)
    for name in ("Ann Lee", "Joanne", "Bob"):
        desk.person(name=name)
    answer = desk.ask("GET", "/v2/persons/search", term="ann", limit=1)
    assert [one["item"]["name"] for one in answer.body["data"]["items"]] == ["Ann Lee"]
    assert answer.body["additional_data"]["next_cursor"]
    assert desk.ask("GET", "/v2/persons/search", term="a").status == 400
    assert desk.ask("GET", "/v2/persons/search", term="ann", fields="shoe").status == 400


def test_a_marketing_status_takes_a_change_once_and_is_silent_afterwards() -> None:
    desk = Desk()
    desk.person(emails=MAIL)

    def moved(status: str) -> str:
        return desk.data("PATCH", "/v2/persons/1", {"marketing_status": status})["marketing_status"]

    assert [moved(one) for one in ("archived", "subscribed", "archived", "subscribed", "archived", "unsubscribed")] == [
        "no_consent",
        "subscribed",
        "archived",
        "subscribed",
        "subscribed",
        "unsubscribed",
    ]
    assert moved("subscribed") == "unsubscribed"
    assert "marketing_status" not in desk.data("GET", "/v2/persons/1")
    assert desk.data("GET", "/v2/persons/1", include_fields="marketing_status")["marketing_status"] == "unsubscribed"


def test_without_their_products_some_fields_are_refused() -> None:
    desk = Desk(contact_sync=False, campaigns=False)
    assert desk.ask("POST", "/v2/persons", {"name": "A", "job_title": "Buyer"}).status == 403
    assert desk.ask("POST", "/v2/persons", {"name": "A", "marketing_status": "subscribed"}).status == 400
    assert "job_title" not in {one["field_code"] for one in desk.data("GET", "/v2/personFields")}


def test_the_weather_of_listings() -> None:
    desk = Desk()
    for number in range(4):
        desk.person(name=f"P{number}")
    assert desk.data("GET", "/v2/persons", fault=Fault.EMPTY_LISTING) == []
    assert len(desk.data("GET", "/v2/persons", fault=Fault.SHORT_PAGE)) == 2
    desk.data("PATCH", "/v2/persons/1", {"name": "New"})
    stale = desk.data("GET", "/v2/persons", fault=Fault.STALE_LISTING)
    assert "New" not in {one["name"] for one in stale}
