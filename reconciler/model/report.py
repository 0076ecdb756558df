"""What one cycle did, for the log, the metrics and the person who asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.model.link import ContactState
from reconciler.model.plan import Summary, Verb
from reconciler.model.record import Side


@dataclass(frozen=True, slots=True)
class Reading:
    """What one side's read brought: ``mode`` is ``full`` or ``delta``; ``problem`` says why a listing is not trusted
    for absence (None when it is complete)."""

    mode: str
    records: int
    changed: int
    gone: int
    seconds: float
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """One cycle of one connection.

    ``result``: ``ok`` (applied, or nothing to do), ``refused`` (by the guard), ``failed`` (try again later),
    ``stalled`` (a person must change a spec or a secret), ``abandoned`` (stopped half-way, safely), ``busy`` (another
    process holds the lease). ``applied`` counts writes that were confirmed, ``failures`` writes that an app refused,
    by its code. ``calls`` counts HTTP requests per side. ``retry_after`` is in seconds.
    """

    connection: str
    result: str
    started_at: float
    seconds: float
    message: str = ""
    label: str = ""
    summary: Summary | None = None
    readings: Mapping[Side, Reading] = field(default_factory=dict)
    applied: Mapping[tuple[Side, Verb], int] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)
    states: Mapping[tuple[Side, ContactState], int] = field(default_factory=dict)
    links: int = 0
    calls: Mapping[Side, int] = field(default_factory=dict)
    retry_after: float | None = None

    @property
    def converged(self) -> bool:
        """True when nothing was left to do: the plan was empty and nothing waits."""
        return self.result == "ok" and self.summary is not None and self.summary.pending == 0
