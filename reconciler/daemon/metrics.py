"""What the daemon counts, for Prometheus. One table of names; ``docs/metrics.md`` says the same to people.

Labels are bounded: connections, sides, accounts and files are what specs name; states, verbs and results are closed
sets; refusal codes are the apps' own, cut to a shape and a number. The series of a removed connection go with it.
"""

from __future__ import annotations

import platform
import re
from collections import defaultdict
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prometheus_client.metrics import MetricWrapperBase
    from prometheus_client.metrics_core import Metric

    from reconciler.daemon.ports import Wanted
    from reconciler.errors import Problem
    from reconciler.model.report import Report

RESULTS: Final = ("ok", "refused", "failed", "stalled", "abandoned", "busy")
CODES_AT_MOST: Final = 20
DURATIONS: Final = (0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600)

_CODE = re.compile(r"(?!.*\d{6})[A-Za-z0-9][A-Za-z0-9_.:-]{0,59}")


class _Registry(CollectorRegistry):
    """Without the ``_created`` twin of every counter, which doubles the series and is wrong after a restart."""

    def collect(self) -> Iterator[Metric]:
        for metric in super().collect():
            metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
            yield metric


class Metrics:
    """Every series of this process, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = _Registry(auto_describe=True)
        ProcessCollector(registry=self.registry)
        self._codes: defaultdict[str, set[str]] = defaultdict(set)
        self._define_cycle_metrics()
        self._define_contact_metrics()
        self._define_spec_metrics()
        self._build_info()

    def _define_cycle_metrics(self) -> None:
        one = ("connection",)
        self.cycles = self._counter("cycles", "Cycles by how they ended.", (*one, "result"))
        self.duration = Histogram(
            "reconciler_cycle_duration_seconds",
            "How long cycles took.",
            one,
            buckets=DURATIONS,
            registry=self.registry,
        )
        self.success = self._gauge("last_success_timestamp_seconds", "When a cycle last ended well.", one)
        self.refusals = self._counter("guard_refusals", "Plans not applied because they went over the limits.", one)
        self.calls = self._counter("api_calls", "HTTP requests to the apps.", (*one, "account", "side"))
        self.read = self._counter("records_read", "Contacts read, by full or delta listing.", (*one, "side", "mode"))
        self.writes = self._counter("writes", "Writes that an app confirmed.", (*one, "side", "verb"))
        self.failures = self._counter("refused_writes", "Writes that an app refused, by its code.", (*one, "code"))

    def _define_contact_metrics(self) -> None:
        one = ("connection",)
        self.contacts = self._gauge("contacts", "Contacts by the state they are in.", (*one, "side", "state"))
        self.links = self._gauge("links", "Linked pairs.", one)
        self.pending = self._gauge("plan_pending_operations", "Operations of the last plan.", (*one, "side", "verb"))

    def _define_spec_metrics(self) -> None:
        self.connections = self._gauge("connections", "Connections by whether they run.", ("state",))
        self.webhooks = self._counter("webhooks", "Deliveries by what they turned out to be.", ("account", "verdict"))
        self.problems = self._gauge("spec_problems", "Findings in the specs.", ("file", "severity"))
        self.kept = self._gauge(
            "spec_last_good_in_use", "1 while a connection runs in its last good version.", ("connection",)
        )

    def _build_info(self) -> None:
        info = self._gauge("build_info", "Version of the reconciler and of Python.", ("version", "python_version"))
        info.labels(_own_version(), platform.python_version()).set(1)

    def _counter(self, name: str, text: str, labels: tuple[str, ...]) -> Counter:
        return Counter(f"reconciler_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, labels: tuple[str, ...]) -> Gauge:
        return Gauge(f"reconciler_{name}", text, labels, registry=self.registry)

    def expose(self) -> bytes:
        """All of it in the Prometheus text format."""
        return generate_latest(self.registry)

    def observe(self, wanted: Wanted, report: Report) -> None:
        """Count one cycle."""
        name = wanted.name
        self.cycles.labels(name, report.result).inc()
        if report.result != "busy":
            self.duration.labels(name).observe(report.seconds)
        if report.result == "refused":
            self.refusals.labels(name).inc()
        if report.result == "ok":
            self.success.labels(name).set(report.started_at + report.seconds)
        self._count_work(wanted, report)
        self._show_state(name, report)

    def _count_work(self, wanted: Wanted, report: Report) -> None:
        name = wanted.name
        for side, reading in report.readings.items():
            self.read.labels(name, side, reading.mode).inc(reading.records)
        for (side, verb), count in report.applied.items():
            self.writes.labels(name, side, verb).inc(count)
        for side, count in report.calls.items():
            self.calls.labels(name, wanted.accounts.get(side, ""), side).inc(count)
        for code, count in report.failures.items():
            self.failures.labels(name, self._bounded(name, code)).inc(count)

    def _show_state(self, name: str, report: Report) -> None:
        """Gauges say what the last cycle that got so far saw; one that broke off early takes nothing back."""
        if report.states or report.result == "ok":
            self.contacts.remove_by_labels({"connection": name})
            self.links.labels(name).set(report.links)
        for (side, state), count in report.states.items():
            self.contacts.labels(name, side, state).set(count)
        if report.summary is not None:
            self.pending.remove_by_labels({"connection": name})
            for (side, verb), count in report.summary.counts.items():
                self.pending.labels(name, side, verb).set(count)

    def _bounded(self, name: str, code: str) -> str:
        """An app's code as a label: one of a few per connection, and of a shape that holds nothing personal."""
        known = self._codes[name]
        if not _CODE.fullmatch(code) or (code not in known and len(known) >= CODES_AT_MOST):
            return "other"
        known.add(code)
        return code

    def specs(self, connections: Iterable[Wanted], kept: Iterable[str], problems: Iterable[Problem]) -> None:
        """Show how the specs stand after a load."""
        wanted = list(connections)
        paused = sum(one.paused for one in wanted)
        self.connections.labels("active").set(len(wanted) - paused)
        self.connections.labels("paused").set(paused)
        self._show_kept(wanted, frozenset(kept))
        self.problems.clear()
        for problem in problems:
            self.problems.labels(problem.file, "warning" if problem.warning else "error").inc()

    def _show_kept(self, wanted: list[Wanted], kept: frozenset[str]) -> None:
        self.kept.clear()
        for one in wanted:
            self.kept.labels(one.name).set(one.name in kept)
            for result in RESULTS:
                self.cycles.labels(one.name, result)  # a series that starts at 0 shows its first increase

    def forget(self, name: str) -> None:
        """A connection is gone, and so are its series."""
        self._codes.pop(name, None)
        for metric in self._by_connection():
            metric.remove_by_labels({"connection": name})

    def _by_connection(self) -> Iterable[MetricWrapperBase]:
        return (self.cycles, self.duration, self.success, self.refusals, self.calls, self.read, self.writes,
                self.failures, self.contacts, self.links, self.pending, self.kept)  # fmt: skip


def _own_version() -> str:
    try:
        return version("reconciler")
    except PackageNotFoundError:
        return "unknown"
