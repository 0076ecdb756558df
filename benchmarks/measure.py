"""One measurement in a process of its own, told what to do by JSON in its argument; prints what it found as JSON.

The process runs one plan or one cycle and ends, so that its peak memory is that of the job alone.
"""

from __future__ import annotations

import cProfile
import json
import sys
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

from apps import Job, Opened, emulated_apps, synthetic_apps
from meter import Meter, memory

from reconciler.cycle import preview, run_cycle

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(job: Job) -> dict[str, object]:
    """Do the job; what it took."""
    meter = Meter()
    apps = emulated_apps if job.urls else synthetic_apps
    with apps(job, meter) as opened:
        idle = memory()
        with meter.watching(), meter.timed("all"), profiled(job.profile):
            done = _plan(opened) if job.what == "plan" else _cycle(opened)
        peak = memory()
        sizes = {side.value: asdict(one.traits) for side, one in opened.live.connectors.items()}
    found = {"wall": meter.wall, "cpu": meter.cpu, "calls": meter.calls, "idle_mb": idle, "peak_mb": peak}
    return {**asdict(job), **found, **done, "traits": sizes}


def _plan(opened: Opened) -> dict[str, object]:
    with preview(opened.live) as planned:
        return {"operations": sum(1 for _ in planned.operations())}


def _cycle(opened: Opened) -> dict[str, object]:
    with opened.store.lease(opened.live.name) as lease:
        report = run_cycle(opened.live, lease, approve=True)
    if report.result != "ok":
        raise RuntimeError(report.message)
    written = {f"{side.value} {verb.value}": count for (side, verb), count in report.applied.items()}
    return {"operations": sum(written.values()), "written": written}


@contextmanager
def profiled(path: str) -> Iterator[None]:
    """With a path: where the time goes, for ``python -m pstats``."""
    if not path:
        yield
        return
    with cProfile.Profile() as profile:
        yield
    profile.dump_stats(path)


if __name__ == "__main__":
    print(json.dumps(run(Job(**json.loads(sys.argv[1])))))
