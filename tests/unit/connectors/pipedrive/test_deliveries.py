from __future__ import annotations

import json

import pytest

from reconciler.connectors.apps.pipedrive import APP
from reconciler.connectors.webhook import Delivery, Verdict
from reconciler.sandbox.pipedrive.world import PipedriveWorld
from reconciler.testing.clock import FakeClock

URL = "https://hooks.example.com/pipedrive"
SECRET = "hook:pass:word"


def delivered(clock: FakeClock, event_object: str = "*") -> list[Delivery]:
    world = PipedriveWorld(clock)
    world.register(URL, "hook", "pass:word", event_object)
    person = world.add({"name": "Ann", "organization": "Acme"})
    world.edit(person, {"name": "Ann Lee"})
    world.add({"title": "Big", "name": "Bob"}, "leads")
    world.delete(person)
    return [Delivery(one.method, "/pipedrive", one.body, one.headers) for one in world.outbox]


def judged(delivery: Delivery, now: float, secret: str = SECRET) -> Verdict:
    return APP.webhook.judge(secret, delivery, now)


def test_every_change_is_news() -> None:
    clock = FakeClock()
    deliveries = delivered(clock)
    told = [(meta["entity"], meta["action"]) for meta in (json.loads(one.body)["meta"] for one in deliveries)]
    assert told == [
        ("organization", "create"),
        ("person", "create"),
        ("person", "change"),
        ("person", "create"),
        ("lead", "create"),
        ("person", "delete"),
    ]
    assert {judged(one, clock()) for one in deliveries} == {Verdict.NEWS}


def test_only_what_was_asked_for_is_told() -> None:
    assert len(delivered(FakeClock(), "lead")) == 1


def test_what_concerns_no_contact_is_answered_and_no_more() -> None:
    clock = FakeClock()
    delivery = delivered(clock)[0]
    body = delivery.body.replace(b'"organization"', b'"activity"', 1)
    assert judged(Delivery("POST", "/", body, delivery.headers), clock()) is Verdict.GREETING


@pytest.mark.parametrize("secret", ["hook:password", "hook", "", "pass:word"])
def test_other_credentials_prove_nothing(secret: str) -> None:
    clock = FakeClock()
    assert judged(delivered(clock)[0], clock(), secret) is Verdict.FORGED


def test_without_credentials_or_with_a_body_that_cannot_be_read_it_is_forged() -> None:
    clock = FakeClock()
    one = delivered(clock)[0]
    for body, headers in ((one.body, {}), (b"", one.headers), (b"[]", one.headers), (b"\xff{", one.headers)):
        assert judged(Delivery("POST", "/", body, headers), clock()) is Verdict.FORGED
    assert judged(Delivery("POST", "/", b'{"meta":{"entity":"person"}}', one.headers), clock()) is Verdict.FORGED


def test_an_old_delivery_is_not_taken_twice_and_a_late_retry_is_taken() -> None:
    clock = FakeClock()
    one = delivered(clock)[0]
    assert judged(one, clock() + 200) is Verdict.NEWS
    assert judged(one, clock() + 1000) is Verdict.FORGED
    assert judged(one, clock() - 1000) is Verdict.FORGED
