from __future__ import annotations

import pytest

from tests.unit.sandbox.desks import DATA, code

LEE = {"method": "POST", "url": f"{DATA}/sobjects/Contact", "referenceId": "lee", "body": {"LastName": "Lee"}}


def run(desk, *requests, all_or_none=False):
    answer = desk.ask("POST", "/composite", {"allOrNone": all_or_none, "compositeRequest": list(requests)})
    assert answer.status == 200, answer.body
    return {one["referenceId"]: (one["httpStatusCode"], one["body"]) for one in answer.body["compositeResponse"]}


def test_later_calls_speak_of_earlier_ones(desk):
    worker = {"LastName": "Worker", "ReportsToId": "@{lee.id}"}
    query = f"{DATA}/query?q=SELECT+Id,ReportsToId+FROM+Contact+WHERE+Id='@{{worker.id}}'"
    found = run(
        desk,
        LEE,
        {**LEE, "referenceId": "worker", "body": worker},
        {"method": "GET", "url": query, "referenceId": "found"},
        {
            "method": "PATCH",
            "url": f"{DATA}/sobjects/Contact/@{{found.records[0].Id}}",
            "referenceId": "x",
            "body": {"Title": "y"},
        },
    )
    assert [status for status, _ in found.values()] == [201, 201, 200, 204]
    assert found["found"][1]["records"][0]["ReportsToId"] == found["lee"][1]["id"]
    assert desk.world.read(found["worker"][1]["id"])["Title"] == "y"
    assert desk.world.calls_used == 1


def test_a_failure_may_take_everything_back(desk):
    bad = {**LEE, "referenceId": "bad", "body": {}}
    halted = run(desk, LEE, bad, all_or_none=True)
    assert [(status, body[0]["errorCode"]) for status, body in halted.values()] == [
        (400, "PROCESSING_HALTED"),
        (400, "REQUIRED_FIELD_MISSING"),
    ]
    assert desk.world.ids() == []
    assert [status for status, _ in run(desk, LEE, bad).values()] == [201, 400]
    assert len(desk.world.ids()) == 1


def test_a_reference_to_nothing_fails(desk):
    answer = run(desk, {**LEE, "body": {"LastName": "@{nobody.id}"}})
    assert answer["lee"][1][0]["errorCode"] == "PROCESSING_HALTED"


@pytest.mark.parametrize(
    ("requests", "expected"), [([LEE] * 26, "LIMIT_EXCEEDED"), ([], "JSON_PARSER_ERROR"), ([LEE, LEE], "INVALID_INPUT")]
)
def test_has_limits(desk, requests, expected):
    assert code(desk.ask("POST", "/composite", {"compositeRequest": requests})) == (400, expected)
