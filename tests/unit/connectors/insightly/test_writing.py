"""Creates, updates and deletes: one record a call, and no edit lost."""

from __future__ import annotations

import json

import httpx
import pytest

from reconciler.errors import Denied
from reconciler.model.outcome import Draft, Lost, Patch, Refused, Written
from reconciler.sandbox.insightly.world import InsightlyQuirks
from tests.unit.connectors.insightly.instance import Instance, code, created, once, stored, updated


def read(connector, record_id: str):
    (record,) = connector.get([record_id])
    return record


class TestGuard:
    def test_an_update_reads_and_writes_only_over_what_it_read(self) -> None:
        app = Instance()
        person = app.add()
        connector = app.connector()
        record = read(connector, person)
        app.requests.clear()
        assert stored(updated(connector, record, LAST_NAME="New"))["LAST_NAME"] == "New"
        assert app.lines() == [f"GET /Contacts/{person}", "PUT /Contacts"]
        assert json.loads(app.requests[-1].content) == {"CONTACT_ID": int(person), "LAST_NAME": "New"}
        assert app.requests[-1].headers["If-Match"].startswith('W/"')

    def test_an_edit_since_the_plan_is_stale(self) -> None:
        app = Instance()
        connector = app.connector()
        record = read(connector, app.add())
        app.edit(record.id, LAST_NAME="Theirs")
        outcome = updated(connector, record, LAST_NAME="Ours")
        assert isinstance(outcome, Refused)
        assert outcome.stale
        assert app.read(record.id)["LAST_NAME"] == "Theirs"

    def test_an_edit_between_look_and_write_is_not_lost(self) -> None:
        app = Instance()
        connector = app.connector()
        record = read(connector, app.add())
        app.before = once(lambda: app.edit(record.id, LAST_NAME="Theirs"), "PUT", "/Contacts")
        outcome = updated(connector, record, LAST_NAME="Ours")
        assert isinstance(outcome, Refused)
        assert outcome.stale
        assert app.read(record.id)["LAST_NAME"] == "Theirs"

    def test_an_edit_of_another_field_in_between_does_not_matter(self) -> None:
        app = Instance()
        connector = app.connector()
        record = read(connector, app.add())
        app.before = once(lambda: app.edit(record.id, TITLE="Boss"), "PUT", "/Contacts")
        stored(updated(connector, record, LAST_NAME="Ours"))
        assert (app.read(record.id)["LAST_NAME"], app.read(record.id)["TITLE"]) == ("Ours", "Boss")

    def test_a_record_that_never_holds_still_is_left_for_later(self) -> None:
        app = Instance()
        connector = app.connector()
        record = read(connector, app.add())
        app.before = lambda request: app.edit(record.id, TITLE=len(app.requests)) if request.method == "PUT" else None
        assert code(updated(connector, record, LAST_NAME="Ours")) == "stale"
        assert app.lines().count("PUT /Contacts") == 3

    def test_a_write_whose_answer_got_lost_is_known_again(self) -> None:
        app = Instance()
        connector = app.connector()
        record = read(connector, app.add())
        app.after = once(lambda: httpx.ReadTimeout("x"), "PUT", "/Contacts")
        assert stored(updated(connector, record, LAST_NAME="Ours"))["LAST_NAME"] == "Ours"

    def test_without_etags_it_still_compares(self) -> None:
        app = Instance(quirks=InsightlyQuirks(etags=False))
        connector = app.connector()
        record = read(connector, app.add())
        stored(updated(connector, record, LAST_NAME="One"))
        assert "If-Match" not in app.requests[-1].headers
        assert code(updated(connector, record, LAST_NAME="Two")) == "stale"

    def test_a_lead_that_was_converted_cannot_be_changed(self) -> None:
        app = Instance("leads")
        connector = app.connector()
        record = read(connector, app.add())
        app.world.convert(record.id)
        outcome = updated(connector, record, LAST_NAME="New")
        assert isinstance(outcome, Refused)
        assert (outcome.code, outcome.stale) == ("converted", True)
        assert "PUT /Leads" not in app.lines()

    def test_one_that_vanished_between_look_and_write_is_gone(self) -> None:
        app = Instance()
        connector = app.connector()
        record = read(connector, app.add())
        app.before = once(lambda: app.world.delete(record.id), "PUT", "/Contacts")
        assert code(updated(connector, record, LAST_NAME="New")) == "gone"


class TestRefusals:
    @pytest.mark.parametrize(("entity", "needed"), [("contacts", "FIRST_NAME"), ("leads", "LAST_NAME")])
    def test_what_the_app_insists_on_is_its_own_answer(self, entity: str, needed: str) -> None:
        app = Instance(entity, InsightlyQuirks(required_names=True))
        drafts = [Draft(dict.fromkeys(names, "Ann")) for names in (["TITLE"], ["FIRST_NAME", "LAST_NAME"])]
        bad, good = app.connector(needed).create(drafts)
        assert code(bad) == "400"
        assert needed in bad.message
        assert isinstance(good, Written)

    def test_a_full_plan_refuses_the_new_and_lets_the_others_be_changed(self) -> None:
        app = Instance(quirks=InsightlyQuirks(max_records=1))
        connector = app.connector()
        record = read(connector, app.add())
        outcomes = connector.create([Draft({"LAST_NAME": name}) for name in ("One", "Two")])
        assert [code(outcome) for outcome in outcomes] == ["record_limit", "record_limit"]
        assert isinstance(updated(connector, record, LAST_NAME="New"), Written)

    def test_a_delete_that_failed_is_refused_unless_it_is_gone(self) -> None:
        app = Instance()
        kept, other = app.add(1), app.add(2)
        app.world.account.undeletable.add(kept)
        outcomes = app.connector().delete([kept, other, other, "nonsense"])
        assert code(outcomes[0]) == "delete_failed"
        assert outcomes[1:] == [Written(other), Written(other), Written("nonsense")]

    def test_what_may_not_be_seen_stays_one_records_matter(self) -> None:
        app = Instance()
        connector = app.connector()
        hidden, plain = (read(connector, app.add(number)) for number in (1, 2))
        app.world.account.hidden.add(hidden.id)
        patches = [Patch(each.id, {"LAST_NAME": "New"}, {}) for each in (hidden, plain)]
        first, second = connector.update(patches)
        assert code(first) == "no_access"
        assert isinstance(second, Written)
        assert code(connector.delete([hidden.id])[0]) == "no_access"

    def test_a_create_without_an_answer_is_lost_and_not_repeated(self) -> None:
        app = Instance()
        app.after = once(lambda: httpx.ReadTimeout("x"), "POST", "/Contacts")
        assert isinstance(created(app.connector(), LAST_NAME="Once"), Lost)
        assert len(app.world.ids()) == 1

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("DATE_OF_BIRTH", "soon"),
            ("OWNER_USER_ID", "somebody"),
            ("Topics__c", ("a;b",)),
            ("Called__c", "at noon"),
        ],
    )
    def test_what_cannot_be_spelled_is_not_sent(self, name: str, value: object) -> None:
        app = Instance()
        app.world.add_custom_field("Topics__c", "MULTISELECT")
        app.world.add_custom_field("Called__c", "DATETIME")
        connector = app.connector("LAST_NAME", "Topics__c", "Called__c")
        outcome = created(connector, LAST_NAME="x", **{name: value})
        assert (code(outcome), outcome.field) == ("bad_value", name)
        assert "POST /Contacts" not in app.lines()

    def test_a_refusal_repeats_nothing_that_is_personal(self) -> None:
        app = Instance()
        app.before = once(
            lambda: httpx.Response(400, json={"Message": "ann@example.com (Ann Peeters) is not valid"}),
            "POST",
            "/Contacts",
        )
        outcome = created(app.connector(), EMAIL_ADDRESS="ann@example.com", LAST_NAME="Ann Peeters")
        assert not {"ann@example.com", "Peeters"} & set(outcome.message.replace("(", " ").replace(")", " ").split())


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
        record = read(connector, outcome.id)
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
        assert read(connector, outcome.id).modified > outcome.record.modified

    def test_an_answer_that_does_not_show_what_was_sent_is_not_believed(self) -> None:
        app = Instance(quirks=InsightlyQuirks(hasty_answers=True))
        app.world.add_custom_field("Hobby__c")
        connector = app.connector("LAST_NAME", "Hobby__c")
        outcome = created(connector, LAST_NAME="x", Hobby__c="Ski")
        assert stored(outcome) == {"LAST_NAME": "x", "Hobby__c": "Ski"}
        record = read(connector, outcome.id)
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
        record = read(connector, app.add(TAGS=("a", "b/c")))
        assert stored(updated(connector, record, TAGS=("b/c", "d")))["TAGS"] == ("b/c", "d")
        record = read(connector, record.id)
        assert stored(updated(connector, record, TAGS=None))["TAGS"] is None
        assert "TAGS" not in app.read(record.id)

    def test_a_tag_that_somebody_added_meanwhile_makes_it_stale(self) -> None:
        app = Instance()
        connector = app.connector("TAGS")
        record = read(connector, app.add(TAGS=("a",)))
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


def test_a_field_that_is_not_there_is_found_before_anything_is_written() -> None:
    app = Instance()
    with pytest.raises(Denied, match="no field Nothing__c"):
        app.connector("Nothing__c").create([Draft({"LAST_NAME": "x"})])
    assert "POST /Contacts" not in app.lines()
