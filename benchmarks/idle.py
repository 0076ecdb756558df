"""What ``--help`` takes and what a daemon with 20 idle connections weighs: ``python benchmarks/idle.py``.

The daemon is the real command over the emulated apps. Its memory is read after every connection has run three cycles
and nothing more was to do, and again some time later.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import httpx
from apps import CREDENTIALS, HERE
from cycle import Servers, machine

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = Path(sys.executable).parent / "reconciler"
CYCLES = 3


def helping(runs: int) -> float:
    """Seconds for ``--help``, the median."""
    took = []
    for _ in range(runs):
        started = time.perf_counter()
        subprocess.run([COMMAND, "--help"], stdout=subprocess.DEVNULL, check=True)
        took.append(time.perf_counter() - started)
    return median(took)


def specs(folder: Path, connections: int, urls: dict[str, str]) -> None:
    """The accounts, and as many connections between them."""
    *accounts, connection = (HERE / "emulated.yaml").read_text().split("\n---\n")
    for name, account in zip(("salesforce", "icontact"), accounts, strict=True):
        (folder / f"{name}.yaml").write_text(re.sub("base_url: .*", f"base_url: {urls[name]}", account))
    for number in range(connections):
        text = connection.replace("name: benchmark", f"name: benchmark-{number}\nevery: 5s")
        (folder / f"benchmark-{number}.yaml").write_text(text)


@contextmanager
def daemon(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The real command; where its metrics are."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        listen = f"127.0.0.1:{probe.getsockname()[1]}"
    places = ["--config", folder / "connections.d", "--state", folder / "state.sqlite"]
    environ = {**os.environ, **CREDENTIALS}
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen([COMMAND, *places, "run", "--listen", listen], env=environ, stderr=log) as process,
    ):
        try:
            yield process, f"http://{listen}/metrics"
        finally:
            process.terminate()


def cycles_done(url: str) -> int:
    """How many cycles ended well so far."""
    with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as client:
        text = client.get(url).text
    return sum(
        int(float(one)) for one in re.findall(r'^reconciler_cycles_total{.*result="ok"} (\S+)', text, re.MULTILINE)
    )


def resident(pid: int) -> float:
    """MB in RAM now."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--contacts", type=int, default=200)
    arguments = parser.parse_args()
    print(f"--help: {helping(9):.2f} s")
    servers = Servers(arguments.contacts)
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / "connections.d").mkdir()
        specs(Path(scratch) / "connections.d", arguments.connections, servers.urls)
        with daemon(Path(scratch)) as (process, url):
            while (done := cycles_done(url)) < CYCLES * arguments.connections:
                time.sleep(1)
            first = resident(process.pid)
            time.sleep(30)
            print(
                f"{arguments.connections} connections, {done} cycles: {first:.0f} MB, {resident(process.pid):.0f} later"
            )
    servers.stop()
    print(machine())


if __name__ == "__main__":
    main()
