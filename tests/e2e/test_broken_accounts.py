"""Credentials that do not work: one clear error that says what to do, and only the account's own connections stall."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

from reconciler.connectors.registry import load_app
from reconciler.sandbox.emulator import emulator_names, load_emulator
from reconciler.sandbox.seed import person
from reconciler.sandbox.server import serve
from reconciler.sandbox.shell import create_app
from reconciler.testing.clock import FakeClock
from tests.e2e.house import House

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from reconciler.sandbox.world import World

BROKEN = [
    pytest.param(app, what, id=f"{app}-{what}")
    for app in emulator_names()
    for what in load_emulator(app).broken(load_emulator(app).world(FakeClock()))
]
BY_THE_SIDE = "icontact"
YAML_OUT = YAML(typ="safe", pure=True)


class Town:
    """Emulated apps on loopback, one of each, started when they are first needed; one clock for all."""

    def __init__(self, stack: ExitStack) -> None:
        self.clock = FakeClock()
        self._stack = stack
        self._open: dict[str, tuple[World, str]] = {}

    def app(self, name: str) -> tuple[World, str]:
        """The emptied world, and the account's base URL."""
        if name not in self._open:
            emulator = load_emulator(name)
            world = emulator.world(self.clock)
            server = self._stack.enter_context(serve(create_app(emulator.api(world))))
            self._open[name] = (world, server.url + emulator.base_path)
        world, url = self._open[name]
        world.clear()
        return world, url


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with ExitStack() as stack:
        yield Town(stack)


def account(name: str, app: str, url: str, auth: Mapping[str, str], options: Mapping[str, object]) -> dict:
    keys = {key: {"env": f"{name}_{key}".upper()} for key in auth}
    return {
        "version": 1, "kind": "account", "name": name, "app": app,
        "base_url": url, "auth": keys, "options": dict(options),
    }  # fmt: skip


def connection(name: str, left: tuple[str, str], right: tuple[str, str]) -> dict:
    sides = {
        side: {"app": app, "account": account, "entity": next(iter(load_app(app).catalogue.entities))}
        for side, (app, account) in {"a": left, "b": right}.items()
    }
    return {
        "version": 1, "kind": "connection", "name": name, "sync": "a <-> b", "winner": "a",
        "sides": sides, "match": ["email"],
    }  # fmt: skip


@pytest.mark.parametrize(("app", "what"), BROKEN)
def test_a_broken_account_stalls_its_own_connections_only(app: str, what: str, town: Town, tmp_path: Path) -> None:
    emulator = load_emulator(app)
    world, url = town.app(app)
    other, other_url = town.app(BY_THE_SIDE)
    main = next(iter(emulator.entities))
    world.add(emulator.values(person(1), main), emulator.entities[main])
    other.add(load_emulator(BY_THE_SIDE).values(person(2), "contacts"))
    good = dict(emulator.auth(world))
    bad = dict(emulator.broken(world)[what])
    aside = dict(load_emulator(BY_THE_SIDE).auth(other))
    given = {"good": good, "bad": bad, "aside": aside}
    environ = {f"{name}_{key}".upper(): value for name, auth in given.items() for key, value in auth.items()}
    with House(tmp_path, environ, town.clock) as house:
        documents = [
            account("good", app, url, good, emulator.options(world)),
            account("bad", app, url, bad, emulator.options(world)),
            account("aside", BY_THE_SIDE, other_url, aside, {}),
            connection("works", (app, "good"), (BY_THE_SIDE, "aside")),
            connection("stalls", (app, "bad"), (BY_THE_SIDE, "aside")),
        ]
        for number, document in enumerate(documents):
            with (house.specs / f"{number}.yaml").open("w", encoding="utf-8") as file:
                YAML_OUT.dump(document, file)
        stalled, works = house.result("stalls"), house.result("works")
    assert (stalled[0], works[0]) == ("stalled", "ok"), (stalled, works)
    assert len(stalled[1]) > len(app) + 20, "the message says what is wrong and what to do"
    assert not [value for value in bad.values() if len(value) > 8 and value in stalled[1]], "and tells no credential"
