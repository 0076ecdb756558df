"""Creates and updates: ten a call, each item with an outcome of its own; one alone by the plain call.

Where the bulk call as a whole is refused, its items are sent one by one, so that a bad one spoils nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.connectors.copper.api import blamed, code_of, plainly
from reconciler.connectors.copper.schema import field_of
from reconciler.connectors.outcomes import one_by_one, refused
from reconciler.connectors.parallel import in_parallel
from reconciler.connectors.redaction import leaves, redact
from reconciler.errors import NoAnswer, Rejected
from reconciler.model.outcome import Lost, Refused, Written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from reconciler.connectors.copper.api import Entity, Row
    from reconciler.connectors.copper.schema import Schema
    from reconciler.model.outcome import Draft, Outcome, Patch

BATCH = 10
_GONE = Refused("gone", "the record is no longer there", stale=True)
_ADVICE = {
    "duplicate_email": "another person has this address already, perhaps as a second one; merge them in Copper",
    "several_leads": "several leads have this address; merge them in Copper, or switch upsert_leads off",
}


class Writer:
    """``found`` reads records as they are now. ``upsert`` makes leads by their address, ``threads`` at a time."""

    def __init__(
        self,
        entity: Entity,
        schema: Schema,
        found: Callable[[Sequence[str]], Mapping[str, Row]],
        *,
        upsert: bool,
        threads: int,
    ) -> None:
        self._entity = entity
        self._schema = schema
        self._found = found
        self._upsert = upsert
        self._threads = threads
        self._answers: list[Row] = []

    def answers(self) -> list[tuple[str, Row]]:
        """What the last writes were answered, by id; then forgotten."""
        answers, self._answers = self._answers, []
        return [(str(row["id"]), row) for row in answers]

    def _begin(self) -> None:
        _ = self._schema.readers  # a field that is not there is found before anything is written
        self._schema.look_again()

    def create(self, drafts: Sequence[Draft]) -> list[Outcome]:
        """One outcome a draft, in order."""
        self._begin()
        outcomes: dict[int, Outcome] = {}
        bodies: dict[int, Row] = {}
        for place, draft in enumerate(drafts):
            if why := self._schema.refusal({"name": None, **draft.values}):
                outcomes[place] = why
            else:
                bodies[place] = self._schema.body(draft.values, {})
        outcomes |= zip(bodies, self._created(list(bodies.values())), strict=True)
        return [outcomes[place] for place in range(len(drafts))]

    def _created(self, bodies: list[Row]) -> Sequence[Outcome]:
        if self._upsert:
            return in_parallel(bodies, lambda body: _explained(lambda: self._create(body)), self._threads)
        try:
            return self._sent(bodies, self._create, self._entity.create_many)
        except NoAnswer as error:
            return [Lost(str(error))] * len(bodies)

    def _create(self, body: Row) -> Outcome:
        email = body.get("email")
        if self._upsert and isinstance(email, dict):
            return self._written(self._entity.upsert(body, str(email["email"])), body)
        return self._written(self._entity.create(body), body)

    def update(self, patches: Sequence[Patch]) -> list[Outcome]:
        """One outcome a patch, in order."""
        self._begin()
        outcomes: dict[int, Outcome] = {}
        bodies: dict[int, Row] = {}
        merging = [patch.id for patch in patches if self._schema.merges(list(patch.values))]
        now = self._found(merging) if merging else {}
        for place, patch in enumerate(patches):
            if why := self._schema.refusal(patch.values):
                outcomes[place] = why
            elif not patch.id.isdecimal() or (patch.id in merging and patch.id not in now):
                outcomes[place] = _GONE
            else:
                body = self._schema.body(patch.values, now.get(patch.id, {}), patch.old)
                bodies[place] = {"id": int(patch.id), **body}
        outcomes |= zip(bodies, self._sent(list(bodies.values()), self._update, self._entity.update_many), strict=True)
        return [outcomes[place] for place in range(len(patches))]

    def _update(self, body: Row) -> Outcome:
        changes = {name: value for name, value in body.items() if name != "id"}
        row = self._entity.update(str(body["id"]), changes)
        return _GONE if row is None else self._written(row, body)

    def _sent(
        self, bodies: list[Row], single: Callable[[Row], Outcome], bulk: Callable[[Sequence[Row]], list[Row]]
    ) -> Sequence[Outcome]:
        if len(bodies) > 1:
            try:
                answers = bulk(bodies)
            except Rejected:
                pass
            else:
                return [self._judged(row, body) for row, body in zip(answers, bodies, strict=True)]
        return one_by_one(bodies, lambda body: _explained(lambda: single(body)))

    def _judged(self, answer: Row, body: Row) -> Outcome:
        """One item of a bulk answer."""
        if answer.get("success") is not False and "id" in answer and "message" not in answer:
            return self._written(answer, body)
        if "id" in body and self._entity.get(str(body["id"])) is None:
            return _GONE
        said = answer.get("message")
        words = redact(plainly(said), leaves(body))
        return _refusal(code_of(words), words, field_of(blamed(said)))

    def _written(self, row: Row, body: Row) -> Outcome:
        if body.get("address") and not row.get("address"):  # some answers leave it out: what is stored?
            row = self._entity.get(str(row["id"])) or row
        self._answers.append(row)
        return Written(str(row["id"]), self._schema.record(row))


def _explained(write: Callable[[], Outcome]) -> Outcome:
    try:
        return write()
    except Rejected as error:
        known = refused(error)
        return _refusal(known.code, known.message, field_of(blamed(known.message)))


def _refusal(code: str, words: str, field: str | None) -> Refused:
    if advice := _ADVICE.get(code):
        return Refused(code, f"{advice} ({words})", "email")
    return Refused(code or "refused", words, field)
