"""How Copper takes, shows and refuses people and leads."""

from __future__ import annotations

import pytest

from reconciler.sandbox.copper.names import split
from tests.unit.sandbox.copper.desk import CopperDesk

WORK = {"email": "a@example.com", "category": "work"}


@pytest.mark.parametrize(
    ("name", "lead", "parts"),
    [
        ("Ann", False, (None, "Ann", None, None, None)),
        ("Ann Lee", False, (None, "Ann", None, "Lee", None)),
        ("Dr. Ann de Vries Jr.", False, ("Dr.", "Ann", "de", "Vries", "Jr.")),
        ("Jo Bennett, (sample)", False, (None, "Jo", None, "Bennett", "(sample)")),
        ("Jim Halpert (sample)", True, (None, "Jim Halpert (sample)", None, None, None)),
        ("", False, (None, None, None, None, None)),
    ],
)
def test_a_name_is_taken_apart(name: str, *, lead: bool, parts: tuple) -> None:
    assert tuple(split(name, lead=lead).values()) == parts


def test_a_new_person_is_shown_whole(desk: CopperDesk) -> None:
    number = desk.world.tables.define("Nickname", "String")
    shown = desk.body("POST", "/people", {"name": " Ann  Lee ", "emails": [WORK]})
    assert {key: shown[key] for key in ("name", "first_name", "emails", "tags", "address", "contact_type_id")} == {
        "name": "Ann Lee",
        "first_name": "Ann",
        "emails": [WORK],
        "tags": [],
        "address": None,
        "contact_type_id": 451_492,
    }
    assert shown["custom_fields"] == [{"custom_field_definition_id": number, "value": None}]
    assert shown["date_created"] == shown["date_modified"] == int(desk.clock())


def test_a_lead_has_one_address_and_a_status(desk: CopperDesk) -> None:
    shown = desk.body("POST", "/leads", {"name": "Ann", "email": WORK, "status": "Contacted", "company_name": "Acme"})
    assert (shown["email"], shown["status"], shown["status_id"]) == (WORK, "Contacted", 208_233)
    assert desk.refused("POST", "/leads", {"name": "Ann", "status": "Nobody"})[0] == 422


def test_an_update_changes_what_it_names_and_null_clears(desk: CopperDesk) -> None:
    ann = desk.body("POST", "/people", {"name": "Ann", "title": "CEO", "details": "x", "emails": [WORK]})["id"]
    desk.clock.advance(5)
    shown = desk.body("PUT", f"/people/{ann}", {"title": None, "emails": []})
    assert (shown["title"], shown["details"], shown["emails"]) == (None, "x", [])
    assert shown["date_modified"] - shown["date_created"] == 5


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "Name: can't be blank"),
        ({"name": ""}, "Name: can't be blank"),
        ({"name": "A", "shoe": 1}, "Base: Unrecognized attributes specified: shoe"),
        ({"name": "A", "emails": [{"email": "nobody", "category": "work"}]}, "Emails: invalid"),
        ({"name": "A", "emails": [{"email": "a@b.c", "category": "home"}]}, "Emails: invalid"),
        ({"name": "A", "emails": "a@b.c"}, "Emails: invalid"),
        ({"name": "A", "phone_numbers": [{"number": 1, "category": "work"}]}, "Phone Numbers: invalid"),
        ({"name": "A", "address": "Here"}, "Address: invalid"),
        ({"name": "A", "tags": "VIP"}, "Tags: invalid"),
        ({"name": "A", "company_id": "test"}, "IDs must be positive integers: test"),
        ({"name": "A", "assignee_id": 1}, "Invalid value for Assignee Id"),
        ({"name": "A", "custom_fields": [{"custom_field_definition_id": 1}]}, "definition not found"),
        ({"name": "A", "custom_fields": 1}, "Custom Fields: invalid"),
    ],
)
def test_a_body_that_does_not_fit_is_refused_in_prose(desk: CopperDesk, body: dict, words: str) -> None:
    status, said = desk.refused("POST", "/people", body)
    assert status == 422
    assert said.startswith("Invalid input: Validation errors: ")
    assert words in said


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("String", "x", "x" * 256),
        ("Checkbox", True, "yes"),
        ("Float", 1.5, "1.5"),
        ("Date", "12/31/2001", "2001-12-31"),
        ("Dropdown", 2_082_340, "Red"),
        ("MultiSelect", [2_082_341], 2_082_341),
    ],
)
def test_custom_values_have_a_type(desk: CopperDesk, kind: str, good: object, bad: object) -> None:
    number = desk.world.tables.define("Field", kind, ("Red", "Green"))
    entry = {"custom_field_definition_id": number}
    shown = desk.body("POST", "/people", {"name": "A", "custom_fields": [{**entry, "value": good}]})
    assert shown["custom_fields"][0]["value"] == (1_009_785_600 if kind == "Date" else good)
    assert desk.refused("POST", "/people", {"name": "A", "custom_fields": [{**entry, "value": bad}]})[0] == 422


def test_an_address_is_one_persons_in_any_case(desk: CopperDesk) -> None:
    second = [{"email": "first@example.com", "category": "work"}, WORK]
    ann = desk.body("POST", "/people", {"name": "Ann", "emails": second})["id"]
    taken = {"email": "A@Example.com", "category": "work"}
    assert "already been taken" in desk.refused("POST", "/people", {"name": "Bob", "emails": [taken]})[1]
    desk.body("PUT", f"/people/{ann}", {"emails": [taken]})
    desk.body("DELETE", f"/people/{ann}")
    desk.body("POST", "/people", {"name": "Bob", "emails": [taken]})
    for _ in range(2):
        desk.body("POST", "/leads", {"name": "Ann", "email": WORK})


def test_a_country_that_is_no_code_makes_the_address_disappear() -> None:
    address = {"street": "Veldstraat 1", "country": "Belgium"}
    assert CopperDesk().body("POST", "/people", {"name": "Ann", "address": address})["address"] is None
    kept = CopperDesk(long_country="keep").body("POST", "/people", {"name": "Ann", "address": address})["address"]
    assert kept == {"street": "Veldstraat 1", "city": "", "state": "", "postal_code": "", "country": "Belgium"}


@pytest.mark.parametrize(("way", "street"), [("replace", ""), ("merge", "Veldstraat 1")])
def test_a_part_of_an_address_replaces_or_joins_the_rest(way: str, street: str) -> None:
    desk = CopperDesk(address_put=way)
    ann = desk.body("POST", "/people", {"name": "Ann", "address": {"street": "Veldstraat 1"}})["id"]
    assert desk.body("PUT", f"/people/{ann}", {"address": {"city": "Gent"}})["address"]["street"] == street


def test_bulk_calls_answer_in_order_and_fail_item_by_item(desk: CopperDesk) -> None:
    made = desk.body("POST", "/people/bulk_create", {"people": [{"name": "Ann"}, {"name": ""}, {"name": "Bob"}]})
    assert [one.get("name") for one in made] == ["Ann", None, "Bob"]
    assert made[1] == {"success": False, "message": {"name": [{"error": "can't be blank"}]}}
    desk.clock.advance(1)
    items = [{"id": made[0]["id"], "title": "CEO"}, {"id": 1, "title": "CEO"}, {"id": made[2]["id"], "name": ""}]
    changed = desk.body("POST", "/people/bulk_update", {"people": items})
    assert changed[0]["title"] == "CEO"
    assert [one["id"] for one in changed[1:]] == [1, made[2]["id"]]
    assert [one["success"] for one in changed[1:]] == [False, False]


def test_more_than_ten_are_too_many(desk: CopperDesk) -> None:
    answer = desk.ask("POST", "/leads/bulk_create", {"leads": [{"name": "Ann"}] * 11})
    assert (answer.status, answer.body) == (422, {"error": "Request size too large, limit is 10"})
    assert desk.refused("POST", "/leads/bulk_create", {"people": []})[0] == 422


def test_an_upsert_makes_updates_or_refuses(desk: CopperDesk) -> None:
    match = {"field_name": "email", "field_value": "A@example.com"}
    made = desk.body("PUT", "/leads/upsert", {"properties": {"name": "Ann", "email": WORK}, "match": match})
    again = desk.body("PUT", "/leads/upsert", {"properties": {"title": "CEO"}, "match": match})
    assert (again["id"], again["name"], again["title"]) == (made["id"], "Ann", "CEO")
    other = desk.body("POST", "/leads", {"name": "Ann", "email": WORK})
    status, words = desk.refused("PUT", "/leads/upsert", {"properties": {"title": "CFO"}, "match": match})
    assert status == 422
    assert str(made["id"]) in words
    assert str(other["id"]) in words


def test_an_upsert_matches_by_name_or_custom_field_as_well(desk: CopperDesk) -> None:
    number = desk.world.tables.define("Code", "String")
    custom = [{"custom_field_definition_id": number, "value": "x"}]
    lead = desk.body("POST", "/leads", {"name": "Ann", "custom_fields": custom})["id"]
    for match in (
        {"field_name": "name", "field_value": "ann"},
        {"field_name": "custom", "field_value": {"custom_field_definition_id": number, "value": "x"}},
    ):
        assert desk.body("PUT", "/leads/upsert", {"properties": {"title": "CEO"}, "match": match})["id"] == lead
    assert desk.refused("PUT", "/leads/upsert", {"properties": {}, "match": {"field_name": "shoe"}})[0] == 422
    assert desk.refused("PUT", "/leads/upsert", {})[0] == 422


def test_a_converted_lead_is_a_person(desk: CopperDesk) -> None:
    lead = desk.body("POST", "/leads", {"name": "Ann", "email": WORK})["id"]
    person = desk.body("POST", f"/leads/{lead}/convert", {"details": {}})["person"]
    assert (person["emails"], person["leads_converted_from"]) == ([WORK], [str(lead)])
    assert desk.ask("GET", f"/leads/{lead}").status == 404


def test_a_deleted_record_is_gone_for_good(desk: CopperDesk) -> None:
    ann = desk.body("POST", "/people", {"name": "Ann", "emails": [WORK]})["id"]
    assert desk.body("DELETE", f"/people/{ann}") == {"id": ann, "is_deleted": True}
    for method, path, body in (
        ("GET", f"/people/{ann}", None),
        ("PUT", f"/people/{ann}", {"title": "CEO"}),
        ("DELETE", f"/people/{ann}", None),
        ("POST", "/people/fetch_by_email", {"email": "a@example.com"}),
    ):
        assert desk.refused(method, path, body) == (404, "Resource not found")
