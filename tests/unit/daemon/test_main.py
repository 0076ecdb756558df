from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING, Self

import httpx
import pytest

from reconciler.daemon import server
from reconciler.daemon.main import Options, serve
from reconciler.daemon.pace import Pace
from reconciler.daemon.ports import Loaded, Wanted
from reconciler.errors import ReconcilerError
from tests.unit.daemon.fakes import FakeRunner

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 20  # seconds; reached only by a test that fails


class FilesAsSpecs:
    """Every file is a connection whose digest is its text."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.loads = 0

    def load(self) -> Loaded:
        self.loads += 1
        return Loaded(
            tuple(Wanted(name=path.stem, digest=path.read_text(), every=300.0) for path in self.folder.glob("*.yaml"))
        )


class Person:
    """Acts from another thread while ``serve`` holds the main one; always ends it."""

    def __init__(self, act) -> None:
        self.act, self.error = act, None
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            self.act()
        except BaseException as error:
            self.error = error
            raise
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.thread.join(PATIENCE)
        assert self.error is None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "news.yaml").write_text("d1")
    return tmp_path


@pytest.fixture
def port() -> int:
    with server.listen("127.0.0.1", 0) as bound:
        return bound.getsockname()[1]


def options(folder: Path, port: int, **facts) -> Options:
    return Options(**{"folder": folder, "port": port, "poll": 0.1, "pace": Pace(spread=0.0, gap=0.0)} | facts)


def waits_for(runner: FakeRunner, call: tuple[str, str], times: int = 1) -> None:
    with runner.ran:
        assert runner.ran.wait_for(lambda: runner.calls.count(call) >= times, PATIENCE)


def test_it_runs_until_told_to_stop(folder, port):
    runner, said = FakeRunner(), {}

    def act():
        waits_for(runner, ("run", "news"))
        (folder / "news.yaml").write_text("d2")
        waits_for(runner, ("run", "news"), 2)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            said.update({path: client.get(path) for path in ("/metrics", "/healthz", "/readyz")})

    before = signal.getsignal(signal.SIGTERM)
    with Person(act):
        code = serve(FilesAsSpecs(folder), runner, options(folder, port))
    assert code == 0
    assert runner.calls[:4] == [("use", "news@d1"), ("run", "news"), ("use", "news@d2"), ("run", "news")]
    assert {path: answer.status_code for path, answer in said.items()} == dict.fromkeys(said, 200)
    assert b'reconciler_cycles_total{connection="news",result="ok"}' in said["/metrics"].content
    assert signal.getsignal(signal.SIGTERM) is before


def test_hangup_loads_again(folder, port):
    runner, source = FakeRunner(), FilesAsSpecs(folder)

    class Reloaded(FilesAsSpecs):
        again = threading.Event()

        def load(self) -> Loaded:
            loaded = super().load()
            if self.loads > 1:
                self.again.set()
            return loaded

    source = Reloaded(folder)

    def act():
        waits_for(runner, ("run", "news"))
        os.kill(os.getpid(), signal.SIGHUP)
        assert source.again.wait(PATIENCE)

    with Person(act):
        assert serve(source, runner, options(folder, port, poll=60.0)) == 0


def test_a_running_cycle_is_asked_to_stop_and_waited_for(folder, port):
    runner, begun, ended = FakeRunner(), threading.Event(), threading.Event()

    def heed(_name, stop):
        begun.set()
        assert stop.wait(PATIENCE)
        ended.set()

    runner.during = heed
    with Person(lambda: begun.wait(PATIENCE)):
        assert serve(FilesAsSpecs(folder), runner, options(folder, port)) == 0
    assert ended.is_set()


def test_a_cycle_that_does_not_heed_the_stop_is_abandoned(folder, port):
    runner, begun, release, abandoned = FakeRunner(), threading.Event(), threading.Event(), []

    def hang(_name, _stop):
        begun.set()
        release.wait(PATIENCE)

    runner.during = hang
    with Person(lambda: begun.wait(PATIENCE)):
        code = serve(FilesAsSpecs(folder), runner, options(folder, port, grace=0.05), abandon=abandoned.append)
    release.set()
    assert (code, abandoned) == (0, [0])


def test_a_taken_port_ends_it_before_anything_runs(folder):
    runner = FakeRunner()
    with server.listen("127.0.0.1", 0) as bound, pytest.raises(ReconcilerError, match="cannot listen"):
        serve(FilesAsSpecs(folder), runner, options(folder, bound.getsockname()[1]))
    assert runner.calls == []
