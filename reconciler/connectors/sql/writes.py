"""Batches in one transaction each. What the database refuses is found by halving the batch: the good rows are written.

Rows are locked, looked at, written, and read back before the commit: a row that moved on since the plan is left alone,
and what triggers and defaults made of it is known.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import String, Uuid, bindparam, delete, func, insert, update

from reconciler.connectors.sql.failures import APP, RowRefused
from reconciler.connectors.sql.reads import Reader
from reconciler.connectors.sql.upserts import Upsert
from reconciler.connectors.tabular.patches import differs, gone, moved_on, onto
from reconciler.connectors.tabular.words import NoFit
from reconciler.errors import AppError, NoAnswer
from reconciler.model.field import FieldType
from reconciler.model.outcome import Draft, Lost, Outcome, Patch, Refused, Unsent, Written
from reconciler.model.record import Record

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from reconciler.connectors.sql.database import Database
    from reconciler.model.record import Value

Item = TypeVar("Item")
Write = Callable[["Connection", Sequence[Item]], list[Outcome]]
Row = Mapping[str, object]


def together(
    database: Database, items: Sequence[Item], write: Write[Item], keep: Callable[[list[Outcome]], None] | None = None
) -> list[Outcome]:
    """Write a batch in one transaction; where the database refuses it, each half by itself, down to the row at fault.
    ``keep`` is told what was committed before anything else is tried.

    Raises the ``AppError`` that ended it when nothing was written.
    """
    if not items:
        return []
    try:
        with database.writing() as connection:
            outcomes = write(connection, items)
    except NoAnswer as error:
        return [Lost(str(error)) for _ in items]
    except RowRefused as error:
        if len(items) == 1:
            return [error.refused]
    else:
        if keep is not None:
            keep(outcomes)
        return outcomes
    middle = len(items) // 2
    first = together(database, items[:middle], write, keep)
    try:
        return [*first, *together(database, items[middle:], write, keep)]
    except AppError as error:
        if not any(isinstance(outcome, (Written, Lost)) for outcome in first):
            raise
        return [*first, *(Unsent(error) for _ in items[middle:])]


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes rows of one table. ``new_id`` makes keys for tables that make none themselves, ``upsert`` is how to write
    onto rows that a create meets."""

    reader: Reader
    new_id: Callable[[], uuid.UUID]
    upsert: Upsert | None = None

    def create(self, connection: Connection, drafts: Sequence[Draft]) -> list[Outcome]:
        """Insert; a row that is there already is overwritten by ``upsert`` alone."""
        rows = [self._row(draft.values) for draft in drafts]
        keys: dict[int, str] = {}
        for places in _alike(rows):
            keys |= zip(places, self._put(connection, [rows[place] for place in places]), strict=True)
        if self.upsert is not None:
            self.upsert.claim(list(keys.values()))
        held = self._wide(drafts).by_ids(connection, keys.values())
        return [
            row if isinstance(row, Refused) else _written(held, keys[place], draft.values)
            for place, (row, draft) in enumerate(zip(rows, drafts, strict=True))
        ]

    def update(self, connection: Connection, patches: Sequence[Patch]) -> list[Outcome]:
        """Change the named columns of rows that are as they were read."""
        wide, ids = self._wide(patches), [patch.id for patch in patches]
        now = wide.locked(connection, ids)
        rows = [self._changed(patch, now.get(patch.id)) for patch in patches]
        for places in _alike(rows):
            self._update(connection, [(patches[place].id, rows[place]) for place in places])
        held = wide.by_ids(connection, ids)
        return [
            row if isinstance(row, Refused) else _written(held, patch.id, patch.values)
            for row, patch in zip(rows, patches, strict=True)
        ]

    def delete(self, connection: Connection, ids: Sequence[str]) -> list[Outcome]:
        """Delete, or mark as deleted where the table has a column for it."""
        shape = self.reader.shape
        chosen = shape.key.in_(self.reader.keys(ids))
        if shape.deleted is None:
            connection.execute(delete(shape.table).where(chosen))
        else:
            mark = shape.codecs[shape.deleted.name].to_column(value=True) if shape.flagged else func.current_timestamp()
            values = {shape.deleted.name: mark, **self.stamp()}
            connection.execute(update(shape.table).where(chosen, ~self.reader.gone).values(values))
        return [Written(one) for one in ids]

    def _wide(self, items: Sequence[Draft | Patch]) -> Reader:
        """A reader that sees what is written, too."""
        written = (name for item in items for name in item.values if name in self.reader.shape.codecs)
        return replace(self.reader, names=tuple(dict.fromkeys((*self.reader.names, *written))))

    def _changed(self, patch: Patch, now: Record | None) -> Row | Refused:
        """What to set, where nobody came between: by the row's version, or by the values that are to be changed."""
        if now is None:
            return gone(APP)
        if None not in (patch.version, now.version):
            moved = patch.version != now.version
        else:
            moved = differs(patch, now.values, self._is_list)
        return moved_on(APP) if moved else self._row(onto(patch, now.values, self._is_list))

    def _is_list(self, name: str) -> bool:
        codec = self.reader.shape.codecs.get(name)
        return codec is not None and codec.type is FieldType.LIST

    def _row(self, values: Mapping[str, Value]) -> Row | Refused:
        """Values as the columns hold them."""
        row: dict[str, object] = {}
        for name, value in values.items():
            if name not in self.reader.shape.writable:
                return Refused("read_only", f"{APP}: the column '{name}' is not one that may be written", field=name)
            try:
                row[name] = self.reader.shape.codecs[name].to_column(value)
            except NoFit as error:
                return Refused(error.code, f"{APP}: the column '{name}': {error}", field=name)
        return row

    def _put(self, connection: Connection, rows: Sequence[Any]) -> list[str]:
        """The keys of rows of the same columns, in order, made or met."""
        if self.upsert is None:
            return self._insert(connection, rows)
        put = self.upsert.put
        return [put(connection, row, self._key()) or self._insert(connection, [row])[0] for row in rows]

    def _insert(self, connection: Connection, rows: Sequence[Any]) -> list[str]:
        """The keys of new rows of the same columns, in order."""
        shape, dialect = self.reader.shape, connection.dialect
        full = [{**self._key(), **row} for row in rows]
        statement = insert(shape.table).values(self.stamp()) if shape.stamped else insert(shape.table)
        if dialect.insert_executemany_returning_sort_by_parameter_order:
            ordered = statement.returning(shape.key, sort_by_parameter_order=True)
            return [str(key) for key in connection.execute(ordered, full).scalars()]
        results = (connection.execute(statement, row) for row in full)
        return [str((result.inserted_primary_key or (None,))[0]) for result in results]

    def _key(self) -> dict[str, object]:
        """A new key where the database makes none (a view's key is its table's business)."""
        key = self.reader.shape.key
        if not key.primary_key or key.server_default is not None or not isinstance(key.type, (String, Uuid)):
            return {}
        made = self.new_id()
        return {key.name: str(made) if isinstance(key.type, String) else made}

    def _update(self, connection: Connection, rows: Sequence[tuple[str, Any]]) -> None:
        """Rows of the same columns, in one go."""
        shape, names = self.reader.shape, list(rows[0][1])
        if not names:
            return
        bound = {name: bindparam(f"reconciler_{n}", type_=shape.table.c[name].type) for n, name in enumerate(names)}
        chosen = shape.key == bindparam("reconciler_key", type_=shape.key.type)
        statement = update(shape.table).where(chosen).values({**self.stamp(), **bound})
        connection.execute(
            statement,
            [
                {"reconciler_key": self.reader.key(one), **{bound[name].key: row[name] for name in names}}
                for one, row in rows
            ],
        )

    def stamp(self) -> dict[str, object]:
        """What every write sets besides."""
        shape = self.reader.shape
        return {shape.modified.name: func.current_timestamp()} if shape.stamped and shape.modified is not None else {}


def _written(held: Mapping[str, Record], record_id: str, sent: Mapping[str, Value]) -> Written:
    """As it is now; a row that left a view by what was written is as it was sent."""
    return Written(record_id, held.get(record_id, Record(record_id, dict(sent))))


def _alike(rows: Sequence[Row | Refused]) -> Iterable[list[int]]:
    """Places of rows that name the same columns; what is refused has none."""
    groups: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        if not isinstance(row, Refused):
            groups[tuple(sorted(row))].append(place)
    return groups.values()
