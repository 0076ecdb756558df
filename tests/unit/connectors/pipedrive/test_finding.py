"""``find`` must not lie: the search index is seconds behind in both directions."""

from __future__ import annotations

import httpx
import pytest

from tests.unit.connectors.pipedrive.company import Company, draft, made, patch

INDEXED = 11.0


def ids(company: Company, field: str, *values: str, fields: tuple[str, ...] = ("email",)) -> list[str]:
    return [record.id for record in company.persons(*fields).find(field, values)]


def test_somebody_made_this_moment_is_found() -> None:
    company = Company()
    record = made(company.persons("email").create(draft(name="Ann", email="ann@example.com")))
    assert not company.world.persons.search("ann@example.com", ["email"], company.clock() - 10, exact=True)
    assert ids(company, "email", "ann@example.com") == [record.id]


def test_an_address_that_was_changed_this_moment_is_found_and_the_old_one_is_not() -> None:
    company = Company()
    person = company.world.add({"name": "Ann", "email": "old@example.com"})
    company.clock.advance(3600)
    company.persons("email").update(patch(person, {"email": "old@example.com"}, email="new@example.com"))
    assert ids(company, "email", "new@example.com") == [person]
    assert ids(company, "email", "old@example.com") == []


def test_somebody_deleted_this_moment_is_not_found_though_the_index_has_them() -> None:
    company = Company()
    person = company.world.add({"name": "Ann", "email": "ann@example.com"})
    company.clock.advance(INDEXED)
    assert ids(company, "email", "ann@example.com") == [person]
    company.world.delete(person)
    assert company.world.persons.search("ann@example.com", ["email"], company.clock() - 10, exact=True)
    assert ids(company, "email", "ann@example.com") == []


def test_the_primary_address_is_one_thing_and_any_address_another() -> None:
    company = Company()
    person = company.world.add({"name": "Ann", "emails": ("first@example.com", "second@example.com")})
    company.clock.advance(INDEXED)
    assert ids(company, "email", "second@example.com") == []
    assert ids(company, "emails", "second@example.com") == [person]
    assert ids(company, "email", "FIRST@example.com") == [person]


def test_several_values_and_twins_are_all_found_and_nobody_else() -> None:
    company = Company()
    addresses = ("a@example.com", "a@example.com", "b@example.com", "c@example.com")
    made_ids = [company.world.add({"name": "X", "email": email}) for email in addresses]
    company.clock.advance(INDEXED)
    assert ids(company, "email", "a@example.com", "b@example.com") == made_ids[:3]
    assert ids(company, "email", "", " ") == []


def test_who_is_found_long_after_costs_one_search_one_read_and_one_look_at_the_last_minute() -> None:
    company = Company()
    company.world.add({"name": "Ann", "email": "ann@example.com"})
    company.clock.advance(3600)
    ids(company, "email", "ann@example.com")
    assert [one.url.path for one in company.requests] == [
        "/api/v2/persons/search",
        "/api/v2/persons",
        "/api/v2/persons",
    ]
    assert company.requests[1].url.params["updated_since"] == "2024-01-01T00:59:00Z"


@pytest.mark.parametrize(("kind", "value"), [("varchar", "X-1"), ("text", "X 1\nY"), ("phone", "+3212345")])
def test_a_custom_field_is_searched_by_what_the_index_keeps(kind: str, value: str) -> None:
    company = Company()
    company.world.add_field("External id", kind)
    person = company.world.add({"name": "Ann", "External id": value})
    company.world.add({"name": "Bob", "External id": "other"})
    company.clock.advance(INDEXED)
    assert ids(company, "External id", value, fields=("External id",)) == [person]
    assert company.asked("GET", "/search")


def test_a_custom_field_that_the_index_does_not_keep_is_read_from_everybody() -> None:
    company = Company()
    company.world.add_field("Colour", "enum", ["Red", "Green"])
    person = company.world.add({"name": "Ann", "Colour": "Red"})
    company.world.add({"name": "Bob", "Colour": "Green"})
    assert ids(company, "Colour", "red", fields=("Colour",)) == [person]
    assert not company.asked("GET", "/search")


def test_searches_keep_to_five_a_second() -> None:
    company = Company(search_burst=0)
    began = company.clock()
    company.persons("email").find("email", [f"p{number}@example.com" for number in range(30)])
    assert company.clock() - began >= 29 / 5, "by ourselves: here the app would bear more"


def test_a_tombstone_among_the_latest_changes_is_nobody() -> None:
    company = Company()
    row = {"id": 3, "name": "Ann", "emails": [{"value": "ann@example.com", "primary": True}], "is_deleted": True}
    page = {"success": True, "data": [row], "additional_data": {"next_cursor": None}}
    company.script = lambda request: httpx.Response(200, json=page) if "updated_since" in request.url.params else None
    assert company.leads("email").find("email", ["ann@example.com"]) == ()
    assert not company.asked("GET", "/leads")


def test_a_german_s_is_searched_for_as_it_is_written() -> None:
    company = Company()
    ids(company, "name", "Straße")
    assert company.requests[0].url.params["term"] == "Straße"
