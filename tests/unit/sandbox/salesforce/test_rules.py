from __future__ import annotations

import pytest

from tests.unit.sandbox.desks import code


def create(desk, **values):
    return desk.ask("POST", "/sobjects/Contact", {"LastName": "Lee"} | values)


@pytest.mark.parametrize(
    ("field", "sent", "kept"),
    [
        ("Email", "  Ann@Example.COM ", "ann@example.com"),
        ("FirstName", "  Ann  ", "Ann"),
        ("FirstName", "", None),
        ("FirstName", "   ", None),
        ("Title", "Directrice 🎉", "Directrice 🎉"),
        ("Accepts_Mailing__c", "true", True),
        ("MailingLatitude", "1", 1),
        ("MailingLatitude", 51.5, 51.5),
        ("Birthdate", "1990-05-01", "1990-05-01"),
        ("EmailBouncedDate", "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00.000+0000"),
        ("LeadSource", "Carrier pigeon", "Carrier pigeon"),
        ("AccountId", "0014S000007NeM3", "0014S000007NeM3QAK"),
    ],
)
def test_what_is_kept(desk, field, sent, kept):
    made = create(desk, **{field: sent}).body["id"]
    assert desk.ask("GET", f"/sobjects/Contact/{made}", fields=field).body[field] == kept


@pytest.mark.parametrize(
    ("values", "expected", "fields"),
    [
        ({"LastName": None}, "REQUIRED_FIELD_MISSING", ["LastName"]),
        ({"LastName": " "}, "REQUIRED_FIELD_MISSING", ["LastName"]),
        ({"FirstName": "x" * 41}, "STRING_TOO_LONG", ["FirstName"]),
        ({"Email": "badone"}, "INVALID_EMAIL_ADDRESS", ["Email"]),
        ({"CleanStatus": "Spotless"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", ["CleanStatus"]),
        ({"Accepts_Mailing__c": None}, "INVALID_TYPE_ON_FIELD_IN_RECORD", ["Accepts_Mailing__c"]),
        ({"MailingLatitude": "north"}, "JSON_PARSER_ERROR", None),
        ({"FirstName": {"x": 1}}, "JSON_PARSER_ERROR", None),
        ({"Birthdate": "yesterday"}, "JSON_PARSER_ERROR", None),
        ({"AccountId": "nonsense"}, "MALFORMED_ID", ["AccountId"]),
        ({"Shoe_Size__c": "43"}, "INVALID_FIELD", None),
        ({"Name": "Ann Lee"}, "INVALID_FIELD_FOR_INSERT_UPDATE", ["Name"]),
        ({"SystemModstamp": "2026-01-01T00:00:00Z"}, "INVALID_FIELD_FOR_INSERT_UPDATE", ["SystemModstamp"]),
    ],
    ids=str,
)
def test_what_is_refused(desk, values, expected, fields):
    answer = create(desk, **values)
    assert code(answer) == (400, expected)
    assert answer.body[0].get("fields") == fields
    assert desk.world.ids() == []


def test_a_lead_needs_a_company_and_gets_a_status(desk):
    refused = desk.ask("POST", "/sobjects/Lead", {"Email": "ann@example.com"})
    assert refused.body[0]["fields"] == ["LastName", "Company"]
    made = desk.ask("POST", "/sobjects/Lead", {"LastName": "Lee", "Company": "Acme"}).body["id"]
    assert desk.world.read(made, "Lead")["Status"] == "Open - Not Contacted"


def test_a_required_field_cannot_be_cleared(desk):
    made = create(desk).body["id"]
    assert code(desk.ask("PATCH", f"/sobjects/Contact/{made}", {"LastName": ""})) == (400, "REQUIRED_FIELD_MISSING")


def test_null_clears(desk):
    made = create(desk, Title="Buyer", Accepts_Mailing__c=True).body["id"]
    assert desk.ask("PATCH", f"/sobjects/Contact/{made}", {"Title": None, "Accepts_Mailing__c": False}).status == 204
    shown = desk.ask("GET", f"/sobjects/Contact/{made}").body
    assert (shown["Title"], shown["Accepts_Mailing__c"]) == (None, False)


def test_a_body_has_to_be_an_object(desk):
    assert code(desk.ask("POST", "/sobjects/Contact", b"{")) == (400, "JSON_PARSER_ERROR")
    assert code(desk.ask("POST", "/sobjects/Contact", [])) == (400, "JSON_PARSER_ERROR")
