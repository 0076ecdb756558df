"""Plans and cycles at size: ``python benchmarks/cycle.py --contacts 100000 --scenario quiet --app synthetic``.

Scenarios, in the order in which they build on each other:

- ``create``: N contacts on the left, none on the right: N creates (an end of its own: the app forgets what it made).
- ``first``: the same N people on both sides, one in a hundred said differently: N links, N/100 updates.
- ``quiet``: both sides are listed completely, and nothing changed.
- ``delta``: a thousand people changed on each side, read as changes (over HTTP only Salesforce tells changes).

Each figure comes from a process of its own. ``--folder`` keeps the state, so that later scenarios need not begin with
``first`` again. Seconds are wall time and, in brackets, processor time of our process: on a busy machine the latter say
more. Contacts/s counts those of both sides (with ``delta``: those that changed). "of it the app" is what connectors
took: for synthetic apps making people up, over HTTP waiting and decoding.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
EDITS = 1000
STEPS = ("read left", "read right", "decide", "apply", "record")
SCENARIOS = ("create", "first", "quiet", "delta")
Row = dict[str, Any]


def measured(job: Row) -> Row:
    """Run one job in a fresh process."""
    done = subprocess.run([sys.executable, HERE / "measure.py", json.dumps(job)], stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


class Servers:
    """The emulated apps in a process of their own."""

    def __init__(self, contacts: int) -> None:
        command = [sys.executable, HERE / "emulators.py", str(contacts)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.urls: dict[str, str] = json.loads(self.tell(""))

    def tell(self, command: str) -> str:
        """Have something happen; what they answer."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("the servers cannot be spoken to")
        stdin.write(command)
        stdin.flush()
        return stdout.readline()

    def stop(self) -> None:
        """End it."""
        self._process.communicate()


@contextmanager
def apps(kind: str, contacts: int) -> Iterator[Servers | None]:
    """Servers where the apps are reached over HTTP."""
    servers = Servers(contacts) if kind == "http" else None
    try:
        yield servers
    finally:
        if servers:
            servers.stop()


def campaign(arguments: argparse.Namespace, folder: str) -> Iterator[Row]:
    """Every measurement that was asked for, with what must happen before it."""
    done = Path(folder) / "first.done"
    with apps(arguments.app, arguments.contacts) as servers:
        urls = servers.urls if servers else {}

        def job(scenario: str, what: str, where: str = folder) -> Row:
            row = measured(
                {"scenario": scenario, "what": what, "contacts": arguments.contacts, "folder": where, "urls": urls}
            )
            return row | {"least": least(row)}

        if "create" in arguments.scenario:
            for what in arguments.what:
                with tempfile.TemporaryDirectory() as empty:
                    yield job("create", what, empty)
        for scenario in SCENARIOS[1:]:
            wanted = scenario in arguments.scenario
            if scenario == "first" and (wanted or not done.exists()):
                rows = [job("first", what) for what in arguments.what if what == "plan"] if wanted else []
                rows.append(job("first", "cycle"))
                done.touch()
                yield from rows if wanted else ()
            elif wanted:
                yield from _again(scenario, arguments, servers, job)


def _again(scenario: str, arguments: argparse.Namespace, servers: Servers | None, job: Any) -> Iterator[Row]:  # noqa: ANN401
    """A scenario that can be repeated; before changes are read the last ones are, so that none of ours are among
    them."""
    for _ in range(arguments.repeat):
        if scenario == "delta":
            if servers:
                servers.tell("wait\n")
            job("settle", "cycle")
            if servers:
                servers.tell("wait\n")
                servers.tell(f"edit {EDITS}\n")
        for what in arguments.what:
            yield job(scenario, what)


def least(row: Row) -> dict[str, int]:
    """The fewest requests that could do the job: full pages, full batches, and for changes the counterparts' values,
    which no state holds. A look before the write, for apps without versions, is not counted as needed, nor is reading
    back, nor what it takes to sign in."""
    found: dict[str, int] = {}
    changed = EDITS if row["scenario"] == "delta" else 0
    for side, traits in row["traits"].items():
        by_delta = traits["delta"] and row["scenario"] in {"quiet", "delta"}
        there = 0 if row["scenario"] == "create" and side == "right" else row["contacts"]
        found[f"{side} list"] = max(ceil((changed if by_delta else there) / traits["page_size"]), 1)
        if changed and by_delta:
            found[f"{side} get"] = ceil(changed / traits["get_batch"])
        for verb in ("create", "update"):
            written = row.get("written", {}).get(f"{side} {verb}", 0)
            if written:
                found[f"{side} {verb}"] = ceil(written / traits[f"{verb}_batch"])
    return found


def table(rows: list[Row]) -> str:
    """The rows in Markdown."""
    titles = ["scenario", "", "contacts a side", "contacts/s", "all, s", *(f"{step}, s" for step in STEPS)]
    titles += ["of it the app, s", "peak MB (at start)", "writes", "requests (least)"]
    lines = [titles, ["---"] * len(titles)]
    for row in rows:
        both = [_seconds(row, step) for step in ("all", *STEPS)]
        app = _seconds(row, "app left", "app right")
        memory = f"{row['peak_mb']:.0f} ({row['idle_mb']:.0f})"
        looked_at = EDITS if row["scenario"] == "delta" else row["contacts"]
        speed = f"{2 * looked_at / row['wall']['all']:,.0f}"
        what = [row["scenario"], row["what"], f"{row['contacts']:,}", speed]
        lines.append([*what, *both, app, memory, f"{row['operations']:,}", _requests(row)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _seconds(row: Row, *steps: str) -> str:
    wall, cpu = (sum(row[kind].get(step, 0.0) for step in steps) for kind in ("wall", "cpu"))
    return f"{wall:.2f} ({cpu:.2f})" if wall >= 0.005 else "0"


def _requests(row: Row) -> str:
    needed = row["least"]
    parts = [f"{name} {count:,} ({needed.get(name, 0):,})" for name, count in sorted(row["calls"].items())]
    return ", ".join(parts)


def machine() -> str:
    """One line on where the figures come from."""
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, load when done {load:.1f}"


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contacts", type=int, default=10_000)
    parser.add_argument("--scenario", nargs="+", choices=SCENARIOS, default=list(SCENARIOS[1:]))
    parser.add_argument("--what", nargs="+", choices=("plan", "cycle"), default=["plan", "cycle"])
    parser.add_argument("--app", choices=("synthetic", "http"), default="synthetic")
    parser.add_argument("--repeat", type=int, default=1, help="of quiet and delta")
    parser.add_argument("--folder", help="keep the state here")
    parser.add_argument("--json", action="store_true", help="everything that was measured")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.folder or scratch
        Path(folder).mkdir(parents=True, exist_ok=True)
        rows = list(campaign(arguments, folder))
    print(json.dumps(rows) if arguments.json else f"{table(rows)}\n\n{machine()}")


if __name__ == "__main__":
    main()
