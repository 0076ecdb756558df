"""Notifications are hints, and only those with the secret."""

from __future__ import annotations

import json

import pytest

from reconciler.connectors.apps.copper import APP
from reconciler.connectors.webhook import Delivery, Verdict
from tests.unit.connectors.copper.office import Office, changed, made

SECRET = "a long random text"


@pytest.fixture
def office() -> Office:
    office = Office()
    for kind in ("person", "company"):
        for event in ("new", "update", "delete"):
            office.world.subscribe("https://hooks.example.com/copper", kind, event, {"reconciler": SECRET})
    return office


def judged(office: Office, body: bytes, secret: str = SECRET, later: float = 0.0) -> Verdict:
    return APP.webhook.judge(secret, Delivery("POST", "/hooks/copper", body), office.clock() + later)


def test_every_change_of_a_person_is_news(office: Office) -> None:
    connector = office.open("people", "title")
    ann = made(connector, name="Ann")
    changed(connector, ann.id, title="CEO")
    office.world.edit(ann.id, {"title": "CFO"})
    connector.delete([ann.id])
    events = [json.loads(posted.body) for posted in office.world.outbox]
    assert [one["event"] for one in events] == ["new", "update", "update", "delete"]
    assert events[2]["updated_attributes"]["title"] == ["CEO", "CFO"]
    assert {judged(office, posted.body) for posted in office.world.outbox} == {Verdict.NEWS}


def test_the_apis_own_writes_need_not_be_told() -> None:
    office = Office(echoes=False)
    office.world.subscribe("https://hooks.example.com", "person", "new", {"reconciler": SECRET})
    made(office.open("people"), name="Ann")
    assert office.world.outbox == []


def test_a_delivery_without_the_secret_is_forged(office: Office) -> None:
    office.world.add({"name": "Ann"})
    (posted,) = office.world.outbox
    assert judged(office, posted.body, secret="another") is Verdict.FORGED
    assert judged(office, posted.body, secret="") is Verdict.FORGED
    assert judged(office, b'{"type": "person"}') is Verdict.FORGED


def test_an_old_delivery_is_not_taken_again(office: Office) -> None:
    office.world.add({"name": "Ann"})
    (posted,) = office.world.outbox
    assert judged(office, posted.body, later=299) is Verdict.NEWS
    assert judged(office, posted.body, later=301) is Verdict.FORGED


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"type": 7}', b'{"reconciler": "x"}'])
def test_what_cannot_be_read_is_forged(office: Office, body: bytes) -> None:
    assert judged(office, body) is Verdict.FORGED


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ({"type": "company"}, Verdict.GREETING),
        ({"type": "lead"}, Verdict.NEWS),
        ({"type": "lead", "timestamp": "yesterday"}, Verdict.FORGED),
        ({"type": "lead", "timestamp": "2024-01-01T00:00:30"}, Verdict.NEWS),
    ],
)
def test_what_a_delivery_is_about_decides(office: Office, said: dict, verdict: Verdict) -> None:
    assert judged(office, json.dumps({**said, "reconciler": SECRET}).encode()) is verdict


def test_setting_it_up_is_explained() -> None:
    assert "POST /webhooks" in APP.webhook.setup
