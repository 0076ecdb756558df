"""What an outcome means for the memory of a pair and the state of its contacts. Pure, given the outcomes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reconciler.engine.decision import Decision, Standing
from reconciler.model.link import ContactState, Link
from reconciler.model.outcome import Lost, Outcome, Patch, Refused, Unsent, Written
from reconciler.model.plan import Operation, Verb
from reconciler.model.record import Record, Side
from reconciler.state.base import Observation, Result
from reconciler.workspace import Sighting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.engine.program import Program

FIRST_PAUSE, LONGEST_PAUSE = 60.0, 86400.0
"""Seconds before a refused write is tried again: doubled each time, up to a day."""


def patch_of(operation: Operation) -> Patch:
    """An update as a connector takes it."""
    values = {one.field: one.new for one in operation.changes}
    old = {one.field: one.old for one in operation.changes}
    return Patch(operation.id or "", values, old, operation.version)


def confirmed_or_lost(operation: Operation, outcome: Outcome) -> Outcome:
    """An update that the app accepted without showing what it holds now is as good as unanswered: whatever it made of
    our values must not be taken for a person's edit. Nor can a record be linked that nobody saw."""
    if isinstance(outcome, Written) and not _shows(operation, outcome.record):
        return Lost("done, but the app did not show the record afterwards")
    return outcome


def _shows(operation: Operation, record: Record | None) -> bool:
    if record is None or operation.verb is Verb.CREATE:
        return record is not None
    return all(one.field in record.values for one in operation.changes)


def result_of(intent_id: int, outcome: Outcome) -> Result:
    """An outcome as the journal keeps it."""
    match outcome:
        case Written(record_id):
            return Result(intent_id, "done", record_id)
        case Refused(code):
            return Result(intent_id, "refused", code=code)
        case Lost():
            return Result(intent_id, "lost")
        case Unsent(error):
            return Result(intent_id, "unsent", code=error.label)


def final_link(program: Program, decision: Decision, outcomes: Mapping[Side, Outcome]) -> Link | None:
    """The pair's memory, with the values that the apps confirmed, and without what they did not take. What was not
    taken comes last: of a list that was to be written on both sides neither base may move."""
    link = decision.link
    for operation in sorted(decision.operations, key=lambda one: not isinstance(outcomes[one.side], Written)):
        outcome = outcomes[operation.side]
        if not isinstance(outcome, Written):
            link = None if operation.verb is Verb.CREATE else link and _undone(program, link, decision, operation.side)
        elif link and outcome.record:
            link = _confirmed(program, link, operation, outcome.record)
    return link


def _confirmed(program: Program, link: Link, operation: Operation, record: Record) -> Link:
    side = operation.side
    marks = program.base(side, record.values)
    if operation.verb is Verb.CREATE:
        back = {one.name for each in program.arrows if not each.flows_to(side) for one in each.fields(side)}
        base = {name: mark for name, mark in marks.items() if name not in back}
    else:
        written = {one.field for one in operation.changes}
        base = {**link.base(side), **{name: mark for name, mark in marks.items() if name in written}}
    if side is Side.LEFT:
        return replace(link, left_id=record.id, left_base=base)
    return replace(link, right_id=record.id, right_base=base)


def _undone(program: Program, link: Link, decision: Decision, failed: Side) -> Link:
    """The entries that the failed write would have settled stay as they were, and so do the rules that act there."""
    before = decision.before
    bases = {side: dict(link.base(side)) for side in Side}
    for side, names in decision.undo.get(failed, {}).items():
        for name in names:
            bases[side].pop(name, None)
            if before and name in before.base(side):
                bases[side][name] = before.base(side)[name]
    acting_elsewhere = {one.rule.name for one in program.rules if one.rule.source is failed}
    rules, effects = (before.rules, before.effects) if before else (frozenset(), {})
    return replace(
        link,
        left_base=bases[Side.LEFT],
        right_base=bases[Side.RIGHT],
        rules=(rules - acting_elsewhere) | (link.rules & acting_elsewhere),
        effects={
            **{name: done for name, done in effects.items() if name not in acting_elsewhere},
            **{name: done for name, done in link.effects.items() if name in acting_elsewhere},
        },
    )


@dataclass(frozen=True, slots=True)
class Look:
    """A record as it was sighted in this cycle (None: it was not, or was just created), and the time."""

    sighting: Sighting | None
    now: float


def observation_after(
    program: Program, side: Side, decision: Decision, outcomes: Mapping[Side, Outcome], look: Look
) -> Observation | None:
    """What to remember of the record on ``side`` after the decision's operations; None when there is no record."""
    standing, due = standing_after(decision, side, outcomes, look)
    written, sighting = outcomes.get(side), look.sighting
    if isinstance(written, Written) and written.record:
        mark = _mark(program, side, decision, written.record, sighting)
        keys = program.keys(side, written.record)
        return Observation(side, written.record.id, mark, keys, standing.state, standing.cause, due)
    if sighting is None or sighting.record is None:
        return None
    attempts = sighting.attempts + 1 if standing.state is ContactState.FAILED and due else 0
    keys = program.keys(side, sighting.record)
    return Observation(
        side, sighting.id, sighting.fingerprint, keys, standing.state, standing.cause, due, attempts
    )  # fmt: skip


def _mark(program: Program, side: Side, decision: Decision, record: Record, before: Sighting | None) -> bytes:
    """A fingerprint of what we just read back spares the next cycle a look, unless somebody else was there too."""
    mine = [each for each in decision.operations if each.side is side]
    touched = {one.field for each in mine for one in each.changes}
    others = [name for name in program.fields[side] if name not in touched]
    if before and before.record and any(record.values.get(one) != before.record.values.get(one) for one in others):
        return b""
    if decision.link and not all(_as_foreseen(program, each, record, decision.link) for each in mine):
        return b""
    return program.fingerprint(side, record)


def _as_foreseen(program: Program, operation: Operation, record: Record, link: Link) -> bool:
    """Whether the rules that hold for what the app made of our write are those that the plan counted on."""
    holding = program.rules_holding(operation.side, record, linked=True, held=link.rules)
    if operation.verb is Verb.CREATE:
        draft = program.draft(operation.side, {one.field: one.new for one in operation.changes})
        return holding == program.rules_holding(operation.side, draft, linked=True)
    known = {one.rule.name for one in program.rules if one.rule.source is operation.side} & link.rules
    return {rule.name for rule in holding} == known


def standing_after(
    decision: Decision, side: Side, outcomes: Mapping[Side, Outcome], look: Look
) -> tuple[Standing, float | None]:
    """A contact's state after its operations, and when to look at it again: what is pending, at once (None), whatever
    becomes of the clock."""
    for outcome in outcomes.values():
        if isinstance(outcome, Refused) and not outcome.stale:
            attempts = look.sighting.attempts if look.sighting else 0
            pause = min(FIRST_PAUSE * 2.0 ** min(attempts, 32), LONGEST_PAUSE)
            return Standing(ContactState.FAILED, f"{outcome.code}: {outcome.message}"), look.now + pause
        if not isinstance(outcome, Written):
            return Standing(ContactState.PENDING, "its write is planned anew"), None
    if decision.follow and outcomes:
        return Standing(ContactState.PENDING, "what its new counterpart leads to is planned next"), None
    return decision.standings.get(side) or next(iter(decision.standings.values())), None
