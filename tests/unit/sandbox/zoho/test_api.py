from __future__ import annotations

import pytest

from reconciler.sandbox.emulator import load_emulator
from reconciler.sandbox.seed import people
from reconciler.sandbox.wire import Call
from reconciler.sandbox.zoho.world import ZohoQuirks
from reconciler.testing.clock import FakeClock
from tests.unit.sandbox.zoho.zoho_desk import ROOT, Desk, code


class TestTokens:
    def test_come_from_a_refresh_token_with_where_they_are_good(self, desk):
        body = desk.token().body
        assert body["api_domain"] == "http://here.test"
        assert body["expires_in"] == 3600
        assert "refresh_token" not in body

    def test_come_from_a_code_together_with_a_refresh_token(self, desk):
        back = "http://127.0.0.1/cb"
        code = desk.world.consent.give(desk.world.client.key, back)
        body = desk.token(grant_type="authorization_code", code=code, redirect_uri=back).body
        assert body["refresh_token"] == desk.world.client.refresh
        assert desk.token(grant_type="authorization_code", code="old").body == {"error": "invalid_code"}

    @pytest.mark.parametrize(
        ("form", "error"),
        [
            ({"client_id": "x"}, "invalid_client"),
            ({"client_secret": "x"}, "invalid_client_secret"),
            ({"refresh_token": "x"}, "invalid_code"),
            ({"grant_type": "password"}, "unsupported_grant_type"),
        ],
    )
    def test_are_refused_with_200(self, desk, form, error):
        answer = desk.token(**form)
        assert (answer.status, answer.body) == (200, {"error": error})

    def test_are_made_ten_in_ten_minutes(self, desk):
        answers = [desk.token() for _ in range(10)]
        assert answers[-1].status == 400
        assert "too many requests" in answers[-1].body["error_description"]
        desk.clock.advance(601)
        assert "access_token" in desk.token().body

    def test_expire_after_an_hour(self, desk):
        assert desk.ask("GET", "/org").status == 200
        desk.clock.advance(3600)
        assert code(desk.ask("GET", "/org")) == (401, "INVALID_TOKEN")

    def test_survive_an_emptied_organisation(self, desk):
        desk.world.clear()
        assert desk.ask("GET", "/org").status == 200

    def test_are_good_in_their_own_data_centre_for_what_was_granted(self, desk):
        assert code(desk.ask("GET", "/org", headers={"authorization": "Zoho-oauthtoken x"})) == (401, "INVALID_TOKEN")
        assert code(desk.ask("GET", "/org", headers={"authorization": ""})) == (401, "AUTHENTICATION_FAILURE")
        for refresh, wanted in (("foreign", "INVALID_TOKEN"), ("narrow", "OAUTH_SCOPE_MISMATCH")):
            token = desk.token(refresh_token=getattr(desk.world.client, refresh)).body["access_token"]
            desk.headers = {"authorization": f"Zoho-oauthtoken {token}"}
            assert code(desk.query("select id from Contacts where id > '0'")) == (401, wanted)


class TestCredits:
    def test_are_told_once_half_of_them_are_used(self):
        desk = Desk(ZohoQuirks(daily_credits=4))
        told = [desk.ask("GET", "/org").headers.get("X-API-CREDITS-REMAINING") for _ in range(5)]
        assert told == [None, "2", "1", "0", "0"]
        assert code(desk.ask("GET", "/org")) == (429, "TOO_MANY_REQUESTS")
        desk.clock.advance(86_401)
        desk.headers["authorization"] = f"Zoho-oauthtoken {desk.token().body['access_token']}"
        assert desk.ask("GET", "/org").status == 200

    @pytest.mark.parametrize(
        ("method", "path", "rows", "cost"),
        [
            ("POST", "/Contacts", 1, 1),
            ("POST", "/Contacts", 25, 3),
            ("PUT", "/Contacts", 100, 10),
            ("GET", "/Leads/deleted", 0, 2),
        ],
    )
    def test_depend_on_what_is_done(self, method, path, rows, cost):
        desk = Desk(ZohoQuirks(daily_credits=1000))
        desk.ask(method, path, {"data": [{"Last_Name": "Ann"}] * rows} if rows else None)
        assert desk.world.credits.left(desk.clock()) == 1000 - cost

    def test_a_delete_is_counted_by_its_ids(self):
        desk = Desk(ZohoQuirks(daily_credits=1000))
        desk.ask("DELETE", "/Contacts", ids=",".join(["1"] * 21))
        assert desk.world.credits.left(desk.clock()) == 997


def test_answers_carry_the_servers_clock(desk):
    assert desk.ask("GET", "/org").headers["Date"] == "Mon, 01 Jan 2024 00:00:00 GMT"


@pytest.mark.parametrize(
    ("method", "path", "refused"),
    [
        ("GET", "/Contacts/1/2/3", (404, "INVALID_URL_PATTERN")),
        ("DELETE", "/coql", (400, "INVALID_MODULE")),
        ("PATCH", "/Contacts", (405, "INVALID_REQUEST_METHOD")),
    ],
)
def test_what_is_not_there_is_refused(desk, method, path, refused):
    assert code(desk.ask(method, path)) == refused


def test_a_body_that_is_none_is_refused(desk):
    assert code(desk.api.answer(Call("POST", ROOT + "/Contacts", {}, desk.headers, b"{"))) == (400, "INVALID_DATA")


@pytest.mark.parametrize("status", [400, 404, 405, 429, 500, 503])
def test_the_weather_speaks_as_the_app_does(desk, status):
    answer = desk.api.refusal(status)
    assert answer.status == status
    assert answer.body.keys() == {"code", "details", "message", "status"}


@pytest.mark.parametrize(
    ("method", "path", "query", "kind"),
    [
        ("GET", "/Contacts", {}, "list"),
        ("GET", "/Contacts", {"ids": "1"}, "get"),
        ("POST", "/coql", {}, "find"),
        ("POST", "/Contacts/actions/add_tags", {}, "subscribe"),
        ("POST", "/Leads/upsert", {}, "upsert"),
        ("POST", "/Accounts", {}, "account"),
        ("GET", "/Leads/deleted", {}, "deleted"),
        ("GET", "/a/b/c", {}, "unknown"),
    ],
)
def test_calls_are_counted_by_kind(desk, method, path, query, kind):
    assert desk.api.kind(Call(method, ROOT + path, query)) == kind


CHANNEL = {"channel_id": "7", "events": ["Contacts.all"], "token": "secret", "notify_url": "https://us.test/hook"}


class TestChannels:
    def test_are_opened_listed_renewed_and_closed(self, desk):
        opened = desk.ask("POST", "/actions/watch", {"watch": [CHANNEL]})
        assert (opened.status, opened.body["watch"][0]["code"]) == (201, "SUCCESS")
        assert desk.ask("GET", "/actions/watch").body["watch"][0]["channel_id"] == "7"
        expiry = {"channel_id": "7", "channel_expiry": "2024-01-09T00:00:00+00:00"}
        (renewed,) = desk.ask("PATCH", "/actions/watch", {"watch": [expiry]}).body["watch"]
        assert renewed["details"]["events"][0]["channel_expiry"] == "2024-01-02T03:00:00+03:00"
        closed = desk.ask("DELETE", "/actions/watch", channel_ids="7,8").body["watch"]
        assert [one["code"] for one in closed] == ["SUCCESS", "INVALID_DATA"]
        assert desk.ask("GET", "/actions/watch").status == 204

    def test_want_an_address_and_a_short_token(self, desk):
        for wrong in ({"token": "x" * 51}, {"notify_url": ""}):
            answer = desk.ask("POST", "/actions/watch", {"watch": [{**CHANNEL, **wrong}]})
            assert answer.status == 400
        assert code(desk.ask("POST", "/actions/watch", {})) == (400, "MANDATORY_NOT_FOUND")


@pytest.mark.parametrize("name", ["contacts", "leads"])
def test_made_up_people_fit_and_are_kept_in_the_catalogues_words(name):
    emulator = load_emulator("zoho")
    entity = emulator.entities[name]
    world = emulator.world(FakeClock())
    for somebody in people(50):
        values = dict(emulator.values(somebody, name))
        made = world.add(values, entity)
        assert world.read(made, entity) == values
        assert world.find(somebody.email.upper(), entity) == [made]
    assert len(world.contacts(entity)) == 50


def test_a_person_is_told_what_does_not_fit(desk):
    with pytest.raises(ValueError, match="MANDATORY_NOT_FOUND"):
        desk.world.add({"First_Name": "Ann"})
    with pytest.raises(KeyError):
        desk.world.edit("1", {})
    with pytest.raises(KeyError):
        desk.world.delete("1")
