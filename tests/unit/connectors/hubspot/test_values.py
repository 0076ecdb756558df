from __future__ import annotations

import pytest

from reconciler.connectors.hubspot.properties import Choice, Codec, Property, moment
from reconciler.model.field import Field, FieldType
from reconciler.model.outcome import Draft
from tests.unit.connectors.hubspot.portal import Portal, patch, stored

COLOURS = [Choice("red", "Red"), Choice("blue_1", "Blue"), Choice("blue_2", "Blue"), Choice("bare")]


def codec(kind: str, field_kind: str = "text", *, labels: bool = False, options: list[Choice] = COLOURS) -> Codec:
    one = Property("x", kind, field_kind, options=options if kind == "enumeration" else [])
    return Codec({"x": one}, [one.field(None, labels=labels)], labels=labels)


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("string", "", None),
        ("string", None, None),
        ("string", "null", "null"),
        ("string", " x ", " x "),
        ("number", "17", 17),
        ("number", "17.50", 17.5),
        ("number", "12345678901234567890", 12345678901234567890),
        ("number", "1.5E7", 15_000_000.0),
        ("number", "not one", "not one"),
        ("bool", "true", True),
        ("bool", "false", False),
        ("date", "1980-02-03", "1980-02-03"),
        ("date", "318384000000", "1980-02-03"),
        ("date", "someday", "someday"),
        ("datetime", "2022-02-17T19:25:27.631Z", "2022-02-17T19:25:27.631000+00:00"),
        ("datetime", "2022-02-17T19:25:29Z", "2022-02-17T19:25:29+00:00"),
        ("datetime", "1762212973632", "2025-11-03T23:36:13.632000+00:00"),
        ("datetime", "99999999999999999999", "99999999999999999999"),
    ],
)
def test_a_stored_text_becomes_what_its_type_says(kind: str, raw: str | None, value: object) -> None:
    read = codec(kind).read("x", raw)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("string", None, ""),
        ("string", "x", "x"),
        ("number", 17, "17"),
        ("number", 1.5, "1.5"),
        ("number", 1e22, "10000000000000000000000"),
        ("number", 0.00000012, "0.00000012"),
        ("bool", True, "true"),
        ("bool", False, "false"),
        ("date", "1980-02-03", "1980-02-03"),
        ("datetime", "2022-02-17T20:25:27.631+01:00", "2022-02-17T19:25:27.631Z"),
        ("datetime", "2022-02-17T19:25:29", "2022-02-17T19:25:29.000Z"),
        ("datetime", "someday", "someday"),
    ],
)
def test_a_value_is_written_as_the_text_that_hubspot_takes(kind: str, value: object, text: str) -> None:
    assert codec(kind).write("x", value) == text


def test_several_options_are_a_list_in_any_order() -> None:
    many = codec("enumeration", "checkbox")
    assert many.read("x", ";red;blue_1;") == ("blue_1", "red")
    assert many.read("x", ";") is None
    assert many.write("x", ("red", "blue_2")) == "red;blue_2"


@pytest.mark.parametrize("spelling", ["red", "Red"])
def test_an_option_can_be_written_by_value_or_by_label(spelling: str) -> None:
    assert codec("enumeration", "select").write("x", spelling) == "red"
    assert codec("enumeration", "select", labels=True).write("x", spelling) == "red"
    assert codec("enumeration", "checkbox").write("x", (spelling,)) == "red"


def test_options_can_be_read_by_label_and_two_of_one_label_are_told_apart() -> None:
    shown = codec("enumeration", "select", labels=True)
    assert [shown.read("x", raw) for raw in ("red", "blue_1", "blue_2", "bare", "unheard of")] == [
        "Red",
        "Blue (blue_1)",
        "Blue (blue_2)",
        "bare",
        "unheard of",
    ]
    assert shown.write("x", "Blue (blue_2)") == "blue_2"
    assert codec("enumeration", "checkbox", labels=True).read("x", "red;blue_1") == ("Blue (blue_1)", "Red")


def test_an_option_that_nobody_told_of_is_sent_as_it_is() -> None:
    """Somebody may have added it since; HubSpot knows best, and refuses it for that contact alone."""
    assert codec("enumeration", "select").write("x", "new") == "new"


@pytest.mark.parametrize("text", ["", None, "yesterday", "2022-13-01", "9" * 30])
def test_what_is_no_moment_is_none(text: str | None) -> None:
    assert moment(text) is None


def test_a_property_becomes_a_field() -> None:
    size = Property("size", "number", "number", "Size", hubspot_defined=False).field(None, labels=False)
    assert (size.type, size.custom, size.label, size.max_length) == (FieldType.NUMBER, True, "Size", None)
    known = Field("email", FieldType.EMAIL, role="email", normalise=("lower",))
    email = Property("email", "string", hubspot_defined=True).field(known, labels=False)
    assert (email.type, email.role, email.custom, email.normalise) == (FieldType.EMAIL, "email", False, ("lower",))


@pytest.mark.parametrize(
    "how",
    [{"calculated": True}, {"field_type": "calculation_equation"}, {"modification_metadata": None}],
    ids=["calculated", "an equation", "read only"],
)
def test_what_hubspot_computes_cannot_be_written(how: dict) -> None:
    if "modification_metadata" in how:
        how = {"modification_metadata": type(Property("y", "").modification_metadata)(read_only_value=True)}
    assert not Property("x", "string", **how).field(None, labels=False).writable


def test_owners_and_teams_are_ids_and_no_pick_lists() -> None:
    owner = Property("hubspot_owner_id", "enumeration", "select", external_options=True, options=COLOURS)
    assert owner.field(None, labels=False).type is FieldType.TEXT


def test_custom_properties_are_discovered_with_their_types(portal: Portal) -> None:
    portal.world.add_property("member_since", "date", "date")
    portal.world.add_property("colours", "enumeration", "checkbox", (("r", "Red"), ("b", "Blue")))
    portal.world.properties["inner"] = portal.world.properties["email"].__class__("inner", kind="json")
    fields = {field.name: field for field in portal.open(choices="labels").describe()}
    assert (fields["member_since"].type, fields["member_since"].custom) == (FieldType.DATE, True)
    assert (fields["colours"].type, fields["colours"].values) == (FieldType.LIST, ("Red", "Blue"))
    assert fields["lifecyclestage"].values[:2] == ("Subscriber", "Lead")
    assert "inner" not in fields
    connector = portal.open("email", "member_since", "colours", choices="labels")
    values = {"email": "a@example.com", "member_since": "2020-02-29", "colours": ("Blue", "Red")}
    (made,) = connector.create([Draft(values)])
    assert stored(made).values == values
    assert portal.world.read(made.id)["colours"] == "b;r"


def test_the_life_cycle_goes_forward_by_labels_too(portal: Portal) -> None:
    one = portal.person(1, lifecyclestage="customer")
    connector = portal.open("lifecyclestage", choices="labels")
    assert connector.get([one])[0].values == {"lifecyclestage": "Customer"}
    (back,) = connector.update([patch(one, {"lifecyclestage": "Customer"}, lifecyclestage="Lead")])
    assert back.code == "stage_backwards"
    (on,) = connector.update([patch(one, {"lifecyclestage": "Customer"}, lifecyclestage="Evangelist")])
    assert stored(on).values == {"lifecyclestage": "Evangelist"}


def test_the_companys_name_is_a_text_and_the_associated_company_another_thing(portal: Portal) -> None:
    acme = portal.world.add_company("Acme")
    one = portal.person(1, company="ACME Inc.", associatedcompanyid=acme)
    two, three = portal.person(2), portal.person(3, associatedcompanyid="777")
    connector = portal.open("company", "associated_company")
    names = {record.id: record.values for page in connector.list() for record in page.records}
    assert names[one] == {"company": "ACME Inc.", "associated_company": "Acme"}
    assert (names[two]["associated_company"], names[three]["associated_company"]) == (None, None)
    assert connector.get([one])[0].values["associated_company"] == "Acme"
    assert portal.lines.count("POST /crm/v3/objects/companies/batch/read") == 1
    portal.world.companies[acme] = "Acme Ltd."
    assert next(iter(connector.list())).records[0].values["associated_company"] == "Acme Ltd."
    (refused,) = connector.update([patch(one, associated_company="Globex")])
    assert refused.code == "read_only"


def test_an_owner_is_an_id_that_the_account_must_know(portal: Portal) -> None:
    portal.world.add_owner("owner@example.com")
    connector = portal.open("email", "hubspot_owner_id")
    drafts = [Draft({"email": f"{one}@example.com", "hubspot_owner_id": one}) for one in ("51", "99")]
    good, bad = connector.create(drafts)
    assert stored(good).values["hubspot_owner_id"] == "51"
    assert (bad.code, bad.field) == ("INVALID_OWNER_ID", "hubspot_owner_id")
