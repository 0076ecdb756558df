"""One line per thing that happened, as loud as it deserves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from reconciler.daemon.desired import Desired
    from reconciler.daemon.ports import Loaded
    from reconciler.errors import Problem
    from reconciler.model.report import Report

log = structlog.stdlib.get_logger("reconciler")

_LEVELS = {"failed": "warning", "refused": "error", "stalled": "error"}
_NEXT = {
    "refused": "nothing was written; look at the plan, then approve it or change the limits",
    "stalled": "waits until its spec, its account or a secret file changes",
    "failed": "tries again later",
}


def tell_cycle(report: Report) -> None:
    """How a cycle ended."""
    facts: dict[str, object] = {
        "connection": report.connection,
        "result": report.result,
        "seconds": round(report.seconds, 3),
        "links": report.links,
        "applied": sum(report.applied.values()),
        "refused": sum(report.failures.values()),
        "calls": sum(report.calls.values()),
    }
    if report.summary is not None:
        facts["plan_id"] = report.summary.plan_id
        facts["planned"] = report.summary.pending
    if report.message:
        facts["message"] = report.message
    if report.result in _NEXT:
        facts["next"] = _NEXT[report.result]
    getattr(log, _LEVELS.get(report.result, "info"))("cycle", **facts)


def tell_load(loaded: Loaded, desired: Desired, known: frozenset[Problem]) -> None:
    """What a load changed, and what is wrong with the specs; what was said before (``known``) is not repeated."""
    for action in desired.actions:
        log.info("connection", connection=action.wanted.name, what=str(action.kind), paused=action.wanted.paused)
    for problem in loaded.problems:
        if problem not in known:
            tell = log.warning if problem.warning else log.error
            tell("spec problem", file=problem.file, line=problem.line, message=problem.message, hint=problem.hint)
    if desired.kept and any(problem not in known for problem in loaded.problems):
        log.error("last good version stays in use", connections=sorted(desired.kept))
