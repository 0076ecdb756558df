from __future__ import annotations

import pytest

from reconciler.sandbox.wire import Call


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({"api-appid": "x"}, 401, "The application was not recognized."),
        ({"api-username": "x"}, 401, "Api username invalid"),
        ({"api-password": "x"}, 401, "The password you provided was not recognized."),
        ({"api-version": "1.0"}, 501, "Version"),
        ({"api-version": ""}, 501, "Version"),
        ({"accept": "text/xml"}, 406, "Accept"),
        ({"content-type": "text/plain"}, 415, "Content-Type"),
    ],
    ids=str,
)
def test_headers_are_looked_at(desk, changed, status, words):
    desk.headers |= changed
    answer = desk.ask("POST", "/contacts", [{"email": "ann@example.com"}])
    assert answer.status == status
    assert words in answer.body["errors"][0]
    assert not desk.world.ids()


def test_the_time_needs_no_credentials(desk):
    desk.clock.now = 1_786_642_219
    answer = desk.api.answer(Call("GET", "/icp/time"))
    assert answer.body == {"time": "2026-08-13T13:30:19-04:00", "timestamp": 1_786_642_219}


def test_who_am_i(desk):
    accounts = desk.api.answer(Call("GET", "/icp/a/", headers=desk.headers)).body
    account = accounts["accounts"][0]["accountId"]
    folders = desk.api.answer(Call("GET", f"/icp/a/{account}/c/", headers=desk.headers)).body
    folder = folders["clientfolders"][0]["clientFolderId"]
    assert set(folders) == {"clientfolders", "total"}
    listing = desk.api.answer(Call("GET", f"/icp/a/{account}/c/{folder}/contacts", headers=desk.headers))
    assert listing.status == 200


@pytest.mark.parametrize("path", ["/icp/a/1/c", "/icp/a/413323/c/1/contacts"])
def test_another_account_is_not_ours(desk, path):
    assert desk.api.answer(Call("GET", path, headers=desk.headers)).status == 403


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nowhere", 404), ("PUT", "/contacts", 405), ("GET", "/contacts/7", 404)]
)
def test_what_does_not_exist(desk, method, path, status):
    assert desk.ask(method, path, {}).status == status


def test_a_body_that_is_not_json(desk):
    assert desk.ask("POST", "/contacts", b"[{").status == 400


def test_too_many_calls_in_a_second(desk):
    desk.world.quirks.calls_per_second = 2
    assert [desk.ask("GET", "/contacts").status for _ in range(3)] == [200, 200, 503]
    desk.clock.advance(1)
    assert desk.ask("GET", "/contacts").status == 200


def test_a_search_by_email_is_not_a_listing(desk):
    path = "/icp/a/413323/c/124667/contacts"
    assert desk.api.kind(Call("GET", path, {"status": "total"})) == "list"
    assert desk.api.kind(Call("GET", path, {"email": "ann@example.com"})) == "find"
    assert desk.api.kind(Call("GET", "/elsewhere")) == "unknown"
