from __future__ import annotations

import pytest

from tests.unit.sandbox.desks import code

CONTACT = {"attributes": {"type": "Contact"}}
PATH = "/composite/sobjects"


def send(desk, method, *records, path=PATH, **more):
    return desk.ask(method, path, {"records": [CONTACT | record for record in records], **more})


def outcomes(answer):
    assert answer.status == 200, answer.body
    return [row["errors"][0]["statusCode"] if row["errors"] else "ok" for row in answer.body]


def test_each_row_has_its_own_result(desk):
    answer = send(desk, "POST", {"LastName": "Lee"}, {"Email": "bad"}, {"LastName": "X", "Email": "bad"}, {"Nope": 1})
    assert outcomes(answer) == ["ok", "INVALID_EMAIL_ADDRESS", "INVALID_EMAIL_ADDRESS", "INVALID_FIELD"]
    assert answer.body[1]["success"] is False
    assert "id" not in answer.body[1]
    assert desk.world.ids() == [answer.body[0]["id"]]


def test_the_recorded_refusals_have_their_words(desk):
    (row,) = send(desk, "POST", {"LastName": None}).body
    error = {"statusCode": "REQUIRED_FIELD_MISSING", "message": "Required fields are missing: [LastName]"}
    assert row == {"success": False, "errors": [error | {"fields": ["LastName"]}]}


def test_updates_name_their_records(desk, add):
    ann, gone = add(), add()
    desk.world.delete(gone)
    answer = send(desk, "PATCH", {"id": ann, "Title": "x"}, {"Title": "y"}, {"id": gone, "Title": "z"}, {"id": "bad"})
    assert outcomes(answer) == ["ok", "MISSING_ARGUMENT", "ENTITY_IS_DELETED", "MALFORMED_ID"]
    assert desk.world.read(ann)["Title"] == "x"


def test_upserts_say_what_was_created(desk, add):
    add(External_Id__c="1")
    path = f"{PATH}/Contact/External_Id__c"
    answer = send(desk, "PATCH", {"External_Id__c": "1"}, {"External_Id__c": "2", "LastName": "New"}, {}, path=path)
    assert outcomes(answer) == ["ok", "ok", "MISSING_ARGUMENT"]
    assert [row.get("created") for row in answer.body] == [False, True, None]


def test_email_is_a_key_of_upserts_only_where_said(desk):
    path = f"{PATH}/Contact/Email"
    assert code(send(desk, "PATCH", {"Email": "a@example.com"}, path=path)) == (400, "INVALID_FIELD")
    desk.world.quirks.collection_upsert_by_email = True
    assert outcomes(send(desk, "PATCH", {"Email": "a@example.com", "LastName": "L"}, path=path)) == ["ok"]


def test_deletes_take_ids(desk, add):
    ann, bob = add(), add()
    assert outcomes(desk.ask("DELETE", PATH, ids=f"{ann},{ann},nonsense")) == [
        "ok",
        "ENTITY_IS_DELETED",
        "MALFORMED_ID",
    ]
    assert desk.world.ids() == [bob]


def test_all_or_none_takes_everything_back(desk, add):
    ann, bob, cee = add(Email="ann@example.com", External_Id__c="a"), add(), add()
    before = desk.world.contacts()
    stamps = desk.found("SELECT Id, SystemModstamp FROM Contact ORDER BY SystemModstamp, Id")
    desk.clock.advance(60)
    rolled_back = "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    changes = {"id": ann, "Email": "x@example.com", "External_Id__c": "b"}, {"id": bob, "Email": "bad"}
    assert outcomes(send(desk, "PATCH", *changes, allOrNone=True)) == [rolled_back, "INVALID_EMAIL_ADDRESS"]
    assert outcomes(send(desk, "POST", {"LastName": "New"}, {}, allOrNone=True)) == [
        rolled_back,
        "REQUIRED_FIELD_MISSING",
    ]
    gone = desk.ask("DELETE", PATH, ids=f"{cee},003Sb0000000ZZZAAA", allOrNone="true")
    assert outcomes(gone)[0] == rolled_back
    assert desk.world.contacts() == before
    assert desk.found("SELECT Id, SystemModstamp FROM Contact ORDER BY SystemModstamp, Id") == stamps
    assert desk.world.find("ann@example.com") == [ann]
    assert desk.found("SELECT Id FROM Contact WHERE External_Id__c = 'a'") == [{"Id": ann}]
    assert desk.found("SELECT Id FROM Contact WHERE IsDeleted = true", "/queryAll") == []


def test_without_it_the_good_rows_stay(desk):
    assert outcomes(send(desk, "POST", {"LastName": "New"}, {}, allOrNone=False)) == ["ok", "REQUIRED_FIELD_MISSING"]
    assert len(desk.world.ids()) == 1


@pytest.mark.parametrize(
    ("count", "expected"), [(0, "REQUIRED_FIELD_MISSING"), (200, None), (201, "EXCEEDED_MAX_SIZE_REQUEST")]
)
def test_two_hundred_at_most(desk, count, expected):
    answer = send(desk, "POST", *({"LastName": str(number)} for number in range(count)))
    assert answer.status == (400 if expected else 200)
    assert len(desk.world.ids()) == (0 if expected else count)
    assert expected is None or answer.body[0]["errorCode"] == expected


def test_reads_give_null_for_what_is_not_there(desk, add):
    ann, gone = add(Title="x"), add()
    desk.world.delete(gone)
    ids, fields = [gone, ann, "nonsense"], ["Id", "Title"]
    posted = desk.ask("POST", f"{PATH}/Contact", {"ids": ids, "fields": fields})
    asked = desk.ask("GET", f"{PATH}/Contact", ids=",".join(ids), fields=",".join(fields))
    assert posted.body == asked.body
    assert [row and row["Title"] for row in posted.body] == [None, "x", None]
    assert code(desk.ask("POST", f"{PATH}/Contact", {"ids": ids, "fields": ["Nope"]})) == (400, "INVALID_FIELD")


def test_the_kinds_of_record_are_known(desk):
    answer = desk.ask("POST", PATH, {"records": [{"attributes": {"type": "Kontact"}}, {"LastName": "x"}]})
    assert outcomes(answer) == ["INVALID_TYPE", "INVALID_TYPE"]
