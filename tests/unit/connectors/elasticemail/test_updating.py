from __future__ import annotations

import pytest

from reconciler.errors import Denied
from reconciler.model.outcome import Lost, Patch, Refused, Unsent, Written
from tests.unit.connectors.elasticemail.account import Account, codes, stored
from tests.unit.connectors.wire import answer

BLOCKED = ["Bounced", "Unsubscribed", "Abuse", "Transactional", "NotConfirmed", "Inactive", "Stale"]
OPEN = ["Active", "Engaged", "Transactional", "NotConfirmed", "Inactive", "Stale", "Bounced"]


def test_only_what_changes_is_sent_and_nothing_clears_as_empty_text() -> None:
    account = Account()
    person = account.person(1, FirstName="Ann", LastName="Lee")
    (outcome,) = account.open().update([Patch(person, {"FirstName": None}, {"FirstName": "Ann"})])
    assert account.sent("PUT") == [{"FirstName": ""}]
    assert stored(outcome) == {"Email": person, "FirstName": None, "LastName": "Lee", "Status": "Active"}


@pytest.mark.parametrize("way", ["replace", "merge"])
def test_the_other_custom_fields_stay_whatever_a_put_does_to_the_collection(way: str) -> None:
    account = Account(put_custom=way)
    for name in ("company", "jobtitle", "size"):
        account.world.add_custom_field(name)
    person = account.person(1, company="Acme", jobtitle="Buyer", size="L")
    (outcome,) = account.open("company", "jobtitle", "size").update(
        [Patch(person, {"company": "Globex", "size": None}, {})]
    )
    assert stored(outcome) == {"company": "Globex", "jobtitle": "Buyer", "size": None}


def test_numbers_and_yes_and_no_are_texts_in_custom_fields() -> None:
    account = Account()
    for name in ("age", "vip", "tags"):
        account.world.add_custom_field(name)
    person = account.person(1)
    values = {"age": 41, "vip": False, "tags": ("a", "b")}
    (outcome,) = account.open("age", "vip", "tags").update([Patch(person, values, {})])
    assert stored(outcome) == {"age": "41", "vip": "false", "tags": "a, b"}


@pytest.mark.parametrize("quirk", [{"echo": True}, {"echo": False}], ids=str)
def test_a_custom_field_that_vanishes_without_a_word_is_a_refusal(quirk: dict) -> None:
    account = Account(**quirk)
    person = account.person(1)
    (outcome,) = account.open("shoe").update([Patch(person, {"shoe": "Forty-four"}, {"shoe": None})])
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.field) == ("no_such_field", "shoe")
    assert "Forty-four" not in outcome.message


def test_clearing_a_custom_field_that_nobody_knows_is_done() -> None:
    account = Account()
    (outcome,) = account.open("shoe").update([Patch(account.person(1), {"shoe": None}, {})])
    assert stored(outcome) == {"shoe": None}


def test_an_address_is_not_changed() -> None:
    account = Account()
    person = account.person(1)
    patch = Patch(person, {"Email": "new@example.com", "FirstName": "Ann"}, {"Email": person, "FirstName": None})
    (outcome,) = account.open().update([patch])
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.field, outcome.stale) == ("email_fixed", "Email", False)
    assert "new@example.com" not in outcome.message
    assert account.requests == []


def test_the_same_address_in_other_letters_is_no_change() -> None:
    account = Account()
    person = account.person(1)
    (outcome,) = account.open().update([Patch(person, {"Email": " USER1@example.com"}, {"Email": person})])
    assert isinstance(outcome, Written)
    assert account.sent("PUT") == []


def test_consent_is_said_once() -> None:
    account = Account()
    person = account.person(1, ConsentIP="192.0.2.1")
    (outcome,) = account.open().update([Patch(person, {"ConsentIP": "192.0.2.2"}, {"ConsentIP": "192.0.2.1"})])
    assert codes([outcome]) == ["consent_fixed"]
    assert account.requests == []


@pytest.mark.parametrize("before", OPEN)
def test_an_opt_out_goes_through_the_suppressions(before: str) -> None:
    account = Account()
    person = account.person(1, Status=before)
    (outcome,) = account.open().update([Patch(person, {"Status": "Unsubscribed"}, {"Status": before})])
    assert stored(outcome)["Status"] == account.world.read(person)["Status"] == "Unsubscribed"
    assert account.sent("POST") == [[person]]
    assert account.sent("PUT") == []


@pytest.mark.parametrize("before", BLOCKED)
def test_nobody_is_made_active_again(before: str) -> None:
    account = Account()
    person = account.person(1, Status=before)
    (outcome,) = account.open().update([Patch(person, {"Status": "Active"}, {"Status": before})])
    assert codes([outcome]) == ["status_locked"]
    assert account.world.read(person)["Status"] == before
    assert set(account.calls) == {"get"}


def test_a_complaint_is_not_softened_to_an_opt_out() -> None:
    account = Account()
    person = account.person(1, Status="Abuse")
    (outcome,) = account.open().update([Patch(person, {"Status": "Unsubscribed"}, {"Status": "Abuse"})])
    assert codes([outcome]) == ["status_locked"]


def test_what_counts_is_the_status_of_now_and_not_that_of_the_plan() -> None:
    account = Account()
    person = account.person(1, Status="Unsubscribed")
    (outcome,) = account.open().update([Patch(person, {"Status": "Active", "FirstName": "A"}, {"Status": "Active"})])
    assert codes([outcome]) == ["status_locked"]
    assert account.world.read(person)["Status"] == "Unsubscribed"


def test_an_engaged_contact_is_active_enough() -> None:
    account = Account()
    person = account.person(1, Status="Engaged")
    (outcome,) = account.open().update([Patch(person, {"Status": "Active"}, {"Status": "Active"})])
    assert stored(outcome)["Status"] == "Engaged"


@pytest.mark.parametrize("wanted", ["Bounced", "Engaged", "Abuse", "Asleep", None])
def test_other_statuses_are_not_for_us_to_give(wanted: str | None) -> None:
    account = Account()
    person = account.person(1)
    (outcome,) = account.open().update([Patch(person, {"Status": wanted}, {"Status": "Active"})])
    assert codes([outcome]) == ["status_invalid"]


def test_an_opt_out_that_was_not_taken_is_a_refusal() -> None:
    account = Account()
    person = account.person(1)
    account.before = lambda kind, _: answer([], 201) if kind == "suppress" else None
    (outcome,) = account.open().update([Patch(person, {"Status": "Unsubscribed"}, {"Status": "Active"})])
    assert codes([outcome]) == ["status_kept"]


def test_an_opt_out_needs_a_level_of_its_own_and_says_which() -> None:
    account = Account()
    person = account.person(1)
    with pytest.raises(Denied, match="ModifySuppressions"):
        account.open(key="viewing-key").update([Patch(person, {"Status": "Unsubscribed"}, {"Status": "Active"})])


@pytest.mark.parametrize("values", [{"FirstName": "A"}, {"company": "A"}, {"Status": "Unsubscribed"}, {"lists": None}])
def test_a_vanished_contact_is_stale_and_not_made_again(values: dict) -> None:
    account = Account()
    (outcome,) = account.open().update([Patch("gone@example.com", values, dict.fromkeys(values))])
    assert isinstance(outcome, Refused)
    assert outcome.stale
    assert account.world.ids() == []


def test_a_batch_has_its_refusals_where_they_belong() -> None:
    account = Account()
    people = [account.person(number) for number in range(3)]
    patches = [
        Patch(people[0], {"FirstName": "A"}, {}),
        Patch(people[1], {"Email": "x@example.com"}, {}),
        Patch("gone@example.com", {"FirstName": "C"}, {}),
        Patch(people[2], {"lists": ("None such",)}, {}),
        Patch(people[2], {"LastName": "E"}, {}),
    ]
    outcomes = account.open().update(patches)
    assert codes(outcomes) == ["Written", "email_fixed", "gone", "no_such_list", "Written"]


def test_an_update_may_be_repeated_and_ends_the_batch_where_nothing_answers() -> None:
    account = Account()
    people = [account.person(number) for number in range(6)]
    account.before = lambda kind, number: answer(status=503) if kind == "update" and number > 4 else None
    outcomes = account.open().update([Patch(person, {"FirstName": "A"}, {}) for person in people])
    assert {type(outcome) for outcome in outcomes} == {Written, Unsent}


def test_lists_are_written_as_the_difference_one_call_a_list() -> None:
    account = Account()
    for name in ("Customers", "Friends", "Others"):
        account.world.add_list(name)
    one = account.person(1, lists=("Customers", "Others"))
    two = account.person(2, lists=("Customers",))
    patches = [
        Patch(one, {"lists": ("Friends", "Others")}, {"lists": ("Customers", "Others")}),
        Patch(two, {"lists": ("Friends",)}, {"lists": ("Customers",)}),
    ]
    outcomes = account.open("lists").update(patches)
    assert [stored(outcome)["lists"] for outcome in outcomes] == [("Friends", "Others"), ("Friends",)]
    assert account.sent("POST") == [{"Emails": [one, two]}, {"Emails": [one, two]}]
    assert account.world.lists_of(one) == ("Friends", "Others")


def test_nobody_is_never_written_as_an_empty_body_which_would_be_everybody() -> None:
    account = Account()
    account.world.add_list("Customers")
    one, two = account.person(1, lists=("Customers",)), account.person(2, lists=("Customers",))
    patches = [
        Patch(one, {"lists": ("Customers",)}, {"lists": ("Customers",)}),
        Patch(two, {"lists": None}, {"lists": ()}),
    ]
    account.open("lists").update(patches)
    account.open("lists").update([])
    account.open("lists").delete([])
    assert account.sent("POST") == []
    assert (account.world.lists_of(one), account.world.lists_of(two)) == (("Customers",), ("Customers",))


def test_a_list_that_did_not_take_somebody_is_a_refusal() -> None:
    account = Account()
    account.world.add_list("Customers")
    person = account.person(1)
    account.before = lambda kind, _: answer({"ListName": "Customers"}) if kind == "subscribe" else None
    (outcome,) = account.open("lists").update([Patch(person, {"lists": ("Customers",)}, {"lists": None})])
    assert codes([outcome]) == ["list_refused"]


def test_a_change_of_lists_that_broke_off_is_open() -> None:
    account = Account()
    account.world.add_list("Customers")
    one, two = account.person(1), account.person(2)
    account.before = lambda kind, _: answer(status=503) if kind == "subscribe" else None
    patches = [Patch(one, {"lists": ("Customers",)}, {"lists": None}), Patch(two, {"FirstName": "B"}, {})]
    outcomes = account.open("lists").update(patches)
    assert [type(outcome) for outcome in outcomes] == [Lost, Written]


def test_a_list_made_while_the_connection_is_open_is_found_and_none_is_made() -> None:
    account = Account()
    account.world.add_list("Customers")
    connector = account.open("lists")
    connector.describe()
    account.world.add_list("New")
    patches = [Patch(account.person(1), {"lists": ("New",)}, {"lists": None})]
    assert codes(connector.update(patches)) == ["Written"]
    (refused,) = connector.update([Patch(account.person(2), {"lists": ("Newer",)}, {"lists": None})])
    assert isinstance(refused, Refused)
    assert refused.message == "there is no list Newer; the lists are Customers, New"
    assert "create_list" not in account.calls


def test_deleting_is_one_by_one_and_never_by_a_rule() -> None:
    account = Account()
    people = [account.person(number) for number in range(3)]
    assert account.open().delete([people[0], "gone@example.com", people[2]]) == [
        Written(people[0]),
        Written("gone@example.com"),
        Written(people[2]),
    ]
    assert account.world.ids() == [people[1]]
    assert {request.method for request in account.requests} == {"DELETE"}
