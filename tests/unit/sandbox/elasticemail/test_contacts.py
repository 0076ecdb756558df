from __future__ import annotations

import pytest

from reconciler.sandbox.faults import Fault

ANN = {"Email": "ann@example.com", "FirstName": "Ann", "LastName": "Lee"}
SHAPE = {
    "Email", "Status", "FirstName", "LastName", "CustomFields", "Consent", "Source", "SourceInfo", "DateAdded",
    "DateUpdated", "StatusChangeDate", "Activity",
}  # fmt: skip


def post(desk, *items, **query):
    return desk.body("POST", "/contacts", list(items), **query)


class TestListing:
    def test_is_a_bare_array_without_a_total(self, desk):
        desk.world.add(ANN)
        (row,) = desk.body("GET", "/contacts")
        assert set(row) == SHAPE
        assert row["DateUpdated"] is None
        assert row["Activity"]["TotalSent"] == 0

    def test_has_a_page_of_its_own_length_where_none_is_asked(self, desk):
        ids = desk.fill(1100)
        assert len(desk.body("GET", "/contacts")) == 100
        assert len(desk.body("GET", "/contacts", limit="5000")) == 1000
        assert [row["Email"] for row in desk.body("GET", "/contacts", limit="2", offset="1098")] == ids[-2:]
        assert desk.body("GET", "/contacts", offset="1100") == []

    def test_moves_everybody_forward_when_somebody_is_deleted(self, desk):
        ids = desk.fill(4)
        desk.world.delete(ids[0])
        assert [row["Email"] for row in desk.body("GET", "/contacts", limit="2", offset="2")] == [ids[3]]

    @pytest.mark.parametrize(
        ("fault", "places"),
        [(Fault.SHORT_PAGE, [4, 5]), (Fault.EMPTY_LISTING, []), (Fault.REPEATED_PAGE, [0, 1, 2, 3])],
    )
    def test_lies_when_told_to(self, desk, fault, places):
        ids = desk.fill(12)
        page = desk.body("GET", "/contacts", fault=fault, limit="4", offset="4")
        assert [row["Email"] for row in page] == [ids[place] for place in places]

    @pytest.mark.parametrize("query", [{"limit": "many"}, {"offset": "-1"}])
    def test_wants_numbers(self, desk, query):
        assert desk.ask("GET", "/contacts", **query).status == 400


class TestPost:
    def test_without_a_status_makes_somebody_who_gets_no_newsletter(self, desk):
        (row,) = post(desk, ANN)
        assert (row["Status"], row["Source"]) == ("Transactional", "ContactApi")

    def test_takes_the_caller_for_the_one_who_consented(self, desk):
        desk.clock.now = 1_704_067_200
        one, two = post(desk, ANN, {"Email": "b@x.org", "Consent": {"ConsentIP": "192.0.2.1"}})
        assert one["Consent"]["ConsentIP"] == "203.0.113.9"
        assert one["Consent"]["ConsentDate"] == "2024-01-01T00:00:00"
        assert two["Consent"]["ConsentIP"] == "192.0.2.1"

    def test_drops_custom_fields_that_are_not_there_and_still_repeats_them(self, desk):
        desk.world.add_custom_field("company")
        (row,) = post(desk, {**ANN, "CustomFields": {"company": "Acme", "shoe": "44"}})
        assert row["CustomFields"] == {"company": "Acme", "shoe": "44"}
        assert desk.body("GET", "/contacts/ann@example.com")["CustomFields"] == {"company": "Acme"}

    @pytest.mark.parametrize(
        ("does", "status", "name", "code"),
        [("overwrite", "Transactional", "Anna", 200), ("ignore", "Unsubscribed", "Ann", 200), ("error", "", "", 400)],
    )
    def test_does_to_a_known_address_what_nobody_documents(self, desk, does, status, name, code):
        desk.world.quirks.post_existing = does
        desk.world.add({**ANN, "Status": "Unsubscribed"})
        answer = desk.ask("POST", "/contacts", [{"Email": "ANN@example.com", "FirstName": "Anna"}])
        assert answer.status == code
        expected = (
            {"Status": status, "FirstName": name} if code == 200 else {"Status": "Unsubscribed", "FirstName": "Ann"}
        )
        assert {key: desk.world.read("ann@example.com")[key] for key in expected} == expected

    @pytest.mark.parametrize(
        "item",
        [
            {},
            {"Email": "nonsense"},
            {"Email": "a@x.org", "Status": "Asleep"},
            {"Email": "a@x.org", "CustomFields": {"age": 41}},
            {"Email": "a@x.org", "Consent": {"ConsentTracking": "Perhaps"}},
            "a@x.org",
        ],
        ids=str,
    )
    def test_refuses_the_call_as_a_whole(self, desk, item):
        assert desk.ask("POST", "/contacts", [ANN, item]).status == 400
        assert desk.world.ids() == []

    def test_takes_a_thousand_and_no_more(self, desk):
        items = [{"Email": f"p{number}@example.com"} for number in range(1001)]
        assert desk.ask("POST", "/contacts", items).status == 400
        assert len(post(desk, *items[1:])) == 1000

    def test_puts_new_contacts_on_a_list(self, desk):
        desk.world.add_list("Customers")
        post(desk, ANN, listnames="Customers")
        assert desk.world.lists_of("ann@example.com") == ("Customers",)
        assert desk.ask("POST", "/contacts", [ANN], listnames="None").status == 400

    @pytest.mark.parametrize(("lower", "shown"), [(True, "ann@example.com"), (False, "Ann@Example.com")])
    def test_keeps_capitals_or_not(self, desk, lower, shown):
        desk.world.quirks.lower_case = lower
        (row,) = post(desk, {"Email": " Ann@Example.com"})
        assert row["Email"] == shown


class TestOne:
    @pytest.mark.parametrize("path", ["/contacts/ANN@example.com", "/contacts/ann%40example.com"])
    def test_is_found_by_its_address(self, desk, path):
        desk.world.add(ANN)
        assert desk.body("GET", path)["FirstName"] == "Ann"

    def test_may_be_found_by_its_own_spelling_only(self, desk):
        desk.world.quirks.exact_paths = True
        desk.world.add({**ANN, "Email": "Ann@example.com"})
        assert desk.ask("GET", "/contacts/ann@example.com").status == 404
        assert desk.ask("GET", "/contacts/Ann@example.com").status == 200

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
    def test_that_is_not_there(self, desk, method):
        assert desk.ask(method, "/contacts/nobody@example.com", {}).status == 404

    def test_put_keeps_what_is_left_out_or_null(self, desk):
        desk.world.add(ANN)
        desk.body("PUT", "/contacts/ann@example.com", {"FirstName": None, "LastName": "", "Status": "Abuse"})
        left = desk.world.read("ann@example.com")
        assert (left["FirstName"], left.get("LastName"), left["Status"]) == ("Ann", None, "Active")

    @pytest.mark.parametrize(("way", "left"), [("replace", {"b": "2"}), ("merge", {"a": "1", "b": "2"})])
    def test_put_replaces_the_custom_fields_or_merges_them(self, desk, way, left):
        desk.world.quirks.put_custom = way
        for name in "ab":
            desk.world.add_custom_field(name)
        desk.world.add({**ANN, "a": "1"})
        assert desk.body("PUT", "/contacts/ann@example.com", {"CustomFields": {"b": "2"}})["CustomFields"] == left

    def test_put_moves_the_date(self, desk):
        desk.world.add(ANN)
        desk.clock.advance(5)
        assert desk.body("PUT", "/contacts/ann@example.com", {"LastName": "Li"})["DateUpdated"] is not None

    def test_delete_answers_nothing_and_empties_the_lists(self, desk):
        desk.world.add_list("Customers")
        desk.world.add({**ANN, "lists": ("Customers",)})
        assert desk.ask("DELETE", "/contacts/ann@example.com").body is None
        assert desk.world.counts() == {"contacts": 0, "lists": 1, "memberships": 0}


class TestMany:
    def test_are_deleted_by_address_or_by_a_rule_and_never_both(self, desk):
        ids = desk.fill(3)
        assert desk.ask("POST", "/contacts/delete", {"Emails": ids[:1], "Rule": "All"}).status == 400
        desk.body("POST", "/contacts/delete", {"Emails": [ids[0].upper(), "x@x.org"]})
        assert desk.world.ids() == ids[1:]
        desk.body("POST", "/contacts/delete", {"Rule": "All"})
        assert desk.world.ids() == []


class TestSuppressions:
    @pytest.mark.parametrize(
        ("path", "status"), [("unsubscribes", "Unsubscribed"), ("bounces", "Bounced"), ("complaints", "Abuse")]
    )
    def test_block_a_contact(self, desk, path, status):
        desk.world.add(ANN)
        assert desk.ask("GET", "/suppressions/ann@example.com").status == 404
        desk.clock.advance(5)
        answer = desk.ask("POST", f"/suppressions/{path}", ["ANN@example.com", "nobody@example.com"])
        assert answer.status == 201
        assert [row["Email"] for row in answer.body] == ["ann@example.com"]
        row = desk.body("GET", "/contacts/ann@example.com")
        assert row["Status"] == status
        assert row["StatusChangeDate"] is not None
        assert desk.body("GET", "/suppressions/ann@example.com")["Email"] == "ann@example.com"
