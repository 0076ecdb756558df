"""The connector over the description that a HubSpot account really gave of its contacts in 2022."""

from __future__ import annotations

import pytest

from reconciler.connectors.apps.hubspot import APP
from reconciler.connectors.base import Opening
from reconciler.model.field import Field, FieldType
from reconciler.sandbox.hubspot.schema import standard
from tests.recorded.exchanges import recorded
from tests.unit.connectors.wire import Wire, answer, http_over

DESCRIBED = recorded("hubspot-contact-schema-2022.json")
CATALOGUE = APP.catalogue.entities["contacts"]
VIRTUAL = {"lists", "associated_company"}

pytestmark = pytest.mark.parametrize("schema", [DESCRIBED] if DESCRIBED else [], ids=["2022"][: 1 if DESCRIBED else 0])


def fields(schema: dict, **options: object) -> dict[str, Field]:
    described = {"results": schema["properties"]}
    wire = Wire(lambda request: answer({"lists": []} if "/lists" in request.url.path else described))
    connector = APP.open(Opening(http_over(wire, app="hubspot"), "contacts", options))
    return {field.name: field for field in connector.describe()}


def test_the_account_has_every_field_of_the_catalogue(schema: dict) -> None:
    assert {field.name for field in CATALOGUE.fields} - VIRTUAL <= set(fields(schema))


def test_types_and_rights_are_as_the_catalogue_says(schema: dict) -> None:
    real = fields(schema)
    for listed in CATALOGUE.fields:
        found = real[listed.name]
        assert (found.type, found.writable, found.role) == (listed.type, listed.writable, listed.role), listed.name


def test_labels_name_the_same_options(schema: dict) -> None:
    by_value, by_label = fields(schema), fields(schema, choices="labels")
    assert by_value["lifecyclestage"].values[0] == "subscriber"
    assert by_label["lifecyclestage"].values[0] == "Subscriber"
    for name, field in by_label.items():
        assert len(set(field.values)) == len(field.values) == len(by_value[name].values), name


def test_its_custom_properties_are_known_from_hubspots(schema: dict) -> None:
    custom = {name: field.type for name, field in fields(schema).items() if field.custom}
    assert custom == {
        "date_field": FieldType.DATE,
        "number_field": FieldType.NUMBER,
        "text_field": FieldType.TEXT,
    }


def test_nothing_that_hubspot_computes_can_be_written(schema: dict) -> None:
    real = fields(schema)
    computed = {
        one["name"]
        for one in schema["properties"]
        if one["calculated"] or one["modificationMetadata"]["readOnlyValue"] or one["fieldType"].startswith("calc")
    }
    assert len(computed) > 100
    assert {name for name in computed if real[name].writable} == set()


def test_the_emulators_properties_are_those_of_an_account(schema: dict) -> None:
    real = {one["name"]: one for one in schema["properties"]}
    for name, ours in standard().items():
        if name == "hs_lifecyclestage_lead_date" and name not in real:
            continue
        theirs, mine = real[name], ours.body()
        assert (mine["type"], mine["fieldType"]) == (theirs["type"], theirs["fieldType"]), name
        rights = theirs["calculated"] or theirs["modificationMetadata"]["readOnlyValue"]
        assert (ours.read_only or ours.calculated) is bool(rights), name
        assert set(mine) <= {*theirs, "dataSensitivity", "referencedObjectType"}, name
