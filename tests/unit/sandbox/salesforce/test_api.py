from __future__ import annotations

import base64

import pytest

from reconciler.sandbox.wire import Call
from tests.unit.sandbox.desks import CLIENT, DATA, code

REFRESH = {"grant_type": "refresh_token", "refresh_token": "sandbox-refresh"}


class TestToken:
    @pytest.mark.parametrize("grant", [REFRESH, {"grant_type": "client_credentials"}], ids=["refresh", "client"])
    def test_opens_a_session(self, desk, grant):
        answer = desk.token(**CLIENT, **grant)
        assert answer.status == 200
        assert "expires_in" not in answer.body
        desk.headers["authorization"] = f"Bearer {answer.body['access_token']}"
        assert desk.ask("GET", "/limits").status == 200

    def test_knows_a_client_by_its_header_too(self, desk):
        basic = base64.b64encode(b"sandbox-client:sandbox-secret").decode()
        call = Call("POST", "/services/oauth2/token", headers={"authorization": f"Basic {basic}"})
        call.body = b"grant_type=client_credentials"
        assert desk.api.answer(call).status == 200

    @pytest.mark.parametrize(
        ("form", "error"),
        [
            (CLIENT | REFRESH | {"refresh_token": "old"}, "invalid_grant"),
            (CLIENT | REFRESH | {"client_secret": "wrong"}, "invalid_client"),
            (REFRESH, "invalid_client"),
            (CLIENT | {"grant_type": "password"}, "unsupported_grant_type"),
        ],
    )
    def test_refuses(self, desk, form, error):
        answer = desk.token(**form)
        assert (answer.status, answer.body["error"]) == (400, error)


class TestSession:
    def test_is_needed(self, desk):
        desk.headers.clear()
        assert code(desk.ask("GET", "/limits")) == (401, "INVALID_SESSION_ID")

    def test_ends_after_some_calls(self, desk):
        desk.world.quirks.session_calls = 2
        assert [desk.ask("GET", "/limits").status for _ in range(3)] == [200, 200, 401]

    def test_ends_when_told(self, desk):
        desk.world.end_sessions()
        assert desk.ask("GET", "/limits").status == 401

    def test_says_who_one_is(self, desk):
        assert desk.ask("GET", "/services/oauth2/userinfo").body["organization_id"].startswith("00D")


class TestLimits:
    def test_every_answer_says_what_was_used(self, desk):
        desk.world.quirks.daily_calls = 10
        assert desk.ask("GET", "/limits").headers["Sforce-Limit-Info"] == "api-usage=1/10"
        assert desk.soql("nonsense").headers["Sforce-Limit-Info"] == "api-usage=2/10"
        assert desk.ask("GET", "/limits").body["DailyApiRequests"] == {"Max": 10, "Remaining": 7}

    def test_the_day_has_an_end(self, desk):
        desk.world.quirks.daily_calls = 1
        assert desk.ask("GET", "/limits").status == 200
        assert code(desk.ask("GET", "/limits")) == (403, "REQUEST_LIMIT_EXCEEDED")


def test_versions_need_no_session(desk):
    desk.headers.clear()
    versions = desk.ask("GET", "/services/data/").body
    assert {"label", "url", "version"} == set(versions[0])
    assert versions[-1]["version"] == "67.0"


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/nowhere", (404, "NOT_FOUND")),
        ("PUT", "/sobjects/Contact", (405, "METHOD_NOT_ALLOWED")),
        ("GET", "/services/data/v12.0/limits", (404, "NOT_FOUND")),
        ("GET", "/sobjects/Contact/0034S000005YJX9QAO", (404, "NOT_FOUND")),
    ],
)
def test_what_does_not_exist(desk, method, path, expected):
    assert code(desk.ask(method, path)) == expected


def test_a_long_address_is_refused(desk):
    call = Call("GET", f"{DATA}/limits", headers=desk.headers, length=20_000)
    assert desk.api.answer(call).status == 414


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("SELECT Id, Email FROM Contact WHERE SystemModstamp >= 2026-01-01T00:00:00Z", "list"),
        ("SELECT Id FROM Contact WHERE Email IN ('a@example.com')", "find"),
        ("SELECT Id FROM Contact WHERE External_Id__c = 'x'", "find"),
        ("SELECT Id FROM Contact WHERE Id > '003Sb0000000001IAA'", "list"),
    ],
)
def test_a_search_by_key_is_not_a_listing(desk, query, kind):
    assert desk.api.kind(Call("GET", f"{DATA}/query", {"q": query})) == kind
