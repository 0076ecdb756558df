"""The daemon as a process: specs come, change, break and go; it stops when told, and goes on where it stopped."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.e2e.process import daemon, until
from tests.e2e.town import BOTH_WAYS, town

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.town import Town

pytestmark = pytest.mark.slow

OFTEN = BOTH_WAYS.replace("sync: ", "every: 1s\nsync: ")
STOP_SECONDS = 10.0


class Gate:
    """An ASGI app around the emulators' that can hold back writes: ``held`` says that one waits."""

    def __init__(self) -> None:
        self.open, self.held = threading.Event(), threading.Event()
        self.open.set()

    def around(self, app):
        async def gated(scope, receive, send) -> None:
            if scope["method"] != "GET" and "oauth" not in scope["path"] and not self.open.is_set():
                self.held.set()
                await asyncio.to_thread(self.open.wait)
            await app(scope, receive, send)

        return gated

    def close(self) -> None:
        self.held.clear()
        self.open.clear()


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def apps(gate: Gate) -> Iterator[Town]:
    with ExitStack() as stack:
        both = stack.enter_context(town(time.time, gate.around))
        stack.callback(gate.open.set)
        both.fresh(30)
        yield both


@pytest.fixture
def folder(tmp_path: Path, apps: Town) -> Path:
    (tmp_path / "connections.d").mkdir()
    (tmp_path / "connections.d" / "accounts.yaml").write_text(apps.accounts)
    return tmp_path


def spec(folder: Path) -> Path:
    return folder / "connections.d" / "people.yaml"


def test_specs_come_change_break_and_go(folder: Path, apps: Town) -> None:
    with daemon(folder) as one:
        until(one.ready)
        assert one.metric("reconciler_connections", state="active") == 0
        spec(folder).write_text(OFTEN)
        until(lambda: one.cycles() >= 1 and one.ready())
        assert one.metric("reconciler_links", connection="people") == 45
        assert apps.differences() == []

        spec(folder).write_text(OFTEN.replace("limits:", "    - crm.Fax <-> news.fax\nlimits:"))
        left, right = next(iter(apps.one_each().values()))
        apps.org.edit(left, {"Fax": "+3235551234"})
        until(lambda: apps.folder.read(right).get("fax") == "+3235551234")

        spec(folder).write_text(OFTEN.replace("match: [email]", "match: [emial]"))
        until(lambda: one.metric("reconciler_spec_last_good_in_use", connection="people") == 1)
        apps.org.edit(left, {"MailingCity": "Leuven"})
        until(lambda: apps.folder.read(right)["city"] == "Leuven")
        assert one.metric("reconciler_spec_problems", severity="error") == 1

        spec(folder).write_text(OFTEN)
        until(lambda: one.metric("reconciler_spec_last_good_in_use", connection="people") == 0)
        spec(folder).unlink()
        until(lambda: 'connection="people"' not in one.metrics())
        assert one.ready()
        code, seconds = one.terminate()
    assert (code, seconds < STOP_SECONDS) == (0, True)


def test_a_pause_stops_the_writes(folder: Path, apps: Town) -> None:
    spec(folder).write_text(OFTEN)
    with daemon(folder) as one:
        until(lambda: one.cycles() >= 1)
        spec(folder).write_text(OFTEN.replace("every: 1s", "every: 1s\npaused: true"))
        until(lambda: one.metric("reconciler_connections", state="paused") == 1)
        left, right = next(iter(apps.one_each().values()))
        apps.org.edit(left, {"MailingCity": "Leuven"})
        assert apps.folder.read(right)["city"] != "Leuven"
        spec(folder).write_text(OFTEN)
        until(lambda: apps.folder.read(right)["city"] == "Leuven")


@pytest.mark.parametrize("released", [True, False])
def test_it_stops_in_the_middle_of_a_cycle_and_goes_on_later(
    folder: Path, apps: Town, gate: Gate, *, released: bool
) -> None:
    """A write is under way when the signal comes; it ends soon after, or not at all."""
    spec(folder).write_text(OFTEN)
    gate.close()
    with daemon(folder) as one:
        assert gate.held.wait(30)
        if released:
            threading.Timer(0.2, gate.open.set).start()
        code, seconds = one.terminate()
    assert (code, seconds < STOP_SECONDS) == (0, True), seconds
    gate.open.set()
    with daemon(folder, log="second.log") as one:
        until(lambda: one.cycles() >= 2)
        assert apps.differences() == []
        assert len(apps.one_each()) == 45
        apps.count_anew()
        one.another_cycle()
        assert apps.writes() == 0
        assert one.terminate()[0] == 0


def test_wrong_credentials_stall_and_new_ones_cure(folder: Path, apps: Town) -> None:
    secret = folder / "secret"
    secret.write_text("wrong")
    accounts = apps.accounts.replace("{env: RECONCILER_SANDBOX_ICONTACT_PASSWORD}", f"{{file: {secret}}}")
    (folder / "connections.d" / "accounts.yaml").write_text(accounts)
    spec(folder).write_text(OFTEN)
    with daemon(folder) as one:
        until(lambda: one.cycles(result="stalled") == 1)
        assert one.ready(), "a first outcome, good or bad"
        secret.write_text(apps.folder.credentials.app_key)
        until(lambda: one.cycles() >= 1)
    assert apps.differences() == []


def test_a_second_daemon_on_the_same_state_writes_nothing(folder: Path, apps: Town, gate: Gate) -> None:
    spec(folder).write_text(OFTEN)
    gate.close()
    with daemon(folder) as one, daemon(folder, log="second.log") as other:
        assert gate.held.wait(30)
        until(lambda: one.cycles(result="busy") + other.cycles(result="busy") >= 2)
        gate.open.set()
        until(lambda: one.cycles() + other.cycles() >= 2)
        assert apps.differences() == []
        assert len(apps.one_each()) == 45
