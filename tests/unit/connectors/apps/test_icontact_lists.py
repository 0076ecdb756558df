from __future__ import annotations

from reconciler.model.outcome import Draft, Patch, Refused, Written
from tests.unit.connectors.apps.icontact_desk import LISTS, ROOT, Desk, contacts, row

SUBSCRIPTIONS = {
    "subscriptions": [
        {"contactId": "1", "listId": "7", "status": "normal"},
        {"contactId": "1", "listId": "8", "status": "unsubscribed"},
        {"contactId": "2", "listId": "8", "status": "pending"},
        {"contactId": "2", "listId": "99", "status": "normal"},
    ],
    "total": 4,
}


def test_lists_are_names_of_subscriptions_that_hold() -> None:
    listing = {"contacts": [row(1), row(2), row(3)], "total": 3}
    desk = Desk(GET__contacts=listing, GET__lists=LISTS, GET__subscriptions=SUBSCRIPTIONS)
    (page,) = contacts(desk, "lists").list()
    assert [record.values["lists"] for record in page.records] == [("Customers",), ("Friends",), None]


def test_nobody_asks_for_subscriptions_that_are_not_wanted() -> None:
    desk = Desk(GET__contacts={"contacts": [row(1)], "total": 1})
    list(contacts(desk, "email").list())
    assert desk.lines == [f"GET {ROOT}/contacts"]


def test_a_change_of_lists_subscribes_and_unsubscribes() -> None:
    granted = [{"contactId": "1", "listId": "8"}, {"contactId": "1", "listId": "7"}]
    desk = Desk(
        GET__contacts__1={"contact": row(1)},
        GET__lists=LISTS,
        GET__subscriptions={"subscriptions": [{"contactId": "1", "listId": "8", "status": "normal"}], "total": 1},
        POST__subscriptions={"subscriptions": granted},
    )
    patch = Patch("1", {"lists": ("Friends",)}, {"lists": ("Customers",)})
    (outcome,) = contacts(desk, "lists").update([patch])
    sent = next(number for number, line in enumerate(desk.lines) if line.startswith("POST"))
    assert desk.body(sent) == [
        {"contactId": 1, "listId": 8, "status": "normal"},
        {"contactId": 1, "listId": 7, "status": "unsubscribed"},
    ]
    assert isinstance(outcome, Written)
    assert outcome.record
    assert outcome.record.values == {"lists": ("Friends",)}


def test_a_list_that_is_not_there_is_refused_by_name_before_anything_is_written() -> None:
    desk = Desk(GET__lists=LISTS)
    connector = contacts(desk, "lists")
    outcomes = [
        *connector.create([Draft({"email": "a@example.com", "lists": ("Custmers",)})]),
        *connector.update([Patch("1", {"lists": ("Custmers",)}, {"lists": None})]),
    ]
    for outcome in outcomes:
        assert isinstance(outcome, Refused)
        assert outcome.message == "there is no list Custmers; the lists are Customers, Friends"
    assert set(desk.lines) == {f"GET {ROOT}/lists"}


def test_a_list_made_while_the_connection_is_open_is_found() -> None:
    desk = Desk(GET__lists=[LISTS, {"lists": [*LISTS["lists"], {"listId": "9", "name": "New"}], "total": 3}])
    desk.prepared |= {"GET contacts/1": {"contact": row(1)}, "GET subscriptions": SUBSCRIPTIONS}
    desk.prepared["POST subscriptions"] = {"subscriptions": [{"contactId": "1", "listId": "9"}]}
    patch = Patch("1", {"lists": ("Customers", "New")}, {"lists": ("Customers",)})
    (outcome,) = contacts(desk, "lists").update([patch])
    assert isinstance(outcome, Written)


def test_a_subscription_that_is_not_granted_is_refused() -> None:
    desk = Desk(
        GET__contacts__1={"contact": row(1)},
        GET__lists=LISTS,
        POST__subscriptions={"subscriptions": None, "warnings": ["cannot resubscribe user1@example.com"]},
    )
    (outcome,) = contacts(desk, "lists").update([Patch("1", {"lists": ("Friends",)}, {"lists": None})])
    assert outcome == Refused("list_refused", "cannot resubscribe [email]", field="lists")
