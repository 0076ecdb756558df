"""Decide: match, select, map, merge and plan whatever was sighted, and count it for the guard.

Nothing is written here, neither to an app nor to state; every conclusion waits in the workspace.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING

from reconciler.engine.decision import Decision, Pair
from reconciler.engine.guard import Exposure, guard
from reconciler.engine.plan import plan_pair
from reconciler.model.link import ContactState
from reconciler.model.plan import Operation, Summary, Verb
from reconciler.model.record import Record, Side
from reconciler.pairing import Echoes, if_trusted, linked_pairs, lone_pairs, matched_pairs
from reconciler.reading import keep
from reconciler.unanswered import awaited_pairs, hidden_sources
from reconciler.workspace import chunks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reconciler.live import Live
    from reconciler.reading import Read
    from reconciler.state.base import Intent
    from reconciler.workspace import Workspace

QUIET = "quiet"
"""The phase of decisions that write nothing to an app."""


@dataclass(slots=True)
class Ledger:
    """The plan in numbers while it grows; ``doubtful`` are sides on which a linked record was missing without proof."""

    counts: Counter[tuple[Side, Verb]] = field(default_factory=Counter)
    first_contact: Counter[Side] = field(default_factory=Counter)
    doubtful: set[Side] = field(default_factory=set)
    digest: blake2b = field(default_factory=lambda: blake2b(digest_size=8))

    def add(self, decision: Decision, encoded: bytes) -> None:
        """Count a decision's operations."""
        for operation in (*decision.operations, *decision.follow):
            self.counts[operation.side, operation.verb] += 1
            if operation.verb is Verb.UPDATE and decision.before is None:
                self.first_contact[operation.side] += 1
        if decision.operations:
            self.digest.update(encoded)
        for side, standing in decision.standings.items():
            if standing.state is ContactState.PENDING and decision.link is not None:
                self.doubtful.add(side.other)


def decide(live: Live, work: Workspace, reads: Mapping[Side, Read]) -> tuple[Summary, Ledger]:
    """Plan everything that was sighted; the decisions are in ``work``, by phase."""
    ledger = Ledger()
    trusted = {side: read.trusted for side, read in reads.items()}
    intents = live.state.open_intents()
    echoes = Echoes.of(intents)
    search_lost_creates(live, work, intents)
    listed = [side for side, read in reads.items() if read.trusted and read.reading.mode == "full"]
    _plan_all(live, work, linked_pairs(live, work, echoes, listed), ledger)
    _plan_all(live, work, if_trusted(awaited_pairs(live, work, intents), trusted), ledger)
    _plan_all(live, work, if_trusted(matched_pairs(live, work, echoes), trusted), ledger)
    _plan_all(live, work, lone_pairs(live, work, trusted, hidden_sources(live, intents)), ledger)
    return summarise(live, reads, ledger), ledger


def _plan_all(live: Live, work: Workspace, pairs: Iterable[Pair | Decision], ledger: Ledger) -> None:
    for number, item in enumerate(pairs, 1):
        decision = item if isinstance(item, Decision) else plan_pair(live.program, item)
        if isinstance(item, Pair):
            _occupy_keys(live, work, item, decision)
        ledger.add(decision, work.keep(phase_of(decision), decision))
        live.progress("plan", None, number, None)


def phase_of(decision: Decision) -> str:
    """Decisions of one phase can be written in full batches: by verb and by the sides that they write."""
    if not decision.operations:
        return QUIET
    verb = decision.operations[0].verb
    return "-".join([verb.value, *(operation.side.value for operation in decision.operations)])


def _occupy_keys(live: Live, work: Workspace, pair: Pair, decision: Decision) -> None:
    """An update of a match key frees one key and takes another within this very plan."""
    for operation in decision.operations:
        record = pair.record(operation.side)
        names = {item.name for item in live.program.key_fields(operation.side)}
        if record is None or not names & {change.field for change in operation.changes}:
            continue
        later = Record(record.id, {**record.values, **{change.field: change.new for change in operation.changes}})
        work.rekey(operation.side, record.id, live.program.keys(operation.side, later))


def search_lost_creates(live: Live, work: Workspace, intents: Sequence[Intent]) -> None:
    """A create without an answer is looked for before anything is created again."""
    for side in Side:
        lost = [one.source_id for one in intents if one.side is side and one.verb is Verb.CREATE and one.source_id]
        if lost and key_is_searchable(live, side):
            sources = [
                record
                for part in chunks(lost, live.connectors[side.other].traits.get_batch)
                for record in live.connectors[side.other].get(part)
            ]
            found = find_by_key(live, side, sources)
            keep(live, side, work, [(record, live.program.fingerprint(side, record)) for record in found])


def key_is_searchable(live: Live, side: Side) -> bool:
    """Whether the app can be asked for records by the first match key."""
    keys = live.program.key_fields(side)
    return bool(keys) and keys[0].name in live.connectors[side].traits.searchable


def find_by_key(live: Live, side: Side, sources: Iterable[Record]) -> list[Record]:
    """Records on ``side`` that have the first match key of any of these records of the other side."""
    field_, wanted = live.program.key_fields(side)[0], live.program.key_fields(side.other)[0]
    values = [value for record in sources if isinstance(value := record.values.get(wanted.name), str)]
    connector = live.connectors[side]
    return [
        record for part in chunks(values, connector.traits.find_batch) for record in connector.find(field_.name, part)
    ]


def summarise(live: Live, reads: Mapping[Side, Read], ledger: Ledger) -> Summary:
    """The plan in numbers, with what the guard says of it."""
    connection = live.program.connection
    exposure = Exposure(ledger.counts, ledger.first_contact, live.state.link_count())
    notices = tuple(
        f"{connection.end(side).name}: {read.reading.problem}" for side, read in reads.items() if read.reading.problem
    )
    return Summary(
        connection=connection.name,
        plan_id=ledger.digest.hexdigest(),
        counts=dict(ledger.counts),
        first_contact=sum(ledger.first_contact.values()),
        links=exposure.links,
        notices=notices,
        refusals=guard(connection, exposure),
    )


def operations(work: Workspace, phases: Sequence[str]) -> Iterator[Operation]:
    """Every operation of the plan, in the order in which it will be applied: what creates lead to comes last."""
    for phase in phases:
        for part in work.decisions(phase):
            for decision in part:
                yield from decision.operations
    for phase in phases:
        for part in work.decisions(phase):
            for decision in part:
                yield from decision.follow


def settled_link(decision: Decision) -> bool:
    """Whether the decision's link says anything new."""
    return decision.link is not None and decision.link != decision.before
