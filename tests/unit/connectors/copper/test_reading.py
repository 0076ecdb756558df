"""What a person's JSON means, in all the spellings that it comes in."""

from __future__ import annotations

import pytest

from reconciler.errors import Denied
from reconciler.model.field import FieldType
from tests.unit.connectors.copper.office import Office


@pytest.fixture
def office() -> Office:
    return Office()


def only(office: Office, entity: str, *fields: str, **options: object) -> dict:
    """The values of the one record that there is."""
    office.settle()
    (page,) = office.open(entity, *fields, **options).list()
    return dict(page.records[0].values)


def test_the_account_is_known_by_its_number(office: Office) -> None:
    assert office.open("people").probe().id == "100624"


def test_the_whole_name_is_what_counts_and_its_parts_are_the_servers(office: Office) -> None:
    office.world.add({"name": "Jo Bennett, (sample)"})
    office.world.add({"name": "Jim Halpert (sample)"}, "leads")
    assert only(office, "people", "name", "last_name", "suffix") == {
        "name": "Jo Bennett, (sample)",
        "last_name": "Bennett",
        "suffix": "(sample)",
    }
    assert only(office, "leads", "first_name", "last_name") == {"first_name": "Jim Halpert (sample)", "last_name": None}


def test_an_address_with_blanks_around_it_is_trimmed(office: Office) -> None:
    office.world.add({"name": "Ann", "email": " ann@example.com "})
    assert only(office, "people", "email", "emails") == {"email": "ann@example.com", "emails": ("ann@example.com",)}


@pytest.mark.parametrize("address", [None, {}, {"street": "", "city": None}], ids=["null", "nothing", "blanks"])
def test_no_address_and_a_blank_one_are_the_same_nothing(office: Office, address: dict | None) -> None:
    office.world.store("people", {"name": "Ann", "address": address})
    assert only(office, "people", "street", "city") == {"street": None, "city": None}


def test_numbers_are_told_apart_by_their_category(office: Office) -> None:
    numbers = [("1", "other"), ("2", "mobile"), ("3", "work"), ("4", "home")]
    held = [{"number": number, "category": category} for number, category in numbers]
    office.world.store("people", {"name": "Ann", "phone_numbers": held})
    assert only(office, "people", "phone", "mobile", "home_phone", "phones") == {
        "phone": "1",
        "mobile": "2",
        "home_phone": "4",
        "phones": ("1", "2", "3", "4"),
    }


def test_a_persons_company_is_read_by_its_name(office: Office) -> None:
    number = office.world.tables.add_company("Acme")
    office.world.add({"name": "Ann", "company_id": number})
    assert only(office, "people", "company_name", "company_id") == {"company_name": "Acme", "company_id": str(number)}


def test_ids_of_the_accounts_tables_are_read_as_names(office: Office) -> None:
    office.world.add({"name": "Ann", "status": "Qualified", "customer_source": "Email"}, "leads")
    assert only(office, "leads", "status", "customer_source") == {"status": "Qualified", "customer_source": "Email"}


def test_a_status_that_was_made_later_has_a_name_too_and_one_that_was_deleted_shows_its_number(office: Office) -> None:
    connector = office.open("leads", "status")
    office.world.add({"name": "Ann"}, "leads")
    office.settle()
    list(connector.list())
    office.world.tables.lead_statuses.append({"id": 9, "name": "Won", "order": 9, "is_default": False})
    office.world.store("leads", {"name": "Bob", "status_id": 9})
    office.world.store("leads", {"name": "Cid", "status_id": 8})
    office.settle()
    assert [one.values["status"] for page in connector.list() for one in page.records] == ["New", "Won", "8"]


@pytest.mark.parametrize("dates", ["unix", "text"])
@pytest.mark.parametrize("day", ["2025-08-01", "2024-01-31", "1951-02-05"])
def test_a_custom_date_is_the_day_that_the_account_means(dates: str, day: str) -> None:
    office = Office(dates=dates)
    office.world.tables.define("Birthday", "Date")
    office.world.add({"name": "Ann", "Birthday": day})
    assert only(office, "people", "Birthday") == {"Birthday": day}


def test_the_day_of_a_date_depends_on_the_time_zone(office: Office) -> None:
    number = office.world.tables.define("Birthday", "Date")
    office.world.store("people", {"name": "Ann", "custom": {number: 1_754_031_600}})  # 07:00 in UTC
    assert only(office, "people", "Birthday") == {"Birthday": "2025-08-01"}
    assert only(office, "people", "Birthday", time_zone="Pacific/Honolulu") == {"Birthday": "2025-07-31"}


def test_custom_values_are_read_by_their_type(office: Office) -> None:
    define = office.world.tables.define
    kinds = {"Text": "Text", "Money": "Currency", "Ticked": "Checkbox", "Unticked": "Checkbox", "None": "MultiSelect"}
    for name, kind in kinds.items():
        define(name, kind)
    define("Colour", "Dropdown", ("Red", "Green"))
    define("Likes", "MultiSelect", ("Music", "Sport"))
    office.world.add({"name": "Ann", "Text": "x", "Money": 2.5, "Ticked": True, "Colour": "Green", "Likes": ("Sport",)})
    values = {"Text": "x", "Money": 2.5, "Ticked": True, "Unticked": False, "None": None}
    assert only(office, "people", *kinds, "Colour", "Likes") == {**values, "Colour": "Green", "Likes": ("Sport",)}


def test_custom_fields_are_described_as_people_named_them(office: Office) -> None:
    define = office.world.tables.define
    define("Colour", "Dropdown", ("Red",))
    define("Knows", "Connect")
    define("Elsewhere", "String", on=("company",))
    twins = define("Twin", "String"), define("Twin", "Date"), define("title", "String")
    fields = {field.name: field for field in office.open("people").describe() if field.custom}
    assert set(fields) == {"Colour", "Knows", f"Twin ({twins[0]})", f"Twin ({twins[1]})", f"title ({twins[2]})"}
    assert (fields["Colour"].type, fields["Colour"].values) == (FieldType.ENUM, ("Red",))
    assert not fields["Knows"].writable


def test_a_field_that_is_not_there_is_named(office: Office) -> None:
    with pytest.raises(Denied, match="no field Shoe size for people"):
        list(office.open("people", "name", "Shoe size").list())


def test_standard_fields_need_no_look_at_the_accounts_definitions(office: Office) -> None:
    list(office.open("people", "name", "email", "tags", "city").list())
    assert office.world.calls["describe"] == 0


def test_an_option_that_was_added_while_the_connection_was_open_has_a_name(office: Office) -> None:
    number = office.world.tables.define("Colour", "Dropdown", ("Red",))
    connector = office.open("people", "Colour")
    office.world.add({"name": "Ann", "Colour": "Red"})
    office.settle()
    list(connector.list())
    options = office.world.tables.definitions[number]["options"]
    assert isinstance(options, list)
    options.append({"id": 7, "name": "Green", "rank": 1})
    office.world.add({"name": "Bob", "Colour": "Green"})
    office.settle()
    assert [one.values["Colour"] for page in connector.list() for one in page.records] == ["Red", "Green"]


def test_a_number_without_a_name_is_asked_for_once_a_listing(office: Office) -> None:
    for _ in range(5):
        office.world.store("leads", {"name": "Ann", "status_id": 8})
    office.settle()
    connector = office.open("leads", "status")
    for _ in range(2):
        before = office.world.calls["describe"]
        assert {one.values["status"] for page in connector.list() for one in page.records} == {"8"}
        assert office.world.calls["describe"] == before + 1
