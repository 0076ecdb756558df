from __future__ import annotations

import pytest

from reconciler.sandbox.hubspot.store import HubSpotQuirks
from tests.unit.sandbox.hubspot.desk import C, Desk, told


def rows(*emails: str, marked: bool = True) -> dict[str, list[dict[str, object]]]:
    marks = [{"objectWriteTraceId": f"r{place}"} if marked else {} for place in range(len(emails))]
    return {"inputs": [{"properties": {"email": e}, **m} for e, m in zip(emails, marks, strict=True)]}


def batch(desk: Desk, verb: str, body: object):
    return desk.ask("POST", f"{C}/batch/{verb}", body)


def test_rows_come_back_in_another_order_with_their_marks(desk: Desk) -> None:
    answer = batch(desk, "create", rows(*(f"p{number}@example.com" for number in range(20))))
    told_ = [row["properties"]["email"] for row in answer.body["results"]]
    assert (answer.status, answer.body["status"]) == (201, "COMPLETE")
    assert told_ != [f"p{number}@example.com" for number in range(20)]
    assert {row["objectWriteTraceId"] for row in answer.body["results"]} == {f"r{number}" for number in range(20)}


def test_marked_rows_have_their_own_fate(desk: Desk) -> None:
    theirs = desk.person(1)
    answer = batch(desk, "create", rows("p1@example.com", "new@example.com", "000"))
    assert (answer.status, answer.body["numErrors"], len(answer.body["results"])) == (207, 2, 1)
    twin, bad = answer.body["errors"]
    assert (twin["category"], twin["context"]) == (
        "CONFLICT",
        {"existingId": [theirs], "objectWriteTraceId": ["r0"]},
    )
    assert bad["errors"][0]["code"] == "INVALID_EMAIL"


@pytest.mark.parametrize("emails", [("new@example.com", "p1@example.com"), ("new@example.com", "new@example.com")])
def test_one_unmarked_row_spoils_them_all(desk: Desk, emails: tuple[str, ...]) -> None:
    desk.person(1)
    assert told(batch(desk, "create", rows(*emails, marked=False))) == (409, "CONFLICT")
    assert len(desk.world.ids()) == 1


def test_reads_by_id_and_by_address(desk: Desk) -> None:
    one, two = desk.person(1), desk.person(2)
    answer = batch(desk, "read", {"inputs": [{"id": one}, {"id": "9"}], "properties": ["email"]})
    assert (answer.status, [row["id"] for row in answer.body["results"]]) == (207, [one])
    assert answer.body["errors"][0]["category"] == "OBJECT_NOT_FOUND"
    assert answer.body["errors"][0]["context"]["ids"] == ["9"]
    body = {"inputs": [{"id": "P2@example.com"}], "idProperty": "email", "properties": []}
    assert [row["id"] for row in batch(desk, "read", body).body["results"]] == [two]


@pytest.mark.parametrize("verb", ["create", "read", "update", "upsert", "archive"])
def test_a_batch_has_one_to_a_hundred_rows(desk: Desk, verb: str) -> None:
    for inputs in ([], [{"id": str(number), "properties": {"email": "a@b.io"}} for number in range(101)], None):
        assert told(batch(desk, verb, {"inputs": inputs})) == (400, "VALIDATION_ERROR")


def test_an_id_stands_once_in_a_batch(desk: Desk) -> None:
    one = desk.person(1)
    answer = batch(desk, "update", {"inputs": [{"id": one, "properties": {}}] * 2})
    assert answer.body["message"] == f"Duplicate IDs found in batch input: [{one}]. IDs must be unique"


def test_an_update_takes_ids_alone(desk: Desk) -> None:
    body = {"inputs": [{"id": "p1@example.com", "idProperty": "email", "properties": {}}]}
    assert "non-unique 0-1 property" in batch(desk, "update", body).body["message"]
    marked = [{"id": one, "properties": {"city": "x"}, "objectWriteTraceId": one} for one in (desk.person(1), "9")]
    answer = batch(desk, "update", {"inputs": marked})
    assert (answer.status, answer.body["errors"][0]["context"]["ids"]) == (207, ["9"])


def test_an_upsert_says_who_is_new_and_reaches_a_second_address(desk: Desk) -> None:
    one, two = desk.person(1), desk.person(2)
    heir = desk.world.merge(one, two)
    inputs = [
        {"id": email, "idProperty": "email", "properties": {"city": "Gent"}}
        for email in ("p2@example.com", "new@example.com")
    ]
    old, new = batch(desk, "upsert", {"inputs": inputs}).body["results"]
    assert (old["id"], old["new"], new["new"]) == (heir, False, True)
    assert desk.world.read(heir)["email"] == "p1@example.com"
    assert desk.world.read(new["id"]) == {"email": "new@example.com", "city": "Gent", "lifecyclestage": "lead"}


def test_an_upsert_by_a_property_that_is_unique(desk: Desk) -> None:
    desk.world.add_property("external", unique=True)
    one = desk.person(1, external="X")
    inputs = [{"id": "X", "idProperty": "external", "properties": {"city": "Gent"}}]
    assert batch(desk, "upsert", {"inputs": inputs}).body["results"][0]["id"] == one
    answer = desk.ask("POST", C, {"properties": {"email": "b@example.com", "external": "x"}})
    assert told(answer) == (409, "CONFLICT")


def test_archiving_those_who_are_nowhere_is_fine(desk: Desk) -> None:
    one = desk.person(1)
    assert batch(desk, "archive", {"inputs": [{"id": one}, {"id": "9"}]}).status == 204
    assert desk.world.ids() == []


def test_the_deviations_can_be_switched_off() -> None:
    desk = Desk(HubSpotQuirks(shuffled=False, marks=False, hollow_clears=False, default_stage="", self_bump=0))
    answer = batch(desk, "create", rows(*(f"p{number}@example.com" for number in range(20))))
    assert [row["properties"]["email"] for row in answer.body["results"]] == [
        f"p{number}@example.com" for number in range(20)
    ]
    assert all("objectWriteTraceId" not in row for row in answer.body["results"])
    assert all("lifecyclestage" not in row["properties"] for row in answer.body["results"])
