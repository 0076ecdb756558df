from __future__ import annotations

import pytest


@pytest.fixture
def ann(desk):
    return desk.world.add({"email": "ann@example.com"})


@pytest.fixture
def customers(desk):
    return desk.body("POST", "/lists", [{"name": "Customers"}])["lists"][0]["listId"]


def subscribe(desk, contact, where, status="normal"):
    item = {"contactId": int(contact), "listId": int(where), "status": status}
    return desk.body("POST", "/subscriptions", [item])


class TestLists:
    def test_are_made_found_and_deleted(self, desk, customers):
        assert [one["listId"] for one in desk.body("GET", "/lists", name="Customers")["lists"]] == [customers]
        assert desk.body("GET", "/lists", name="Others")["total"] == 0
        assert desk.body("GET", f"/lists/{customers}")["list"]["name"] == "Customers"
        assert desk.body("DELETE", f"/lists/{customers}") == []
        assert desk.ask("GET", f"/lists/{customers}").status == 404

    def test_need_a_name(self, desk):
        body = desk.body("POST", "/lists", [{"description": "?"}])
        assert body["lists"] is None
        assert "name" in body["warnings"][0]


class TestSubscriptions:
    def test_put_a_contact_on_a_list(self, desk, ann, customers):
        (one,) = subscribe(desk, ann, customers)["subscriptions"]
        assert one["subscriptionId"] == f"{customers}_{ann}"
        assert desk.body("GET", "/contacts")["total"] == 1
        assert desk.body("GET", "/subscriptions", contactId=ann)["total"] == 1
        assert desk.body("GET", "/subscriptions", contactId="1")["total"] == 0

    def test_end_for_good(self, desk, ann, customers):
        subscribe(desk, ann, customers)
        subscribe(desk, ann, customers, "unsubscribed")
        assert desk.body("GET", "/contacts")["total"] == 0
        again = subscribe(desk, ann, customers)
        assert again["subscriptions"] is None
        assert "cannot be changed" in again["warnings"][0]

    def test_move_to_another_list(self, desk, ann, customers):
        subscribe(desk, ann, customers)
        other = desk.world.add_list("Trash")
        moved = desk.body("PUT", f"/subscriptions/{customers}_{ann}", [{"listId": int(other)}])
        assert moved["subscription"]["listId"] == other
        assert desk.world.lists_of(ann) == ("Trash",)

    @pytest.mark.parametrize("wrong", [{"contactId": 1}, {"listId": 1}, {"status": "asleep"}])
    def test_wrong_ones_leave_a_warning(self, desk, ann, customers, wrong):
        item = {"contactId": ann, "listId": customers, "status": "normal"} | wrong
        body = desk.body("POST", "/subscriptions", [item])
        assert body["subscriptions"] is None
        assert len(body["warnings"]) == 1

    def test_come_in_pages(self, desk, customers):
        for number in range(5):
            desk.world.add({"email": f"p{number}@example.com", "lists": ["Customers"]})
        pages = [desk.body("GET", "/subscriptions", listId=customers, limit="2", offset=at) for at in ("0", "2", "4")]
        found = [one["contactId"] for page in pages for one in page["subscriptions"]]
        assert found == desk.world.ids()
        assert {page["total"] for page in pages} == {5}
        assert desk.ask("GET", "/subscriptions", limit="many").status == 400

    def test_go_with_the_contact(self, desk, ann, customers):
        subscribe(desk, ann, customers)
        desk.world.delete(ann)
        assert desk.world.counts()["subscriptions"] == 0


def test_a_person_puts_contacts_on_lists_by_name(desk, customers):
    bob = desk.world.add({"email": "bob@example.com", "lists": ["Customers"]})
    assert desk.world.read(bob)["lists"] == ("Customers",)
    desk.world.edit(bob, {"lists": []})
    assert "lists" not in desk.world.read(bob)
    desk.world.edit(bob, {"city": "Gent"})
    assert desk.world.subscriptions[int(customers)][int(bob)].status == "unsubscribed"
    with pytest.raises(KeyError, match="Nowhere"):
        desk.world.edit(bob, {"lists": ["Nowhere"]})


class TestCustomFields:
    def test_become_keys_of_a_contact(self, desk):
        sent = [{"privateName": "region", "displayToUser": 0, "fieldType": "text"}]
        (made,) = desk.body("POST", "/customfields", sent)["customfields"]
        assert made["customFieldId"] == "region"
        desk.body("POST", "/contacts", [{"email": "ann@example.com", "region": "North"}])
        assert desk.body("GET", "/contacts", status="total")["contacts"][0]["region"] == "North"
        assert desk.body("GET", "/customfields")["total"] == 1

    @pytest.mark.parametrize(
        "wrong", [{"privateName": "with space"}, {"privateName": "email"}, {"privateName": ""}, {"fieldType": "colour"}]
    )
    def test_have_rules(self, desk, wrong):
        body = desk.body("POST", "/customfields", [{"privateName": "region", "fieldType": "text"} | wrong])
        assert body["customfields"] is None
        assert len(body["warnings"]) == 1


def test_webhooks_are_remembered(desk):
    sent = [{"eventId": "contact_updated", "url": "https://example.com/hook"}, {"eventId": "nonsense", "url": "x"}]
    body = desk.body("POST", "/webhooks", sent)
    (made,) = body["webhooks"]
    assert len(body["warnings"]) == 1
    assert desk.body("GET", f"/webhooks/{made['webhookId']}")["webhook"] == made
    desk.body("DELETE", f"/webhooks/{made['webhookId']}")
    assert desk.body("GET", "/webhooks")["total"] == 0
