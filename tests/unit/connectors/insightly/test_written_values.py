"""What is written, and how: dates, choices, tags, and companies by their names."""

from __future__ import annotations

import json

import httpx
import pytest

from reconciler.model.outcome import Draft, Patch
from reconciler.sandbox.insightly.world import InsightlyQuirks
from tests.unit.connectors.insightly.instance import Instance, code, created, fetched, once, stored, updated


class TestValues:
    def test_bodies_have_dates_of_their_own_and_null_clears(self) -> None:
        app = Instance()
        app.world.add_custom_field("Called__c", "DATETIME")
        app.world.add_custom_field("Topics__c", "MULTISELECT", ("Art", "Food"))
        connector = app.connector("DATE_OF_BIRTH", "Called__c", "Topics__c")
        sent = {"DATE_OF_BIRTH": "1980-02-01", "Called__c": "2024-01-02T03:04:05+02:00", "Topics__c": ("Art", "Food")}
        outcome = created(connector, **sent)
        assert json.loads(app.requests[-1].content) == {
            "DATE_OF_BIRTH": "1980-02-01 00:00:00",
            "CUSTOMFIELDS": [
                {"FIELD_NAME": "Called__c", "FIELD_VALUE": "2024-01-02 01:04:05"},
                {"FIELD_NAME": "Topics__c", "FIELD_VALUE": "Art;Food"},
            ],
        }
        assert stored(outcome) == {**sent, "Called__c": "2024-01-02T01:04:05+00:00"}
        record = fetched(connector, outcome.id)
        assert stored(updated(connector, record, Topics__c=None, DATE_OF_BIRTH=None)) == {
            **stored(outcome),
            "Topics__c": None,
            "DATE_OF_BIRTH": None,
        }

    def test_an_answer_tells_of_the_default_country_and_not_of_the_stamp_that_moves_on(self) -> None:
        app = Instance("leads")
        connector = app.connector("LAST_NAME", "ADDRESS_COUNTRY", "DATE_UPDATED_UTC")
        outcome = created(connector, LAST_NAME="x")
        assert stored(outcome) == {"LAST_NAME": "x", "ADDRESS_COUNTRY": "United States"}
        app.clock.advance(1)
        assert fetched(connector, outcome.id).modified > outcome.record.modified

    def test_an_answer_that_does_not_show_what_was_sent_is_not_believed(self) -> None:
        app = Instance(quirks=InsightlyQuirks(hasty_answers=True))
        app.world.add_custom_field("Hobby__c")
        connector = app.connector("LAST_NAME", "Hobby__c")
        outcome = created(connector, LAST_NAME="x", Hobby__c="Ski")
        assert stored(outcome) == {"LAST_NAME": "x", "Hobby__c": "Ski"}
        record = fetched(connector, outcome.id)
        app.after = lambda _request: httpx.Response(503) if "PUT /Contacts" in app.lines()[:-1] else None
        assert stored(updated(connector, record, Hobby__c="Golf")) == {"LAST_NAME": "x"}

    def test_status_and_source_go_by_name(self) -> None:
        app = Instance("leads")
        connector = app.connector("LEAD_STATUS", "LEAD_SOURCE")
        outcome = created(connector, LEAD_STATUS="open - contacted", LEAD_SOURCE="Partner Referral")
        assert stored(outcome) == {"LEAD_STATUS": "OPEN - Contacted", "LEAD_SOURCE": "Partner Referral"}
        refusal = created(connector, LEAD_STATUS="Nonsense")
        assert (code(refusal), refusal.field) == ("no_such_choice", "LEAD_STATUS")
        assert "OPEN - NotContacted" in refusal.message


class TestTags:
    @pytest.mark.parametrize("only_add", [False, True])
    def test_the_difference_is_written_whatever_a_write_of_tags_means(self, *, only_add: bool) -> None:
        app = Instance(quirks=InsightlyQuirks(tags_only_add=only_add))
        connector = app.connector("TAGS")
        record = fetched(connector, app.add(TAGS=("a", "b/c")))
        assert stored(updated(connector, record, TAGS=("b/c", "d")))["TAGS"] == ("b/c", "d")
        record = fetched(connector, record.id)
        assert stored(updated(connector, record, TAGS=None))["TAGS"] is None
        assert "TAGS" not in app.read(record.id)

    def test_a_tag_that_somebody_added_meanwhile_makes_it_stale(self) -> None:
        app = Instance()
        connector = app.connector("TAGS")
        record = fetched(connector, app.add(TAGS=("a",)))
        app.edit(record.id, TAGS=("a", "theirs"))
        assert code(updated(connector, record, TAGS=("ours",))) == "stale"

    def test_a_foreign_tag_stays_where_the_plan_knows_only_its_own(self) -> None:
        app = Instance()
        connector = app.connector("TAGS")
        person = app.add(TAGS=("theirs",))
        (outcome,) = connector.update([Patch(person, {"TAGS": ("ours",)}, {})])
        assert stored(outcome)["TAGS"] == ("ours", "theirs")


class TestCompanies:
    def test_a_name_is_found_and_the_oldest_is_meant(self) -> None:
        app = Instance()
        first = app.world.organisation("Acme")
        app.world.tables["Organisation"].put("999999999", {"ORGANISATION_NAME": "ACME"}, 0)
        outcome = created(app.connector("ORGANISATION_NAME", "ORGANISATION_ID"), ORGANISATION_NAME="acme")
        assert stored(outcome) == {"ORGANISATION_NAME": "Acme", "ORGANISATION_ID": str(first)}

    def test_one_that_is_not_there_is_refused(self) -> None:
        outcome = created(Instance().connector(), LAST_NAME="x", ORGANISATION_NAME="Acme")
        assert (code(outcome), outcome.field) == ("no_such_organisation", "ORGANISATION_NAME")
        assert "create_organisations" in outcome.message

    def test_or_made_once_for_all_who_name_it(self) -> None:
        app = Instance()
        connector = app.connector("ORGANISATION_NAME", create_organisations=True)
        outcomes = connector.create([Draft({"ORGANISATION_NAME": "Acme"}) for _ in range(20)])
        assert {stored(outcome)["ORGANISATION_NAME"] for outcome in outcomes} == {"Acme"}
        assert app.world.counts()["Organisation"] == 1

    def test_one_that_was_sent_without_an_answer_is_looked_for_before_anything_else(self) -> None:
        app = Instance()
        connector = app.connector("ORGANISATION_NAME", create_organisations=True)
        app.after = once(lambda: httpx.ReadTimeout("x"), "POST", "/Organisations")
        with pytest.raises(Exception, match="organisation was sent"):
            created(connector, ORGANISATION_NAME="Acme")
        assert app.world.ids() == []
        stored(created(connector, ORGANISATION_NAME="Acme"))
        assert app.world.counts()["Organisation"] == 1

    def test_a_write_stands_also_where_its_company_cannot_be_looked_up_afterwards(self) -> None:
        app = Instance()
        connector = app.connector("LAST_NAME", "ORGANISATION_NAME")
        person = app.add(ORGANISATION_NAME="Acme")
        app.before = lambda request: httpx.Response(503) if "/Organisations/" in request.url.path else None
        (outcome,) = connector.update([Patch(person, {"LAST_NAME": "New"}, {})])
        assert stored(outcome) == {"LAST_NAME": "New"}
        assert app.lines().count("PUT /Contacts") == 1


def test_a_status_that_was_taken_off_the_list_is_asked_for_once() -> None:
    app = Instance("leads")
    for number in range(3):
        app.add(number)
        app.world.tables["Lead"].merge(app.world.ids("Lead")[-1], {"LEAD_STATUS_ID": 7}, 0)
    connector = app.connector("LEAD_STATUS")
    assert {tuple(record.values) for record in connector.get(app.world.ids("Lead"))} == {()}
    connector.get(app.world.ids("Lead"))
    assert app.lines().count("GET /LeadStatuses") == 1
