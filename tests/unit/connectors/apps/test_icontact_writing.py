from __future__ import annotations

import httpx
import pytest

from reconciler.errors import Retryable
from reconciler.model.outcome import Draft, Lost, Patch, Refused, Unsent, Written
from tests.unit.connectors.apps.icontact_desk import LISTS, ROOT, Desk, contacts, row
from tests.unit.connectors.wire import answer


def created(request: httpx.Request) -> httpx.Response:
    """Everybody whose name is not Bad."""
    items = httpx.Response(200, content=request.content).json()
    made = [{"contactId": str(10 + n), "status": "normal", **item} for n, item in enumerate(items)]
    kept = [item for item in made if item.get("firstName") != "Bad"]
    body = {"contacts": kept or None}
    return answer(body if len(kept) == len(made) else {**body, "warnings": ["Bad is no name"]})


def test_who_is_missing_from_the_answer_was_refused() -> None:
    desk = Desk(POST__contacts=created)
    drafts = [Draft({"email": f"{n}@example.com", "firstName": name}) for n, name in enumerate(["Ann", "Bad", "Cid"])]
    first, second, third = contacts(desk, "email", "firstName").create(drafts)
    assert isinstance(first, Written)
    assert isinstance(third, Written)
    assert third.record
    assert third.record.values == {"email": "2@example.com", "firstName": "Cid"}
    assert second == Refused("refused", "[value] is no name")


def test_what_cannot_be_created_is_not_sent() -> None:
    desk = Desk(POST__contacts=created)
    drafts = [
        Draft({"email": "a@example.com"}),
        Draft({"email": None, "firstName": "Ann"}),
        Draft({"email": " A@example.com"}),
        Draft({"email": "b@example.com", "state": "West-Vlaanderen"}),
        Draft({"email": "c@example.com", "status": "bounced"}),
    ]
    outcomes = contacts(desk).create(drafts)
    codes = [outcome.code if isinstance(outcome, Refused) else "" for outcome in outcomes]
    assert codes == ["", "no_email", "duplicate_email", "too_long", "status_invalid"]
    assert desk.body() == [{"email": "a@example.com"}]


def test_a_create_without_an_answer_is_lost_and_not_repeated() -> None:
    desk = Desk(POST__contacts=httpx.ReadTimeout("x"))
    outcomes = contacts(desk).create([Draft({"email": "a@example.com"}), Draft({"email": "b@example.com"})])
    assert all(isinstance(outcome, Lost) for outcome in outcomes)
    assert len(desk.requests) == 1


def test_one_bad_item_does_not_spoil_its_batch() -> None:
    def picky(request: httpx.Request) -> httpx.Response:
        return answer({"errors": ["invalid"]}, 400) if b"Worse" in request.content else created(request)

    drafts = [Draft({"email": f"{n}@example.com", "lastName": "Worse" if n == 2 else "Fine"}) for n in range(5)]
    outcomes = contacts(Desk(POST__contacts=picky)).create(drafts)
    assert [type(outcome) for outcome in outcomes] == [Written, Written, Refused, Written, Written]


def test_a_batch_that_could_not_be_sent_is_unsent() -> None:
    (outcome,) = contacts(Desk(POST__contacts=answer(status=503))).create([Draft({"email": "a@example.com"})])
    assert isinstance(outcome, Unsent)
    assert isinstance(outcome.error, Retryable)


def test_a_call_that_is_refused_whatever_it_holds_is_not_taken_apart() -> None:
    desk = Desk(POST__contacts=answer({"errors": ["no such folder"]}, 404))
    outcomes = contacts(desk).create([Draft({"email": f"{n}@example.com"}) for n in range(8)])
    assert all(isinstance(outcome, Unsent) for outcome in outcomes)
    assert len(desk.requests) == 1


def test_an_answer_with_another_address_leaves_the_question_open() -> None:
    desk = Desk(POST__contacts={"contacts": [row(1, email="a@other.example")]})
    (outcome,) = contacts(desk).create([Draft({"email": "a@example.com"})])
    assert isinstance(outcome, Lost)


def test_new_contacts_are_put_on_their_lists() -> None:
    desk = Desk(
        GET__lists=LISTS,
        POST__contacts=created,
        POST__subscriptions={"subscriptions": [{"contactId": "10", "listId": "7"}]},
    )
    drafts = [Draft({"email": "a@example.com", "lists": ("Customers",)}), Draft({"email": "b@example.com"})]
    outcomes = contacts(desk, "lists").create(drafts)
    assert desk.body() == [{"contactId": 10, "listId": 7, "status": "normal"}]
    records = [outcome.record for outcome in outcomes if isinstance(outcome, Written)]
    assert [record and record.values for record in records] == [{"lists": ("Customers",)}, {"lists": None}]


def test_lists_that_are_not_known_to_be_set_are_not_claimed() -> None:
    desk = Desk(GET__lists=LISTS, POST__contacts=created, POST__subscriptions=answer(status=503))
    (outcome,) = contacts(desk, "lists").create([Draft({"email": "a@example.com", "lists": ("Customers",)})])
    assert isinstance(outcome, Written)
    assert outcome.record
    assert outcome.record.values == {}


def test_an_update_merges_and_never_replaces() -> None:
    desk = Desk(POST__contacts__1={"contact": row(1, city="GHENT", phone="")})
    (outcome,) = contacts(desk, "city", "phone").update([Patch("1", {"city": "Ghent", "phone": None}, {})])
    assert desk.lines == [f"POST {ROOT}/contacts/1"]
    assert desk.body() == {"city": "Ghent", "phone": ""}
    assert isinstance(outcome, Written)
    assert outcome.record
    assert outcome.record.values == {"city": "GHENT", "phone": None}


def test_a_field_that_was_ignored_is_refused() -> None:
    desk = Desk(POST__contacts__1={"contact": row(1), "warnings": ["terms were ignored (shoe)"]})
    (outcome,) = contacts(desk).update([Patch("1", {"shoe": "44"}, {})])
    assert outcome == Refused("refused", "terms were ignored (shoe)")


def test_an_update_of_a_vanished_contact_is_stale() -> None:
    (outcome,) = contacts(Desk()).update([Patch("1", {"city": "Ghent"}, {})])
    assert isinstance(outcome, Refused)
    assert outcome.stale


@pytest.mark.parametrize("before", ["donotcontact", "pending", "invitable"])
def test_a_locked_status_is_refused_without_a_call(before: str) -> None:
    desk = Desk()
    (outcome,) = contacts(desk).update([Patch("1", {"status": "normal"}, {"status": before})])
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.field) == ("status_locked", "status")
    assert desk.requests == []


def test_an_opt_out_is_written() -> None:
    desk = Desk(POST__contacts__1={"contact": row(1, status="donotcontact")})
    (outcome,) = contacts(desk, "status").update([Patch("1", {"status": "donotcontact"}, {"status": "bounced"})])
    assert isinstance(outcome, Written)


def test_an_update_that_breaks_off_leaves_the_rest_unsent() -> None:
    desk = Desk(POST__contacts__1={"contact": row(1, city="x")}, POST__contacts__2=answer(status=500))
    patches = [Patch(str(number), {"city": "x"}, {}) for number in (1, 2, 3)]
    outcomes = contacts(desk).update(patches)
    assert [type(outcome) for outcome in outcomes] == [Written, Unsent, Unsent]


def test_deleting_what_is_gone_counts_as_done() -> None:
    desk = Desk(DELETE__contacts__1=answer([]))
    assert contacts(desk).delete(["1", "2"]) == [Written("1"), Written("2")]
