"""Arrays, the address, tags and custom fields are replaced as a whole by the API: what was not meant stays."""

from __future__ import annotations

import pytest

from tests.unit.connectors.copper.office import Office, changed, made, why


@pytest.fixture
def office() -> Office:
    return Office()


def person(office: Office, **stored: object) -> str:
    record_id = office.world.store("people", {"name": "Ann", **stored}).id
    office.settle()
    return record_id


def emails(*addresses: str) -> list[dict[str, str]]:
    """Entries of the categories personal, other, work, in this order."""
    kinds = ("personal", "other", "work")
    return [{"email": one, "category": kind} for one, kind in zip(addresses, kinds, strict=False)]


def test_another_first_address_leaves_the_others_and_its_category(office: Office) -> None:
    ann = person(office, emails=emails("a@example.com", "b@example.com"))
    assert changed(office.open("people"), ann, email="c@example.com")["email"] == "c@example.com"
    assert office.shown(ann)["emails"] == emails("c@example.com", "b@example.com")


def test_a_second_address_that_becomes_the_first_changes_places(office: Office) -> None:
    ann = person(office, emails=emails("a@example.com", "b@example.com"))
    changed(office.open("people"), ann, email="b@example.com")
    assert [one["email"] for one in office.shown(ann)["emails"]] == ["b@example.com", "a@example.com"]


def test_clearing_the_first_address_brings_the_next_one_forward(office: Office) -> None:
    ann = person(office, emails=emails("a@example.com", "b@example.com"))
    assert changed(office.open("people"), ann, email=None)["email"] == "b@example.com"


def test_a_list_of_addresses_is_written_as_what_changed_in_it(office: Office) -> None:
    ann = person(office, emails=emails("a@example.com", "b@example.com", "new@example.com"))
    values = changed(
        office.open("people", "emails"),
        ann,
        {"emails": ("a@example.com", "b@example.com")},
        emails=("b@example.com", "c@example.com"),
    )
    assert values["emails"] == ("b@example.com", "c@example.com", "new@example.com")
    assert [one["category"] for one in office.shown(ann)["emails"]] == ["other", "work", "work"]


def test_where_the_first_address_and_the_list_are_written_the_first_has_the_last_word(office: Office) -> None:
    all_of_them = ("a@example.com", "b@example.com")
    ann = made(office.open("people"), name="Ann", email="b@example.com", emails=all_of_them)
    assert [one["email"] for one in office.shown(ann.id)["emails"]] == ["b@example.com", "a@example.com"]
    changed(office.open("people"), ann.id, email="c@example.com", emails=all_of_them)
    assert [one["email"] for one in office.shown(ann.id)["emails"]] == ["c@example.com", "a@example.com"]


def test_a_number_of_one_kind_leaves_those_of_other_kinds(office: Office) -> None:
    connector = office.open("people", "phone", "mobile", "home_phone")
    ann = made(connector, name="Ann", phone="1", mobile="2", home_phone="3")
    assert changed(connector, ann.id, mobile="22") == {"phone": "1", "mobile": "22", "home_phone": "3"}
    assert changed(connector, ann.id, phone=None) == {"phone": None, "mobile": "22", "home_phone": "3"}
    kinds = {one["number"]: one["category"] for one in office.shown(ann.id)["phone_numbers"]}
    assert kinds == {"22": "mobile", "3": "home"}


def test_profiles_get_the_category_of_their_network(office: Office) -> None:
    urls = ("https://www.linkedin.com/in/ann", "https://ann.example.com", "https://quora.com/ann")
    ann = made(office.open("people", "linkedin", "socials"), name="Ann", socials=urls)
    assert ann.values["linkedin"] == urls[0]
    assert [one["category"] for one in office.shown(ann.id)["socials"]] == ["linkedin", "other", "quora"]


def test_one_line_of_the_address_leaves_the_others(office: Office) -> None:
    connector = office.open("people", "street", "city", "country")
    ann = made(connector, name="Ann", street="Veldstraat 1", city="Gent", country="BE")
    assert changed(connector, ann.id, city="Brugge") == {"street": "Veldstraat 1", "city": "Brugge", "country": "BE"}


def test_an_address_without_any_line_is_no_address(office: Office) -> None:
    connector = office.open("people", "city")
    ann = made(connector, name="Ann", city="Gent")
    changed(connector, ann.id, city=None)
    assert office.shown(ann.id)["address"] is None


def test_tags_that_others_put_on_stay(office: Office) -> None:
    ann = person(office, tags=["VIP", "Fair", "Old"])
    values = changed(office.open("people", "tags"), ann, {"tags": ("Old", "VIP")}, tags=("New", "VIP"))
    assert values["tags"] == ("Fair", "New", "VIP")


def test_a_list_of_which_nobody_knows_the_past_is_written_as_it_is(office: Office) -> None:
    ann = person(office, tags=["VIP", "Fair"])
    assert changed(office.open("people", "tags"), ann, tags=("New",))["tags"] == ("New",)


@pytest.mark.parametrize("way", ["replace", "merge"])
@pytest.mark.parametrize("dates", ["unix", "text"])
def test_one_custom_field_leaves_the_others_however_the_server_takes_them(way: str, dates: str) -> None:
    office = Office(custom_fields_put=way, dates=dates)
    define = office.world.tables.define
    define("Nickname", "String")
    define("Birthday", "Date")
    define("VIP", "Checkbox")
    define("Colour", "Dropdown", ("Red", "Green"))
    define("Likes", "MultiSelect", ("Music", "Sport"))
    values = {"Nickname": "A", "Birthday": "1980-02-29", "VIP": True, "Colour": "Green", "Likes": ("Music", "Sport")}
    connector = office.open("people", *values)
    ann = made(connector, name="Ann", **values)
    assert ann.values == values
    assert changed(connector, ann.id, Nickname="B") == {**values, "Nickname": "B"}
    assert changed(connector, ann.id, VIP=None, Colour=None) == {
        **values,
        "Nickname": "B",
        "VIP": False,
        "Colour": None,
    }


def test_dates_are_sent_as_the_reference_says(office: Office) -> None:
    office.world.tables.define("Birthday", "Date")
    made(office.open("people", "Birthday"), name="Ann", Birthday="2001-12-31")
    assert office.bodies("/people")[0]["custom_fields"][0]["value"] == "12/31/2001"


def test_a_leads_address_keeps_its_category(office: Office) -> None:
    lead = office.world.store("leads", {"name": "Ann", "email": {"email": "a@example.com", "category": "personal"}}).id
    connector = office.open("leads", "email")
    assert changed(connector, lead, email="b@example.com") == {"email": "b@example.com"}
    assert office.shown(lead, "leads")["email"] == {"email": "b@example.com", "category": "personal"}
    assert changed(connector, lead, email=None) == {"email": None}


def test_fields_that_stand_alone_need_no_look_at_the_record(office: Office) -> None:
    ann = person(office)
    before = len(office.asked)
    changed(office.open("people", "title"), ann, title="CEO", details="Met at the fair")
    assert office.asked[before:] == [("PUT", f"/people/{ann}", {"title": "CEO", "details": "Met at the fair"})]


def test_names_of_types_statuses_and_sources_are_written_as_ids(office: Office) -> None:
    lead = made(office.open("leads", "status", "customer_source"), name="Ann", customer_source="Cold Call")
    assert lead.values == {"status": "New", "customer_source": "Cold Call"}
    ann = made(office.open("people", "contact_type"), name="Ann", contact_type="Other")
    assert changed(office.open("people", "contact_type"), ann.id, contact_type=None) == {
        "contact_type": "Uncategorized"
    }


@pytest.mark.parametrize(
    ("values", "code", "words"),
    [
        ({"country": "Belgium"}, "country_code", "via: country_name"),
        ({"name": None}, "name_required", "without a name"),
        ({"contact_type": "Friend"}, "no_such_option", "Potential Customer, Current Customer"),
        ({"Colour": "Blue"}, "no_such_option", "it has Red"),
        ({"Likes": ("Red", "Chess")}, "no_such_option", "it has Music"),
        ({"Birthday": "soon"}, "not_a_date", "takes a date"),
        ({"Nickname": "x" * 256}, "too_long", "255 characters"),
        ({"assignee_id": "the boss"}, "not_an_id", "the number of a user"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_what_is_known_to_be_refused_is_not_sent(office: Office, values: dict, code: str, words: str) -> None:
    office.world.tables.define("Colour", "Dropdown", ("Red",))
    office.world.tables.define("Likes", "MultiSelect", ("Music",))
    office.world.tables.define("Birthday", "Date")
    office.world.tables.define("Nickname", "String")
    ann = person(office)
    refused = why(office.open("people"), ann, **values)
    assert refused.code == code
    assert refused.field == next(iter(values))
    assert words in refused.message
    assert office.world.calls["update"] == 0


def test_an_answer_without_the_address_is_read_back() -> None:
    office = Office(bare_answers=True)
    connector = office.open("people", "city")
    ann = made(connector, name="Ann", city="Gent")
    assert ann.values == {"city": "Gent"}
    assert changed(connector, ann.id, city="Brugge") == {"city": "Brugge"}
