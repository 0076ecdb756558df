"""One cycle of one connection, top to bottom.

    read both sides -> match -> select -> map -> merge -> plan -> guard -> apply -> record

``preview`` and ``run_cycle`` share every step up to the guard; a preview stops there and writes nothing at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.apply import CREATES, UPDATES, Applied, Applier
from reconciler.decide import QUIET, decide, key_is_searchable, operations, settled_link
from reconciler.errors import (
    Denied,
    GuardRefused,
    LeaseHeld,
    ReconcilerError,
    Retryable,
    SpecError,
)
from reconciler.live import Live, Stopped
from reconciler.model.plan import Operation, Summary, Verb
from reconciler.model.record import Side
from reconciler.model.report import Report
from reconciler.pairing import buried_links
from reconciler.reading import Read, read_side
from reconciler.state.base import Lease, Memory, Observation, Result
from reconciler.unanswered import may_yet_show
from reconciler.workspace import Workspace, chunks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.engine.decision import Decision
    from reconciler.state.base import Intent

PORTION = 2000
REMEMBERED = 90 * 86_400.0
"""For how many seconds journal lines and cycles are kept."""
COMPLETE_EVERY = {True: 7 * 86_400.0, False: 86_400.0}
"""After how many seconds a side is read completely although its app could tell what changed, unless its traits say so:
of an app that tells deletes (True), and of one that does not."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan that can be looked at while its workspace is open."""

    summary: Summary
    reads: Mapping[Side, Read]
    work: Workspace

    def operations(self) -> Iterator[Operation]:
        """Every operation, in the order in which it would be applied."""
        yield from operations(self.work, (*UPDATES, *CREATES))

    def decisions(self) -> Iterator[Decision]:
        """Every conclusion, also those that write nothing."""
        for phase in (*UPDATES, *CREATES, QUIET):
            for part in self.work.decisions(phase):
                yield from part


@contextmanager
def preview(live: Live) -> Iterator[Planned]:
    """The plan of the next cycle. Needs no lease; writes neither to an app nor to state."""
    with Workspace() as work:
        reads = read_both(live, work)
        summary, _ = decide(live, work, reads)
        yield Planned(summary, reads, work)


def run_cycle(live: Live, lease: Lease, *, approve: bool | str = False) -> Report:
    """Run one cycle under a lease that is already held.

    ``approve`` is a person's word for a plan over its limits: the ``plan_id`` that was seen, or True for any plan.

    Never raises what a cycle can end with: the report says it.
    """
    draft = _Draft(live, live.clock())
    cycle = live.state.begin(draft.started_at)
    try:
        with Workspace() as work:
            _steps(work, lease, cycle, draft, approve=approve)
    except Stopped:
        draft.end("abandoned", "asked to stop; the rest is done in the next cycle")
    except ReconcilerError as error:
        draft.fail(error)
    finally:
        report = draft.report()
        counts = {f"{verb.value}_{side.value}": count for (side, verb), count in report.applied.items()}
        live.state.finish(cycle, live.clock(), report.result, report.message, counts)
    return report


def _steps(work: Workspace, lease: Lease, cycle: int, draft: _Draft, *, approve: bool | str) -> None:
    live = draft.live
    intents = live.state.open_intents()
    draft.reads = read_both(live, work)
    draft.summary, ledger = decide(live, work, draft.reads)
    if draft.summary.refusals and approve not in {True, draft.summary.plan_id}:
        other = ("this is not the plan that was approved",) if approve else ()
        raise GuardRefused((*draft.summary.refusals, *other))
    applier = Applier(live, work, draft.reads, cycle, lease, draft.applied)
    applier.run()
    lease.check()
    record(live, work, draft.reads, ledger.doubtful | draft.applied.hiding, intents)
    draft.end("ok", "")


def read_both(live: Live, work: Workspace) -> dict[Side, Read]:
    """Read both sides, first the one whose single records are cheap to ask for again, so that the second read can keep
    what the first one waits for."""
    memory = live.state.memory()
    known = memory.digest == live.program.connection.digest
    first, second = sorted(Side, key=lambda side: _cost(live, side))
    reads: dict[Side, Read] = {}
    for side in (first, second):
        cursor = memory.cursors.get(side) if known and not _must_read_all(live, side, memory) else None
        reads[side] = read_side(live, side, work, cursor)
        if side is first:
            _want_counterparts(live, work, second)
    return reads


def _cost(live: Live, side: Side) -> tuple[bool, int]:
    traits = live.connectors[side].traits
    return (not traits.delta, -traits.get_batch)


def _must_read_all(live: Live, side: Side, memory: Memory) -> bool:
    """Some things show only in a complete listing: a create without an answer, in an app that cannot be asked for it by
    key; deletes, where the app does not tell them; and once in a while whatever its lists of changes passed over."""
    traits = live.connectors[side].traits
    often = traits.complete_every or COMPLETE_EVERY[traits.tombstones]
    if live.clock() - memory.complete.get(side, 0.0) >= often:
        return True
    lost = any(one.side is side and one.verb is Verb.CREATE for one in live.state.open_intents())
    return lost and not key_is_searchable(live, side)


def _want_counterparts(live: Live, work: Workspace, side: Side) -> None:
    for link_ids in work.linked():
        work.want(side, (link.id(side) for link in live.state.links(link_ids).values() if link.gone is not side))


def record(
    live: Live, work: Workspace, reads: Mapping[Side, Read], doubtful: set[Side], intents: Sequence[Intent]
) -> None:
    """Remember every conclusion that wrote nothing, close old questions, and move the cursors last of all.

    ``doubtful`` sides are read completely next time: something that is there, or may be gone, did not show.
    """
    live.state.record((), forget=work.forgotten(), unlink=buried_links(live, work))
    for part in work.decisions(QUIET, PORTION):
        links = [decision.link for decision in part if decision.link and settled_link(decision)]
        live.state.record(_observations(work, part), links)
    _close(live, intents, reads)
    cursors = {side: read.cursor for side, read in reads.items() if read.cursor and side not in doubtful}
    complete = dict(live.state.memory().complete)
    complete |= {side: read.at for side, read in reads.items() if read.reading.mode == "full" and read.trusted}
    live.state.remember(Memory(live.program.connection.digest, cursors, complete))
    live.state.prune(live.clock() - REMEMBERED)


def _observations(work: Workspace, part: Sequence[Decision]) -> Iterator[Observation]:
    for side in Side:
        ids = [record_id for decision in part if side in decision.standings and (record_id := decision.id(side))]
        sightings = work.get(side, ids)
        for decision in part:
            sighting = sightings.get(decision.id(side) or "")
            standing = decision.standings.get(side)
            if sighting and standing and not sighting.gone:
                yield Observation(
                    side, sighting.id, sighting.fingerprint, sighting.keys, standing.state, standing.cause
                )  # fmt: skip


def _close(live: Live, intents: Sequence[Intent], reads: Mapping[Side, Read]) -> None:
    """Open intents were searched for in this cycle; what trusted reads did not show, and must have shown by now, did
    not happen."""
    trusted = {side for side, read in reads.items() if read.trusted}
    results = []
    for part in chunks((one for one in intents if {one.side, one.side.other} <= trusted), PORTION):
        for intent in part:
            source = live.state.link_of(intent.side.other, [intent.source_id or ""])
            if source or not may_yet_show(live, intent):
                results.append(Result(intent.intent_id or 0, "adopted" if source else "abandoned"))
    live.state.settle(live.clock(), results)


class _Draft:
    """The report while the cycle runs."""

    def __init__(self, live: Live, started_at: float) -> None:
        self.live, self.started_at = live, started_at
        self.summary: Summary | None = None
        self.reads: Mapping[Side, Read] = {}
        self.applied = Applied()
        self.result, self.message, self.label = "failed", "an unexpected error ended the cycle", "bug"
        self.retry_after: float | None = None

    def end(self, result: str, message: str, label: str = "") -> None:
        self.result, self.message, self.label = result, message, label

    def fail(self, error: ReconcilerError) -> None:
        self.end(result_of(error), str(error), error.label)
        self.retry_after = error.after if isinstance(error, Retryable) else None

    def report(self) -> Report:
        live = self.live
        return Report(
            connection=live.name,
            result=self.result,
            started_at=self.started_at,
            seconds=live.clock() - self.started_at,
            message=self.message,
            label=self.label,
            summary=self.summary,
            readings={side: read.reading for side, read in self.reads.items()},
            applied=dict(self.applied.done),
            failures=dict(self.applied.failures),
            states=live.state.tallies(),
            links=live.state.link_count(),
            calls=live.calls(),
            retry_after=self.retry_after,
        )


def result_of(error: ReconcilerError) -> str:
    """What a cycle that ended with ``error`` is called."""
    if isinstance(error, GuardRefused):
        return "refused"
    if isinstance(error, (Denied, SpecError)):
        return "stalled"
    return "busy" if isinstance(error, LeaseHeld) else "failed"
