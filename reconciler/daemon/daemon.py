"""The daemon's parts, joined: a load becomes lanes, a cycle's end becomes a log line and metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from reconciler.connectors.webhook import Verdict
from reconciler.daemon import health
from reconciler.daemon.desired import Kind, merge
from reconciler.daemon.metrics import Metrics
from reconciler.daemon.schedule import Schedule
from reconciler.daemon.voice import tell_cycle, tell_load

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.daemon.desired import Action
    from reconciler.daemon.pace import Pace
    from reconciler.daemon.ports import Runner, Source, Wanted
    from reconciler.daemon.timer import Timer
    from reconciler.errors import Problem
    from reconciler.model.report import Report
    from reconciler.spec.account import AccountSpec

log = structlog.stdlib.get_logger(__name__)


class Daemon:
    """Keeps what runs in line with what the specs say. ``reload`` is for one thread; the rest may come from any."""

    def __init__(self, source: Source, runner: Runner, timer: Timer, pace: Pace) -> None:
        self._source = source
        self._running: dict[str, Wanted] = {}
        self._problems: frozenset[Problem] = frozenset()
        self._loaded = False
        self.metrics = Metrics()
        self.schedule = Schedule(runner, self, timer, pace)

    def reload(self) -> None:
        """Load the specs, and act on what changed. A load that breaks changes nothing."""
        try:
            loaded = self._source.load()
        except Exception:
            log.exception("specs could not be loaded; everything goes on as it was")
            return
        desired = merge(self._running, loaded)
        tell_load(loaded, desired, self._problems)
        self._running, self._problems = dict(desired.connections), frozenset(loaded.problems)
        self.metrics.specs(desired.connections.values(), desired.kept, loaded.problems)
        for action in desired.actions:
            self._act(action)
        self._loaded = self._loaded or loaded.complete

    def _act(self, action: Action) -> None:
        if action.kind is Kind.REMOVE:
            self.schedule.remove(action.wanted.name)
        else:
            self.schedule.put(action.wanted)

    def secret_files(self) -> frozenset[Path]:
        """Every secret file that a running connection's accounts refer to."""
        return frozenset(path for wanted in list(self._running.values()) for path in wanted.secrets)

    def account(self, name: str) -> AccountSpec | None:
        """An account that a running connection uses."""
        specs = [wanted.spec for wanted in list(self._running.values()) if wanted.spec]
        return next((one for spec in specs for one in spec.accounts.values() if one.name == name), None)

    def knock(self, account: str, verdict: str) -> None:
        """Count a webhook delivery; news make the account's connections look sooner."""
        self.metrics.webhooks.labels(account, verdict).inc()
        if verdict == Verdict.NEWS:
            for wanted in list(self._running.values()):
                if account in wanted.accounts.values():
                    self.schedule.trigger(wanted.name)

    def cycle_ended(self, wanted: Wanted, report: Report) -> None:
        """See :class:`~reconciler.daemon.schedule.Audience`."""
        tell_cycle(report)
        self.metrics.observe(wanted, report)

    def connection_gone(self, name: str) -> None:
        """See :class:`~reconciler.daemon.schedule.Audience`."""
        self.metrics.forget(name)

    def ready(self) -> health.Answer:
        """Whether the daemon is of use, and what is missing if not."""
        stopping = self.schedule.stopping.is_set()
        return health.ready(self.schedule.standings(), loaded=self._loaded, stopping=stopping)
