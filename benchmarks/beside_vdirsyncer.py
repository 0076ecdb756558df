"""The same two-way job, between the same two Radicale servers, by reconciler and by vdirsyncer.

``python benchmarks/beside_vdirsyncer.py 1000 2000`` runs, for each number of cards: the first sync, a sync of nothing,
and a sync after 1 % of the cards changed on one side. Up to 2,000 cards the second book is empty at first; above, it
already holds the same cards, because each upload costs Radicale time in proportion to the whole book. Each tool gets
servers of its own, filled alike and warmed alike; runs take turns. Each figure is the median of ``--runs`` whole
processes, start-up included: wall seconds, processor seconds of the tool itself, processor seconds of both servers.
Where vdirsyncer is not installed beside this Python it is put into an environment of its own.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from radicale_pair import PASSWORD, USER, Server, pair

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

VDIRSYNCER = "vdirsyncer==0.21.0"
STEPS = ("first", "nothing", "1 %")
UPLOADED_AT_MOST = 2000
CHANGED = "Changed by hand"
BESIDE = Path(sys.executable).parent

_VDIRSYNCER = """\
[general]
status_path = "{folder}/status/"
[pair contacts]
a = "a"
b = "b"
collections = ["contacts"]
conflict_resolution = "a wins"
"""
_STORAGE = """\
[storage {name}]
type = "carddav"
url = "{url}/"
username = "{user}"
password = "{password}"
"""
_ACCOUNT = """\
version: 1
kind: account
name: {name}
app: carddav
base_url: {url}
rate: 1000
auth: {{username: {{env: BENCHMARK_USER}}, password: {{env: BENCHMARK_PASSWORD}}}}
---
"""
_CONNECTION = """\
version: 1
kind: connection
name: books
sync: a <-> b
sides:
  a: {app: carddav, account: a, entity: contacts}
  b: {app: carddav, account: b, entity: contacts}
match: [email]
winner: a
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """What one process took, in seconds."""

    wall: float
    cpu: float
    server: float


def reconciler(folder: Path, servers: Sequence[Server]) -> Callable[[], list[str]]:
    """Specs on disk, and the command that runs one cycle of them."""
    specs = folder / "connections.d"
    specs.mkdir()
    accounts = [
        _ACCOUNT.format(name=name, url=one.url) for name, one in zip("ab", servers, strict=True)
    ]  # fmt: skip
    (specs / "books.yaml").write_text("".join(accounts) + _CONNECTION)
    places = ["--config", str(specs), "--state", str(folder / "state.sqlite")]
    return lambda: [str(BESIDE / "reconciler"), *places, "apply", "--quiet", "--yes", "--approve"]


def vdirsyncer(program: str) -> Callable[[Path, Sequence[Server]], Callable[[], list[str]]]:
    """The same for vdirsyncer; it wants to discover its collections once, which is not counted."""

    def prepare(folder: Path, servers: Sequence[Server]) -> Callable[[], list[str]]:
        storages = [
            _STORAGE.format(name=name, url=one.url, user=USER, password=PASSWORD)
            for name, one in zip("ab", servers, strict=True)
        ]
        config = folder / "config"
        config.write_text(_VDIRSYNCER.format(folder=folder) + "".join(storages))
        subprocess.run([program, "-c", config, "discover"], input=b"y\n" * 9, check=True, capture_output=True)
        return lambda: [program, "-c", str(config), "sync"]

    return prepare


def timed(command: list[str], servers: Sequence[Server]) -> Spent:
    """Run it to its end."""
    before, started = sum(one.cpu() for one in servers), time.perf_counter()
    environ = {**os.environ, "BENCHMARK_USER": USER, "BENCHMARK_PASSWORD": PASSWORD}
    with tempfile.TemporaryFile() as said, subprocess.Popen(command, stdout=said, stderr=said, env=environ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - started
        if process.returncode:
            said.seek(0)
            raise RuntimeError(f"{command} ended with {process.returncode}: {said.read().decode()[-2000:]}")
    return Spent(wall, usage.ru_utime + usage.ru_stime, sum(one.cpu() for one in servers) - before)


def campaign(tool: Callable[[Path, Sequence[Server]], Callable[[], list[str]]], count: int) -> list[Spent]:
    """One tool, one number of cards, all three syncs; what it did is checked."""
    with tempfile.TemporaryDirectory() as scratch, pair(Path(scratch)) as servers:
        left, right = servers
        left.fill(count)
        if count > UPLOADED_AT_MOST:
            right.fill(count)
        expect([one.warm() for one in servers], [count, count if count > UPLOADED_AT_MOST else 0])
        command = tool(Path(scratch), servers)
        spent = [timed(command(), servers)]
        expect([one.warm() for one in servers], [count, count])
        spent.append(timed(command(), servers))
        left.fill(count // 100, CHANGED)
        spent.append(timed(command(), servers))
        expect([one.titles(CHANGED) for one in servers], [count // 100] * 2)
    return spent


def expect(found: list[int], wanted: list[int]) -> None:
    """A tool that is quick because it did not do it would win."""
    if found != wanted:
        raise RuntimeError(f"the books hold {found}, not {wanted}")


def installed(scratch: str) -> str:
    """Where vdirsyncer is, after installing it where it was not."""
    beside = BESIDE / "vdirsyncer"
    if beside.exists():
        return str(beside)
    subprocess.run([sys.executable, "-m", "venv", scratch], check=True)
    subprocess.run([f"{scratch}/bin/pip", "install", "--quiet", VDIRSYNCER], check=True)
    return f"{scratch}/bin/vdirsyncer"


def line(count: int, step: str, spent: dict[str, list[Spent]]) -> str:
    """A row of the table: each tool's medians, and the ratio of ours to the other's."""
    cells = []
    for part in ("wall", "cpu", "server"):
        ours, theirs = (median(getattr(one, part) for one in spent[name]) for name in ("reconciler", "vdirsyncer"))
        cells.append(f"{ours:.2f} / {theirs:.2f} = {ours / theirs:.2f}" if theirs else f"{ours:.2f} / 0")
    return f"| {count:,} | {step} | {' | '.join(cells)} |"


def main() -> None:
    """Measure and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cards", type=int, nargs="+")
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    print("| cards | sync | wall, s: ours / vdirsyncer | tool's CPU, s | servers' CPU, s |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        tools = {"reconciler": reconciler, "vdirsyncer": vdirsyncer(installed(scratch))}
        for count in arguments.cards:
            runs = defaultdict[str, list[list[Spent]]](list)
            for _ in range(arguments.runs):
                for name, tool in tools.items():
                    runs[name].append(campaign(tool, count))
            for number, step in enumerate(STEPS):
                spent = {name: [one[number] for one in each] for name, each in runs.items()}
                print(line(count, step, spent), flush=True)
    print(f"\n{os.cpu_count()} cores, Python {sys.version.split()[0]}, load when done {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
