"""Custom fields: keys of 40 hex digits in the app, the names that people gave them here."""

from __future__ import annotations

import pytest

from reconciler.model.field import FieldType
from tests.unit.connectors.pipedrive.company import Company, draft, made, patch, refusal


def described(company: Company) -> dict[str, FieldType]:
    return {field.name: field.type for field in company.persons().describe() if field.custom}


def test_fields_carry_their_names_types_and_parts() -> None:
    company = Company()
    for name, kind in {
        "Nickname": "varchar",
        "Score": "double",
        "Budget": "monetary",
        "Season": "daterange",
        "Hours": "timerange",
        "Boss": "user",
        "Odd": "hologram",
    }.items():
        company.world.add_field(name, kind)
    assert described(company) == {
        "Nickname": FieldType.TEXT,
        "Score": FieldType.NUMBER,
        "Budget": FieldType.NUMBER,
        "Budget (currency)": FieldType.TEXT,
        "Season": FieldType.DATE,
        "Season (until)": FieldType.DATE,
        "Hours": FieldType.TEXT,
        "Hours (until)": FieldType.TEXT,
        "Hours (timezone_id)": FieldType.INTEGER,
        "Boss": FieldType.TEXT,
        "Odd": FieldType.TEXT,
    }


def test_two_of_one_name_and_one_named_like_a_standard_field_are_told_apart() -> None:
    company = Company()
    keys = [company.world.add_field("Twice") for _ in range(2)]
    taken = company.world.add_field("email")
    assert set(described(company)) == {f"Twice ({key[:6]})" for key in keys} | {f"email ({taken[:6]})"}


def test_the_key_itself_is_a_name_as_well() -> None:
    company = Company()
    key = company.world.add_field("Nickname")
    record = made(company.persons(key).create(draft(name="Ann", **{key: "Nan"})))
    assert record.values == {key: "Nan"}
    assert company.persons("Nickname").get([record.id])[0].values == {"Nickname": "Nan"}


def test_options_go_by_label_and_a_set_is_cleared_by_null() -> None:
    company = Company()
    colour = company.world.add_field("Colour", "enum", ["Red", "Green"])
    regions = company.world.add_field("Regions", "set", ["North", "South", "West"])
    connector = company.persons("Colour", "Regions")
    record = made(connector.create(draft(name="Ann", Colour="Green", Regions=("North", "West"))))
    assert record.values == {"Colour": "Green", "Regions": ("North", "West")}
    assert company.sent("POST")["custom_fields"] == {colour: 11, regions: [12, 14]}
    old = dict(record.values)
    record = made(connector.update(patch(record.id, old, Regions=("South", "West"))))
    assert record.values["Regions"] == ("South", "West")
    record = made(connector.update(patch(record.id, dict(record.values), Regions=None, Colour=None)))
    assert record.values == {"Colour": None, "Regions": None}
    assert company.sent()["custom_fields"] == {colour: None, regions: None}
    assert "Green, Red" in refusal(connector.update(patch(record.id, Colour="Blue"))).message


@pytest.mark.parametrize("entity", ["persons", "deals"])
def test_an_option_made_while_the_connection_is_open_is_called_by_its_name(entity: str) -> None:
    company = Company()
    kinds = {"Colour": "enum", "Colours": "set"}
    for name, kind in kinds.items():
        company.world.add_field(name, kind, ["Red"], entity)
    opened = company.persons if entity == "persons" else company.leads
    connector = opened("Colour", "Colours")
    values = {"name": "Ann", "Colour": "Red", **({} if entity == "persons" else {"title": "Big"})}
    record = made(connector.create(draft(**values)))
    for one in company.world.custom[entity].values():
        one.options[99] = "Purple"
    company.world.edit(record.id, {"Colour": "Purple", "Colours": ("Purple",)}, "" if entity == "persons" else "leads")
    (now,) = connector.get([record.id])
    assert now.values == {"Colour": "Purple", "Colours": ("Purple",)}
    for one in company.world.custom[entity].values():
        one.options[100] = "Green"
    assert made(connector.update(patch(record.id, Colour="Green"))).values["Colour"] == "Green"


def test_an_option_that_was_deleted_shows_its_number_and_is_asked_for_once() -> None:
    company = Company()
    key = company.world.add_field("Colour", "enum", ["Red"])
    person = company.world.add({"name": "Ann", "Colour": "Red"})
    company.world.custom["persons"][key].options.clear()
    connector = company.persons("Colour")
    for _ in range(3):
        assert connector.get([person])[0].values == {"Colour": "10"}
    assert len(company.asked("GET", f"/personFields/{key}")) == 1


def test_an_amount_keeps_its_currency_and_a_first_one_gets_the_companys() -> None:
    company = Company()
    key = company.world.add_field("Budget", "monetary")
    connector = company.persons("Budget", "Budget (currency)")
    record = made(connector.create(draft(name="Ann", Budget=10)))
    assert record.values == {"Budget": 10, "Budget (currency)": "EUR"}
    record = made(connector.update(patch(record.id, **{"Budget (currency)": "USD"})))
    assert record.values == {"Budget": 10, "Budget (currency)": "USD"}
    record = made(connector.update(patch(record.id, Budget=12.5)))
    assert record.values == {"Budget": 12.5, "Budget (currency)": "USD"}
    both = {"Budget (currency)": "GBP", "Budget": 3}
    assert made(connector.create(draft(name="Bob", **both))).values == both
    assert made(connector.update(patch(record.id, Budget=None))).values == dict.fromkeys(both)
    assert company.sent()["custom_fields"] == {key: None}


@pytest.mark.parametrize(
    ("kind", "part", "value", "other"),
    [("daterange", "until", "2024-01-02", "2024-02-03"), ("time", "timezone_id", "09:00:00", 7)],
)
def test_the_parts_of_a_value_are_fields_of_their_own(kind: str, part: str, value: str, other: object) -> None:
    company = Company()
    company.world.add_field("When", kind)
    connector = company.persons("When", f"When ({part})")
    record = made(connector.create(draft(name="Ann", When=value)))
    assert record.values == {"When": value, f"When ({part})": None}
    record = made(connector.update(patch(record.id, **{f"When ({part})": other})))
    assert record.values == {"When": value, f"When ({part})": other}


def test_an_address_is_written_as_a_line_and_read_in_parts() -> None:
    company = Company()
    company.world.add_field("Office", "address")
    connector = company.persons("Office", "Office (locality)", "Office (country)")
    record = made(connector.create(draft(name="Ann", Office="Kerkstraat 1, Antwerpen, Belgium")))
    company.clock.advance(2)
    (now,) = connector.get([record.id])
    assert now.values == {
        "Office": "Kerkstraat 1, Antwerpen, Belgium",
        "Office (locality)": "Antwerpen",
        "Office (country)": "Belgium",
    }
    assert refusal(connector.update(patch(record.id, **{"Office (country)": "France"}))).code == "read_only"


def test_a_moment_sent_to_a_date_is_stored_as_its_date() -> None:
    company = Company()
    company.world.add_field("Since", "date")
    record = made(company.persons("Since").create(draft(name="Ann", Since="2020-08-30T05:49:48Z")))
    assert record.values == {"Since": "2020-08-30"}


def test_types_are_strict() -> None:
    company = Company()
    company.world.add_field("Score", "double")
    why = refusal(company.persons("Score").create(draft(name="Ann", Score="7")))
    assert why.code == "ERR_SCHEMA_VALIDATION_FAILED"


def test_a_few_custom_fields_are_asked_for_by_key_and_many_are_not() -> None:
    company = Company()
    names = [f"Field {number}" for number in range(16)]
    keys = [company.world.add_field(name) for name in names]
    company.world.add({"name": "Ann"})
    company.persons("name", *names[:2]).get(["1"])
    assert company.asked("GET", "/persons")[-1].url.params["custom_fields"] == ",".join(sorted(keys[:2]))
    company.persons("name", *names).get(["1"])
    assert "custom_fields" not in company.asked("GET", "/persons")[-1].url.params
