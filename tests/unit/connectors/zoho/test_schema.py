from __future__ import annotations

import msgspec
import pytest

from reconciler.connectors.apps.zoho import APP
from reconciler.connectors.zoho.layouts import Layouts
from reconciler.connectors.zoho.schema import Column, Fields, reader, write_value
from reconciler.errors import Denied
from reconciler.model.field import FieldType
from reconciler.model.outcome import Draft, Patch
from reconciler.sandbox.zoho.columns import Column as Stored
from tests.unit.connectors.zoho.organisation import EMULATOR, FIELDS, A, Organisation, Script, column, nothing, scripted

COLUMNS = msgspec.convert(FIELDS, Fields).columns()


def test_fields_are_what_the_organisation_says_with_the_catalogues_roles() -> None:
    fields = {field.name: field for field in scripted(Script(nothing())).describe()}
    assert "Photo" not in fields
    assert (fields["Email"].role, fields["Email"].max_length) == ("email", 100)
    assert (fields["Account_Name"].role, fields["Account_Name"].type) == ("company", FieldType.TEXT)
    assert {name for name, field in fields.items() if field.required} == {"Last_Name"}
    assert {name for name, field in fields.items() if not field.writable} == {"id", "Full_Name"}
    assert fields["Level"].values == ("gold",)
    assert (fields["Tag"].type, fields["Tag"].writable, fields["Tag"].role) == (FieldType.LIST, True, "tags")


def test_layouts_require_what_an_administrator_wants_and_leave_out_what_not() -> None:
    there = Organisation()
    there.world.add_custom_field("Leads", Stored("Number", custom=True, demanded=True))
    there.world.tables["Leads"].columns["Company"] = Stored("Company", "text", 200)
    fields = there.records(entity="leads").describe()
    assert {field.name for field in fields if field.required} == {"Last_Name", "Number"}


def test_a_field_is_required_where_every_active_layout_wants_it() -> None:
    def layout(*names: str, status: str = "active") -> dict[str, object]:
        return {"status": status, "sections": [{"fields": [{"api_name": name, "required": True} for name in names]}]}

    said = {
        "layouts": [
            layout("A", "B"),
            layout("B", "C"),
            layout(status="inactive"),
        ]
    }
    assert msgspec.convert(said, Layouts).required() == {"B"}
    assert msgspec.convert({"layouts": []}, Layouts).required() == set()


def test_without_a_look_at_the_layouts_the_catalogues_word_counts() -> None:
    there = Organisation()
    narrow = EMULATOR.broken(there.world)["scopes"]
    fields = there.records(entity="leads", auth=narrow).describe()
    assert {field.name for field in fields if field.required} == {"Last_Name", "Company"}


def test_what_the_first_layout_requires_stays_required() -> None:
    wire = Script(nothing(), fields={"fields": [column("Company"), column("Last_Name", system_mandatory=True)]})
    fields = {field.name: field for field in scripted(wire, entity="leads").describe()}
    assert fields["Company"].required


def test_custom_fields_are_read_and_written_by_the_name_that_the_api_gives_them() -> None:
    wire = Script(nothing(), fields={"fields": [column("Shoe_Size", "double", custom_field=True, field_label="Shoe")]})
    shoe = next(field for field in scripted(wire).describe() if field.name == "Shoe_Size")
    assert (shoe.custom, shoe.label, shoe.type, shoe.writable) == (True, "Shoe", FieldType.NUMBER, True)


@pytest.mark.parametrize(
    "stopped", [{"read_only": True}, {"field_read_only": True}, {"operation_type": {"api_update": False}}]
)
def test_three_things_make_a_field_read_only(stopped: dict) -> None:
    made = msgspec.convert(column("Level", **stopped), Column)
    assert not made.field(None).writable


@pytest.mark.parametrize(
    ("json_type", "kind"), [("double", FieldType.NUMBER), ("string", FieldType.TEXT), (None, FieldType.TEXT)]
)
def test_what_is_computed_has_the_type_of_its_result(json_type: str | None, kind: FieldType) -> None:
    made = msgspec.convert(column("Total", "formula", json_type=json_type, read_only=True), Column)
    assert (made.field(None).type, made.field(None).writable) == (kind, False)


def test_a_hidden_field_stalls_before_anything_is_read_or_written() -> None:
    for act in (
        lambda connector: list(connector.list()),
        lambda connector: connector.create([Draft({"Last_Name": "x"})]),
        lambda connector: connector.update([Patch(A, {"Last_Name": "x"}, {})]),
    ):
        wire = Script(nothing())
        with pytest.raises(Denied, match=r"no field LastName.*did you mean Last_Name\?"):
            act(scripted(wire, "LastName"))
        assert wire.lines == ["GET /crm/v8/settings/fields"]


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("Last_Name", "Smith", "Smith"),
        ("Last_Name", "", None),
        ("Last_Name", None, None),
        ("Level", "-None-", None),
        ("Account_Name", {"name": "Acme", "id": A}, "Acme"),
        ("Account_Name", None, None),
        ("Owner", {"name": "J K", "id": A, "email": "j@k.io"}, A),
        ("id", A, A),
        ("Seen", "2024-12-20T10:09:52+03:00", "2024-12-20T07:09:52+00:00"),
        ("Seen", "soon", "soon"),
        ("Topics", ["b", "a"], ("a", "b")),
        ("Topics", [], None),
        ("Serial", "90071992547409931", 90071992547409931),
        ("Active", False, False),
        ("Score", 1.5, 1.5),
        ("Tag", [{"name": "vip", "id": "1", "color_code": None}, {"name": "a", "id": "2"}], ("a", "vip")),
        ("Tag", [], None),
    ],
)
def test_values_are_read_by_type(name: str, raw: object, value: object) -> None:
    assert reader(COLUMNS[name])(raw) == value


@pytest.mark.parametrize(
    ("name", "value", "raw"),
    [
        ("Last_Name", None, None),
        ("Active", None, False),
        ("Topics", ("a", "b"), ["a", "b"]),
        ("Owner", A, {"id": A}),
        ("Seen", "2024-12-20T10:09:52.123456+03:00", "2024-12-20T07:09:52+00:00"),
        ("Seen", "2024-12-20T10:09:52", "2024-12-20T10:09:52+00:00"),
        ("Born", "2024-12-20", "2024-12-20"),
        ("Serial", 90071992547409931, "90071992547409931"),
        ("Score", 1.5, 1.5),
    ],
)
def test_values_are_written_by_type(name: str, value, raw: object) -> None:
    assert write_value(value, COLUMNS[name]) == raw


def test_a_record_without_tags_may_come_without_the_field() -> None:
    there = Organisation()
    ann = there.world.add({"Last_Name": "Ann"})
    (record,) = there.records("Tag").get([ann])
    assert record.values == {"Tag": None}


@pytest.mark.parametrize("entity", ["contacts", "leads"])
def test_the_catalogue_pairs_what_can_be_paired(entity: str) -> None:
    catalogue = APP.catalogue.entities[entity]
    roles = {field.role for field in catalogue.fields if field.role}
    assert {"email", "first_name", "last_name", "company", "phone", "mobile", "country", "tags", "opt_out"} <= roles
    assert [field.strictness for field in catalogue.fields if field.role == "opt_out"] == [("false", "true")]


@pytest.mark.parametrize("entity", ["contacts", "leads"])
def test_the_traits_say_what_the_app_lacks(entity: str) -> None:
    traits = scripted(Script(nothing()), "Last_Name", "Custom", entity=entity).traits
    assert not traits.versions
    assert any("precondition" in note for note in traits.notes)
    assert ("converted leads are gone" in traits.notes) is (entity == "leads")
    assert "Custom" in traits.searchable
    assert traits.webhooks
