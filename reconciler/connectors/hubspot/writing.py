"""Writes in batches of a hundred: every row with a mark of its own, so that one bad row does not spoil the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.connectors.hubspot.api import BATCH, Row
from reconciler.connectors.hubspot.rules import fold
from reconciler.connectors.hubspot.wording import spoken
from reconciler.connectors.outcomes import refused
from reconciler.errors import AppError, NoAnswer, Rejected
from reconciler.model.outcome import Lost, Outcome, Refused, Unsent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.connectors.hubspot.api import Batch, Contacts
    from reconciler.connectors.hubspot.wording import Problem

_GONE = frozenset({"OBJECT_NOT_FOUND"})


@dataclass(frozen=True, slots=True)
class Input:
    """One row to write: ``number`` is its place among the items, ``id`` is empty for a new one."""

    number: int
    properties: Mapping[str, str]
    id: str = ""

    def body(self) -> dict[str, object]:
        """As a batch wants it."""
        own = {"id": self.id} if self.id else {}
        return {**own, "properties": self.properties, "objectWriteTraceId": str(self.number)}


@dataclass(slots=True)
class Fates:
    """What became of rows: ``rows`` as answered for those that were written, ``outcomes`` of the others."""

    rows: dict[int, Row] = field(default_factory=dict)
    outcomes: dict[int, Outcome] = field(default_factory=dict)

    def add(self, other: Fates) -> Fates:
        """Both together."""
        return Fates(self.rows | other.rows, self.outcomes | other.outcomes)


def write(contacts: Contacts, verb: str, inputs: Sequence[Input]) -> Fates:
    """Write all. A batch that is refused as a whole is halved until the bad row is found.

    Raises ``AppError`` where the first of the calls brought nothing.
    """
    if not inputs:
        return Fates()
    if len(inputs) > BATCH:
        return write(contacts, verb, inputs[:BATCH]).add(_rest(contacts, verb, inputs[BATCH:]))
    try:
        batch = contacts.write(verb, [one.body() for one in inputs])
    except NoAnswer as error:
        return Fates(outcomes={one.number: Lost(str(error)) for one in inputs})
    except Rejected as error:
        if len(inputs) == 1:
            return Fates(outcomes={inputs[0].number: _refused(error)})
        half = len(inputs) // 2
        return write(contacts, verb, inputs[:half]).add(_rest(contacts, verb, inputs[half:]))
    return _matched(batch, inputs)


def _rest(contacts: Contacts, verb: str, inputs: Sequence[Input]) -> Fates:
    """The calls after the first: what ends them leaves the rest unsent, and what was written stands."""
    try:
        return write(contacts, verb, inputs)
    except AppError as error:
        return Fates(outcomes={one.number: Unsent(error) for one in inputs})


def _refused(error: Rejected) -> Refused:
    outcome = refused(error)
    return Refused(outcome.code, outcome.message, stale=error.code in {*_GONE, "404"})


def _matched(batch: Batch, inputs: Sequence[Input]) -> Fates:
    """Results and errors come in any order: they are matched by mark, id, address, or by all that was sent."""
    fates = Fates()
    left = {one.number: one for one in inputs}
    for problem in batch.errors:
        for place in _concerned(problem, list(left.values())):
            fates.outcomes[place] = _fate(problem, left.pop(place))
    for row in batch.results:
        if (number := _written(row, list(left.values()))) is not None:
            fates.rows[number] = row
            del left[number]
    fates.outcomes |= dict.fromkeys(left, Lost("the app did not say what became of this contact"))
    return fates


def _concerned(problem: Problem, inputs: Sequence[Input]) -> list[int]:
    marks, ids = set(problem.named("objectWriteTraceId")), {*problem.named("ids"), *problem.named("id")}
    named = [one.number for one in inputs if str(one.number) in marks or (one.id and one.id in ids)]
    return named or ([inputs[0].number] if len(inputs) == 1 else [])


def _written(row: Row, inputs: Sequence[Input]) -> int | None:
    tests = (
        lambda one: row.object_write_trace_id == str(one.number),
        lambda one: bool(one.id) and one.id == row.id,
        lambda one: not one.id and bool(fold(one.properties.get("email"))) and _address(row) == _address_of(one),
        lambda one: not one.id and not _address_of(one) and _holds(row, one.properties),
    )
    for test in tests:
        if len(same := [one.number for one in inputs if test(one)]) == 1:
            return same[0]
    return None


def _address(row: Row) -> str:
    return fold(row.properties.get("email"))


def _address_of(one: Input) -> str:
    return fold(one.properties.get("email"))


def _holds(row: Row, properties: Mapping[str, str]) -> bool:
    return all((row.properties.get(name) or "") == value for name, value in properties.items())


def _fate(problem: Problem, one: Input) -> Refused:
    code = problem.code or "refused"
    stale = bool(one.id) and code in _GONE
    field_name = "email" if problem.existing else problem.field
    return Refused(code, spoken(problem, dict(one.properties)), field_name, stale=stale)
