"""Single writes. An update is a read and a write that holds only for what was read, so that no edit is lost.

Listings tell no ETag of a record, so a version cannot come with the plan. What the plan knew of the fields that it
changes is compared with the record as it is now, and ``If-Match`` guards the time between that look and the write; so
a look that ``get`` had is as good as a new one.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from reconciler.connectors.insightly.dialect import STALE
from reconciler.connectors.insightly.looks import Looks
from reconciler.connectors.insightly.rows import TAGS, items, tags
from reconciler.errors import AppError, Rejected
from reconciler.model.outcome import Refused, Written
from reconciler.model.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.connectors.insightly.api import Collection, Held, Row
    from reconciler.connectors.insightly.rows import Rows
    from reconciler.model.outcome import Draft, Outcome, Patch
    from reconciler.model.record import Value

_LOOKS = 3
"""How often a record is looked at again because something moved between the look and the write."""

_GONE = Refused("gone", "the record is no longer there", stale=True)
_CONVERTED = Refused("converted", "the lead was converted, and cannot be changed any more", stale=True)
_MOVED = Refused("stale", "the record changed since it was read", stale=True)


class Writer:
    """Writes to one collection; ``wanted`` are the fields that outcomes show, ``looks`` single reads to build on."""

    def __init__(self, collection: Collection, rows: Rows, wanted: Sequence[str]) -> None:
        self.looks = Looks()
        self._collection = collection
        self._rows = rows
        self._wanted = wanted

    def create(self, draft: Draft) -> Outcome:
        """Make a record; the answer shows what the server made of it."""
        body = self._rows.body(draft.values)
        return body if isinstance(body, Refused) else self._shown(self._collection.post(body), draft.values)

    def update(self, patch: Patch) -> Outcome:
        """Change a record that is still as it was planned; one that already is as it should be is left alone."""
        earlier = self.looks.take(patch.id)
        if earlier and self._fits(earlier, patch) and (outcome := self._put(patch, earlier)):
            return outcome
        for _ in range(_LOOKS):
            held = self._collection.get(patch.id)
            if held is None or held.row.get("CONVERTED"):
                return _GONE if held is None else _CONVERTED
            if not self._says(held.row, patch.old):
                return self._done(held.row, patch.values) if self._says(held.row, patch.values) else _MOVED
            if outcome := self._put(patch, held):
                return outcome
        return _MOVED

    def delete(self, record_id: str) -> Outcome:
        """Delete a record; one that is gone counts as done."""
        if record_id.isdecimal():
            self._collection.delete(record_id)
        return Written(record_id)

    def _put(self, patch: Patch, held: Held) -> Outcome | None:
        """None where somebody was faster: look again."""
        new, old, now = items(patch.values.get(TAGS)), items(patch.old.get(TAGS)), items(tags(held.row))
        body = self._rows.body(patch.values, kept=now - (old - new))
        if isinstance(body, Refused):
            return body
        try:
            row = self._collection.put(patch.id, body, held.tag) if body else held.row
        except Rejected as error:
            if error.code == STALE:
                return None
            raise
        if TAGS in patch.values and row is not None:
            row = self._untagged(patch.id, row, old - new)
        return _GONE if row is None else self._shown(row, patch.values)

    def _untagged(self, record_id: str, row: Row, unwanted: frozenset[str]) -> Row | None:
        """Where a write only added tags, those to be taken away are taken away one by one."""
        left = unwanted & items(tags(row))
        for tag in sorted(left):
            self._collection.untag(record_id, tag)
        if not left and TAGS in row:
            return row
        held = self._collection.get(record_id)
        return None if held is None else held.row

    def _fits(self, held: Held, patch: Patch) -> bool:
        return not held.row.get("CONVERTED") and self._says(held.row, patch.old)

    def _says(self, row: Row, values: Mapping[str, Value]) -> bool:
        """Whether a row holds these values, as far as it tells."""
        self._rows.learn([row], values)
        return self._agrees(self._rows.values(row, values), values)

    def _agrees(self, now: Mapping[str, Value], values: Mapping[str, Value]) -> bool:
        return all(self._rows.alike(name, now[name], value) for name, value in values.items() if name in now)

    def _shown(self, row: Row, values: Mapping[str, Value]) -> Written:
        """What was written, by the answer to the write; where that does not show what was sent, by another look. The
        write stands even where there is none, and then the outcome tells nothing of what is doubtful."""
        shown = self._done(row, values)
        if self._agrees(_values(shown), values):
            return shown
        with suppress(AppError):
            if held := self._collection.get(shown.id):
                return self._done(held.row, values)
        doubtful = {name for name, value in values.items() if not self._agrees(_values(shown), {name: value})}
        sure = {name: value for name, value in _values(shown).items() if name not in doubtful}
        return Written(shown.id, Record(shown.id, sure))

    def _done(self, row: Row, values: Mapping[str, Value]) -> Written:
        record = self._rows.written(row, [*self._wanted, *(name for name in values if name not in self._wanted)])
        return Written(record.id, record)


def _values(written: Written) -> Mapping[str, Value]:
    return written.record.values if written.record else {}
