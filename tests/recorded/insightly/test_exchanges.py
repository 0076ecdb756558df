"""What a real instance answered in 2025: our parsers read it, and the emulator answers in the same shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.connectors.apps.insightly import APP
from reconciler.connectors.base import Opening
from reconciler.connectors.insightly.kinds import KINDS
from reconciler.model.field import FieldType
from reconciler.model.outcome import Draft, Written
from tests.recorded.exchanges import recorded
from tests.unit.connectors.insightly.instance import Instance
from tests.unit.connectors.wire import Wire, answer, http_over

if TYPE_CHECKING:
    import httpx

TAPE = recorded("insightly.examples.json")
TAPES = [TAPE] if TAPE else []

pytestmark = pytest.mark.parametrize("tape", TAPES, ids=["2025"][: len(TAPES)])


def connector(reply, entity: str, *fields: str):
    wire = Wire(reply)
    http = http_over(wire, app="insightly", base_url="https://api.insightly.test/v3.1")
    return APP.open(Opening(http, entity, {}, fields))


def contacts_of(tape):
    def reply(request: httpx.Request) -> httpx.Response:
        customs = "CustomFields" in request.url.path
        return answer(tape["read/contacts/custom-fields" if customs else "read/contacts/list"], X_Total_Count="1")

    return reply


def test_a_contact_is_read_with_its_custom_fields(tape) -> None:
    wanted = ("EMAIL_ADDRESS", "ORGANISATION_NAME", "EMAIL_OPTED_OUT", "TAGS", "Interests__c", "Date1__c")
    more = ("Newsletter_Subscription__c", "Preferred_Contact_Method__c", "DATE_UPDATED_UTC")
    ((record,),) = (page.records for page in connector(contacts_of(tape), "contacts", *wanted, *more).list())
    assert record.id == "366638973"
    assert record.values == {
        "EMAIL_ADDRESS": "pamela@mail.com",
        "ORGANISATION_NAME": None,
        "EMAIL_OPTED_OUT": False,
        "TAGS": None,
        "Interests__c": ("Music", "Sports", "Travel"),
        "Date1__c": None,
        "Newsletter_Subscription__c": True,
        "Preferred_Contact_Method__c": "SMS",
        "DATE_UPDATED_UTC": "2025-04-22T20:03:25+00:00",
    }


def test_custom_fields_are_described(tape) -> None:
    described = {field.name: field for field in connector(contacts_of(tape), "contacts").describe() if field.custom}
    assert {name: field.type for name, field in described.items()} == {
        "Hobby__c": FieldType.TEXT,
        "Interests__c": FieldType.LIST,
        "Newsletter_Subscription__c": FieldType.BOOLEAN,
        "Preferred_Contact_Method__c": FieldType.ENUM,
        "Date1__c": FieldType.DATE,
        "Date2__c": FieldType.DATETIME,
        "MultiText1__c": FieldType.TEXT,
        "Number1__c": FieldType.NUMBER,
        "Percent1__c": FieldType.NUMBER,
        "AutoNumber1__c": FieldType.TEXT,
    }
    assert [name for name, field in described.items() if not field.writable] == ["AutoNumber1__c"]
    assert described["Interests__c"].values == ("Art", "Food", "Music", "Sports", "Technology", "Travel")


def test_leads_come_in_pages_and_an_empty_one_is_the_last(tape) -> None:
    first, last = tape["read/leads/1-first-page"], tape["read/leads/3-last-page"]

    def reply(request: httpx.Request) -> httpx.Response:
        return answer(first[int(request.url.params["skip"]) :] or last)

    leads = connector(reply, "leads", "EMAIL", "TAGS", "ADDRESS_COUNTRY", "LEAD_SOURCE_ID", "EMPLOYEE_COUNT")
    (page,) = leads.list()
    assert page.last
    assert [record.values["TAGS"] for record in page.records] == [("Paris",), ("Washington",)]
    assert page.records[0].values == {
        "EMAIL": None,
        "TAGS": ("Paris",),
        "ADDRESS_COUNTRY": "United States",
        "LEAD_SOURCE_ID": "3794750",
        "EMPLOYEE_COUNT": None,
    }


@pytest.mark.parametrize("entity", KINDS)
def test_the_answer_to_a_write_is_read(tape, entity: str) -> None:
    said = tape[f"write/{entity}"]
    (outcome,) = connector(answer(said, 201), entity, "LAST_NAME").create([Draft({"LAST_NAME": said["LAST_NAME"]})])
    assert isinstance(outcome, Written)
    assert outcome.id == str(said[KINDS[entity].key])


@pytest.mark.parametrize("entity", KINDS)
def test_the_catalogue_has_every_field_that_was_listed(tape, entity: str) -> None:
    known = APP.catalogue.entities[entity].by_name.keys()
    aside = {"CUSTOMFIELDS", "DATES", "LINKS"}
    assert set(tape["fields"][KINDS[entity].collection]) - aside <= known


@pytest.mark.parametrize("entity", KINDS)
def test_the_emulator_answers_in_the_same_shape(tape, entity: str) -> None:
    app = Instance(entity)
    number = app.add()
    app.connector().get([number])
    shown = app.api.answer(app._call(app.requests[-1])).body
    assert set(shown) == set(tape[f"write/{entity}"])
