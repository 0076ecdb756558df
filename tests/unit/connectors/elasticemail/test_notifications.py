from __future__ import annotations

import hmac
from urllib.parse import urlsplit

import msgspec
import pytest

from reconciler.connectors.apps.elasticemail import APP
from reconciler.connectors.webhook import Delivery, Verdict
from reconciler.sandbox.wire import Call
from tests.unit.connectors.elasticemail.account import Account

NOW = 1_800_000_000.0
SECRET = "signing-secret"
URL = "https://sync.example.com/hooks/elastic?account=main"


def signed(body: bytes, stamp: str = f"{NOW:.0f}", method: str = "POST", path: str = "/hooks/elastic") -> Delivery:
    digest = hmac.new(SECRET.encode(), f"{stamp}\n{method}\n{path}\n".encode() + body, "sha256").hexdigest()
    headers = {"x-elasticemail-timestamp": stamp, "x-elasticemail-signature": f"v1={digest}"}
    return Delivery(method, path, body, headers)


def event(status: str) -> bytes:
    return msgspec.json.encode({"to": "ann@example.com", "status": status})


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("Unsubscribed", Verdict.NEWS),
        ("AbuseReport", Verdict.NEWS),
        ("Error", Verdict.NEWS),
        ("SomethingNew", Verdict.NEWS),
        ("Sent", Verdict.GREETING),
        ("Opened", Verdict.GREETING),
        ("Clicked", Verdict.GREETING),
    ],
)
def test_what_changes_a_contact_is_news(status: str, verdict: Verdict) -> None:
    assert APP.webhook.judge(SECRET, signed(event(status)), NOW) is verdict


def test_an_event_may_come_in_the_query() -> None:
    path = "/hooks/elastic?to=ann%40example.com&status=Unsubscribed"
    assert APP.webhook.judge(SECRET, signed(b"", method="GET", path=path), NOW) is Verdict.NEWS


@pytest.mark.parametrize(("age", "verdict"), [(0, "news"), (299, "news"), (301, "forged"), (-301, "forged")])
def test_an_old_delivery_cannot_be_played_again(age: int, verdict: str) -> None:
    assert APP.webhook.judge(SECRET, signed(event("Error")), NOW + age) == verdict


def test_the_moment_may_be_in_milliseconds() -> None:
    assert APP.webhook.judge(SECRET, signed(event("Error"), f"{NOW * 1000:.0f}"), NOW) is Verdict.NEWS


def tampered() -> dict[str, Delivery]:
    good = signed(event("Error"))
    return {
        "another body": Delivery(good.method, good.path, event("Sent"), good.headers),
        "another method": Delivery("PUT", good.path, good.body, good.headers),
        "another path": Delivery(good.method, "/hooks/other", good.body, good.headers),
        "another query": Delivery(good.method, f"{good.path}?a=1", good.body, good.headers),
        "another moment": Delivery(
            good.method, good.path, good.body, {**good.headers, "x-elasticemail-timestamp": f"{NOW + 1:.0f}"}
        ),
        "no moment": signed(event("Error"), ""),
        "no number": signed(event("Error"), "soon"),
        "no signature": Delivery(good.method, good.path, good.body),
        "another version": Delivery(
            good.method,
            good.path,
            good.body,
            {**good.headers, "x-elasticemail-signature": good.headers["x-elasticemail-signature"].replace("v1", "v0")},
        ),
        "no JSON": signed(b"<html>"),
        "no object": signed(b"[]"),
    }


@pytest.mark.parametrize("what", tampered())
def test_what_did_not_prove_itself_is_forged(what: str) -> None:
    assert APP.webhook.judge(SECRET, tampered()[what], NOW) is Verdict.FORGED


def test_another_secret_or_none_is_forged() -> None:
    assert APP.webhook.judge("other", signed(event("Error")), NOW) is Verdict.FORGED
    assert APP.webhook.judge("", signed(event("Error")), NOW) is Verdict.FORGED


@pytest.mark.parametrize("way", ["PostJson", "Get"])
def test_what_the_service_sends_is_believed(way: str) -> None:
    account = Account()
    person = account.person(1)
    wish = {"Name": "sync", "URL": URL, "NotificationForUnsubscribed": True, "EnableSigning": True}
    body = msgspec.json.encode({**wish, "DeliveryMethod": way})
    made = account.api.answer(Call("POST", "/v4/webhook", {}, {"x-elasticemail-apikey": "sandbox-key"}, body))
    account.world.edit(person, {"Status": "Unsubscribed"})
    (posted,) = account.world.outbox
    path = f"{urlsplit(posted.url).path}?{urlsplit(posted.url).query}"
    headers = {name.lower(): value for name, value in posted.headers.items()}
    delivery = Delivery(posted.method, path, posted.body, headers)
    assert APP.webhook.judge(made.body["SigningSecret"], delivery, account.clock()) is Verdict.NEWS


def test_the_setup_says_what_to_switch_on() -> None:
    assert "EnableSigning" in APP.webhook.setup
    assert "webhook_secret" in APP.webhook.setup
