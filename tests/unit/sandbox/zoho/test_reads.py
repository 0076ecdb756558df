from __future__ import annotations

import pytest

from reconciler.sandbox.faults import Fault
from reconciler.sandbox.zoho.columns import Column
from reconciler.sandbox.zoho.world import ZohoQuirks
from tests.unit.sandbox.zoho.zoho_desk import Desk, code, ids


class TestListing:
    def test_names_its_fields_or_is_refused(self, desk):
        desk.fill(1)
        assert code(desk.ask("GET", "/Contacts")) == (400, "REQUIRED_PARAM_MISSING")
        many = ",".join(f"F{number}" for number in range(51))
        assert code(desk.ask("GET", "/Contacts", fields=many)) == (400, "LIMIT_EXCEEDED")

    def test_of_nobody_has_no_content(self, desk):
        answer = desk.listed()
        assert (answer.status, answer.body) == (204, None)

    def test_is_by_id_downwards_unless_it_is_told(self, desk):
        made = desk.fill(3)
        assert ids(desk.listed()) == made[::-1]
        assert ids(desk.listed(sort_by="id", sort_order="asc")) == made

    def test_shows_empty_fields_as_null_and_lookups_as_objects(self, desk):
        desk.world.add({"Last_Name": "Ann", "Account_Name": "Acme", "Tag": ("vip",)})
        (row,) = desk.listed(fields="Title,Account_Name,Tag,Owner,Modified_Time,Full_Name").body["data"]
        assert row["Title"] is None
        assert row["Account_Name"]["name"] == "Acme"
        assert row["Tag"][0]["name"] == "vip"
        assert row["Modified_Time"] == "2024-01-01T03:00:00+03:00"
        assert row["Full_Name"] == "Ann"

    def test_by_page_number_ends_at_two_thousand_rows(self, desk):
        desk.fill(2001)
        assert len(ids(desk.listed(page=10))) == 200
        assert code(desk.listed(page=11)) == (400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED")

    def test_by_token_goes_beyond_and_is_bound_to_its_question(self, desk):
        made = desk.fill(5)
        first = desk.listed(per_page=2, sort_by="id", sort_order="asc")
        token = first.body["info"]["next_page_token"]
        asked = {"per_page": 2, "sort_by": "id", "sort_order": "asc", "page_token": token}
        assert ids(desk.listed(**asked)) == made[2:4]
        assert code(desk.listed(**{**asked, "per_page": 3})) == (400, "TOKEN_BOUND_DATA_MISMATCH")
        desk.clock.advance(86_401)
        desk.headers["authorization"] = f"Zoho-oauthtoken {desk.token().body['access_token']}"
        assert code(desk.listed(**asked)) == (400, "EXPIRED_VALUE")

    def test_by_token_has_a_ceiling(self):
        desk = Desk(ZohoQuirks(token_rows=4, moving_stamps=False))
        desk.fill(5)
        first = desk.listed(per_page=2)
        last = desk.listed(per_page=2, page_token=first.body["info"]["next_page_token"])
        assert last.body["info"]["more_records"]
        assert last.body["info"]["next_page_token"] is None

    def test_since_a_moment_brings_what_is_newer_or_nothing_new(self, desk):
        old, new = desk.fill(2)
        desk.clock.advance(10)
        desk.world.edit(new, {"Title": "Buyer"})
        header = {"if-modified-since": "2024-01-01T01:00:05+01:00"}
        assert ids(desk.listed(headers=header)) == [new]
        assert old not in ids(desk.listed(headers=header))
        late = desk.listed(headers={"if-modified-since": "2024-01-02T00:00:00+00:00"})
        assert (late.status, late.body) == (304, None)

    @pytest.mark.parametrize(
        ("fault", "rows", "count"),
        [(Fault.SHORT_PAGE, 5, 10), (Fault.EMPTY_LISTING, 0, 10), (Fault.WRONG_TOTAL, 10, 11)],
    )
    def test_meets_the_weather(self, desk, fault, rows, count):
        desk.fill(25)
        body = desk.listed(per_page=10, fault=fault).body
        assert (len(body["data"]), body["info"]["count"]) == (rows, count)

    def test_by_ids_leaves_out_who_is_gone(self, desk):
        stays, goes = desk.fill(2)
        desk.world.delete(goes)
        assert ids(desk.listed(ids=f"{goes},{stays}")) == [stays]
        assert desk.listed(ids=goes).status == 204
        assert code(desk.listed(ids="x")) == (400, "INVALID_DATA")
        assert desk.listed(module="Nowhere").body["code"] == "INVALID_MODULE"

    def test_shows_converted_leads_only_when_asked(self, desk):
        lead = desk.world.add({"Last_Name": "Ann", "Company": "Acme"}, "Leads")
        contact = desk.world.convert(lead)
        assert desk.listed("Leads").status == 204
        assert ids(desk.listed("Leads", converted="true")) == [lead]
        assert ids(desk.listed("Leads", converted="both")) == [lead]
        assert desk.world.read(contact)["Last_Name"] == "Ann"
        assert desk.world.ids("Leads") == []

    def test_now_and_then_finds_that_a_workflow_moved_a_stamp(self):
        desk = Desk(ZohoQuirks())
        desk.fill(1)
        desk.clock.advance(100)
        seen = {desk.listed(fields="Modified_Time").body["data"][0]["Modified_Time"] for _ in range(10)}
        assert len(seen) == 2


def test_one_record_comes_with_all_fields(desk):
    (made,) = desk.fill(1)
    (row,) = desk.ask("GET", f"/Contacts/{made}").body["data"]
    assert row["Email"] == "p0@example.com"
    assert {"Created_Time", "Tag", "Owner", "Mailing_City"} <= row.keys()
    assert desk.ask("GET", "/Contacts/6493490000009999999").status == 204
    assert code(desk.ask("GET", "/Contacts/x")) == (400, "INVALID_DATA")


def test_the_deleted_are_listed_by_when(desk):
    early, late = desk.fill(2)
    desk.world.delete(early)
    desk.clock.advance(10)
    desk.world.delete(late)
    assert ids(desk.ask("GET", "/Contacts/deleted", type="all")) == [early, late]
    since = {"if-modified-since": "2024-01-01T00:00:05+00:00"}
    (row,) = desk.ask("GET", "/Contacts/deleted", headers=since).body["data"]
    assert (row["id"], row["type"], row["deleted_time"]) == (late, "recycle", "2024-01-01T03:00:10+03:00")
    assert desk.ask("GET", "/Leads/deleted").status == 204


class TestSearch:
    def test_lags_behind(self, desk):
        desk.fill(1)
        assert desk.ask("GET", "/Contacts/search", email="p0@example.com").status == 204
        desk.clock.advance(30)
        assert len(ids(desk.ask("GET", "/Contacts/search", email="p0@example.com"))) == 1

    @pytest.mark.parametrize("query", [{"email": "p1"}, {"criteria": "(Email:equals:p1)"}, {"word": "person 1"}])
    def test_finds_more_than_it_was_asked_for(self, desk, query):
        desk.fill(12)
        desk.clock.advance(30)
        assert len(ids(desk.ask("GET", "/Contacts/search", **query))) == 3

    def test_wants_to_know_what_for(self, desk):
        assert code(desk.ask("GET", "/Contacts/search")) == (400, "REQUIRED_PARAM_MISSING")


def test_field_metadata_is_in_the_vendors_shape(desk):
    desk.world.add_custom_field("Contacts", Column("Level", "picklist", 120, custom=True, picks=("Gold",)))
    fields = {one["api_name"]: one for one in desk.ask("GET", "/settings/fields", module="Contacts").body["fields"]}
    assert fields["Last_Name"]["system_mandatory"]
    assert fields["Level"]["custom_field"]
    assert [pick["actual_value"] for pick in fields["Level"]["pick_list_values"]] == ["-None-", "Gold"]
    assert fields["Full_Name"]["read_only"]
    assert fields["Account_Name"]["lookup"]["module"]["api_name"] == "Accounts"
    assert code(desk.ask("GET", "/settings/fields", module="Nowhere")) == (400, "INVALID_MODULE")


def test_the_organisation_its_users_and_its_tags(desk):
    assert desk.ask("GET", "/org").body["org"][0]["zgid"] == "60012345678"
    assert len(desk.ask("GET", "/users").body["users"]) == 2
    assert [one["status"] for one in desk.ask("GET", "/users", type="CurrentUser").body["users"]] == ["active"]
    assert desk.ask("GET", "/settings/tags", module="Contacts").status == 204
    desk.world.add({"Last_Name": "Ann", "Tag": ("vip",)})
    desk.listed(fields="Tag")
    assert [tag["name"] for tag in desk.ask("GET", "/settings/tags", module="Contacts").body["tags"]] == ["vip"]
    assert "Contacts" in {one["api_name"] for one in desk.ask("GET", "/settings/modules").body["modules"]}
