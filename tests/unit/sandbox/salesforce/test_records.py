from __future__ import annotations

import pytest

from tests.unit.sandbox.desks import code

ALLOW = {"sforce-duplicate-rule-header": "allowSave=true"}


def shown(desk, record_id, entity="Contact"):
    return desk.ask("GET", f"/sobjects/{entity}/{record_id}").body


class TestUpsert:
    PATH = "/sobjects/Contact/External_Id__c/x%2F1"

    def test_creates_then_updates(self, desk):
        first = desk.ask("PATCH", self.PATH, {"LastName": "Lee"})
        second = desk.ask("PATCH", self.PATH, {"Title": "Buyer"})
        assert (first.status, first.body["created"]) == (201, True)
        assert (second.status, second.body["created"]) == (200, False)
        assert first.body["id"] == second.body["id"]
        assert shown(desk, "External_Id__c/X%2F1")["Title"] == "Buyer"

    def test_can_be_told_not_to_create(self, desk):
        assert desk.ask("PATCH", self.PATH, {"LastName": "Lee"}, updateOnly="true").status == 404
        assert desk.world.ids() == []

    def test_says_which_records_match(self, desk, add):
        both = [add(Email="ann@example.com"), add(Email="ann@example.com")]
        for method in ("GET", "PATCH", "DELETE"):
            answer = desk.ask(method, "/sobjects/Contact/Email/ann%40example.com", {"Title": "x"})
            assert answer.status == 300
            assert [url.rpartition("/")[2] for url in answer.body] == both

    def test_wants_a_key_field_and_that_not_twice(self, desk):
        assert code(desk.ask("PATCH", "/sobjects/Contact/Title/x", {"LastName": "Lee"})) == (404, "NOT_FOUND")
        sent = {"LastName": "Lee", "External_Id__c": "x/1"}
        assert code(desk.ask("PATCH", self.PATH, sent)) == (400, "INVALID_FIELD")


class TestDeleted:
    def test_records_are_gone_but_in_the_recycle_bin(self, desk, add):
        ann = add(Email="ann@example.com")
        assert desk.ask("DELETE", f"/sobjects/Contact/{ann}").status == 204
        assert code(desk.ask("GET", f"/sobjects/Contact/{ann}")) == (404, "NOT_FOUND")
        assert code(desk.ask("PATCH", f"/sobjects/Contact/{ann}", {"Title": "x"})) == (404, "ENTITY_IS_DELETED")
        assert code(desk.ask("DELETE", f"/sobjects/Contact/{ann}")) == (404, "ENTITY_IS_DELETED")
        assert desk.found("SELECT Id FROM Contact WHERE Email = 'ann@example.com'") == []
        trash = desk.found("SELECT Id, IsDeleted, MasterRecordId FROM Contact WHERE IsDeleted = true", "/queryAll")
        assert trash == [{"Id": ann, "IsDeleted": True, "MasterRecordId": None}]

    def test_a_merged_one_names_its_master(self, desk, add):
        winner, loser = add(), add()
        before = shown(desk, winner)["SystemModstamp"]
        desk.clock.advance(60)
        desk.world.merge(winner, loser)
        (row,) = desk.found("SELECT MasterRecordId FROM Contact WHERE IsDeleted = true", "/queryAll")
        assert row["MasterRecordId"] == winner
        assert shown(desk, winner)["SystemModstamp"] > before


class TestStamps:
    def test_have_whole_seconds_and_move_with_every_write(self, desk, add):
        desk.clock.now = 1_638_469_419.75
        ann = add()
        assert shown(desk, ann)["SystemModstamp"] == "2021-12-02T18:23:39.000+0000"
        desk.clock.advance(2)
        desk.ask("PATCH", f"/sobjects/Contact/{ann}", {"LastName": "Lee"})
        after = shown(desk, ann)
        assert after["SystemModstamp"] == after["LastModifiedDate"] == "2021-12-02T18:23:41.000+0000"
        assert after["CreatedDate"] == "2021-12-02T18:23:39.000+0000"

    def test_a_system_process_moves_them_alone(self, desk, add):
        ann = add()
        before = shown(desk, ann)
        desk.clock.advance(60)
        desk.world.system_process()
        after = shown(desk, ann)
        assert {name for name in after if after[name] != before[name]} == {"SystemModstamp"}

    def test_by_itself_it_works_now_and_then(self, desk, add):
        ann = add()
        desk.world.quirks.moving_stamps = True
        before = shown(desk, ann)["SystemModstamp"]
        desk.clock.advance(60)
        for _ in range(10):
            desk.soql("SELECT Id FROM Contact")
        assert shown(desk, ann)["SystemModstamp"] > before


class TestDuplicates:
    def test_a_unique_value_is_unique(self, desk, add):
        ann, bob = add(External_Id__c="x"), add()
        assert (
            code(desk.ask("POST", "/sobjects/Contact", {"LastName": "L", "External_Id__c": "X"}))[1]
            == "DUPLICATE_VALUE"
        )
        answer = desk.ask("PATCH", f"/sobjects/Contact/{bob}", {"External_Id__c": "x"})
        assert code(answer) == (400, "DUPLICATE_VALUE")
        assert ann[:15] in answer.body[0]["message"]
        assert desk.ask("PATCH", f"/sobjects/Contact/{ann}", {"External_Id__c": "x"}).status == 204

    def test_a_duplicate_rule_can_be_switched_on_and_passed(self, desk, add):
        ann = add(Email="ann@example.com")
        twin = {"LastName": "Lee", "Email": "Ann@example.com"}
        assert desk.ask("POST", "/sobjects/Contact", twin).status == 201
        desk.world.quirks.duplicate_rule = True
        refused = desk.ask("POST", "/sobjects/Contact", twin)
        assert code(refused) == (400, "DUPLICATES_DETECTED")
        matches = refused.body[0]["duplicateResult"]["matchResults"][0]["matchRecords"]
        assert ann in [match["record"]["Id"] for match in matches]
        assert desk.ask("POST", "/sobjects/Contact", twin, headers=ALLOW).status == 201
        assert desk.ask("PATCH", f"/sobjects/Contact/{ann}", {"Title": "Buyer"}).status == 204


def test_a_trigger_changes_what_was_written(desk, add):
    desk.world.quirks.trigger = "Title"
    assert shown(desk, add(Title="Buyer"))["Title"] == "BUYER"


def test_a_converted_lead_is_a_contact_and_cannot_be_changed(desk):
    lead = desk.world.add({"LastName": "Lee", "Company": "Acme", "Email": "ann@example.com"}, "Lead")
    contact = desk.world.convert(lead)
    assert shown(desk, contact)["Email"] == "ann@example.com"
    after = shown(desk, lead, "Lead")
    assert (after["IsConverted"], after["ConvertedContactId"]) == (True, contact)
    refused = desk.ask("PATCH", f"/sobjects/Lead/{lead}", {"Title": "x"})
    assert code(refused) == (400, "CANNOT_UPDATE_CONVERTED_LEAD")


def test_a_person_hears_the_same_refusals(desk, add):
    with pytest.raises(ValueError, match="INVALID_EMAIL_ADDRESS"):
        add(Email="nonsense")
    with pytest.raises(KeyError):
        desk.world.edit("003Sb0000000009AAA", {"Title": "x"})
