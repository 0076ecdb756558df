"""The daemon as a process of its own, and how to wait for what it does."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from tests.e2e.town import ENVIRON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PATIENCE = 40.0
_SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)


def until(holds: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Ask again and again, until it holds or the time is over."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        pause.wait(0.05)


@dataclass(frozen=True)
class Daemon:
    """``reconciler run`` over a house's folder; its log is in ``log``."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        """Where it answers, once it says so."""
        until(lambda: self._said("started"))
        return f"http://{self._said('started')[0]['listen']}"

    def metrics(self) -> str:
        return httpx.get(f"{self.url}/metrics").raise_for_status().text

    def metric(self, name: str, **labels: str) -> float:
        """The sum of the samples with these labels; 0 where there is none."""
        found = 0.0
        for sample, said, value in _SAMPLE.findall(self.metrics()):
            if sample == name and all(f'{label}="{wanted}"' in said for label, wanted in labels.items()):
                found += float(value)
        return found

    def cycles(self, connection: str = "people", result: str = "ok") -> float:
        return self.metric("reconciler_cycles_total", connection=connection, result=result)

    def another_cycle(self, connection: str = "people", result: str = "ok") -> None:
        """Wait until two more cycles ended: the second one began after this was called."""
        before = self.cycles(connection, result)
        until(lambda: self.cycles(connection, result) >= before + 2)

    def ready(self) -> bool:
        return httpx.get(f"{self.url}/readyz").status_code == httpx.codes.OK

    def terminate(self) -> tuple[int, float]:
        """SIGTERM; the exit code and how many seconds it took."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE), time.monotonic() - started

    def _said(self, event: str) -> list[dict[str, str]]:
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line.get("event") == event]


@contextmanager
def daemon(folder: Path, environ: Mapping[str, str] = ENVIRON, *options: str, log: str = "log") -> Iterator[Daemon]:
    """Start it on ``folder/connections.d`` and ``folder/state``; killed at the end if it still runs."""
    (folder / "connections.d").mkdir(exist_ok=True)
    command = [sys.executable, "-m", "reconciler", "--config", str(folder / "connections.d")]
    command += ["--state", str(folder / "state" / "reconciler.sqlite"), "--log-format", "json", *options]
    command += ["run", "--listen", "127.0.0.1:0"]
    path = folder / log
    with path.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out, env={**environ}) as process:
        try:
            yield Daemon(process, path)
        finally:
            process.kill()
