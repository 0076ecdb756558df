"""Creates that meet a row with the same unique value: the draft's columns are written onto it.

A row that counts as deleted comes back by it: nobody can read it, so a refusal could never be acted upon, and its value
would be blocked for good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, select, update
from sqlalchemy.dialects import mysql, postgresql, sqlite

from reconciler.connectors.sql.failures import APP, RowRefused
from reconciler.connectors.sql.table import Shape
from reconciler.connectors.sql.unique import others
from reconciler.model.outcome import Outcome, Refused, Written

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select
    from sqlalchemy.sql.dml import ReturningInsert

Row = Mapping[str, Any]

_RETURNING: dict[str, Callable[[Table], postgresql.Insert | sqlite.Insert]] = {
    "postgresql": postgresql.insert,
    "sqlite": sqlite.insert,
}
_BY_DUPLICATE = {"mysql", "mariadb"}


@dataclass(frozen=True, slots=True)
class Upsert:
    """The way of one call. ``columns`` tell rows apart, ``stamp`` is set with every write, ``taken`` are the rows that
    this call wrote: a second draft for one of them is refused."""

    shape: Shape
    columns: tuple[str, ...]
    stamp: Row
    taken: set[str] = field(default_factory=set)

    def put(self, connection: Connection, row: Row, new: Row) -> str | None:
        """Write one row, with the values of ``new`` if it is made; its key, or None where it is to be inserted as
        usual: nothing is the same as nothing else."""
        if any(row.get(name) in (None, "", []) for name in self.columns):
            return None
        kind = connection.dialect.name
        if kind in _RETURNING and connection.dialect.insert_returning:
            return str(connection.execute(self.on_conflict(kind, row), {**new, **row}).scalar_one())
        if kind in _BY_DUPLICATE and not others(self.shape.table, self.columns, row):
            connection.execute(self.on_duplicate(row), {**new, **row})
            return str(connection.execute(self._look(row)).scalar_one())
        return self._look_then_write(connection, row)

    def claim(self, ids: Sequence[str]) -> None:
        """Raises ``RowRefused`` where two drafts want one row."""
        if len(set(ids)) < len(ids) or not self.taken.isdisjoint(ids):
            names = ", ".join(self.columns)
            message = f"{APP}: another new record has the same value already ({names})"
            raise RowRefused(Refused("unique", message, field=names if len(self.columns) == 1 else None))

    def keep(self, outcomes: Iterable[Outcome]) -> None:
        """These were committed."""
        self.taken.update(one.id for one in outcomes if isinstance(one, Written))

    def on_conflict(self, kind: str, names: Iterable[str]) -> ReturningInsert[Any]:
        """For PostgreSQL and SQLite: a conflict with another constraint stays an error."""
        statement = _RETURNING[kind](self.shape.table)
        if self.stamp:
            statement = statement.values(self.stamp)
        changes = {**{name: statement.excluded[name] for name in self._set(names)}, **self._also}
        return statement.on_conflict_do_update(index_elements=self.columns, set_=changes).returning(self.shape.key)

    def on_duplicate(self, names: Iterable[str]) -> mysql.Insert:
        """For MySQL and MariaDB, which take any unique value for the one that is meant."""
        statement = mysql.insert(self.shape.table)
        if self.stamp:
            statement = statement.values(self.stamp)
        changes = {**{name: statement.inserted[name] for name in self._set(names)}, **self._also}
        return statement.on_duplicate_key_update(changes)

    def _look_then_write(self, connection: Connection, row: Row) -> str | None:
        found = connection.scalar(self._look(row))
        if found is None:
            return None
        shape = self.shape
        changes = {**{name: row[name] for name in self._set(row)}, **self._also}
        connection.execute(update(shape.table).where(shape.key == found).values(changes))
        return str(found)

    def _look(self, row: Row) -> Select[Any]:
        same = (self.shape.table.c[name] == row[name] for name in self.columns)
        return select(self.shape.key).where(*same).with_for_update()

    def _set(self, names: Iterable[str]) -> list[str]:
        """A row that was met keeps its own key."""
        return [name for name in names if name in self.columns or name != self.shape.key.name]

    @property
    def _also(self) -> Row:
        """What a row that was met gets besides: it is of now, and it is there."""
        deleted = self.shape.deleted
        if deleted is None:
            return self.stamp
        there = self.shape.codecs[deleted.name].to_column(value=False) if self.shape.flagged else None
        return {**self.stamp, deleted.name: there}
