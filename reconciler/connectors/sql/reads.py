"""Rows as records: which columns are asked for, which rows count as deleted, and pages by the key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, String, and_, cast, false, func, null, or_, select

from reconciler.connectors.sql.failures import APP
from reconciler.connectors.sql.marks import moment_of
from reconciler.connectors.sql.table import Shape
from reconciler.connectors.tabular.words import NoFit
from reconciler.errors import Rejected
from reconciler.model.field import FieldType
from reconciler.model.record import Page, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection, Row, Select

    from reconciler.connectors.sql.database import Database

_FOLDED = {FieldType.TEXT, FieldType.ENUM}


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads rows of one table with the columns ``names``; positions in a row: key, gone, modified, version, names."""

    shape: Shape
    names: tuple[str, ...]

    @property
    def rows(self) -> Select[Any]:
        """All rows that have a key, deleted ones included."""
        shape = self.shape
        extra = (shape.modified, shape.version)
        columns = [shape.key, self.gone, *(null() if one is None else one for one in extra)]
        named = [shape.table.c[name] for name in self.names]
        labelled = [column.label(f"c{number}") for number, column in enumerate((*columns, *named))]
        return select(*labelled).where(shape.key.is_not(None))

    @property
    def gone(self) -> ColumnElement[bool]:
        """Whether a row counts as deleted."""
        deleted = self.shape.deleted
        if deleted is None:
            return false()
        if self.shape.flagged:
            return and_(deleted.is_not(None), deleted != self.shape.codecs[deleted.name].to_column(value=False))
        return deleted.is_not(None)

    @property
    def alive(self) -> Select[Any]:
        """All rows that count."""
        return self.rows if self.shape.deleted is None else self.rows.where(~self.gone)

    def record(self, row: Row[Any]) -> Record:
        """One row as a record."""
        key, _, modified, version, *held = tuple(row)
        codecs = self.shape.codecs
        values = {name: codecs[name].to_value(one) for name, one in zip(self.names, held, strict=True)}
        stamp = self.shape.modified
        when = None if stamp is None else moment_of(codecs[stamp.name].to_value(modified))
        return Record(str(key), values, None if version is None else str(version), when)

    def pages(self, database: Database, rows: Select[Any], size: int) -> Iterator[Page]:
        """Pages in the order of the key, each read by itself: memory and transactions stay short. The last one has
        ``last=True`` and no cursor yet. Raises ``Rejected`` where two rows have one key."""
        key, after = self.shape.key, None
        while True:
            chosen = rows if after is None else rows.where(key > after)
            with database.reading() as connection:
                found = connection.execute(chosen.order_by(key).limit(size + 1)).all()
            _all_different([row[0] for row in found])
            page, more = found[:size], len(found) > size
            kept = tuple(self.record(row) for row in page if not row[1])
            yield Page(kept, gone=tuple(str(row[0]) for row in page if row[1]), last=not more)
            if not more:
                return
            after = page[-1][0]

    def by_ids(self, connection: Connection, ids: Iterable[str]) -> dict[str, Record]:
        """These rows where they are there, by id."""
        return self._records(connection, self.alive.where(self.shape.key.in_(self.keys(ids))))

    def locked(self, connection: Connection, ids: Iterable[str]) -> dict[str, Record]:
        """The same, held against other writers until the transaction ends; in one order, so that nobody waits for
        each other."""
        rows = self.alive.where(self.shape.key.in_(self.keys(ids))).order_by(self.shape.key)
        return self._records(connection, rows.with_for_update())

    def _records(self, connection: Connection, rows: Select[Any]) -> dict[str, Record]:
        return {record.id: record for record in map(self.record, connection.execute(rows))}

    def keys(self, ids: Iterable[str]) -> list[object]:
        """Ids as the key column holds them; what it cannot hold is nobody's."""
        return [key for one in ids if (key := self.key(one)) is not None]

    def key(self, record_id: str) -> object:
        """One id as the key column holds it; None where it cannot."""
        try:
            return self.shape.codecs[self.shape.key.name].write(record_id)
        except NoFit:
            return None

    def matching(self, name: str, values: Sequence[str]) -> Select[Any] | None:
        """Rows whose column equals one of these, whatever the case of a text; None where none can."""
        column, codec = self.shape.table.c[name], self.shape.codecs[name]
        wanted = []
        for value in filter(None, values):
            try:
                wanted.append(codec.to_column(value))
            except NoFit:
                continue
        wanted = [one for one in wanted if one is not None]
        if not wanted or codec.type is FieldType.LIST:
            return None
        if codec.type not in _FOLDED or not all(isinstance(one, str) for one in wanted):
            return self.alive.where(column.in_(wanted))
        folded = [str(one).lower() for one in wanted]
        text = cast(column, String) if codec.type is FieldType.ENUM else column  # which knows no word but its own
        return self.alive.where(or_(text.in_(wanted), func.lower(text).in_(folded)))


def _all_different(keys: Sequence[object]) -> None:
    if len(set(keys)) < len(keys):
        raise Rejected(APP, "two rows have the same key; name another column: options: {key: …}", code="double_key")
