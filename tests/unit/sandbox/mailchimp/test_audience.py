"""The emulated account answers in the shapes that the vendor describes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from reconciler.sandbox.emulator import load_emulator
from reconciler.sandbox.faults import Fault
from reconciler.sandbox.mailchimp.api import MailchimpApi
from reconciler.sandbox.mailchimp.world import MailchimpWorld, address_hash
from reconciler.sandbox.seed import people
from reconciler.sandbox.wire import Answer, Call
from reconciler.testing.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable

LIST = "/3.0/lists/ec96764770"
ANN = {"email_address": "Ann@example.com", "status": "subscribed"}
HASH = address_hash("ann@example.com")


class Caller:
    """Calls the API without a network."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.world = MailchimpWorld(self.clock)
        self.api = MailchimpApi(self.world)
        self.bearer = self.world.keys.bearer

    def __call__(self, method: str, path: str, body: object = None, **query: str) -> Answer:
        headers = {"authorization": f"Bearer {self.bearer}"}
        content = b"" if body is None else json.dumps(body).encode()
        return self.api.answer(Call(method, path, query, headers, content))


@pytest.fixture
def call() -> Caller:
    return Caller()


def body(answer: Answer) -> Any:
    return json.loads(answer.encoded())


def test_a_listing_is_ten_long_unless_more_is_asked_for(call: Caller) -> None:
    for number in range(12):
        call.world.add({"email_address": f"p{number}@example.com"})
    first = body(call("GET", f"{LIST}/members"))
    assert (len(first["members"]), first["total_items"]) == (10, 12)
    assert len(body(call("GET", f"{LIST}/members", count="1000"))["members"]) == 12
    assert call("GET", f"{LIST}/members", count="1001").status == 400


def test_a_fraction_of_a_second_filters_nobody(call: Caller) -> None:
    call.world.add({"email_address": "ann@example.com"})
    for since, found in (("2024-01-01T00:00:00+00:00", 0), ("2024-01-01T00:00:00.5+00:00", 1)):
        assert body(call("GET", f"{LIST}/members", since_last_changed=since))["total_items"] == found


def test_the_latest_change_comes_first_where_it_is_asked_for(call: Caller) -> None:
    ids = [call.world.add({"email_address": f"p{number}@example.com"}) for number in range(3)]
    call.clock.advance(10)
    call.world.edit(ids[1], {"FNAME": "Ann"})
    rows = body(call("GET", f"{LIST}/members", sort_field="last_changed", sort_dir="DESC"))["members"]
    assert rows[0]["contact_id"] == ids[1]


def test_a_member_goes_by_three_names_and_its_tags_by_one(call: Caller) -> None:
    made = body(call("POST", f"{LIST}/members", {**ANN, "tags": ["vip"]}))
    assert (made["id"], made["email_address"], made["merge_fields"]["ADDRESS"]) == (HASH, "Ann@example.com", "")
    for name in (HASH, made["contact_id"], "ann%40example.com"):
        assert body(call("GET", f"{LIST}/members/{name}"))["id"] == HASH
    tags = {"tags": [{"name": "vip", "status": "inactive"}, {"name": "new", "status": "active"}]}
    assert call("POST", f"{LIST}/members/{made['contact_id']}/tags", tags).status == 404
    assert call("POST", f"{LIST}/members/{HASH}/tags", tags).status == 204
    assert [one["name"] for one in body(call("GET", f"{LIST}/members/{HASH}/tags"))["tags"]] == ["new"]
    assert [one["name"] for one in body(call("GET", f"{LIST}/tag-search", name="N"))["tags"]] == ["new"]


def test_only_fifty_tags_are_shown(call: Caller) -> None:
    one = call.world.add({**ANN, "tags": tuple(f"t{number:02}" for number in range(51))})
    shown = body(call("GET", f"{LIST}/members/{one}"))
    assert (len(shown["tags"]), shown["tags_count"]) == (50, 51)
    assert len(body(call("GET", f"{LIST}/members/{one}/tags", count="1000"))["tags"]) == 51


def test_what_is_archived_shows_to_those_who_ask(call: Caller) -> None:
    one = call.world.add(ANN)
    assert call("DELETE", f"{LIST}/members/{one}").status == 204
    assert call("DELETE", f"{LIST}/members/{one}").status == 405
    assert body(call("GET", f"{LIST}/members"))["total_items"] == 0
    assert body(call("GET", f"{LIST}/members", status="archived"))["total_items"] == 1


def test_what_is_erased_can_never_come_back(call: Caller) -> None:
    one = call.world.add(ANN)
    assert call("POST", f"{LIST}/members/{one}/actions/delete-permanent").status == 204
    again = call("POST", f"{LIST}/members", ANN)
    assert (again.status, body(again)["title"]) == (400, "Forgotten Email Not Subscribed")


@pytest.mark.parametrize(
    ("sent", "title", "field"),
    [
        ({**ANN, "email_address": "no address"}, "Invalid Resource", None),
        ({**ANN, "email_address": "x@test.com"}, "Invalid Resource", None),
        ({"email_address": "b@example.com"}, "Invalid Resource", "status"),
        ({**ANN, "status": "archived"}, "Invalid Resource", "status"),
        ({**ANN, "merge_fields": {"ADDRESS": {"city": "Gent"}}}, "Invalid Resource", "ADDRESS"),
        ({**ANN, "merge_fields": {"FNAME": "x" * 256}}, "Invalid Resource", "FNAME"),
        ({**ANN, "merge_fields": {"SHIRT": "XXL"}}, "Invalid Resource", "SHIRT"),
        ({**ANN, "merge_fields": {"AGE": "old"}}, "Invalid Resource", "AGE"),
        ({**ANN, "interests": {"nosuch": True}}, "Invalid Resource", None),
    ],
)
def test_what_is_not_accepted_is_told_in_the_vendors_words(
    call: Caller, sent: dict, title: str, field: str | None
) -> None:
    call.world.add_merge_field("SHIRT", kind="radio", choices=["S", "M"])
    call.world.add_merge_field("AGE", kind="number")
    answer = call("POST", f"{LIST}/members", sent)
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    problem = body(answer)
    wrong = problem.get("errors", [{"field": None}])
    assert (problem["title"], problem["status"], wrong[0]["field"]) == (title, 400, field)


def test_a_put_of_another_address_is_refused(call: Caller) -> None:
    call.world.add(ANN)
    body_of_another = {"email_address": "bo@example.com", "status_if_new": "subscribed"}
    assert body(call("PUT", f"{LIST}/members/{'0' * 32}", body_of_another))["title"] == "Member Exists"
    kept = body(call("PUT", f"{LIST}/members/{HASH}", {**ANN, "status_if_new": "pending"}))
    assert kept["status"] == "subscribed"


def test_a_merge_field_that_is_not_there_is_dropped_without_a_word(call: Caller) -> None:
    assert (
        "NOSUCH" not in body(call("POST", f"{LIST}/members", {**ANN, "merge_fields": {"NOSUCH": "x"}}))["merge_fields"]
    )
    call.world.configure({"ignores_unknown_tags": False})
    sent = {"email_address": "bo@example.com", "status": "subscribed", "merge_fields": {"NOSUCH": "x"}}
    assert call("POST", f"{LIST}/members", sent).status == 400


def test_country_names_become_codes_and_none_becomes_the_default(call: Caller) -> None:
    whole = {"addr1": "a", "city": "b", "state": "c", "zip": "d"}
    for country, stored in (("Belgium", "BE"), ("NL", "NL"), ("", "US")):
        sent = {"email_address": f"x{stored}@example.com", "status": "subscribed"}
        made = call("POST", f"{LIST}/members", {**sent, "merge_fields": {"ADDRESS": {**whole, "country": country}}})
        assert body(made)["merge_fields"]["ADDRESS"]["country"] == stored


def test_a_batch_longer_than_500_is_refused_whole(call: Caller) -> None:
    assert call("POST", LIST, {"members": [ANN] * 501}).status == 400


def test_a_batch_updates_only_when_it_is_told_to(call: Caller) -> None:
    one = call.world.add(ANN)
    batch = {"members": [{**ANN, "merge_fields": {"FNAME": "Ann"}}]}
    assert body(call("POST", LIST, batch))["errors"][0]["error_code"] == "ERROR_CONTACT_EXISTS"
    answer = body(call("POST", LIST, {**batch, "update_existing": True}))
    assert (answer["total_updated"], call.world.read(one)["FNAME"]) == (1, "Ann")
    assert "contact_id" not in answer["updated_members"][0]


def test_being_throttled_has_no_words(call: Caller) -> None:
    assert (call.api.refusal(429).status, call.api.refusal(429).body) == (429, None)
    call.world.configure({"bare_throttle": 403})
    assert call.api.refusal(429).status == 403
    assert body(call.api.refusal(503))["title"] == "Service Unavailable"


@pytest.mark.parametrize(
    ("ask", "status"),
    [
        (lambda call: call("GET", "/3.0/lists/nosuch/members"), 404),
        (lambda call: call("GET", f"{LIST}/members/{'0' * 32}"), 404),
        (lambda call: call("DELETE", "/3.0/ping"), 405),
        (lambda call: call("GET", "/3.0/nosuch"), 404),
        (lambda call: call.api.answer(Call("GET", "/3.0/ping", {}, {"authorization": "Basic ???"})), 401),
        (lambda call: call.api.answer(Call("GET", "/3.0/ping")), 401),
        (lambda call: call("PATCH", f"{LIST}/members/{call.world.add(ANN)}", [1]), 400),
    ],
)
def test_what_is_not_there_is_told_in_an_envelope(call: Caller, ask: Callable[[Caller], Answer], status: int) -> None:
    answer = ask(call)
    assert (answer.status, body(answer)["status"]) == (status, status)


def test_every_answer_says_when_it_was_made(call: Caller) -> None:
    assert call("GET", "/3.0/ping").headers["Date"] == "Mon, 01 Jan 2024 00:00:00 GMT"


def test_hooks_hear_what_they_asked_for(call: Caller) -> None:
    sources = {"user": True, "admin": True, "api": False}
    made = body(call("POST", f"{LIST}/webhooks", {"url": "https://example.com/h", "sources": sources}))
    assert made["signing_secret"]
    assert "signing_secret" not in body(call("GET", f"{LIST}/webhooks"))["webhooks"][0]
    one = call.world.add(ANN)
    for change in (
        {"FNAME": "Ann"},
        {"email_address": "b@example.com"},
        {"status": "cleaned"},
        {"status": "unsubscribed"},
    ):
        call.world.edit(one, change)
    call("PATCH", f"{LIST}/members/{one}", {"merge_fields": {"FNAME": "Api"}})
    call.world.delete(one)
    kinds = [parse_qs(posted.body.decode())["type"][0] for posted in call.world.outbox[1:]]
    assert kinds == ["subscribe", "profile", "upemail", "cleaned", "unsubscribe", "unsubscribe"]
    assert call("DELETE", f"{LIST}/webhooks/{made['id']}").status == 204
    assert call("POST", f"{LIST}/webhooks", {"url": "ftp://x"}).status == 400


def test_a_login_names_the_data_centre(call: Caller) -> None:
    assert call("POST", "/3.0/oauth2/token").status == 400
    headers = {"authorization": f"OAuth {call.bearer}"}
    assert body(call.api.answer(Call("GET", "/3.0/oauth2/metadata", {}, headers)))["dc"] == "us1"
    assert call("GET", "/3.0/oauth2/metadata").status == 401


def test_people_fit_and_ten_thousand_of_them_are_no_burden(call: Caller) -> None:
    emulator = load_emulator("mailchimp")
    for person in people(10_000):
        call.world.add(emulator.values(person, "members"))
    page = body(call("GET", f"{LIST}/members", count="1000", offset="9000", fields="members.id,total_items"))
    assert (len(page["members"]), page["total_items"]) == (1000, 10_000)
    assert set(page["members"][0]) == {"id"}
    some = call.world.read(call.world.ids()[5])
    assert (
        call("PATCH", f"{LIST}/members/{call.world.ids()[5]}", {"merge_fields": {"FNAME": some["FNAME"]}}).status == 200
    )


def test_hands_and_weather(call: Caller) -> None:
    call.world.add_group("Kinds", ("Sport",))
    one = call.world.add({**ANN, "interests": ("Sport",)})
    assert call.world.read(one)["interests"] == ("Sport",)
    assert call.world.find("ANN@example.com") == [one]
    assert call.world.counts()["members"] == 1
    with pytest.raises(ValueError, match="address of its own"):
        call.world.add(ANN)
    two = call.world.add({"email_address": "bo@example.com"})
    with pytest.raises(ValueError, match="another member"):
        call.world.edit(two, {"email_address": "ann@example.com"})
    call.world.delete(one)
    for gone in (call.world.read, call.world.delete):
        with pytest.raises(KeyError):
            gone(one)
    for fault, total in ((Fault.EMPTY_LISTING, 0), (Fault.WRONG_TOTAL, 2)):
        asked = Call("GET", f"{LIST}/members", {}, {"authorization": f"Bearer {call.bearer}"}, fault=fault)
        assert body(call.api.answer(asked))["total_items"] == total
