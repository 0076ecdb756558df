from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.sandbox.salesforce.world import SalesforceQuirks
from tests.unit.sandbox.desks import SalesforceDesk, code

RECORDED = Path(__file__).parents[4] / ".." / "shared" / "apis" / "recorded"
DESCRIBED = [name for name in ("Contact", "Lead") if (RECORDED / f"salesforce-describe-{name}-v42.json").exists()]
NOON = 1_767_268_800  # 2026-01-01T12:00:00Z


def described(desk, entity):
    return {one["name"]: one for one in desk.ask("GET", f"/sobjects/{entity}/describe").body["fields"]}


class TestDescribe:
    def test_tells_what_can_be_written(self, desk):
        fields = described(desk, "Contact")
        assert (fields["LastName"]["nillable"], fields["LastName"]["length"]) == (False, 80)
        assert fields["Email"]["idLookup"]
        assert not fields["SystemModstamp"]["createable"]
        assert fields["External_Id__c"]["unique"]
        assert fields["Salutation"]["picklistValues"][0]["value"] == "Mr."

    @pytest.mark.parametrize("entity", DESCRIBED)
    def test_agrees_with_a_real_org_on_the_fields_both_have(self, desk, entity):
        real = json.loads((RECORDED / f"salesforce-describe-{entity}-v42.json").read_text())
        ours = described(desk, entity)
        facts = ("type", "length", "createable", "updateable", "nillable", "defaultedOnCreate", "idLookup", "custom")
        shared = {field["name"]: field for field in real["fields"] if field["name"] in ours}
        assert len(shared) > 30
        assert {n: [ours[n][fact] for fact in facts] for n in shared} == {
            n: [shared[n][fact] for fact in facts] for n in shared
        }
        assert set(next(iter(ours.values()))) <= set(real["fields"][0])

    def test_a_hidden_field_is_not_there(self):
        desk = SalesforceDesk(SalesforceQuirks(hidden=("DoNotCall",)))
        assert "DoNotCall" not in described(desk, "Contact")
        assert code(desk.soql("SELECT DoNotCall FROM Contact")) == (400, "INVALID_FIELD")
        assert code(desk.ask("POST", "/sobjects/Contact", {"LastName": "L", "DoNotCall": True})) == (
            400,
            "INVALID_FIELD",
        )

    def test_objects_are_listed(self, desk):
        assert [one["name"] for one in desk.ask("GET", "/sobjects").body["sobjects"]] == ["Contact", "Lead"]
        assert desk.ask("GET", "/sobjects/Lead").body["objectDescribe"]["keyPrefix"] == "00Q"
        assert code(desk.ask("GET", "/sobjects/Kontact/describe")) == (404, "NOT_FOUND")


class TestGet:
    def test_shows_every_field_or_those_asked_for(self, desk, add):
        ann = add(FirstName="Ann", MailingCity="Gent")
        whole = desk.ask("GET", f"/sobjects/Contact/{ann}").body
        assert set(whole) == {"attributes", *described(desk, "Contact")}
        assert whole["Name"] == "Ann Lee"
        assert whole["MailingAddress"]["city"] == "Gent"
        assert whole["OtherAddress"] is None
        some = desk.ask("GET", f"/sobjects/Contact/{ann[:15]}", fields="Id,email").body
        assert set(some) == {"attributes", "Id", "Email"}

    def test_refuses_unknown_fields(self, desk, add):
        assert code(desk.ask("GET", f"/sobjects/Contact/{add()}", fields="Nope")) == (400, "INVALID_FIELD")


class TestChanges:
    @pytest.fixture(autouse=True)
    def noon(self, desk):
        desk.clock.now = NOON

    def span(self, desk, kind, start="2026-01-01T12:00:30Z", end="2026-01-01T12:10:00Z"):
        return desk.ask("GET", f"/sobjects/Contact/{kind}/", start=start, end=end)

    def test_deletions_between_two_minutes(self, desk, add):
        early, late, later = add(), add(), add()
        desk.world.delete(early)
        desk.clock.advance(599)
        desk.world.delete(late)
        desk.clock.advance(1)
        desk.world.delete(later)
        body = self.span(desk, "deleted").body
        assert [one["id"] for one in body["deletedRecords"]] == [early, late]
        assert body["deletedRecords"][1]["deletedDate"] == "2026-01-01T12:09:59.000+0000"
        assert body["latestDateCovered"] == "2026-01-01T12:10:00.000+0000"

    def test_updates_between_two_minutes(self, desk, add):
        first, second = add(), add()
        desk.clock.advance(600)
        desk.world.edit(second, {"Title": "x"})
        assert self.span(desk, "updated").body["ids"] == [first]
        assert self.span(desk, "updated", end="2026-01-01T13:11:00+01:00").body["ids"] == [first, second]

    @pytest.mark.parametrize("start", ["2026-01-01T12:10:00Z", "2025-11-01T12:00:00Z"])
    def test_the_span_has_limits(self, desk, start):
        assert code(self.span(desk, "deleted", start=start)) == (400, "INVALID_REPLICATION_DATE")
