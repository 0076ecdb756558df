from __future__ import annotations

import msgspec
import pytest

HOOK = {"Name": "sync", "URL": "https://sync.example.com/hook"}
EVERYTHING = {
    f"NotificationFor{event}": True for event in ("Sent", "Opened", "Clicked", "Unsubscribed", "AbuseReport", "Error")
}


class TestLists:
    def test_are_known_by_their_names(self, desk):
        made = desk.body("POST", "/lists", {"ListName": "R&D / lab", "Emails": ["x@x.org"]})
        assert set(made) == {"ListName", "PublicListID", "DateAdded", "AllowUnsubscribe"}
        assert desk.body("GET", "/lists/R%26D%20%2F%20lab") == made
        assert desk.body("GET", "/lists") == [made]
        assert desk.body("GET", "/lists", offset="1") == []
        desk.body("PUT", "/lists/R%26D%20%2F%20lab", {"NewListName": "Lab"})
        assert desk.ask("GET", "/lists/R%26D%20%2F%20lab").status == 404
        desk.body("DELETE", "/lists/Lab")
        assert desk.body("GET", "/lists") == []

    def test_need_a_name_of_their_own(self, desk):
        desk.world.add_list("Customers")
        assert desk.ask("POST", "/lists", {"ListName": "Customers"}).status == 400
        assert desk.ask("POST", "/lists", {}).status == 400

    def test_without_addresses_take_in_everybody(self, desk):
        ids = desk.fill(3)
        desk.body("POST", "/lists", {"ListName": "Customers"})
        assert [row["Email"] for row in desk.body("GET", "/lists/Customers/contacts")] == ids
        desk.body("POST", "/lists/Customers/contacts/remove", {"Emails": []})
        assert desk.body("GET", "/lists/Customers/contacts") == []

    def test_take_contacts_and_let_them_go(self, desk):
        ids = desk.fill(3)
        desk.world.add_list("Customers")
        desk.body("POST", "/lists/Customers/contacts", {"Emails": [ids[2], ids[0].upper(), "nobody@example.com"]})
        rows = desk.body("GET", "/lists/Customers/contacts", limit="1", offset="1")
        assert [row["Email"] for row in rows] == [ids[0]]
        desk.body("POST", "/lists/Customers/contacts/remove", {"Emails": [ids[0]]})
        assert desk.world.lists_of(ids[0]) == ()
        assert desk.world.lists_of(ids[2]) == ("Customers",)

    @pytest.mark.parametrize(
        ("method", "path"), [("GET", ""), ("GET", "/contacts"), ("POST", "/contacts"), ("POST", "/contacts/remove")]
    )
    def test_that_are_not_there(self, desk, method, path):
        assert desk.ask(method, f"/lists/None{path}", {"Emails": ["a@x.org"]}).status == 404


class TestHooks:
    def test_show_their_secret_once(self, desk):
        made = desk.body("POST", "/webhook", {**HOOK, "EnableSigning": True})
        assert made["SigningSecret"]
        assert "SigningSecret" not in desk.body("GET", "/webhook")[0]
        assert desk.body("POST", "/webhook", HOOK)["SigningSecret"] is None
        assert desk.ask("POST", "/webhook", {"Name": "x"}).status == 400
        desk.body("DELETE", f"/webhook/{made['WebhookID']}")
        assert desk.ask("DELETE", f"/webhook/{made['WebhookID']}").status == 404

    def test_say_nothing_when_contacts_are_made_changed_or_deleted(self, desk):
        desk.body("POST", "/webhook", {**HOOK, **EVERYTHING})
        person = desk.world.add({"Email": "ann@example.com"})
        desk.world.edit(person, {"FirstName": "Ann"})
        desk.body("PUT", f"/contacts/{person}", {"FirstName": "Anna"})
        desk.world.delete(person)
        assert desk.world.outbox == []

    def test_tell_of_mails_by_default_without_proof_in_a_query(self, desk):
        desk.body("POST", "/webhook", {**HOOK, "NotificationForOpened": True})
        person = desk.world.add({"Email": "a+b@example.com"})
        for event in ("Sent", "Opened", "Clicked"):
            desk.world.mailed(person, event)
        (posted,) = desk.world.outbox
        assert (posted.method, posted.body, posted.headers) == ("GET", b"", {})
        assert posted.url.startswith("https://sync.example.com/hook?to=a%2Bb%40example.com&status=Opened&date=")

    @pytest.mark.parametrize(
        ("status", "event"), [("Unsubscribed", "Unsubscribed"), ("Abuse", "AbuseReport"), ("Bounced", "Error")]
    )
    def test_tell_what_became_of_a_contact_signed_where_that_was_asked(self, desk, status, event):
        desk.body("POST", "/webhook", {**HOOK, **EVERYTHING, "EnableSigning": True, "DeliveryMethod": "PostJson"})
        person = desk.world.add({"Email": "ann@example.com"})
        desk.world.edit(person, {"Status": status})
        (posted,) = desk.world.outbox
        assert posted.method == "POST"
        assert msgspec.json.decode(posted.body)["status"] == event
        assert posted.headers["X-ElasticEmail-Signature"].startswith("v1=")
        assert posted.headers["X-ElasticEmail-Timestamp"] == f"{desk.clock.now:.0f}"


class TestHands:
    def test_a_person_may_give_any_status_and_the_service_too(self, desk):
        person = desk.world.add({"Email": "ann@example.com"})
        assert desk.world.read(person)["Status"] == "Active"
        desk.world.mailed(person, "Opened")
        assert desk.world.read(person)["Status"] == "Engaged"
        desk.world.edit(person, {"Status": "Bounced"})
        assert desk.world.read(person)["Status"] == "Bounced"

    @pytest.mark.parametrize("quirk", [True, False])
    def test_an_opened_mail_moves_the_date_by_itself(self, desk, quirk):
        desk.world.quirks.mail_moves_stamps = quirk
        person = desk.world.add({"Email": "ann@example.com"})
        desk.clock.advance(60)
        desk.world.mailed(person, "Opened")
        assert (desk.body("GET", f"/contacts/{person}")["DateUpdated"] is not None) is quirk

    @pytest.mark.parametrize(
        ("values", "error"),
        [
            ({"Email": "new@example.com"}, ValueError),
            ({"Status": "Asleep"}, ValueError),
            ({"shoe": "44"}, KeyError),
            ({"lists": ("None",)}, KeyError),
        ],
        ids=str,
    )
    def test_what_even_a_person_cannot_do(self, desk, values, error):
        person = desk.world.add({"Email": "ann@example.com"})
        with pytest.raises(error):
            desk.world.edit(person, values)
        with pytest.raises(KeyError):
            desk.world.edit("nobody@example.com", {"FirstName": "x"})

    def test_an_address_is_needed_and_unique(self, desk):
        desk.world.add({"Email": "ann@example.com"})
        for email in ("ANN@example.com ", "", "nonsense"):
            with pytest.raises(ValueError, match="address of its own"):
                desk.world.add({"Email": email})
        assert desk.world.find("Ann@Example.com") == ["ann@example.com"]
        assert desk.world.find("nobody@example.com") == []
