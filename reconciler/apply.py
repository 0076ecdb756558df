"""Apply a plan: intent, write, read back, result; one outcome per operation, and nothing is silently dropped.

A link's memory advances only with what was confirmed. What an app refused stays visible and is tried again later, with
growing pauses; what moved on since it was read is planned anew; what got no answer is looked for before it is repeated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.aftermath import Look, confirmed_or_lost, final_link, observation_after, patch_of, result_of
from reconciler.decide import QUIET, find_by_key, key_is_searchable
from reconciler.engine.canonical import canonical
from reconciler.engine.decision import Decision, Pair
from reconciler.engine.update import update_pair
from reconciler.errors import AppError, NoAnswer, Rejected
from reconciler.live import Live, Stopped
from reconciler.model.outcome import Draft, Lost, Outcome, Refused, Unsent, Written
from reconciler.model.plan import Operation, Verb
from reconciler.model.record import Record, Side
from reconciler.reading import Read, keep
from reconciler.state.base import Intent, Lease, Observation, Result
from reconciler.workspace import Workspace, chunks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


UPDATES = ("update-left", "update-right", "update-left-right")
CREATES = ("create-right", "create-left")
FOLLOW = "follow"
PATIENCE = 3
"""How many rejections in a row, beyond those that lead to one contact, say that it is not about contacts at all."""
FRESH_SECONDS = 30.0
"""How old a read may be before a single-record app is asked again ahead of an update."""


@dataclass(slots=True)
class Applied:
    """What became of the plan so far. ``hiding`` are sides whose listing did not show a record that is there."""

    done: Counter[tuple[Side, Verb]] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    hiding: set[Side] = field(default_factory=set)


def _halves(part: range) -> list[range]:
    """The first half last, to be taken from the end."""
    middle = (part.start + part.stop) // 2
    return [range(middle, part.stop), range(part.start, middle)] if len(part) > 1 else []


def _intent(operation: Operation, decision: Decision, source_keys: tuple[bytes, ...]) -> Intent:
    fields = {one.field: f"{one.origin.text} @{one.origin.file}:{one.origin.line}" for one in operation.changes}
    link_id = decision.before.link_id if decision.before else None
    keys = source_keys if operation.verb is Verb.CREATE else ()
    return Intent(operation.side, operation.verb, operation.id, operation.source_id, fields, keys, link_id)


@dataclass(slots=True)
class Applier:
    """Applies the decisions of one workspace under one lease."""

    live: Live
    work: Workspace
    reads: Mapping[Side, Read]
    cycle: int
    lease: Lease
    applied: Applied = field(default_factory=Applied)

    def run(self) -> Applied:
        """Apply everything. Raises ``Stopped`` at a safe point, or the app's error that ended it."""
        for phase in (*UPDATES, *CREATES, FOLLOW):
            for part in self.work.decisions(phase, self._batch(phase)):
                if self.live.stop():
                    raise Stopped
                self.lease.check()
                self._apply(part)
                self.live.progress("apply", None, sum(self.applied.done.values()), None)
        return self.applied

    def _batch(self, phase: str) -> int:
        traits = {side: connector.traits for side, connector in self.live.connectors.items()}
        if phase in CREATES:
            return traits[Side(phase.removeprefix("create-"))].create_batch
        sides = [side for side in Side if side.value in phase] or list(Side)
        return max(traits[side].update_batch for side in sides)

    def _apply(self, part: Sequence[Decision]) -> None:
        """One portion: send each side's writes, then remember all of it in one transaction."""
        outcomes: list[dict[Side, Outcome]] = [{} for _ in part]
        results: list[Result] = []
        for side in Side:
            wanted = [(number, one) for number, each in enumerate(part) for one in each.operations if one.side is side]
            for batch in chunks(wanted, self._size(side, wanted)):
                sent = self._write(side, [one for _, one in batch], results, [part[number] for number, _ in batch])
                for (number, _), outcome in zip(batch, sent, strict=True):
                    outcomes[number][side] = outcome
        self._conclude(part, outcomes, results)
        for each in outcomes:
            for outcome in each.values():
                if isinstance(outcome, Unsent):
                    raise outcome.error

    def _size(self, side: Side, wanted: Sequence[tuple[int, Operation]]) -> int:
        traits = self.live.connectors[side].traits
        creating = any(one.verb is Verb.CREATE for _, one in wanted)
        return traits.create_batch if creating else traits.update_batch

    # -- writing

    def _write(
        self, side: Side, batch: Sequence[Operation], results: list[Result], decisions: Sequence[Decision]
    ) -> list[Outcome]:
        outcomes = self._doubts(side, batch)
        going = [number for number in range(len(batch)) if number not in outcomes]
        intents = self._intents([(batch[number], decisions[number]) for number in going])
        numbers = self.live.state.intend(self.cycle, self.live.clock(), intents)
        sent = self._send(side, [batch[number] for number in going])
        for intent_id, number, outcome in zip(numbers, going, sent, strict=True):
            outcomes[number] = confirmed_or_lost(batch[number], outcome)
            results.append(result_of(intent_id, outcomes[number]))
        for number, operation in enumerate(batch):
            self._count(operation, outcomes[number])
        return [outcomes[number] for number in range(len(batch))]

    def _send(self, side: Side, batch: Sequence[Operation]) -> Sequence[Outcome]:
        try:
            return self._sent(side, batch)
        except Rejected as error:
            return self._sifted(side, batch, error)

    def _sent(self, side: Side, batch: Sequence[Operation]) -> Sequence[Outcome]:
        if not batch:
            return []
        connector = self.live.connectors[side]
        try:
            if batch[0].verb is Verb.CREATE:
                return connector.create([Draft({one.field: one.new for one in each.changes}) for each in batch])
            return connector.update([patch_of(each) for each in batch])
        except Rejected:
            raise
        except NoAnswer as error:
            return [Lost(str(error)) for _ in batch]
        except AppError as error:
            return [Unsent(error) for _ in batch]

    def _sifted(self, side: Side, batch: Sequence[Operation], error: Rejected) -> Sequence[Outcome]:
        """Nothing of a rejected request was written: halve it until the one that spoils it stands alone, so that one
        contact does not hold up everybody. What is rejected in every part is no contact's fault, and is not sent."""
        outcomes: list[Outcome] = [Unsent(error) for _ in batch]
        parts, in_a_row = _halves(range(len(batch))), 1
        while parts and in_a_row <= len(batch).bit_length() + PATIENCE:
            part = parts.pop()
            try:
                outcomes[part.start : part.stop] = self._sent(side, batch[part.start : part.stop])
                in_a_row = 0
            except Rejected as again:
                in_a_row += 1
                parts += _halves(part)
                if len(part) == 1:
                    outcomes[part.start] = Refused(again.code or again.label, str(again))
        return outcomes if any(isinstance(one, Written) for one in outcomes) else [Unsent(error) for _ in batch]

    def _intents(self, wanted: Sequence[tuple[Operation, Decision]]) -> list[Intent]:
        """What is about to be sent. A create says its source's keys, by which it is known again without an answer."""
        creates = [operation for operation, _ in wanted if operation.verb is Verb.CREATE]
        sources = {
            one.id: one.keys
            for side in {each.side.other for each in creates}
            for one in self.work.get(side, [each.source_id for each in creates if each.source_id]).values()
        }
        return [_intent(*each, sources.get(each[0].source_id or "", ())) for each in wanted]

    def _count(self, operation: Operation, outcome: Outcome) -> None:
        if isinstance(outcome, Written):
            self.applied.done[operation.side, operation.verb] += 1
        else:
            self.applied.failures[outcome.code if isinstance(outcome, Refused) else type(outcome).__name__.lower()] += 1

    # -- a last look before writing

    def _doubts(self, side: Side, batch: Sequence[Operation]) -> dict[int, Outcome]:
        """Operations that must not be sent: the record moved on, or what should be created is there already."""
        if batch[0].verb is Verb.CREATE:
            return self._already_there(side, batch)
        traits = self.live.connectors[side].traits
        age = self.live.clock() - self.reads[side].at
        if traits.versions or traits.guarded or (traits.a_call("get") == 1 and age < FRESH_SECONDS):
            return {}
        return self._moved_on(side, batch)

    def _moved_on(self, side: Side, batch: Sequence[Operation]) -> dict[int, Outcome]:
        connector = self.live.connectors[side]
        ids = [one.id for one in batch if one.id is not None]
        try:
            now = {one.id: one for part in chunks(ids, connector.traits.get_batch) for one in connector.get(part)}
        except AppError as error:
            return dict.fromkeys(range(len(batch)), Unsent(error))
        stale = Refused("stale", "the record changed since it was read", stale=True)
        return {
            number: stale for number, one in enumerate(batch) if not self._as_read(side, one, now.get(one.id or ""))
        }

    def _as_read(self, side: Side, operation: Operation, now: Record | None) -> bool:
        fields, region = self.live.program.base_fields[side], self.live.program.connection.region
        return now is not None and all(
            canonical(fields[one.field], one.old, region)
            == canonical(fields[one.field], now.values.get(one.field), region)
            for one in operation.changes
        )

    def _already_there(self, side: Side, batch: Sequence[Operation]) -> dict[int, Outcome]:
        """Adoption search: dear where it is one call per record, and needless right after a complete listing."""
        traits = self.live.connectors[side].traits
        just_listed = self.reads[side].reading.mode == "full" and traits.find_batch == 1
        if just_listed or not key_is_searchable(self.live, side):
            return {}
        name = self.live.program.key_fields(side)[0].name
        drafts = [Record("", {one.field: one.new for one in each.changes}) for each in batch]
        sources = [
            Record("", {self.live.program.key_fields(side.other)[0].name: one.values.get(name)}) for one in drafts
        ]
        try:
            found = find_by_key(self.live, side, sources)
        except AppError as error:
            return dict.fromkeys(range(len(batch)), Unsent(error))
        if found:
            self.applied.hiding.add(side)
        taken = {self.live.program.keys(side, one)[0] for one in found}
        there = Refused("exists", "a contact with this key appeared since the listing", stale=True)
        return {number: there for number, one in enumerate(drafts) if self.live.program.keys(side, one)[0] in taken}

    # -- remembering

    def _conclude(
        self, part: Sequence[Decision], outcomes: Sequence[Mapping[Side, Outcome]], results: Sequence[Result]
    ) -> None:
        now = self.live.clock()
        links = [link for pair in zip(part, outcomes, strict=True) if (link := final_link(self.live.program, *pair))]
        self.live.state.settle(now, results, links)
        self.live.state.record(self._observations(part, outcomes, now))
        self._follow(part, outcomes)

    def _observations(
        self, part: Sequence[Decision], outcomes: Sequence[Mapping[Side, Outcome]], now: float
    ) -> Iterator[Observation]:
        for side in Side:
            sightings = self.work.get(side, [record_id for each in part if (record_id := each.id(side))])
            for decision, each in zip(part, outcomes, strict=True):
                sighting = sightings.get(decision.id(side) or "")
                found = observation_after(self.live.program, side, decision, each, Look(sighting, now))
                if found:
                    yield found

    def _follow(self, part: Sequence[Decision], outcomes: Sequence[Mapping[Side, Outcome]]) -> None:
        """What a create leads to on the side that it came from: now the app has said what it made."""
        for decision, each in zip(part, outcomes, strict=True):
            for side, outcome in each.items():
                if decision.follow and isinstance(outcome, Written) and outcome.record:
                    self._follow_one(decision, side, outcome.record)

    def _follow_one(self, decision: Decision, side: Side, created: Record) -> None:
        source_id = decision.id(side.other) or ""
        source = self.work.get(side.other, [source_id]).get(source_id)
        link = self.live.state.link_of(side, [created.id]).get(created.id)
        if source is None or source.record is None or link is None:
            return
        keep(self.live, side, self.work, [(created, self.live.program.fingerprint(side, created))])
        records = {side: created, side.other: source.record}
        pair = Pair(records[Side.LEFT], records[Side.RIGHT], link)
        then = update_pair(self.live.program, pair, records[Side.LEFT], records[Side.RIGHT])
        if any(one.side is side for one in then.operations):
            return  # nothing that was not printed: the pair is pending, and the next plan says it
        self.work.keep(FOLLOW if then.operations else QUIET, then)
