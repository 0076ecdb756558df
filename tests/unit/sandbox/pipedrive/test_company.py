from __future__ import annotations

from base64 import b64encode
from urllib.parse import urlencode

import pytest

from reconciler.sandbox.pipedrive.access import LIFETIME
from reconciler.sandbox.pipedrive.emulator import EMULATOR
from reconciler.sandbox.seed import people
from reconciler.sandbox.wire import Answer, Call
from tests.unit.sandbox.pipedrive.desk import Desk

GOOD = "sandbox-client:sandbox-secret"


def token(desk: Desk, pair: str = GOOD, **form: str) -> Answer:
    headers = {"authorization": f"Basic {b64encode(pair.encode()).decode()}"}
    return desk.api.answer(
        Call("POST", "/oauth/token", headers=headers, body=urlencode(form).encode(), origin="http://d")
    )


def bearer(desk: Desk, refresh: str = "sandbox-refresh") -> str:
    answer = token(desk, grant_type="refresh_token", refresh_token=refresh)
    assert answer.status == 200, answer.body
    desk.headers = {"authorization": f"Bearer {answer.body['access_token']}"}
    return answer.body["refresh_token"]


def test_a_refresh_token_rotates_and_an_access_token_ends() -> None:
    desk = Desk()
    following = bearer(desk)
    assert desk.data("GET", "/v1/users/me")["company_id"]
    again = token(desk, grant_type="refresh_token", refresh_token="sandbox-refresh")
    assert (again.status, again.body["error"]) == (400, "invalid_grant")
    desk.clock.advance(LIFETIME)
    assert desk.ask("GET", "/v1/users/me").status == 401
    bearer(desk, following)
    assert desk.ask("GET", "/v1/users/me").status == 200
    desk.world.sessions.end()
    assert desk.ask("GET", "/v1/users/me").status == 401


def test_a_login_by_code_names_the_data_host() -> None:
    desk, back = Desk(), "http://127.0.0.1/cb"
    code = desk.world.consent.give(desk.world.keys.client, back)
    answer = token(desk, grant_type="authorization_code", code=code, redirect_uri=back)
    assert (answer.status, answer.body["api_domain"], answer.body["expires_in"]) == (200, "http://d", 3599)
    assert token(desk, "x:y", grant_type="authorization_code", code=code).body["error"] == "invalid_client"


@pytest.mark.parametrize("headers", [{}, {"x-api-token": "no"}, {"authorization": "Bearer no"}, {"authorization": "?"}])
def test_who_is_not_known_is_refused_in_the_envelope(headers: dict[str, str]) -> None:
    desk = Desk()
    desk.headers = headers
    answer = desk.ask("GET", "/v2/persons", api_token="sandbox-api-token")
    assert answer.status == 401
    assert answer.body == {
        "success": False,
        "error": "unauthorized access",
        "error_info": "Please check developers.pipedrive.com",
        "errorCode": 401,
    }


def test_scopes_are_asked_for_by_call() -> None:
    desk = Desk()
    bearer(desk, "sandbox-narrow")
    assert desk.ask("GET", "/v2/persons").status == 200
    assert desk.ask("POST", "/v2/persons", {"name": "A"}).body["error"] == "Scope and URL mismatch"
    assert desk.ask("GET", "/v1/leads").status == 403
    assert desk.ask("GET", "/v1/users/me").status == 200


def test_every_answer_tells_what_is_left_and_version_1_costs_twice() -> None:
    desk = Desk(burst=20, daily_tokens=100)
    first = desk.ask("GET", "/v2/persons").headers
    assert (first["x-ratelimit-limit"], first["x-ratelimit-remaining"], first["x-ratelimit-reset"]) == ("20", "19", "2")
    assert first["x-daily-ratelimit-token-remaining"] == "90"
    assert first["date"] == "Mon, 01 Jan 2024 00:00:00 GMT"
    assert desk.ask("GET", "/v1/leads").headers["x-daily-ratelimit-token-remaining"] == "70"


def test_a_burst_is_a_rolling_window_and_searches_have_their_own() -> None:
    desk = Desk(burst=20, search_burst=10)
    searches = [desk.ask("GET", "/v2/persons/search", term="ab").status for _ in range(11)]
    assert searches == [200] * 10 + [429]
    assert [desk.ask("GET", "/v2/persons").status for _ in range(10)] == [200] * 9 + [429]
    desk.clock.advance(2)
    assert desk.ask("GET", "/v2/persons").status == 200


def test_what_does_not_exist_is_told_from_what_cannot_be_done() -> None:
    desk = Desk()
    assert desk.ask("GET", "/v2/nothing").status == 404
    assert desk.ask("PUT", "/v2/persons").status == 405
    assert desk.ask("POST", "/v2/persons", b"{").status == 400
    assert desk.api.refusal(503).body["success"] is False


def test_organisations_are_made_changed_searched_and_deleted() -> None:
    desk = Desk(index_lag=0)
    acme = desk.data("POST", "/v2/organizations", {"name": "Acme"})
    assert desk.data("PATCH", f"/v2/organizations/{acme['id']}", {"name": "Acme NV"})["name"] == "Acme NV"
    found = desk.data("GET", "/v2/organizations/search", term="acme nv", exact_match="true")["items"]
    assert [one["item"]["name"] for one in found] == ["Acme NV"]
    assert desk.data("GET", f"/v2/organizations/{acme['id']}")["owner_id"] == 5
    assert [one["id"] for one in desk.data("GET", "/v2/organizations")] == [acme["id"]]
    assert desk.data("DELETE", f"/v2/organizations/{acme['id']}") == {"id": acme["id"]}
    assert desk.ask("GET", f"/v2/organizations/{acme['id']}").status == 404
    for body in ({}, {"name": 7}, {"shoe": 1}, []):
        assert desk.ask("POST", "/v2/organizations", body).status == 400


def test_fields_come_in_pages_and_one_by_one() -> None:
    desk = Desk()
    key = desk.world.add_field("Colour", "enum", ["Red"])
    page = desk.ask("GET", "/v2/personFields", limit=5).body
    assert len(page["data"]) == 5
    assert page["additional_data"]["next_cursor"]
    assert desk.data("GET", f"/v2/personFields/{key}")["options"] == [{"id": 10, "label": "Red"}]
    assert desk.ask("GET", f"/v2/dealFields/{key}").status == 404


def test_webhooks_are_registered_listed_and_let_go() -> None:
    desk = Desk()
    body = {"subscription_url": "https://h.example.com", "event_action": "*", "event_object": "person"}
    hook = desk.data("POST", "/v1/webhooks", {**body, "http_auth_user": "u", "http_auth_password": "p"})
    assert "http_auth_password" not in hook
    desk.person()
    (posted,) = desk.world.outbox
    assert posted.headers["authorization"] == f"Basic {b64encode(b'u:p').decode()}"
    assert [one["id"] for one in desk.data("GET", "/v1/webhooks")] == [hook["id"]]
    desk.data("DELETE", f"/v1/webhooks/{hook['id']}")
    assert desk.ask("DELETE", f"/v1/webhooks/{hook['id']}").status == 404
    for wrong in ({"subscription_url": None}, {"event_object": "moon"}, {"event_action": "wave"}):
        assert desk.ask("POST", "/v1/webhooks", {**body, **wrong}).status == 400
    statuses = [desk.ask("POST", "/v1/webhooks", body).status for _ in range(41)]
    assert statuses == [201] * 40 + [422]


def test_people_of_the_seed_fit_and_ten_thousand_are_borne() -> None:
    desk = Desk()
    for person in people(10_000):
        desk.world.add(EMULATOR.values(person, "persons"))
    email = desk.world.read("5000")["email"]
    assert desk.world.find(str(email).upper()) == ["5000"]
    desk.clock.advance(100)
    assert len(desk.data("GET", "/v2/persons", limit=500)) == 500
    found = desk.data("GET", "/v2/persons/search", term=email, fields="email", exact_match="true")["items"]
    assert [one["item"]["id"] for one in found] == [5000]
    assert desk.world.counts()["persons"] == 10_000


@pytest.mark.parametrize("entity", ["persons", "leads"])
def test_what_a_person_types_is_what_people_see(entity: str) -> None:
    desk = Desk()
    desk.world.add_label("Customer")
    desk.world.add_lead_label("Customer")
    for kind in ("enum", "set", "monetary", "date", "address", "daterange", "double"):
        desk.world.add_field(f"A {kind}", kind, ["One", "Two"], "persons" if entity == "persons" else "deals")
    values = {
        "name": "Ann Lee",
        "emails": ("a@example.com", "b@example.com"),
        "phone": "+321",
        "mobile": "+322",
        "home_phone": "+323",
        "organization": "Acme",
        "labels": ("Customer",),
        "owner_id": "6",
        "A enum": "Two",
        "A set": ("One", "Two"),
        "A monetary": 12.5,
        "A date": "2024-01-02",
        "A address": "Kerkstraat 1",
        "A daterange": "2024-01-02",
        "A double": 7,
        **({"title": "Big", "value": 10} if entity == "leads" else {"postal_address": "Kerkstraat 2"}),
    }
    record = desk.world.add(values, entity)
    shown = desk.world.read(record, entity)
    assert {name: shown.get(name) for name in values} == values
    assert shown["email"] == "a@example.com"
    assert shown["phones"] == ("+321", "+322", "+323")
    desk.world.edit(record, {"email": None, "labels": None, "organization": None}, entity)
    after = desk.world.read(record, entity)
    assert (after["emails"], after.get("labels"), after.get("organization")) == (("b@example.com",), None, None)
    assert desk.world.find("b@example.com", entity) == [record]
    with pytest.raises(ValueError, match="no label"):
        desk.world.edit(record, {"labels": ("Nobody",)}, entity)
    desk.world.delete(record, entity)
    assert desk.world.ids(entity) == []
    with pytest.raises(KeyError):
        desk.world.read(record, entity)
