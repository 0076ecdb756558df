from __future__ import annotations

import json

import pytest

from reconciler.connectors.apps.zoho import APP
from reconciler.connectors.webhook import Delivery, Verdict
from reconciler.sandbox.wire import Call
from tests.unit.connectors.zoho.organisation import Organisation

SECRET = "of the channel"
NOW = 1_700_000_000.0
SAID = {"token": SECRET, "server_time": 1_700_000_000_000, "module": "Contacts", "ids": ["1"], "operation": "update"}


def judged(now: float = NOW, **said: object) -> Verdict:
    return APP.webhook.judge(SECRET, Delivery("POST", "/hook", json.dumps(SAID | said).encode()), now)


def test_a_notification_with_the_token_is_news() -> None:
    assert judged() is Verdict.NEWS
    assert judged(module="Leads", operation="delete") is Verdict.NEWS


def test_news_of_something_else_is_but_a_greeting() -> None:
    assert judged(module="Deals") is Verdict.GREETING


@pytest.mark.parametrize("said", [{"token": "another"}, {"token": None}, {"token": ""}, {"server_time": "now"}])
def test_without_the_token_it_is_forged(said: dict) -> None:
    assert judged(**said) is Verdict.FORGED


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_an_old_one_is_not_believed_again(seconds: float) -> None:
    assert judged(NOW + seconds) is Verdict.FORGED


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b"\xff\xfe", b'{"token": "of the channel"}'])
def test_what_cannot_be_read_is_forged(body: bytes) -> None:
    assert APP.webhook.judge(SECRET, Delivery("POST", "/hook", body), NOW) is Verdict.FORGED


def test_what_an_organisation_sends_is_news() -> None:
    there = Organisation()
    there.records().probe()
    channel = {"channel_id": "7", "events": ["Contacts.all"], "token": SECRET, "notify_url": "https://us.test/hook"}
    headers = {"authorization": "Zoho-oauthtoken 1000.sandbox-access-1"}
    call = Call("POST", "/crm/v8/actions/watch", {}, headers, json.dumps({"watch": [channel]}).encode())
    assert there.api.answer(call).status == 201
    ann = there.world.add({"Last_Name": "Ann"})
    there.world.edit(ann, {"Title": "Buyer"})
    there.world.delete(ann)
    there.world.add({"Last_Name": "Bob", "Company": "Acme"}, "Leads")
    told = [json.loads(posted.body)["operation"] for posted in there.world.outbox]
    assert told == ["insert", "update", "delete"]
    for posted in there.world.outbox:
        delivery = Delivery("POST", "/hook", posted.body, posted.headers)
        assert APP.webhook.judge(SECRET, delivery, there.clock()) is Verdict.NEWS
        assert APP.webhook.judge("another", delivery, there.clock()) is Verdict.FORGED


def test_a_channel_closes_by_itself() -> None:
    there = Organisation()
    there.records().probe()
    channel = {"channel_id": "7", "events": ["Contacts.create"], "token": SECRET, "notify_url": "https://us.test/hook"}
    headers = {"authorization": "Zoho-oauthtoken 1000.sandbox-access-1"}
    call = Call("POST", "/crm/v8/actions/watch", {}, headers, json.dumps({"watch": [channel]}).encode())
    there.api.answer(call)
    there.clock.advance(3601)
    there.world.add({"Last_Name": "Ann"})
    assert there.world.outbox == []
