from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from reconciler.connectors.apps.hubspot import APP
from reconciler.connectors.webhook import Delivery, Verdict
from reconciler.sandbox.world import Posted

if TYPE_CHECKING:
    from tests.unit.connectors.hubspot.portal import Portal

SECRET = "sandbox-secret"
URL = "https://hooks.example.com/hubspot?account=hs"


def delivery(posted: Posted) -> Delivery:
    """As it arrives."""
    where = urlsplit(posted.url)
    headers = {name.lower(): value for name, value in posted.headers.items()}
    path = f"{where.path}?{where.query}" if where.query else where.path
    return Delivery(posted.method, path, posted.body, {**headers, "host": where.netloc})


def signed(body: bytes, now: float, url: str = URL) -> Delivery:
    stamp = str(int(now * 1000))
    digest = hmac.new(SECRET.encode(), f"POST{url}".encode() + body + stamp.encode(), hashlib.sha256).digest()
    headers = {"X-HubSpot-Signature-v3": base64.b64encode(digest).decode(), "X-HubSpot-Request-Timestamp": stamp}
    return delivery(Posted(url, body, headers))


@pytest.fixture
def posted(portal: Portal) -> Delivery:
    portal.world.add_webhook(URL)
    portal.person(1)
    return delivery(portal.world.outbox[0])


def test_what_hubspot_sends_is_news(portal: Portal, posted: Delivery) -> None:
    assert APP.webhook.judge(SECRET, posted, portal.clock.now) is Verdict.NEWS
    one = portal.world.ids()[0]
    portal.world.edit(one, {"lastname": "New", "city": "Gent"})
    portal.world.delete(one)
    kinds = [[event["subscriptionType"] for event in json.loads(each.body)] for each in portal.world.outbox]
    assert kinds == [["contact.creation"], ["contact.propertyChange"] * 2, ["contact.deletion"]]
    for each in portal.world.outbox:
        assert APP.webhook.judge(SECRET, delivery(each), portal.clock.now) is Verdict.NEWS


@pytest.mark.parametrize(
    "tampered",
    [
        lambda one: replace(one, body=one.body.replace(b"contact.creation", b"contact.deletion")),
        lambda one: replace(one, path="/other"),
        lambda one: replace(one, method="GET"),
        lambda one: replace(one, headers={**one.headers, "x-hubspot-signature-v3": "AAAA"}),
        lambda one: replace(one, headers={**one.headers, "x-hubspot-request-timestamp": "1"}),
        lambda one: replace(one, headers={**one.headers, "x-hubspot-request-timestamp": "soon"}),
        lambda one: replace(one, headers={n: v for n, v in one.headers.items() if n != "x-hubspot-signature-v3"}),
        lambda one: replace(one, headers={}),
    ],
    ids=["body", "path", "method", "signature", "old stamp", "no stamp", "version 1 alone", "nothing"],
)
def test_what_does_not_prove_itself_is_forged(portal: Portal, posted: Delivery, tampered) -> None:
    assert APP.webhook.judge(SECRET, tampered(posted), portal.clock.now) is Verdict.FORGED


@pytest.mark.parametrize(("later", "verdict"), [(299, "news"), (301, "forged"), (-299, "news"), (-301, "forged")])
def test_a_delivery_cannot_be_sent_again_after_five_minutes(
    portal: Portal, posted: Delivery, later: float, verdict: str
) -> None:
    assert APP.webhook.judge(SECRET, posted, portal.clock.now + later) == verdict


@pytest.mark.parametrize("secret", ["", "other"])
def test_another_secret_or_none_proves_nothing(portal: Portal, posted: Delivery, secret: str) -> None:
    assert APP.webhook.judge(secret, posted, portal.clock.now) is Verdict.FORGED


def test_a_proxy_in_front_may_have_changed_scheme_and_host(portal: Portal, posted: Delivery) -> None:
    moved = {**posted.headers, "host": "10.0.0.7:8080", "x-forwarded-host": "hooks.example.com, 10.0.0.1"}
    assert APP.webhook.judge(SECRET, replace(posted, headers=moved), portal.clock.now) is Verdict.NEWS


def test_an_address_is_signed_as_it_reads(portal: Portal) -> None:
    arrived = signed(
        b'[{"subscriptionType":"contact.creation"}]', portal.clock.now, "https://h.example.com/a:b/@c?x=(1)"
    )
    spelled = replace(arrived, path="/a%3Ab/%40c?x=%281%29")
    assert APP.webhook.judge(SECRET, spelled, portal.clock.now) is Verdict.NEWS


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        (b'[{"eventType":"contact.merge"}]', "news"),
        (b'[{"subscriptionType":"deal.creation"},{"subscriptionType":"contact.creation"}]', "news"),
        (b'[{"subscriptionType":"object.creation","objectTypeId":"0-1"}]', "news"),
        (b'[{"subscriptionType":"object.creation","objectTypeId":"0-2"}]', "greeting"),
        (b'[{"subscriptionType":"deal.creation"}]', "greeting"),
        (b"[]", "greeting"),
        (b"{}", "forged"),
        (b"\xff", "forged"),
        (b"", "forged"),
    ],
)
def test_news_is_what_concerns_contacts(portal: Portal, body: bytes, verdict: str) -> None:
    assert APP.webhook.judge(SECRET, signed(body, portal.clock.now), portal.clock.now) == verdict
