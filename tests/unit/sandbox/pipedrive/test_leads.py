from __future__ import annotations

import pytest

from tests.unit.sandbox.pipedrive.desk import Desk


def made(desk: Desk, **values: object):
    return desk.data("POST", "/v1/leads", {"title": "Big", "person_id": 1, **values})


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.person()
    return desk


def test_a_lead_is_shown_to_the_millisecond_without_empty_custom_fields(desk: Desk) -> None:
    key = desk.world.add_field("Fleet", "double", entity="deals")
    desk.clock.advance(0.213)
    lead = made(desk)
    assert key not in lead
    assert lead["add_time"] == "2024-01-01T00:00:00.213Z"
    assert (lead["visible_to"], lead["value"], lead["source_name"]) == ("3", None, "API")
    assert made(desk, **{key: 3})[key] == 3
    assert desk.ask("POST", "/v1/leads", {"title": "A", "person_id": 1}).status == 201


@pytest.mark.parametrize(
    "body",
    [
        {"title": ""},
        {"title": "x" * 256},
        {"person_id": None},
        {"person_id": 99},
        {"organization_id": 99},
        {"owner_id": 99},
        {"value": {"amount": 1}},
        {"value": {"amount": "1", "currency": "EUR"}},
        {"value": 10},
        {"label_ids": ["nobody"]},
        {"visible_to": 3},
        {"was_seen": 1},
        {"expected_close_date": "soon"},
        {"is_archived": True},
        {"shoe": 1},
    ],
)
def test_a_body_that_does_not_fit_is_refused(desk: Desk, body: dict[str, object]) -> None:
    assert desk.ask("POST", "/v1/leads", {"title": "Big", "person_id": 1, **body}).status == 400


def test_archived_leads_stand_in_another_listing_that_knows_no_since(desk: Desk) -> None:
    first, second = made(desk)["id"], made(desk)["id"]
    desk.clock.advance(60)
    desk.data("PATCH", f"/v1/leads/{first}", {"is_archived": True})
    assert [one["id"] for one in desk.data("GET", "/v1/leads")] == [second]
    assert [one["id"] for one in desk.data("GET", "/v1/leads/archived", person_id=1)] == [first]
    assert desk.data("GET", f"/v1/leads/{first}")["is_archived"] is True
    assert desk.ask("GET", "/v1/leads/archived", updated_since="2024-01-01T00:00:00Z").status == 400
    assert desk.data("GET", "/v1/leads", updated_since="2024-01-01T00:00:30Z") == []


def test_pages_begin_at_a_number_in_the_order_that_is_asked_for(desk: Desk) -> None:
    for number in range(3):
        made(desk, title=f"T{number}")
        desk.clock.advance(1)
    answer = desk.ask("GET", "/v1/leads", limit=2, sort="update_time DESC")
    assert [one["title"] for one in answer.body["data"]] == ["T2", "T1"]
    assert answer.body["additional_data"]["pagination"] == {
        "start": 0,
        "limit": 2,
        "more_items_in_collection": True,
        "next_start": 2,
    }
    last = desk.ask("GET", "/v1/leads", limit=2, start=2).body["additional_data"]["pagination"]
    assert last == {"start": 2, "limit": 2, "more_items_in_collection": False}
    assert desk.ask("GET", "/v1/leads", sort="shoe").status == 400


def test_null_clears_and_a_set_is_shown_with_commas(desk: Desk) -> None:
    key = desk.world.add_field("Region", "set", ["North", "South"], "deals")
    lead = made(desk, value={"amount": 1, "currency": "EUR"}, **{key: [10, 11]})
    assert lead[key] == "10,11"
    assert desk.data("PATCH", f"/v1/leads/{lead['id']}", {key: "11"})[key] == "11"
    after = desk.data("PATCH", f"/v1/leads/{lead['id']}", {"value": None, key: None})
    assert after["value"] is None
    assert key not in after
    assert desk.ask("PATCH", f"/v1/leads/{lead['id']}", {"title": None}).status == 400


def test_a_deleted_lead_is_gone_at_once_in_the_words_of_version_1(desk: Desk) -> None:
    lead = made(desk)["id"]
    assert desk.data("DELETE", f"/v1/leads/{lead}") == {"id": lead}
    answer = desk.ask("GET", f"/v1/leads/{lead}")
    assert answer.status == 404
    assert answer.body == {
        "success": False,
        "error": "requested lead not found",
        "error_info": "Object was not found.",
        "data": None,
        "additional_data": None,
    }
    assert desk.data("GET", "/v1/leads", person_id=1) == []


def test_labels_of_leads_have_long_ids(desk: Desk) -> None:
    desk.world.add_lead_label("Hot")
    (label,) = desk.data("GET", "/v1/leadLabels")
    assert len(label["id"]) == 36
    assert made(desk, label_ids=[label["id"]])["label_ids"] == [label["id"]]
