"""Killed with SIGKILL at any moment of a cycle over HTTP, and started again: no double, no lost edit, nothing left."""

from __future__ import annotations

import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from reconciler.sandbox.faults import Fault, Step
from reconciler.sandbox.seed import person
from reconciler.sandbox.settlers import as_icontact, as_salesforce
from reconciler.testing.clock import FakeClock
from tests.e2e.house import House
from tests.e2e.town import BOTH_WAYS, ENVIRON, PAIRS, town

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.town import Town

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROUNDS = 18
"""In each of the three ways to die."""
SIZE = 120
DEADLINE = 60.0


class Runner:
    """Starts reconcilers and ends them."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.pid = 0

    def start(self, folder: Path, now: float, die_at: int | None = None) -> None:
        job = {"folder": str(folder), "connection": "people", "now": now, "die_at": die_at}
        assert self._process.stdin
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        self.pid = int(self._line())

    def kill(self) -> None:
        """End the running reconciler, if it still runs; its answer is still to be read."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            self.pid = 0

    def ended_within(self, seconds: float) -> bool:
        """Whether it came to its end by itself."""
        return bool(select.select([self._process.stdout], [], [], seconds)[0])

    def wait(self) -> int:
        """Its exit status: 0 when nothing was left to do, else the signal that ended it."""
        assert self.ended_within(DEADLINE)
        self.pid = 0
        return int(self._line())

    def _line(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline()


class Gallows:
    """An ASGI app around an emulator's that kills the reconciler at a request: before it is handled, or answered."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self.seen, self.at, self.answered = 0, -1, False

    def around(self, app):
        async def hanging(scope, receive, send) -> None:
            self.seen += 1
            if self.seen != self.at:
                return await app(scope, receive, send)

            async def send_after(message) -> None:
                self._runner.kill()
                await send(message)

            if not self.answered:
                self._runner.kill()
            return await app(scope, receive, send_after if self.answered else send)

        return hanging


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    command = [sys.executable, "-m", "tests.e2e.runner"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Runner(process)
        assert process.stdin
        process.stdin.close()
        process.wait(DEADLINE)


@pytest.fixture(scope="module")
def gallows(runner: Runner) -> Gallows:
    return Gallows(runner)


@pytest.fixture(scope="module")
def apps(gallows: Gallows) -> Iterator[Town]:
    with town(FakeClock(), gallows.around) as both:
        yield both


class Life:
    """Two apps, people who edit them, and a reconciler that dies; ``said`` is what people wrote last."""

    def __init__(self, folder: Path, apps: Town, runner: Runner, seed: int) -> None:
        self.folder, self.apps, self.runner = folder, apps, runner
        self.random = random.Random(seed)
        self.clock = FakeClock()
        self.said: dict[tuple[str, str], str] = {}
        apps.fresh(SIZE)
        with House(folder, ENVIRON, self.clock) as house:
            house.write("accounts.yaml", apps.accounts)
            house.write("people.yaml", BOTH_WAYS)

    def start(self, die_at: int | None = None) -> None:
        self.clock.advance(1000)
        self.runner.start(self.folder, self.clock(), die_at)

    def live_on(self, seed: int, *, edits: bool) -> None:
        """A few newcomers on either side, some on both; and perhaps thirty edits, each of one field on one side."""
        self.apps.catch_up()
        if edits:
            pairs = self.apps.one_each()
            for email in self.random.sample(sorted(pairs), 30):
                self._edit(email, *pairs[email])
        for number in range(6):
            somebody = person(100_000 + 10 * seed + number)
            if number % 3 != 1:
                self.apps.org.add(as_salesforce(somebody))
            if number % 3 != 2:
                self.apps.folder.add(as_icontact(somebody))

    def _edit(self, email: str, left: str, right: str) -> None:
        name = self.random.choice(["FirstName", "MailingCity", "MailingStreet"])
        word = f"Wort {self.random.randrange(10**9)}"
        self.said[email, name] = word
        if self.random.random() < 0.5:
            self.apps.org.edit(left, {name: word})
        else:
            self.apps.folder.edit(right, {PAIRS[name]: word})

    def lag(self) -> None:
        """The next listings do not show the latest writes yet; a search does."""
        for world in self.apps.worlds.values():
            self.apps.weather(world, Step(Fault.STALE_LISTING, "list", times=3))

    def check(self) -> None:
        """The promises, after the reconciler was allowed to finish."""
        self.clock.advance(1_000_000)
        assert self.apps.differences() == []
        for (email, name), word in self.said.items():
            left, right = self.apps.one_each()[email]
            assert (self.apps.org.read(left)[name], self.apps.folder.read(right)[PAIRS[name]]) == (word, word)
        with House(self.folder, ENVIRON, self.clock) as house:
            assert house.plan("people") == []
            self.apps.count_anew()
            assert house.run("people").result == "ok"
            assert self.apps.writes() == 0


@contextmanager
def rounds(folder: Path, apps: Town, runner: Runner, gallows: Gallows, seed: int) -> Iterator[Iterator[Life]]:
    """Lives about to be ended: a first day, a day of edits, a day of newcomers. After the first and the last, listings
    lag behind what was written when the process died."""
    killed: list[int] = []

    def each() -> Iterator[Life]:
        life = None
        for number in range(ROUNDS):
            if life is None or number % 3 == 0:
                life = Life(folder / str(number), apps, runner, seed + number)
            else:
                life.live_on(seed + number, edits=number % 3 == 1)
            yield life
            killed.append(runner.wait() == signal.SIGKILL)
            gallows.at = -1
            if number % 3 != 1:
                life.lag()
                life.start()
                assert runner.wait() == 0
                apps.clear_sky()
            life.start()
            assert runner.wait() == 0
            life.check()

    yield each()
    assert len(killed) == ROUNDS
    assert sum(killed) > ROUNDS / 2, "most rounds must really have been cut short"


def measured(folder: Path, apps: Town, runner: Runner, gallows: Gallows) -> tuple[int, float]:
    """How many requests and seconds a first day takes when nobody is killed."""
    life = Life(folder / "measured", apps, runner, 0)
    gallows.seen, gallows.at = 0, -1
    started = time.perf_counter()
    life.start()
    assert runner.wait() == 0
    return gallows.seen, time.perf_counter() - started


def test_killed_at_any_request(tmp_path, apps: Town, runner: Runner, gallows: Gallows) -> None:
    whole, _ = measured(tmp_path, apps, runner, gallows)
    dice = random.Random(1)
    with rounds(tmp_path, apps, runner, gallows, seed=100) as lives:
        for number, life in enumerate(lives):
            share = 1.0 if number % 3 == 0 else 0.6
            gallows.seen, gallows.at = 0, dice.randint(1, round(whole * share))
            gallows.answered = bool(number % 2)
            life.start()


def test_killed_at_any_time(tmp_path, apps: Town, runner: Runner, gallows: Gallows) -> None:
    _, seconds = measured(tmp_path, apps, runner, gallows)
    dice = random.Random(2)
    with rounds(tmp_path, apps, runner, gallows, seed=200) as lives:
        for life in lives:
            life.start()
            if not runner.ended_within(dice.uniform(0, 0.9 * seconds)):
                runner.kill()


def test_killed_while_the_journal_is_written(tmp_path, apps: Town, runner: Runner, gallows: Gallows) -> None:
    dice = random.Random(3)
    with rounds(tmp_path, apps, runner, gallows, seed=300) as lives:
        for life in lives:
            life.start(die_at=dice.randrange(400))
