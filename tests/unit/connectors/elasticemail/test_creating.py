from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import Denied, Retryable
from reconciler.model.outcome import Draft, Lost, Refused, Unsent, Written
from tests.unit.connectors.elasticemail.account import Account, codes, stored
from tests.unit.connectors.wire import answer

if TYPE_CHECKING:
    import httpx

ANN = {"Email": "ann@example.com"}


def test_the_status_is_always_said_because_silence_means_no_newsletter() -> None:
    account = Account()
    (outcome,) = account.open().create([Draft(ANN)])
    assert account.sent("POST") == [[{"Email": "ann@example.com", "Status": "Active"}]]
    assert stored(outcome)["Status"] == account.world.read("ann@example.com")["Status"] == "Active"


def test_everything_goes_in_one_call_in_its_own_place() -> None:
    account = Account()
    account.world.add_custom_field("vip")
    values = {
        "FirstName": "Zoë",
        "LastName": None,
        "vip": True,
        "ConsentIP": "192.0.2.1",
        "ConsentDate": "2026-01-02T04:04:05+01:00",
        "ConsentTracking": "Allow",
    }
    drafts = [Draft({"Email": "Zoe@Example.com", **values}), Draft(ANN)]
    outcomes = account.open("vip", "ConsentDate", "ConsentIP").create(drafts)
    assert account.sent("POST") == [
        [
            {
                "Email": "zoe@example.com",
                "Status": "Active",
                "FirstName": "Zoë",
                "CustomFields": {"vip": "true"},
                "Consent": {
                    "ConsentIP": "192.0.2.1",
                    "ConsentDate": "2026-01-02T03:04:05",
                    "ConsentTracking": "Allow",
                },
            },
            {"Email": "ann@example.com", "Status": "Active"},
        ]
    ]
    assert stored(outcomes[0]) == {"vip": "true", "ConsentDate": "2026-01-02T03:04:05+00:00", "ConsentIP": "192.0.2.1"}


@pytest.mark.parametrize("does", ["overwrite", "ignore", "error"])
def test_who_is_there_already_is_left_alone_whatever_a_post_would_do(does: str) -> None:
    account = Account(post_existing=does)
    account.world.add({**ANN, "Status": "Unsubscribed", "FirstName": "Ann"})
    before = account.world.contacts()
    outcomes = account.open().create(
        [Draft({"Email": "ANN@example.com", "FirstName": "Anna"}), Draft({"Email": "b@x.org"})]
    )
    assert codes(outcomes) == ["exists", "Written"]
    assert isinstance(outcomes[0], Refused)
    assert outcomes[0].stale
    assert account.world.read("ann@example.com") == before["ann@example.com"]


def test_somebody_made_opted_out_is_never_active_in_between() -> None:
    account = Account()
    (outcome,) = account.open().create([Draft({**ANN, "Status": "Unsubscribed"})])
    assert account.sent("POST")[0][0]["Status"] == "Unsubscribed"
    assert stored(outcome)["Status"] == "Unsubscribed"
    assert account.calls["create"] == 1
    assert "suppress" not in account.calls


def test_an_opt_out_that_a_create_did_not_take_is_made_good() -> None:
    account = Account()

    def made_active(kind: str, _number: int) -> httpx.Response | None:
        if kind != "create":
            return None
        account.world.add(ANN)
        return answer([{**ANN, "Status": "Active"}])

    account.before = made_active
    (outcome,) = account.open().create([Draft({**ANN, "Status": "Unsubscribed"})])
    assert account.world.read("ann@example.com")["Status"] == "Unsubscribed"
    assert stored(outcome)["Status"] == "Unsubscribed"


def test_a_custom_field_that_vanishes_without_a_word_is_a_refusal() -> None:
    account = Account()
    account.world.add_custom_field("company")
    drafts = [Draft({**ANN, "company": "Acme"}), Draft({"Email": "b@x.org", "compnay": "Acme"})]
    good, bad = account.open("company", "compnay").create(drafts)
    assert stored(good)["company"] == "Acme"
    assert isinstance(bad, Refused)
    assert (bad.code, bad.field, bad.stale) == ("no_such_field", "compnay", False)
    assert "compnay" in bad.message
    assert "Acme" not in bad.message


def test_what_cannot_be_made_is_not_sent() -> None:
    account = Account()
    drafts = [
        Draft(ANN),
        Draft({"Email": None, "FirstName": "Ann"}),
        Draft({"Email": " ANN@example.com"}),
        Draft({"Email": "ann at example"}),
        Draft({"Email": "c@example.com", "Status": "Bounced"}),
        Draft({"Email": "d@example.com", "lists": ("Custmers",)}),
    ]
    outcomes = account.open().create(drafts)
    assert codes(outcomes) == [
        "Written",
        "no_email",
        "duplicate_email",
        "email_invalid",
        "status_invalid",
        "no_such_list",
    ]
    assert account.world.ids() == ["ann@example.com"]
    assert not any("@" in outcome.message for outcome in outcomes if isinstance(outcome, Refused))


def test_one_bad_item_does_not_spoil_its_batch() -> None:
    account = Account()

    def picky(kind: str, _number: int) -> httpx.Response | None:
        bad = kind == "create" and b"user2@" in account.requests[-1].content
        return answer({"Error": "Email user2@example.com is on a blocked domain"}, 400) if bad else None

    account.before = picky
    outcomes = account.open().create([Draft({"Email": f"user{number}@example.com"}) for number in range(5)])
    assert [type(outcome) for outcome in outcomes] == [Written, Written, Refused, Written, Written]
    assert "user2" not in str(outcomes[2])
    assert len(account.world.ids()) == 4


def test_who_is_missing_from_the_answer_is_looked_for() -> None:
    account = Account()

    def forgetful(kind: str, _number: int) -> httpx.Response | None:
        if kind != "create":
            return None
        made = [item for item in json.loads(account.requests[-1].content) if item["Email"] != "b@example.com"]
        for item in made:
            account.world.add(item)
        return answer([item for item in made if item["Email"] == "a@example.com"])

    account.before = forgetful
    outcomes = account.open().create([Draft({"Email": f"{name}@example.com"}) for name in "abc"])
    assert codes(outcomes) == ["Written", "refused", "Written"]


def test_a_create_without_an_answer_is_lost_and_not_repeated() -> None:
    account = Account()
    account.mute = {"create"}
    outcomes = account.open().create([Draft(ANN), Draft({"Email": "b@example.com"})])
    assert all(isinstance(outcome, Lost) for outcome in outcomes)
    assert account.calls["create"] == 1


@pytest.mark.parametrize("status", [500, 502])
def test_a_server_error_leaves_open_whether_it_was_done(status: int) -> None:
    account = Account()
    account.before = lambda kind, _: answer({"Error": "An error occurred"}, status) if kind == "create" else None
    (outcome,) = account.open().create([Draft(ANN)])
    assert isinstance(outcome, Lost)
    assert account.calls["create"] == 1


def test_a_look_afterwards_that_fails_leaves_it_open_too() -> None:
    account = Account()
    account.world.add_custom_field("company")
    account.before = lambda kind, number: answer(status=500) if kind == "get" and number > 1 else None
    (outcome,) = account.open().create([Draft({**ANN, "company": "Acme"})])
    assert isinstance(outcome, Lost)


def test_a_batch_that_could_not_be_sent_is_unsent() -> None:
    account = Account()
    account.before = lambda kind, _: answer(status=503) if kind == "create" else None
    (outcome,) = account.open().create([Draft(ANN)])
    assert isinstance(outcome, Unsent)
    assert isinstance(outcome.error, Retryable)


def test_a_key_that_may_only_look_makes_nobody() -> None:
    account = Account()
    (outcome,) = account.open(key="viewing-key").create([Draft(ANN)])
    assert isinstance(outcome, Unsent)
    assert isinstance(outcome.error, Denied)
    assert "ModifyContacts" in str(outcome.error)


def test_new_contacts_join_their_lists_with_one_call_a_list() -> None:
    account = Account()
    for name in ("Customers", "Friends"):
        account.world.add_list(name)
    wanted = [("Customers",), ("Customers", "Friends"), None]
    drafts = [Draft({"Email": f"user{number}@example.com", "lists": names}) for number, names in enumerate(wanted)]
    outcomes = account.open("lists").create(drafts)
    assert [stored(outcome) for outcome in outcomes] == [{"lists": names} for names in wanted]
    assert account.sent("POST", "/lists/Customers") == [{"Emails": ["user0@example.com", "user1@example.com"]}]
    assert account.sent("POST", "/lists/Friends") == [{"Emails": ["user1@example.com"]}]


def test_lists_that_are_not_known_to_be_joined_are_not_claimed() -> None:
    account = Account()
    account.world.add_list("Customers")
    account.before = lambda kind, _: answer(status=503) if kind == "subscribe" else None
    (outcome,) = account.open("lists").create([Draft({**ANN, "lists": ("Customers",)})])
    assert stored(outcome) == {}
