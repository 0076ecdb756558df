from __future__ import annotations

import pytest

from reconciler.sandbox.zoho.columns import Column
from reconciler.sandbox.zoho.world import ZohoQuirks
from tests.unit.sandbox.zoho.zoho_desk import Desk, code, codes, ids

ANN, BOB = {"Last_Name": "Ann", "Email": "ann@example.com"}, {"Last_Name": "Bob", "Email": "bob@example.com"}


def post(desk, *rows, path="/Contacts", **more):
    return desk.ask("POST", path, {"data": list(rows), **more})


class TestBatches:
    def test_tell_by_their_status_whether_all_none_or_some_were_written(self, desk):
        bad = {"First_Name": "nobody"}
        assert post(desk, ANN).status == 201
        assert post(desk, ANN, bad).status == 207
        assert post(desk, bad).status == 400

    def test_have_a_result_for_each_row_in_order(self, desk):
        answer = post(desk, ANN, {"Email": "x@example.com"}, BOB)
        first, second, _ = answer.body["data"]
        assert codes(answer) == ["SUCCESS", "MANDATORY_NOT_FOUND", "SUCCESS"]
        assert first["details"]["id"] in desk.world.ids()
        assert first["details"]["Modified_Time"] == "2024-01-01T03:00:00+03:00"
        assert second["details"] == {"api_name": "Last_Name", "json_path": "$.data[1].Last_Name"}

    def test_hold_a_hundred_rows(self, desk):
        assert post(desk, *[ANN] * 100).status == 201
        assert code(post(desk, *[ANN] * 101)) == (400, "LIMIT_EXCEEDED")
        assert code(desk.ask("POST", "/Contacts", {})) == (400, "MANDATORY_NOT_FOUND")
        assert code(desk.ask("POST", "/Contacts", [])) == (400, "INVALID_DATA")

    def test_set_off_workflows_unless_they_are_told_not_to(self):
        desk = Desk(ZohoQuirks(workflow="Last_Name"))
        post(desk, ANN)
        post(desk, BOB, trigger=[])
        assert [desk.world.read(one)["Last_Name"] for one in desk.world.ids()] == ["ANN", "Bob"]


@pytest.mark.parametrize(
    ("values", "detail"),
    [
        ({"Phone": "no number"}, "regex"),
        ({"Email": "nobody"}, "regex"),
        ({"First_Name": "x" * 41}, "maximum_length"),
        ({"First_Name": 7}, "expected_data_type"),
        ({"Email_Opt_Out": "yes"}, "expected_data_type"),
        ({"Email_Opt_Out": None}, "expected_data_type"),
        ({"Lead_Source": "A Friend"}, "supported_values"),
        ({"Date_of_Birth": "02/03/1980"}, "expected_data_type"),
        ({"Account_Name": "Acme"}, "api_name"),
        ({"Account_Name": {"name": "Acme"}}, "expected_data_type"),
        ({"Account_Name": {"id": "649"}}, "api_name"),
        ({"Owner": {"id": "649"}}, "api_name"),
        ({"Visits": 1.5}, "expected_data_type"),
        ({"Serial": "x"}, "expected_data_type"),
        ({"Score": "high"}, "expected_data_type"),
        ({"Topics": "Bread"}, "expected_data_type"),
        ({"Topics": ["Stones"]}, "supported_values"),
        ({"Seen": "2024-01-01T00:00:00"}, "expected_data_type"),
        ({"Seen": "soon"}, "expected_data_type"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(desk, values, detail):
    kinds = {"Visits": "integer", "Serial": "bigint", "Score": "double", "Seen": "datetime"}
    for name, kind in kinds.items():
        desk.world.add_custom_field("Contacts", Column(name, kind, custom=True))
    desk.world.add_custom_field("Contacts", Column("Topics", "multiselectpicklist", custom=True, picks=("Bread",)))
    answer = post(desk, {**ANN, **values})
    assert codes(answer) == ["INVALID_DATA"]
    assert detail in answer.body["data"][0]["details"]
    assert desk.world.ids() == []


def test_what_is_not_known_or_not_theirs_is_passed_over(desk):
    answer = post(desk, {**ANN, "Nothing": "x", "Full_Name": "Somebody Else", "Modified_Time": "2020"})
    assert codes(answer) == ["SUCCESS"]
    assert desk.world.read(desk.world.ids()[0]) == ANN


def test_an_update_changes_what_it_names_and_null_clears(desk):
    made = desk.world.add({**ANN, "Title": "Buyer"})
    answer = desk.ask("PUT", "/Contacts", {"data": [{"id": made, "Title": None, "First_Name": "A"}, {"id": "1"}, {}]})
    assert (answer.status, codes(answer)) == (207, ["SUCCESS", "INVALID_DATA", "INVALID_DATA"])
    assert answer.body["data"][1]["details"]["api_name"] == "id"
    assert desk.world.read(made) == {**ANN, "First_Name": "A"}
    cleared = desk.ask("PUT", f"/Contacts/{made}", {"data": [{"Last_Name": None}]})
    assert codes(cleared) == ["MANDATORY_NOT_FOUND"]


def test_a_single_record_is_written_on_a_condition_in_whole_seconds(desk):
    made = desk.world.add(ANN)
    body = {"data": [{"Title": "Buyer"}]}
    seen = {"if-unmodified-since": "2024-01-01T00:00:00+00:00"}
    assert desk.ask("PUT", f"/Contacts/{made}", body, headers=seen).status == 200
    desk.clock.advance(1)
    desk.world.edit(made, {"Title": "Engineer"})
    assert code(desk.ask("PUT", f"/Contacts/{made}", body, headers=seen)) == (412, "ALREADY_MODIFIED")


def test_a_unique_field_is_kept_unique(desk):
    desk.world.add_custom_field("Contacts", Column("Number", "text", 20, custom=True, unique=True))
    first = desk.world.add({**ANN, "Number": "7"})
    answer = post(desk, {**BOB, "Number": "7"})
    details = answer.body["data"][0]["details"]
    assert codes(answer) == ["DUPLICATE_DATA"]
    assert (details["api_name"], details["id"], details["duplicate_record"]["id"]) == ("Number", first, first)


class TestUpserts:
    def test_know_by_the_modules_own_key(self, desk):
        made = desk.world.add(ANN)
        answer = post(desk, {**ANN, "Email": "ANN@example.com", "Title": "Buyer"}, BOB, path="/Contacts/upsert")
        first, second = answer.body["data"]
        assert (first["action"], first["duplicate_field"], first["details"]["id"]) == ("update", "Email", made)
        assert (second["action"], second["duplicate_field"]) == ("insert", None)

    def test_take_a_key_that_is_unique_alone(self, desk):
        answer = post(desk, ANN, path="/Contacts/upsert", duplicate_check_fields=["Phone"])
        assert code(answer) == (400, "INVALID_DATA")


def test_deletes_are_told_row_by_row(desk):
    one, two = desk.fill(2)
    answer = desk.ask("DELETE", "/Contacts", ids=f"{one},1")
    assert (answer.status, codes(answer)) == (207, ["SUCCESS", "INVALID_DATA"])
    assert desk.ask("DELETE", f"/Contacts/{two}").status == 200
    assert desk.world.counts()["deleted Contacts"] == 2
    assert code(desk.ask("DELETE", "/Contacts", ids=",".join(["1"] * 101))) == (400, "LIMIT_EXCEEDED")


def test_a_converted_lead_cannot_be_changed(desk):
    lead = desk.world.add({"Last_Name": "Ann", "Company": "Acme"}, "Leads")
    desk.world.convert(lead)
    assert codes(desk.ask("PUT", "/Leads", {"data": [{"id": lead, "Company": "Other"}]})) == ["CONVERTED_RECORD"]


class TestTags:
    def test_are_added_and_removed_by_name(self, desk):
        one, two = desk.fill(2)
        body = {"tags": [{"name": "vip"}, {"name": "new"}], "ids": [one, two, "1"], "over_write": False}
        answer = desk.ask("POST", "/Contacts/actions/add_tags", body)
        assert codes(answer) == ["SUCCESS", "SUCCESS", "INVALID_DATA"]
        desk.ask("POST", "/Contacts/actions/remove_tags", {"tags": [{"name": "VIP"}], "ids": [one]})
        assert desk.world.read(one)["Tag"] == ("new",)
        assert desk.world.read(two)["Tag"] == ("vip", "new")
        desk.ask("POST", f"/Contacts/{one}/actions/add_tags", {"tags": [{"name": "more"}]})
        assert desk.world.read(one)["Tag"] == ("new", "more")

    @pytest.mark.parametrize("moves", [True, False])
    def test_may_count_as_a_change_of_the_record(self, moves):
        desk = Desk(ZohoQuirks(tags_move_stamps=moves, moving_stamps=False))
        (one,) = desk.fill(1)
        desk.clock.advance(10)
        desk.ask("POST", "/Contacts/actions/add_tags", {"tags": [{"name": "vip"}], "ids": [one]})
        since = desk.listed(headers={"if-modified-since": "2024-01-01T00:00:05+00:00"})
        assert ids(since) == ([one] if moves else [])

    def test_have_limits(self, desk):
        (one,) = desk.fill(1)
        path = "/Contacts/actions/add_tags"
        assert code(desk.ask("POST", path, {"tags": [{"name": "x" * 26}], "ids": [one]})) == (400, "LIMIT_EXCEEDED")
        assert code(desk.ask("POST", path, {"tags": [], "ids": [one]})) == (400, "MANDATORY_NOT_FOUND")
