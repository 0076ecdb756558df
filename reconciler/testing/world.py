"""The inside of an in-memory app: its records, what people do to them, and what can be observed.

A save replaces a row's values and never changes them in place, so a page that was handed out keeps saying what it said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.model.plan import Verb
from reconciler.model.record import Value
from reconciler.testing.clock import FakeClock
from reconciler.testing.schema import Refusal, Schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from reconciler.model.field import Field


@dataclass(slots=True)
class Row:
    """A record as stored: only fields with a value; ``version`` grows with every save anywhere in the world."""

    values: Mapping[str, Value]
    version: int
    modified: float


@dataclass(frozen=True, slots=True)
class Write:
    """One write that came through the API and was done; ``values`` as they were sent (empty for a delete)."""

    verb: Verb
    id: str
    values: Mapping[str, Value]

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields that were sent."""
        return tuple(self.values)


class World:
    """One account's records of one entity.

    ``schema`` is a :class:`~reconciler.testing.schema.Schema`, or just the fields of one. ``unique`` fields hold each
    value once (ignoring case): a second create is refused, or updates the first record where ``upsert``. ``clock``
    gives POSIX seconds. ``prefix`` begins every id, so that two worlds never share one.
    A person's hands (``add``, ``edit``…) may do what the API may not: write read-only fields, leave required ones
    empty.
    All saving raises :class:`~reconciler.testing.schema.Refusal` for what the app does not take.
    """

    def __init__(
        self,
        schema: Schema | Sequence[Field],
        *,
        clock: Callable[[], float] | None = None,
        prefix: str = "",
        unique: Sequence[str] = (),
        upsert: bool = False,
    ) -> None:
        self.schema = schema if isinstance(schema, Schema) else Schema(schema)
        self.clock = clock or FakeClock()
        self.unique = tuple(unique)
        self.upsert = upsert
        self.rows: dict[str, Row] = {}
        self.graves: dict[str, float] = {}
        self.writes: list[Write] = []
        self.calls: Counter[str] = Counter()
        self._prefix = prefix
        self._born = 0
        self._log: list[str] = []
        self._forgotten = 0
        self._indexes: dict[str, dict[str, tuple[str, ...]]] = {}

    # a person's hands

    def add(self, **values: Value) -> str:
        """A person makes a record; returns its id."""
        return self.insert(values)

    def edit(self, record_id: str, **values: Value) -> None:
        """A person changes these fields. Raises ``KeyError`` when the record is gone."""
        self.amend(record_id, values)

    def clear(self, record_id: str, *names: str) -> None:
        """A person empties these fields."""
        self.amend(record_id, dict.fromkeys(names))

    def delete(self, record_id: str) -> None:
        """A person deletes a record. Raises ``KeyError`` when it is gone."""
        self._index(record_id, self.rows.pop(record_id).values, {})
        self._log.append(record_id)
        self.graves[record_id] = self.clock()

    def move(self, record_id: str) -> str:
        """The record gets another id (converted, moved to another book); the old id is gone. Returns the new one."""
        values = self.rows[record_id].values
        self.delete(record_id)
        return self.insert(values)

    def merge(self, winner: str, loser: str) -> None:
        """A person merges two records: the winner keeps its values and fills its gaps; the loser is gone."""
        spare = self.rows[loser].values
        self.delete(loser)
        self._save(winner, {**spare, **self.rows[winner].values})

    def load(self, rows: Iterable[tuple[str, dict[str, Value]]]) -> None:
        """Many ready records at once, by id, unchecked: for benchmarks and starting states. No value is ``None``."""
        for record_id, values in rows:
            self._save(record_id, values)

    # saving, by people and by the API

    def insert(self, values: Mapping[str, Value], *, record_id: str | None = None) -> str:
        """Store a new record and return its id; an existing one where the world upserts."""
        full = self.schema.bend({**self.schema.defaults, **values})
        twin = self._twin(full, None)
        if twin is not None and self.upsert:
            self._save(twin, _without_empty({**self.rows[twin].values, **self.schema.bend(values)}))
            return twin
        self._refuse_twin(twin)
        record_id = record_id or self._next_id()
        self._save(record_id, _without_empty(full))
        return record_id

    def amend(self, record_id: str, values: Mapping[str, Value]) -> None:
        """Change these fields of a record. Raises ``KeyError`` when it is gone."""
        before = self.rows[record_id].values
        after = {**before, **self.schema.bend(values)}
        self._refuse_twin(self._twin(after, record_id))
        self._save(record_id, _without_empty(after))

    # what can be seen

    def snapshot(self) -> dict[str, dict[str, Value]]:
        """Every record's values by id; only fields with a value."""
        return {record_id: dict(row.values) for record_id, row in self.rows.items()}

    def values(self, record_id: str) -> Mapping[str, Value]:
        """One record's values. Raises ``KeyError`` when it is gone."""
        return self.rows[record_id].values

    def matching(self, name: str, value: str) -> tuple[str, ...]:
        """Ids of the records whose field equals ``value``, ignoring case."""
        return self._by(name).get(value.casefold(), ())

    def position(self) -> int:
        """How many saves and deletes there were: where a delta read may begin."""
        return len(self._log)

    def changed_since(self, position: int, *, overlap: int = 0) -> list[str]:
        """Ids saved or deleted since, oldest first, each once, with ``overlap`` earlier changes.

        Raises ``LookupError`` when ``position`` is forgotten or never was.
        """
        if not self._forgotten <= position <= len(self._log):
            raise LookupError(position)
        return list(dict.fromkeys(filter(None, self._log[max(position - overlap, 0) :])))

    def forget_changes(self) -> None:
        """Let every cursor handed out so far expire."""
        self._log.append("")
        self._forgotten = len(self._log)

    # within

    def _next_id(self) -> str:
        self._born += 1
        return f"{self._prefix}{self._born}"

    def _save(self, record_id: str, values: Mapping[str, Value]) -> None:
        before = self.rows.get(record_id)
        if self._indexes:
            self._index(record_id, before.values if before else {}, values)
        self._log.append(record_id)
        self.rows[record_id] = Row(values, len(self._log), self.clock())
        if self.graves:
            self.graves.pop(record_id, None)

    def _twin(self, values: Mapping[str, Value], record_id: str | None) -> str | None:
        for name in self.unique:
            value = values.get(name)
            others = self.matching(name, str(value)) if value is not None else ()
            for other in others:
                if other != record_id:
                    return other
        return None

    @staticmethod
    def _refuse_twin(twin: str | None) -> None:
        if twin is not None:
            raise Refusal("duplicate", f"another record ({twin}) already holds this value")

    def _by(self, name: str) -> dict[str, tuple[str, ...]]:
        if name not in self._indexes:
            index: dict[str, tuple[str, ...]] = {}
            for record_id, row in self.rows.items():
                _enter(index, row.values.get(name), record_id)
            self._indexes[name] = index
        return self._indexes[name]

    def _index(self, record_id: str, before: Mapping[str, Value], after: Mapping[str, Value]) -> None:
        for name, index in self._indexes.items():
            old, new = before.get(name), after.get(name)
            if old != new:
                _leave(index, old, record_id)
                _enter(index, new, record_id)


def _enter(index: dict[str, tuple[str, ...]], value: Value, record_id: str) -> None:
    if value is not None:
        key = str(value).casefold()
        index[key] = (*index.get(key, ()), record_id)


def _leave(index: dict[str, tuple[str, ...]], value: Value, record_id: str) -> None:
    if value is not None:
        key = str(value).casefold()
        index[key] = tuple(other for other in index[key] if other != record_id)


def _without_empty(values: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in values.items() if value is not None}
