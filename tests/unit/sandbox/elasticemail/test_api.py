from __future__ import annotations

import pytest

from reconciler.sandbox.elasticemail.emulator import EMULATOR
from reconciler.sandbox.emulator import load_emulator
from reconciler.sandbox.seed import people
from reconciler.sandbox.wire import Call


@pytest.mark.parametrize("status", [400, 401, 200])
@pytest.mark.parametrize(
    ("key", "words"), [("", "Incorrect API Key"), ("x", "Incorrect"), ("expired-key", "APIKey Expired")]
)
def test_a_bad_key_is_refused_in_the_only_envelope_there_is(desk, key, words, status):
    desk.key = key
    desk.world.quirks.key_status = status
    answer = desk.ask("GET", "/contacts")
    assert (answer.status, set(answer.body)) == (status, {"Error"})
    assert words in answer.body["Error"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/contacts", []),
        ("PUT", "/contacts/a@x.org", {}),
        ("DELETE", "/contacts/a@x.org", None),
        ("POST", "/suppressions/unsubscribes", ["a@x.org"]),
        ("POST", "/lists/Customers/contacts", {"Emails": ["a@x.org"]}),
        ("GET", "/webhook", None),
        ("POST", "/webhook", {}),
    ],
)
def test_a_key_that_may_only_look(desk, method, path, body):
    desk.key = "viewing-key"
    assert desk.ask("GET", "/contacts").status == 200
    answer = desk.ask(method, path, body)
    assert (answer.status, answer.body) == (403, {"Error": "Access level too low"})


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/contacts", 405), ("/lists/x", 405)])
def test_what_does_not_exist(desk, path, status):
    answer = desk.ask("PATCH", path)
    assert (answer.status, set(answer.body)) == (status, {"Error"})


@pytest.mark.parametrize("body", [b"[{", b"{}", b"7"])
def test_a_body_that_is_not_as_documented(desk, body):
    assert desk.ask("POST", "/contacts", body).status == 400


@pytest.mark.parametrize(
    ("method", "path", "query", "kind"),
    [
        ("GET", "/v4/contacts", {"limit": "100"}, "list"),
        ("GET", "/v4/contacts", {"limit": "1"}, "probe"),
        ("GET", "/v4/contacts/a%40x.org", {}, "get"),
        ("POST", "/v4/contacts", {}, "create"),
        ("POST", "/v4/contacts/delete", {}, "delete"),
        ("GET", "/v4/lists/A%2FB/contacts", {}, "members"),
        ("POST", "/v4/lists/A/contacts/remove", {}, "subscribe"),
        ("POST", "/v4/suppressions/unsubscribes", {}, "suppress"),
        ("GET", "/v4/elsewhere", {}, "unknown"),
    ],
)
def test_calls_are_counted_by_kind(desk, method, path, query, kind):
    assert desk.api.kind(Call(method, path, query)) == kind


@pytest.mark.parametrize("status", [429, 500, 503])
def test_the_weather_has_words_too(desk, status):
    answer = desk.api.refusal(status)
    assert (answer.status, set(answer.body)) == (status, {"Error"})


def test_the_emulator_brings_it_up(desk):
    assert load_emulator("elasticemail") is EMULATOR
    desk.world.add_custom_field("company")
    assert EMULATOR.options(desk.world) == {"custom_fields": ["company"]}
    assert set(EMULATOR.broken(desk.world)) == {"wrong", "revoked", "expired", "scopes"}
    for person in people(50):
        desk.world.add(EMULATOR.values(person, "contacts"))
    assert desk.world.counts() == {"contacts": 50, "lists": 0, "memberships": 0}
    assert {values["Status"] for values in desk.world.contacts().values()} == {"Active", "Unsubscribed"}


def test_ten_thousand_are_no_burden_to_a_single_read(desk):
    ids = desk.fill(10_000)
    assert desk.body("GET", f"/contacts/{ids[-1]}")["Email"] == ids[-1]
    assert len(desk.body("GET", "/contacts", limit="5000", offset="9500")) == 500
