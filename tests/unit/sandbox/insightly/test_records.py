from __future__ import annotations

import pytest

from reconciler.sandbox.insightly.world import InsightlyQuirks
from tests.unit.sandbox.insightly.desk import ANN, Desk, said


def post(desk: Desk, path: str = "/Contacts", **body: object) -> dict:
    return desk.body("POST", path, body)


class TestCreates:
    def test_a_contact_comes_back_whole(self, desk):
        made = post(desk, **ANN, TAGS=[{"TAG_NAME": "vip"}])
        assert made["TAGS"] == [{"TAG_NAME": "vip"}]
        assert (made["PHONE"], made["EMAIL_OPTED_OUT"], made["VISIBLE_TO"]) == (None, False, "EVERYONE")
        assert made["DATE_CREATED_UTC"] == made["DATE_UPDATED_UTC"] == "2024-01-01 00:00:00"
        assert desk.ask("POST", "/Contacts", ANN).status == 201

    def test_a_stamp_moves_by_itself_a_second_later(self, desk):
        number = post(desk, **ANN)["CONTACT_ID"]
        desk.clock.advance(1)
        row = desk.body("GET", f"/Contacts/{number}")
        assert (row["DATE_CREATED_UTC"], row["DATE_UPDATED_UTC"]) == ("2024-01-01 00:00:00", "2024-01-01 00:00:01")

    def test_a_lead_has_its_own_forms_of_nothing_and_gets_a_country(self, desk):
        made = post(desk, "/Leads", LAST_NAME="Nguyen")
        nothing = {name: made[name] for name in ("EMAIL", "EMPLOYEE_COUNT", "PHONE", "ADDRESS_COUNTRY", "CONVERTED")}
        assert nothing == {
            "EMAIL": "",
            "EMPLOYEE_COUNT": 0,
            "PHONE": None,
            "ADDRESS_COUNTRY": "United States",
            "CONVERTED": False,
        }
        assert (made["LEAD_STATUS_ID"], made["LEAD_SOURCE_ID"]) == (3_724_795, 3_794_750)

    def test_an_address_may_stand_twice(self, desk):
        assert post(desk, **ANN)["CONTACT_ID"] != post(desk, **ANN)["CONTACT_ID"]

    def test_a_full_plan(self):
        desk = Desk(InsightlyQuirks(max_records=1))
        post(desk, **ANN)
        assert desk.ask("POST", "/Contacts", ANN).status == 402

    @pytest.mark.parametrize(
        "body",
        [
            {"LAST_NAME": 7},
            {"DATE_OF_BIRTH": "1980-02-01T00:00:00Z"},
            {"DATE_OF_BIRTH": "1980-02-01"},
            {"EMAIL_OPTED_OUT": "yes"},
            {"ORGANISATION_ID": 7},
            {"OWNER_USER_ID": 7},
            {"CUSTOMFIELDS": [{"FIELD_NAME": "Nothing__c", "FIELD_VALUE": "x"}]},
            {"CUSTOMFIELDS": [{"FIELD_NAME": "Number__c", "FIELD_VALUE": "1"}]},
            {"CUSTOMFIELDS": [{"FIELD_NAME": "Topics__c", "FIELD_VALUE": "Art;Golf"}]},
            {"CUSTOMFIELDS": [{"FIELD_NAME": "Shoe__c", "FIELD_VALUE": "44"}]},
            {"CUSTOMFIELDS": [{"FIELD_NAME": "Since__c", "FIELD_VALUE": "2024-01-01"}]},
            {"CUSTOMFIELDS": [{"FIELD_NAME": "Member__c", "FIELD_VALUE": "True"}]},
            {"CUSTOMFIELDS": [{"FIELD_NAME": "Hobby__c", "FIELD_VALUE": 7}]},
        ],
    )
    def test_a_value_of_the_wrong_kind_is_a_400_that_points_nowhere(self, desk, body):
        for name, kind, options in (
            ("Number__c", "AUTONUMBER", ()),
            ("Topics__c", "MULTISELECT", ("Art",)),
            ("Shoe__c", "NUMERIC", ()),
            ("Since__c", "DATE", ()),
            ("Member__c", "BIT", ()),
            ("Hobby__c", "TEXT", ()),
        ):
            desk.world.add_custom_field(name, kind, options)
        answer = desk.ask("POST", "/Contacts", {**ANN, **body})
        assert answer.status == 400
        assert answer.body.keys() == {"Message"}

    def test_names_may_be_insisted_on(self):
        desk = Desk(InsightlyQuirks(required_names=True))
        assert "FIRST_NAME" in said(desk.ask("POST", "/Contacts", {"LAST_NAME": "x"}))
        assert "LAST_NAME" in said(desk.ask("POST", "/Leads", {"FIRST_NAME": "x"}))


class TestUpdates:
    def test_what_is_left_out_is_kept_and_null_clears(self, desk):
        desk.world.add_custom_field("Hobby__c")
        desk.world.add_custom_field("Shoe__c", "NUMERIC")
        customs = [{"FIELD_NAME": "Hobby__c", "FIELD_VALUE": "Ski"}, {"FIELD_NAME": "Shoe__c", "FIELD_VALUE": 44}]
        number = post(desk, **ANN, TITLE="Boss", CUSTOMFIELDS=customs)["CONTACT_ID"]
        change = {"CONTACT_ID": number, "TITLE": None, "CUSTOMFIELDS": [{"FIELD_NAME": "Shoe__c", "FIELD_VALUE": None}]}
        row = desk.body("PUT", "/Contacts", change)
        assert (row["LAST_NAME"], row["TITLE"]) == ("Peeters", None)
        assert [each["FIELD_NAME"] for each in row["CUSTOMFIELDS"]] == ["Hobby__c"]

    def test_the_id_may_stand_in_the_path(self, desk):
        number = post(desk, **ANN)["CONTACT_ID"]
        assert desk.body("PUT", f"/Contacts/{number}", {"TITLE": "Boss"})["TITLE"] == "Boss"
        assert desk.ask("PUT", "/Contacts", {"TITLE": "Boss"}).status == 404

    def test_a_stale_tag_is_a_400_and_a_fresh_one_is_fine(self, desk):
        number = post(desk, **ANN)["CONTACT_ID"]
        first = desk.ask("GET", f"/Contacts/{number}").headers["ETag"]
        change = {"CONTACT_ID": number, "TITLE": "Boss"}
        fresh = desk.ask("PUT", "/Contacts", change, headers={"if-match": first})
        assert (fresh.status, fresh.headers["ETag"] != first) == (200, True)
        stale = desk.ask("PUT", "/Contacts", change, headers={"if-match": first})
        assert stale.status == 400
        assert said(stale) == f"If-Match header value {first} is not valid."

    @pytest.mark.parametrize(("only_add", "left"), [(False, ["b"]), (True, ["a", "b"])])
    def test_a_set_of_tags_replaces_or_adds(self, only_add, left):
        desk = Desk(InsightlyQuirks(tags_only_add=only_add))
        number = post(desk, **ANN, TAGS=[{"TAG_NAME": "a"}])["CONTACT_ID"]
        row = desk.body("PUT", "/Contacts", {"CONTACT_ID": number, "TAGS": [{"TAG_NAME": "b"}]})
        assert [tag["TAG_NAME"] for tag in row["TAGS"]] == left
        desk.body("DELETE", f"/Contacts/{number}/Tags/b")
        assert {"TAG_NAME": "b"} not in desk.body("GET", f"/Contacts/{number}")["TAGS"]

    def test_a_converted_lead_stays_listed_and_leaves_a_twin(self, desk):
        number = post(desk, "/Leads", LAST_NAME="Nguyen", EMAIL="n@example.com")["LEAD_ID"]
        contact = desk.world.convert(str(number))
        (row,) = desk.body("GET", "/Leads")
        assert (row["CONVERTED"], row["CONVERTED_CONTACT_ID"]) == (True, int(contact))
        assert desk.world.find("N@example.com") == [contact]
        assert desk.ask("PUT", "/Leads", {"LEAD_ID": number, "TITLE": "x"}).status == 400


class TestDeletes:
    def test_a_delete_is_a_202_and_then_a_404(self, desk):
        number = post(desk, **ANN)["CONTACT_ID"]
        assert [desk.ask("DELETE", f"/Contacts/{number}").status for _ in range(2)] == [202, 404]
        assert desk.ids("/Contacts") == []

    def test_some_cannot_be_deleted_and_some_not_be_seen(self, desk):
        kept, hidden = (str(post(desk, **ANN)["CONTACT_ID"]) for _ in range(2))
        desk.world.account.undeletable.add(kept)
        desk.world.account.hidden.add(hidden)
        assert desk.ask("DELETE", f"/Contacts/{kept}").status == 417
        assert said(desk.ask("GET", f"/Contacts/{hidden}")) == "API User does not have access to Record."
        assert desk.ids("/Contacts") == [int(kept)]


class TestHands:
    def test_a_person_speaks_the_catalogues_fields(self, desk):
        desk.world.add_custom_field("Topics__c", "MULTISELECT", ("Art", "Food"))
        desk.world.add_custom_field("Called__c", "DATETIME")
        entered = {
            **ANN,
            "DATE_OF_BIRTH": "1980-02-01",
            "ORGANISATION_NAME": "Acme",
            "TAGS": ("vip",),
            "Topics__c": ("Art", "Food"),
            "Called__c": "2024-01-01T10:00:00+00:00",
        }
        number = desk.world.add(entered)
        seen = desk.world.read(number)
        assert {name: seen[name] for name in entered} == entered
        row = desk.body("GET", f"/Contacts/{number}")
        assert row["DATE_OF_BIRTH"] == "1980-02-01 00:00:00"
        assert {each["FIELD_NAME"]: each["FIELD_VALUE"] for each in row["CUSTOMFIELDS"]} == {
            "Topics__c": "Art;Food",
            "Called__c": "2024-01-01 10:00:00",
        }

    def test_a_choice_that_there_is_not_cannot_be_made(self, desk):
        lead = desk.world.add({"LAST_NAME": "x", "LEAD_STATUS": "OPEN - Contacted"}, "Lead")
        assert desk.world.read(lead, "Lead")["LEAD_STATUS"] == "OPEN - Contacted"
        with pytest.raises(ValueError, match="there is no choice"):
            desk.world.edit(lead, {"LEAD_SOURCE": "Nonsense"}, "Lead")

    def test_a_world_can_be_emptied_and_counted(self, desk):
        desk.world.add(ANN)
        assert desk.world.counts() == {"Contact": 1, "Lead": 0, "Organisation": 0}
        desk.world.reset()
        assert desk.world.contacts() == {}
        with pytest.raises(KeyError):
            desk.world.delete("1")
