"""What only a real connection shows: faults of the wire, the control API, and that nothing stays behind."""

from __future__ import annotations

import socket
from contextlib import contextmanager

import httpx
import pytest

from reconciler.sandbox.faults import Fault, Faults, Step
from reconciler.sandbox.server import serve
from reconciler.sandbox.shell import create_app
from tests.unit.sandbox.desks import IContactDesk

CONTACTS = "/icp/a/413323/c/124667/contacts"
slept: list[float] = []


async def nap(seconds: float) -> None:
    slept.append(seconds)


@pytest.fixture(scope="module")
def desk():
    return IContactDesk()


@pytest.fixture(scope="module")
def client(desk):
    with serve(create_app(desk.api, nap)) as server, httpx.Client(base_url=server.url, headers=desk.headers) as http:
        yield http


@pytest.fixture(autouse=True)
def fresh(desk):
    desk.world.reset()
    slept.clear()


def stormy(desk, fault: Fault, on: str = "any") -> None:
    desk.world.faults = Faults(script=[Step(fault, on)])


def create(client) -> httpx.Response:
    return client.post(CONTACTS, json=[{"email": "ann@example.com"}])


def test_a_call_goes_all_the_way(client, desk):
    assert create(client).json()["contacts"][0]["email"] == "ann@example.com"
    assert desk.world.find("ann@example.com")
    assert desk.world.calls == {"create": 1}


@pytest.mark.parametrize(("fault", "happened"), [(Fault.DROP_ANSWER, True), (Fault.DROP_REQUEST, False)])
def test_a_dropped_call_has_no_answer_and_the_next_one_has(client, desk, fault, happened):
    stormy(desk, fault, "write")
    with pytest.raises(httpx.TransportError):
        create(client)
    assert bool(desk.world.find("ann@example.com")) is happened
    assert client.get(CONTACTS, params={"status": "total"}).json()["total"] == int(happened)


@pytest.mark.parametrize(
    ("fault", "status"), [(Fault.THROTTLE, 429), (Fault.ERROR, 500), (Fault.UNAVAILABLE, 503)], ids=str
)
def test_a_refused_call_does_nothing(client, desk, fault, status):
    stormy(desk, fault)
    answer = create(client)
    assert answer.status_code == status
    assert answer.json()["errors"]
    assert ("retry-after" in answer.headers) is (fault is Fault.THROTTLE)
    assert not desk.world.ids()


def test_a_slow_answer_comes_after_a_while(client, desk):
    stormy(desk, Fault.SLOW)
    assert create(client).status_code == 200
    assert slept == [desk.world.faults.slow_seconds]


class TestControl:
    """A person behind the API's back."""

    def test_makes_edits_and_deletes_a_contact(self, client, desk):
        made = client.post("/_sandbox/contacts", json={"email": "bob@example.com", "city": "Gent"}).json()["id"]
        assert client.patch(f"/_sandbox/contacts/{made}", json={"city": None, "lastName": "B"}).status_code == 200
        (shown,) = client.get("/_sandbox/contacts", params={"email": "bob@example.com"}).json()
        assert shown == {"id": made, "email": "bob@example.com", "lastName": "B", "status": "normal"}
        assert client.delete(f"/_sandbox/contacts/{made}").status_code == 200
        assert client.get(f"/_sandbox/contacts/{made}").status_code == 404
        assert desk.world.counts()["deleted"] == 1

    def test_sees_counts_and_calls(self, client):
        create(client)
        summary = client.get("/_sandbox/").json()
        assert summary["counts"]["contacts"] == 1
        assert summary["calls"] == {"create": 1}
        client.delete("/_sandbox/calls")
        assert client.get("/_sandbox/").json()["calls"] == {}

    def test_makes_the_weather(self, client):
        script = [{"fault": "error", "on": "create"}]
        assert client.put("/_sandbox/faults", json={"script": script}).status_code == 200
        assert [create(client).status_code, create(client).status_code] == [500, 200]
        assert client.get("/_sandbox/").json()["faults"] == {"error": 1}

    def test_sets_quirks_and_hears_of_wrong_ones(self, client, desk):
        assert client.put("/_sandbox/quirks", json={"collection_post": "overwrite"}).status_code == 200
        assert desk.world.quirks.collection_post == "overwrite"
        refused = client.put("/_sandbox/quirks", json={"colour": "blue"})
        assert refused.status_code == 400
        assert "long_state" in refused.json()["error"]

    def test_starts_anew(self, client, desk):
        create(client)
        desk.world.faults = Faults(rates={Fault.ERROR: 1.0})
        client.post("/_sandbox/reset")
        assert desk.world.ids() == []
        assert create(client).status_code == 200


def test_a_stopped_server_frees_its_port():
    with serve(create_app(IContactDesk().api)) as server:
        assert httpx.get(f"{server.url}/icp/time").status_code == 200
        with pytest.raises(OSError, match="in use"):
            serve(create_app(IContactDesk().api), port=server.port)
    with bound(server.port) as again:
        assert again.getsockname()[1] == server.port


@contextmanager
def bound(port: int):
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        yield taken
