from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from reconciler.sandbox.hubspot.emulator import EMULATOR
from reconciler.sandbox.hubspot.store import HubSpotQuirks
from reconciler.sandbox.seed import people
from reconciler.sandbox.wire import Call
from tests.unit.sandbox.hubspot.desk import C, Desk, told

L = "/crm/v3/lists"


class TestCredentials:
    @pytest.mark.parametrize(
        ("token", "refusal"),
        [
            ("nobody's", (401, "INVALID_AUTHENTICATION")),
            ("pat-na1-expired", (401, "EXPIRED_AUTHENTICATION")),
            ("pat-na1-narrow", (403, "MISSING_SCOPES")),
        ],
    )
    def test_a_token_that_is_not_good_enough(self, desk: Desk, token: str, refusal: tuple[int, str]) -> None:
        desk.token = token
        assert told(desk.ask("GET", C)) == refusal

    def test_the_scope_that_is_missing_is_named(self, desk: Desk) -> None:
        desk.token = "pat-na1-reader"
        body = desk.body("POST", C, {"properties": {"email": "a@b.io"}}, status=403)
        assert body["errors"][0]["context"] == {"requiredGranularScopes": ["crm.objects.contacts.write"]}

    def test_an_oauth_token_lasts_half_an_hour(self, desk: Desk) -> None:
        keys = desk.world.keys
        form = {"grant_type": "refresh_token", "client_id": keys.client_id, "client_secret": keys.proof}
        call = Call("POST", "/oauth/v1/token", body=urlencode({**form, "refresh_token": keys.refresh}).encode())
        answer = desk.api.answer(call)
        assert (answer.status, answer.body["expires_in"], answer.body["token_type"]) == (200, 1800, "bearer")
        desk.token = answer.body["access_token"]
        assert desk.ask("GET", C).status == 200
        desk.clock.advance(1800)
        assert told(desk.ask("GET", C)) == (401, "EXPIRED_AUTHENTICATION")

    def test_a_revoked_refresh_token_brings_none(self, desk: Desk) -> None:
        keys = desk.world.keys
        keys.revoked.add(keys.refresh)
        form = {"grant_type": "refresh_token", "client_id": keys.client_id, "client_secret": keys.proof}
        call = Call("POST", "/oauth/v1/token", body=urlencode({**form, "refresh_token": keys.refresh}).encode())
        assert desk.api.answer(call).body["status"] == "BAD_REFRESH_TOKEN"

    def test_a_person_lets_an_app_in_and_its_code_is_good_once(self, desk: Desk) -> None:
        keys = desk.world.keys
        back = "http://127.0.0.1:9/callback"
        sent = desk.ask("GET", "/oauth/authorize", client_id=keys.client_id, redirect_uri=back, state="s")
        where = urlsplit(sent.headers["Location"])
        query = dict(parse_qsl(where.query))
        assert (sent.status, where.path, query["state"]) == (302, "/callback", "s")
        form = {"grant_type": "authorization_code", "client_id": keys.client_id, "client_secret": keys.proof}
        call = Call(
            "POST", "/oauth/v1/token", body=urlencode({**form, "code": query["code"], "redirect_uri": back}).encode()
        )
        assert desk.api.answer(call).body["refresh_token"] == keys.refresh
        assert desk.api.answer(call).body["status"] == "BAD_AUTH_CODE"
        assert desk.ask("GET", "/oauth/authorize", client_id="other", redirect_uri=back).status == 400

    def test_every_oauth_token_can_be_ended(self, desk: Desk) -> None:
        desk.token = desk.world.keys.issue(desk.clock())
        desk.world.keys.end_all()
        assert told(desk.ask("GET", C)) == (401, "EXPIRED_AUTHENTICATION")


class TestLimits:
    def test_a_hundred_calls_in_ten_seconds(self, desk: Desk) -> None:
        answers = [desk.ask("GET", C) for _ in range(101)]
        assert [answer.status for answer in answers] == [200] * 100 + [429]
        assert answers[-1].body["policyName"] == "TEN_SECONDLY_ROLLING"
        assert "Retry-After" not in answers[-1].headers
        assert answers[0].headers["X-HubSpot-RateLimit-Max"] == "100"
        assert [answer.headers["X-HubSpot-RateLimit-Remaining"] for answer in answers[:2]] == ["99", "98"]
        desk.clock.advance(10)
        assert desk.ask("GET", C).status == 200

    def test_five_searches_a_second_apart_from_the_others(self, desk: Desk) -> None:
        answers = [desk.ask("POST", f"{C}/search", {}) for _ in range(6)]
        assert [answer.status for answer in answers] == [200] * 5 + [429]
        assert answers[-1].body["message"] == "You have reached your secondly limit."
        assert "policyName" not in answers[-1].body
        assert "X-HubSpot-RateLimit-Remaining" not in answers[0].headers
        assert "X-HubSpot-RateLimit-Daily-Remaining" in answers[0].headers
        assert desk.ask("GET", C).headers["X-HubSpot-RateLimit-Remaining"] == "99"

    def test_a_days_calls(self) -> None:
        desk = Desk(HubSpotQuirks(daily=2))
        answers = [desk.ask("GET", C) for _ in range(3)]
        assert [answer.status for answer in answers] == [200, 200, 429]
        assert answers[-1].body["policyName"] == "DAILY"


class TestAround:
    def test_who_am_i(self, desk: Desk) -> None:
        assert desk.body("GET", "/account-info/v3/details")["portalId"] == 44237313

    def test_both_spellings_of_a_path(self, desk: Desk) -> None:
        one = desk.person(1)
        for path in (f"/crm/objects/2026-09/contacts/{one}", f"/crm/objects/2026-03/0-1/{one}"):
            assert desk.body("GET", path)["id"] == one
        assert desk.body("GET", "/crm/properties/2026-09/0-1/email")["name"] == "email"

    def test_what_is_not_there(self, desk: Desk) -> None:
        assert desk.ask("GET", "/crm/v3/nothing").status == 404
        assert desk.ask("DELETE", C).status == 405
        assert desk.api.refusal(503).body["message"] == "Service Unavailable"

    def test_calls_are_counted_by_what_they_are_for(self, desk: Desk) -> None:
        def kind(method: str, path: str, body: bytes = b"") -> str:
            return desk.api.kind(Call(method, path, body=body))

        assert kind("GET", C) == "list"
        assert kind("POST", f"{C}/search", b'{"propertyName":"lastmodifieddate"}') == "list"
        assert kind("POST", f"{C}/search", b"{}") == "find"
        assert kind("POST", f"{C}/batch/read", b"{}") == "get"
        assert kind("POST", f"{C}/batch/read", b'{"idProperty":"email"}') == "find"
        assert kind("POST", "/crm/objects/2026-09/contacts/batch/upsert") == "upsert"
        assert kind("GET", "/nowhere") == "unknown"

    def test_properties_can_be_read_and_made(self, desk: Desk) -> None:
        assert len(desk.body("GET", "/crm/v3/properties/contacts")["results"]) > 50
        new = {
            "name": "food",
            "label": "Food",
            "type": "string",
            "fieldType": "text",
            "groupName": "contactinformation",
        }
        assert desk.body("POST", "/crm/v3/properties/contacts", new, status=201)["label"] == "Food"
        assert desk.ask("POST", "/crm/v3/properties/contacts", new).status == 409
        assert desk.ask("POST", "/crm/v3/properties/contacts", {}).status == 400
        assert desk.body("GET", "/crm/v3/properties/contacts/food")["hubspotDefined"] is False
        assert desk.ask("GET", "/crm/v3/properties/contacts/drink").status == 404

    def test_owners_and_companies(self, desk: Desk) -> None:
        desk.world.add_owner("owner@example.com")
        assert desk.body("GET", "/crm/v3/owners")["results"][0]["email"] == "owner@example.com"
        acme = desk.world.add_company("Acme")
        body = {"inputs": [{"id": acme}, {"id": "1"}], "properties": ["name"]}
        answer = desk.body("POST", "/crm/v3/objects/companies/batch/read", body, status=207)
        assert answer["results"][0]["properties"]["name"] == "Acme"


class TestLists:
    def test_are_made_found_and_filled(self, desk: Desk) -> None:
        one, two = desk.person(1), desk.person(2)
        body = {"name": "Friends", "objectTypeId": "0-1", "processingType": "MANUAL"}
        list_id = desk.body("POST", L, body)["list"]["listId"]
        assert desk.ask("POST", L, body).status == 400
        moved = desk.body("PUT", f"{L}/{list_id}/memberships/add", [one, two, "9"])
        assert moved == {"recordsIdsAdded": [one, two], "recordIdsRemoved": [], "recordIdsMissing": ["9"]}
        page = desk.body("GET", f"{L}/{list_id}/memberships", limit="1")
        assert [row["recordId"] for row in page["results"]] == [one]
        rest = desk.body("GET", f"{L}/{list_id}/memberships", after=page["paging"]["next"]["after"])
        assert [row["recordId"] for row in rest["results"]] == [two]
        assert desk.body("GET", f"{L}/records/0-1/{one}/memberships")["results"][0]["listId"] == list_id
        both = {"recordIdsToAdd": [one], "recordIdsToRemove": [two]}
        assert desk.body("PUT", f"{L}/{list_id}/memberships/add-and-remove", both)["recordIdsRemoved"] == [two]
        assert desk.body("PUT", f"{L}/{list_id}/memberships/remove", [one])["recordIdsRemoved"] == [one]
        sizes = desk.body("POST", f"{L}/search", {"query": "friend", "count": 1})
        assert (sizes["total"], sizes["hasMore"]) == (1, False)
        assert sizes["lists"][0]["additionalProperties"] == {"hs_list_size": "0"}

    def test_one_that_fills_itself_is_nobodys_to_fill(self, desk: Desk) -> None:
        one = desk.person(1, city="Gent")
        list_id = desk.world.add_list("From Gent", "DYNAMIC", ("city", "Gent"))
        assert desk.world.lists_of(one) == ("From Gent",)
        assert desk.ask("PUT", f"{L}/{list_id}/memberships/add", [one]).status == 400
        desk.world.edit(one, {"city": "Brugge"})
        assert desk.world.lists_of(one) == ()
        assert desk.ask("GET", f"{L}/9/memberships").status == 404
        assert desk.ask("GET", f"{L}/{list_id}/memberships", limit="251").status == 400


def test_people_fit_in(desk: Desk) -> None:
    for person in people(300):
        desk.world.add(EMULATOR.values(person, "contacts"))
    assert len(desk.world.ids()) == 300
    assert desk.world.find("nobody@example.com") == []
    desk.world.seed = desk.person
    desk.world.reset()
    assert len(desk.world.ids()) == 1
