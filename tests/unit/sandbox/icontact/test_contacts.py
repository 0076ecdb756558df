from __future__ import annotations

import pytest

from reconciler.sandbox.faults import Fault
from reconciler.sandbox.icontact.world import IContactQuirks
from tests.unit.sandbox.desks import IContactDesk

ANN = {"email": "ann@example.com", "firstName": "Ann", "city": "Gent", "business": "Acme"}


def listed(desk, fault=None, **query):
    return desk.body("GET", "/contacts", fault=fault, **({"status": "total"} | query))


def fill(desk, count):
    return [desk.world.add({"email": f"p{number:04}@example.com"}) for number in range(count)]


class TestListing:
    def test_without_a_status_shows_only_who_is_on_a_list(self, desk):
        ann, bob, cee = fill(desk, 3)
        customers = desk.world.add_list("Customers")
        desk.world.subscribe(ann, customers)
        desk.world.subscribe(bob, customers, "unsubscribed")

        def ids(**query):
            return [row["contactId"] for row in desk.body("GET", "/contacts", **query)["contacts"]]

        assert ids() == [ann]
        assert ids(status="unlisted") == [bob, cee]
        assert ids(status="total") == [ann, bob, cee]
        assert ids(status="total", listId=customers) == [ann, bob]

    def test_pages_by_twenty_and_never_by_more_than_five_hundred(self, desk):
        fill(desk, 620)
        assert [len(listed(desk)["contacts"]), listed(desk)["limit"]] == [20, 20]
        longest = listed(desk, limit="9999")
        assert [len(longest["contacts"]), longest["limit"], longest["total"]] == [500, 500, 620]
        assert len(listed(desk, limit="500", offset="500")["contacts"]) == 120

    def test_has_null_where_empty_and_no_business(self, desk):
        desk.world.add(ANN)
        (row,) = listed(desk)["contacts"]
        assert "business" not in row
        assert row["lastName"] is None
        assert isinstance(row["contactId"], str)

    def test_shows_custom_fields_by_their_private_name(self, desk):
        desk.world.add_custom_field("country")
        desk.world.add({**ANN, "country": "Belgium"})
        assert listed(desk)["contacts"][0]["country"] == "Belgium"

    @pytest.mark.parametrize(
        ("fault", "rows", "total"),
        [
            (Fault.SHORT_PAGE, 5, 25),
            (Fault.EMPTY_LISTING, 0, 0),
            (Fault.WRONG_TOTAL, 10, 32),
            (Fault.REPEATED_PAGE, 10, 25),
            (None, 10, 25),
        ],
        ids=str,
    )
    def test_lies_when_told_to(self, desk, fault, rows, total):
        ids = fill(desk, 25)
        page = listed(desk, fault, limit="10", offset="10")
        first = 0 if fault is Fault.REPEATED_PAGE else 10
        assert [row["contactId"] for row in page["contacts"]] == ids[first : first + rows]
        assert page["total"] == total

    def test_a_stale_one_lacks_the_latest_writes(self, desk):
        desk.world.history.clear()
        old = desk.world.add({"email": "old@example.com", "city": "Gent"})
        desk.world.history.clear()
        desk.world.edit(old, {"city": "Brugge"})
        desk.world.add(ANN)
        assert [row["city"] for row in listed(desk)["contacts"]] == ["Brugge", "Gent"]
        assert [row["city"] for row in listed(desk, Fault.STALE_LISTING)["contacts"]] == ["Gent"]


class TestGet:
    def test_one_contact_has_business(self, desk):
        ann = desk.world.add(ANN)
        contact = desk.body("GET", f"/contacts/{ann}")["contact"]
        assert contact["business"] == "Acme"
        assert contact["lastName"] is None

    @pytest.mark.parametrize(("after", "status"), [("missing", 404), ("deleted", 200)])
    def test_a_deleted_one_is_missing_or_says_so(self, desk, after, status):
        desk.world.quirks.after_delete = after
        ann = desk.world.add(ANN)
        assert desk.ask("DELETE", f"/contacts/{ann}").status == 200
        answer = desk.ask("GET", f"/contacts/{ann}")
        assert answer.status == status
        assert status == 404 or answer.body["contact"]["status"] == "deleted"
        assert listed(desk)["contacts"] == []
        assert desk.ask("POST", f"/contacts/{ann}", {"city": "Gent"}).status == 404

    def test_the_date_of_creation_is_the_wall_clock_of_new_york(self, desk):
        desk.clock.now = 1_339_271_212  # 2012-06-09 19:46:52 UTC
        ann = desk.world.add(ANN)
        assert desk.body("GET", f"/contacts/{ann}")["contact"]["createDate"] == "2012-06-09 15:46:52"


class TestCollectionPost:
    def post(self, desk, *items):
        return desk.body("POST", "/contacts", list(items))

    def test_creates_and_answers_empty_texts(self, desk):
        (contact,) = self.post(desk, ANN)["contacts"]
        assert contact["lastName"] == ""
        assert contact["business"] == "Acme"
        assert desk.world.read(contact["contactId"]) == {**ANN, "status": "normal"}

    @pytest.mark.parametrize(("quirk", "left"), [("merge", {**ANN}), ("overwrite", {"email": "ann@example.com"})])
    def test_updates_a_known_address_by_either_reading_of_the_documents(self, desk, quirk, left):
        desk.world.quirks.collection_post = quirk
        ann = desk.world.add(ANN)
        (contact,) = self.post(desk, {"email": "ANN@example.com", "lastName": "Lee"})["contacts"]
        assert contact["contactId"] == ann
        expected = {**left, "email": "ANN@example.com", "lastName": "Lee", "status": "normal"}
        assert desk.world.read(ann) == expected

    @pytest.mark.parametrize(
        ("item", "words"),
        [
            ({}, "did not provide an email"),
            ({"email": "nonsense"}, "email value you provided was not valid"),
            ({"email": "x@example.com", "state": "Noord-Brabant"}, "at most 10 characters"),
            ({"email": "x@example.com", "status": "bounced"}, "either donotcontact or normal"),
            ({"email": "x@example.com", "contactId": "1"}, "contactId"),
            ("x@example.com", "could not be read"),
        ],
    )
    def test_refused_items_vanish_and_leave_a_warning(self, desk, item, words):
        body = self.post(desk, item, ANN)
        assert [contact["email"] for contact in body["contacts"]] == ["ann@example.com"]
        (warning,) = body["warnings"]
        assert words in warning
        assert len(desk.world.ids()) == 1

    def test_nothing_accepted_is_null(self, desk):
        assert self.post(desk, {})["contacts"] is None

    def test_a_long_state_may_be_cut(self):
        desk = IContactDesk(IContactQuirks(long_state="truncate"))
        (contact,) = self.post(desk, {**ANN, "state": "Noord-Brabant"})["contacts"]
        assert contact["state"] == "Noord-Brab"

    def test_unknown_fields_are_ignored_with_a_warning(self, desk):
        body = self.post(desk, {**ANN, "shoeSize": "43"})
        assert "shoeSize" in body["warnings"][0]
        assert "shoeSize" not in desk.world.read(body["contacts"][0]["contactId"])

    def test_has_to_be_an_array(self, desk):
        assert desk.ask("POST", "/contacts", ANN).status == 400


class TestOneContact:
    def test_post_changes_just_what_is_sent(self, desk):
        ann = desk.world.add(ANN)
        for body in ({"city": "Brugge"}, [{"city": "Brugge"}]):
            assert desk.body("POST", f"/contacts/{ann}", body)["contact"]["city"] == "Brugge"
        assert desk.world.read(ann) == {**ANN, "city": "Brugge", "status": "normal"}

    def test_put_erases_what_is_not_sent(self, desk):
        ann = desk.world.add(ANN)
        desk.body("PUT", f"/contacts/{ann}", {"email": "ann@example.com", "city": "Brugge"})
        assert desk.world.read(ann) == {"email": "ann@example.com", "city": "Brugge", "status": "normal"}

    def test_an_address_is_unique(self, desk):
        desk.world.add(ANN)
        bob = desk.world.add({"email": "bob@example.com"})
        assert desk.ask("POST", f"/contacts/{bob}", {"email": "Ann@Example.com"}).status == 400
        assert desk.world.read(bob)["email"] == "bob@example.com"

    def test_a_freed_address_can_be_used_again(self, desk):
        ann = desk.world.add(ANN)
        desk.body("POST", f"/contacts/{ann}", {"email": "lee@example.com"})
        (contact,) = desk.body("POST", "/contacts", [ANN])["contacts"]
        assert contact["contactId"] != ann

    @pytest.mark.parametrize("status", ["donotcontact", "pending", "invitable"])
    def test_there_is_no_way_back_from(self, desk, status):
        ann = desk.world.add({**ANN, "status": status})
        assert desk.ask("POST", f"/contacts/{ann}", {"status": "normal"}).status == 400
        assert desk.world.read(ann)["status"] == status
        assert desk.ask("POST", f"/contacts/{ann}", {"city": "Brugge"}).status == 200

    def test_an_opt_out_can_be_written(self, desk):
        ann = desk.world.add(ANN)
        assert desk.body("POST", f"/contacts/{ann}", {"status": "donotcontact"})["contact"]["status"] == "donotcontact"

    def test_the_collection_cannot_be_deleted(self, desk):
        assert desk.ask("DELETE", "/contacts").status == 405


def test_a_person_cannot_make_the_same_address_twice(desk):
    desk.world.add(ANN)
    with pytest.raises(ValueError, match="address"):
        desk.world.add(ANN)
    assert len(desk.world.contacts()) == 1
