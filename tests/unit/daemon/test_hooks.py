"""A knock at ``/hooks/ACCOUNT``: who may knock, what it does, and what it never does."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx
import pytest
from starlette.applications import Starlette

from reconciler.accounts import Accounts, World
from reconciler.connectors import registry
from reconciler.connectors.webhook import Delivery, Verdict, signed
from reconciler.daemon.daemon import Daemon
from reconciler.daemon.hooks import LONGEST, hook_route
from reconciler.daemon.pace import Pace
from reconciler.daemon.ports import Loaded, Resolved, Wanted
from reconciler.model.record import Side
from reconciler.spec.account import AccountSpec
from tests.unit.daemon.fakes import FakeRunner, HandTimer

SECRET = {"auth": {"webhook_secret": {"env": "HOOK"}, "username": {"env": "USER"}, "password": {"env": "PW"}}}
ENVIRON = {"HOOK": "s3cret", "USER": "ada", "PW": "pw"}


def account(name: str, **facts) -> AccountSpec:
    plain = {"version": 1, "kind": "account", "name": name, "app": "carddav", "base_url": "http://127.0.0.1:9"}
    return AccountSpec.model_validate({**plain, **facts})


class Signed:
    """An app whose deliveries carry an HMAC of their body."""

    setup = "none"

    def judge(self, secret: str, delivery: Delivery, _now: float) -> Verdict:
        if delivery.body == b"hello":
            return Verdict.GREETING
        good = signed(secret, delivery.body, delivery.headers.get("x-signature", ""))
        return Verdict.NEWS if good else Verdict.FORGED


@dataclass
class Shelf:
    accounts: Mapping[str, AccountSpec]
    connections: tuple[Wanted, ...] = field(default=())

    def load(self) -> Loaded:
        return Loaded(tuple(self._wanted(name, ends) for name, ends in self._pairs().items()))

    def _pairs(self) -> dict[str, tuple[str, str]]:
        return {"one": ("home", "work"), "two": ("work", "club"), "three": ("club", "silent")}

    def _wanted(self, name: str, ends: tuple[str, str]) -> Wanted:
        sides = dict(zip(Side, ends, strict=True))
        spec = Resolved(None, {side: self.accounts[end] for side, end in sides.items()})
        return Wanted(name=name, digest=name, every=300.0, accounts=sides, spec=spec)


class House:
    def __init__(self) -> None:
        names = {name: account(name, **SECRET) for name in ("home", "work", "club")}
        self.timer, self.runner = HandTimer(), FakeRunner()
        shelf = Shelf({**names, "silent": account("silent")})
        self.daemon = Daemon(shelf, self.runner, self.timer, Pace(spread=0.0, gap=0.0))
        self.daemon.reload()
        self.timer.advance(1)
        judge = Accounts(World(ENVIRON)).judge
        self.app = Starlette(routes=[hook_route(self.daemon, judge)])

    def knock(self, name: str, body: bytes, signature: str | None = None, method: str = "POST") -> int:
        headers = {} if signature is None else {"X-Signature": signature}

        async def ask() -> int:
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(self.app), base_url="http://hooks.test"
            ) as client:
                answer = await client.request(method, f"/hooks/{name}", content=body, headers=headers)
                return answer.status_code

        return asyncio.run(ask())

    def counted(self, name: str, verdict: str) -> float:
        return self.daemon.metrics.webhooks.labels(name, verdict)._value.get()

    def runs(self) -> dict[str, int]:
        return {name: self.runner.runs(name) for name in ("one", "two", "three")}


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    app = registry.load_app("carddav")
    monkeypatch.setattr(type(app), "webhook", Signed(), raising=False)
    return House()


def signature(body: bytes) -> str:
    return hmac.new(b"s3cret", body, "sha256").hexdigest()


def test_news_make_the_accounts_connections_look_sooner_and_no_others(house: House) -> None:
    before = house.runs()
    assert house.knock("work", b"changed", signature(b"changed")) == 204
    house.timer.advance(1)
    after = house.runs()
    assert {name: after[name] - before[name] for name in after} == {"one": 1, "two": 1, "three": 0}
    assert house.counted("work", "news") == 1


@pytest.mark.parametrize("wrong", [None, "", "00", signature(b"something else")])
def test_who_cannot_prove_itself_wakes_nobody(house: House, wrong: str | None) -> None:
    before = house.runs()
    assert house.knock("work", b"changed", wrong) == 401
    house.timer.advance(1)
    assert (house.runs(), house.counted("work", "forged")) == (before, 1)


def test_a_greeting_is_answered_and_no_more(house: House) -> None:
    before = house.runs()
    assert house.knock("work", b"hello", method="GET") == 200
    house.timer.advance(1)
    assert house.runs() == before


@pytest.mark.parametrize("name", ["nobody", "silent"])
def test_an_account_that_expects_nothing_is_not_there(house: House, name: str) -> None:
    assert house.knock(name, b"changed", signature(b"changed")) == 404


def test_a_secret_that_is_missing_is_no_open_door(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(ENVIRON, "HOOK")
    assert house.knock("work", b"changed", signature(b"changed")) == 404


def test_a_flood_is_cut_off(house: House) -> None:
    assert house.knock("work", b"x" * (LONGEST + 1), "00") == 413


def test_an_app_that_chokes_on_a_delivery_has_not_proved_anything(house: House, monkeypatch) -> None:
    def choke(*_: object) -> Verdict:
        raise ValueError("not what I know")

    monkeypatch.setattr(Signed, "judge", choke)
    assert house.knock("work", b"changed", "00") == 401
