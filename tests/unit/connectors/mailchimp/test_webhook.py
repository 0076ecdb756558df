"""Deliveries prove themselves, and a replay proves nothing."""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reconciler.connectors.apps.mailchimp import APP
from reconciler.connectors.webhook import Delivery, Verdict
from reconciler.sandbox.emulator import load_emulator
from reconciler.testing.clock import FakeClock

if TYPE_CHECKING:
    from reconciler.sandbox.world import Posted

NOW = 1_800_000_000.0
SECRET = "signing-secret-1"
BODY = b"type=profile&data%5Bid%5D=1"


def delivery(body: bytes = BODY, at: float = NOW, secret: str = SECRET, path: str = "/hooks/mc") -> Delivery:
    signature = hmac.new(secret.encode(), f"{at:.0f}.".encode() + body, "sha256").hexdigest()
    return Delivery("POST", path, body, {"x-mailchimp-signature": f"t={at:.0f},v1={signature}"})


def judged(one: Delivery, secret: str = SECRET) -> Verdict:
    return APP.webhook.judge(secret, one, NOW)


@pytest.mark.parametrize("kind", ["subscribe", "unsubscribe", "profile", "cleaned", "upemail"])
def test_what_concerns_members_is_news(kind: str) -> None:
    assert judged(delivery(f"type={kind}".encode())) is Verdict.NEWS


def test_a_campaign_is_no_news() -> None:
    assert judged(delivery(b"type=campaign")) is Verdict.GREETING


def test_the_probe_of_the_url_is_greeted() -> None:
    assert judged(Delivery("GET", "/hooks/mc")) is Verdict.GREETING


@pytest.mark.parametrize("late", [-301, 301])
def test_five_minutes_later_it_is_a_replay(late: float) -> None:
    assert judged(delivery(at=NOW + late)) is Verdict.FORGED
    assert judged(delivery(at=NOW + late * 0.9)) is Verdict.NEWS


@pytest.mark.parametrize(
    "one",
    [
        delivery(secret="another"),
        replace(delivery(), body=BODY + b"x"),
        replace(delivery(), headers={"x-mailchimp-signature": "v1=00"}),
        replace(delivery(), headers={"x-mailchimp-signature": "t=²,v1=00"}),
        replace(delivery(), headers={"x-mailchimp-signature": ""}),
        replace(delivery(), headers={}),
        delivery(b"no form at all \xff"),
    ],
)
def test_what_does_not_prove_itself_is_forged(one: Delivery) -> None:
    assert judged(one) is Verdict.FORGED


def test_without_signing_the_url_carries_the_secret() -> None:
    plain = Delivery("POST", "/hooks/mc?secret=long-and-random", BODY)
    assert judged(plain, "long-and-random") is Verdict.NEWS
    assert judged(plain, "another") is Verdict.FORGED
    assert judged(replace(plain, path="/hooks/mc"), "") is Verdict.FORGED


def test_a_signature_that_is_wrong_is_not_saved_by_the_url() -> None:
    assert judged(replace(delivery(secret="another"), path=f"/hooks/mc?secret={SECRET}")) is Verdict.FORGED


def test_what_the_emulator_sends_is_believed() -> None:
    clock = FakeClock(NOW)
    world = load_emulator("mailchimp").world(clock)
    hook = world.hooks.register("https://example.com/hook", {"subscribe": True}, {"admin": True})
    world.add({"email_address": "ann@example.com"})
    probe, news = world.outbox
    assert judged(carried(probe), hook.secret) is Verdict.GREETING
    assert judged(carried(news), hook.secret) is Verdict.NEWS


def carried(posted: Posted) -> Delivery:
    return Delivery(posted.method, "/", posted.body, {name.lower(): value for name, value in posted.headers.items()})
