from __future__ import annotations

import pytest

from reconciler.sandbox.faults import Fault
from reconciler.sandbox.insightly.emulator import EMULATOR
from reconciler.sandbox.insightly.world import InsightlyQuirks
from reconciler.sandbox.seed import people
from reconciler.sandbox.wire import Call
from tests.unit.sandbox.insightly.desk import ANN, Desk, said


class TestDoor:
    @pytest.mark.parametrize("key", ["sandbox-key:", "sandbox-key"])
    def test_a_key_opens_with_or_without_the_colon(self, key):
        assert Desk(key=key).ask("GET", "/Contacts").status == 200

    @pytest.mark.parametrize("key", ["", "wrong:", ":sandbox-key"])
    def test_anything_else_does_not(self, key):
        answer = Desk(key=key).ask("GET", "/Contacts")
        assert (answer.status, answer.body) == (401, "Authentication failed.")

    @pytest.mark.parametrize("header", ["Basic ***", "Bearer sandbox-key", "Basic /////w=="])
    def test_a_header_that_is_no_basic_one_does_not(self, desk, header):
        assert desk.ask("GET", "/Contacts", headers={"authorization": header}).status == 401

    def test_a_user_without_contacts_is_told_so(self):
        desk = Desk(key="sandbox-key-without-contacts:")
        assert desk.ask("GET", "/Instance").status == 200
        assert (desk.ask("GET", "/Contacts").status, desk.ask("POST", "/Leads", {}).status) == (403, 403)

    def test_a_plural_that_is_none_and_a_method_that_is_none(self, desk):
        assert desk.ask("GET", "/Persons").status == 404
        assert desk.ask("PATCH", "/Contacts", {}).status == 405
        assert desk.ask("POST", "/Contacts", [1]).status == 400

    def test_kinds_of_calls(self, desk):
        kinds = {
            desk.api.kind(Call(method, f"/v3.1{path}", query))
            for method, path, query in (
                ("GET", "/Contacts", {}),
                ("GET", "/Contacts/Search", {"updated_after_utc": "x"}),
                ("GET", "/Contacts/Search", {"field_name": "x"}),
                ("GET", "/Contacts/7", {}),
                ("GET", "/nothing", {}),
            )
        }
        assert kinds == {"list", "find", "get", "unknown"}


class TestLimits:
    def test_eleven_calls_a_second_are_one_too_many(self, desk):
        statuses = [desk.ask("GET", "/Contacts").status for _ in range(11)]
        assert statuses == [200] * 10 + [429]
        refused = desk.ask("GET", "/Contacts")
        assert refused.headers["Retry-After"] == "1"
        assert refused.headers["X-RateLimit-Remaining"] != "0"
        desk.clock.advance(1)
        assert desk.ask("GET", "/Contacts").status == 200

    def test_a_day_is_spent_until_midnight(self):
        desk = Desk(InsightlyQuirks(daily_calls=2))
        left = [desk.ask("GET", "/Contacts").headers["X-RateLimit-Remaining"] for _ in range(3)]
        assert left == ["1", "0", "0"]
        assert desk.ask("GET", "/Contacts").status == 429
        desk.clock.advance(86_400)
        assert desk.ask("GET", "/Contacts").status == 200

    def test_every_answer_tells_the_time(self, desk):
        assert desk.ask("GET", "/Contacts").headers["Date"] == "Mon, 01 Jan 2024 00:00:00 GMT"
        assert desk.api.refusal(503).headers["Date"]


class TestLists:
    def test_a_hundred_and_never_more_than_five_hundred_in_the_order_of_their_ids(self, desk):
        made = [int(desk.world.add(ANN)) for _ in range(620)]
        assert desk.ids("/Contacts") == made[:100]
        assert desk.ids("/Contacts", top="9999") == made[:500]
        assert desk.ids("/Contacts", top="500", skip="500") == made[500:]

    def test_the_total_is_a_header_on_demand(self, desk):
        desk.world.add(ANN)
        assert "X-Total-Count" not in desk.ask("GET", "/Contacts").headers
        assert desk.ask("GET", "/Contacts", count_total="true").headers["X-Total-Count"] == "1"

    def test_a_brief_list_drops_what_is_long(self, desk):
        desk.world.add(ANN)
        (full,), (brief,) = desk.body("GET", "/Contacts"), desk.body("GET", "/Contacts", brief="true")
        assert full.keys() - brief.keys() == {"CUSTOMFIELDS", "TAGS", "DATES", "LINKS"}

    @pytest.mark.parametrize(
        ("fault", "rows", "total"),
        [(Fault.SHORT_PAGE, 5, "20"), (Fault.EMPTY_LISTING, 0, "0"), (Fault.WRONG_TOTAL, 10, "21")],
    )
    def test_bad_weather(self, desk, fault, rows, total):
        for _ in range(20):
            desk.world.add(ANN)
        answer = desk.ask("GET", "/Contacts", fault=fault, top="10", count_total="true")
        assert (len(answer.body), answer.headers["X-Total-Count"]) == (rows, total)

    def test_a_search_needs_a_question_that_it_understands(self, desk):
        assert desk.ask("GET", "/Contacts/Search").status == 400
        assert desk.ask("GET", "/Contacts/Search", field_name="SHOE", field_value="1").status == 400
        assert desk.ask("GET", "/Contacts", top="many").status == 400
        body_form = desk.ask("GET", "/Contacts/Search", updated_after_utc="2024-01-01 00:00:00")
        assert (body_form.status, said(body_form)) == (400, "updated_after_utc is not a valid date.")

    def test_a_search_is_exact_and_may_find_several(self, desk):
        twins = [int(desk.world.add(ANN)), int(desk.world.add({**ANN, "EMAIL_ADDRESS": "ann@example.com"}))]
        desk.world.add({**ANN, "EMAIL_ADDRESS": "joann@example.com"})
        query = {"field_name": "EMAIL_ADDRESS", "field_value": "ann@example.com"}
        assert desk.ids("/Contacts/Search", **query) == twins
        desk.quirks.case_matters = True
        assert desk.ids("/Contacts/Search", **query) == twins[1:]

    def test_what_was_updated_in_that_second_is_left_out(self, desk):
        desk.quirks.moving_stamps = False
        number = int(desk.world.add(ANN))
        now, before = "2024-01-01T00:00:00Z", "2023-12-31T23:59:59Z"
        assert desk.ids("/Contacts/Search", updated_after_utc=now) == []
        assert desk.ids("/Contacts/Search", updated_after_utc=before) == [number]

    def test_an_instance_has_custom_fields_statuses_sources_and_organisations(self, desk):
        desk.world.add_custom_field("Topics__c", "MULTISELECT", ("Art",))
        desk.world.add_custom_field("Rank__c", entity="Lead")
        for path, names in (("Contacts", ["Topics__c"]), ("Nonsense", ["Topics__c", "Rank__c"])):
            assert [row["FIELD_NAME"] for row in desk.body("GET", f"/CustomFields/{path}")] == names
        assert desk.body("GET", "/LeadStatuses")[0]["LEAD_STATUS"] == "OPEN - NotContacted"
        assert desk.body("GET", "/LeadSources")[0]["LEAD_SOURCE_ID"] == 3_794_750
        made = desk.body("POST", "/Organisations", {"ORGANISATION_NAME": "Acme"})
        assert desk.body("GET", f"/Organisations/{made['ORGANISATION_ID']}")["ORGANISATION_NAME"] == "Acme"
        assert desk.body("GET", "/Users/Me")["USER_ID"]


def test_ten_thousand_people_are_borne(desk):
    for person in people(10_000):
        desk.world.add(EMULATOR.values(person, "contacts"))
    email = next(people(1, start=9_999)).email
    assert len(desk.world.find(email)) == 1
    assert len(desk.ids("/Contacts", top="500", skip="9900")) == 100
