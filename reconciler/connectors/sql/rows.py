"""The connector over one table: reads by pages of keys, writes by batches."""

from __future__ import annotations

import uuid
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from reconciler.connectors.base import Account
from reconciler.connectors.sql.failures import APP
from reconciler.connectors.sql.marks import marks_of
from reconciler.connectors.sql.reads import Reader
from reconciler.connectors.sql.table import look_at
from reconciler.connectors.sql.upserts import Upsert
from reconciler.connectors.sql.writes import Writer, together
from reconciler.connectors.tabular.columns import must_have, searchable
from reconciler.errors import CursorExpired
from reconciler.model.traits import Traits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from reconciler.connectors.sql.database import Database
    from reconciler.connectors.sql.marks import Marks
    from reconciler.connectors.sql.options import Options
    from reconciler.connectors.sql.table import Shape
    from reconciler.model.field import Field
    from reconciler.model.outcome import Draft, Outcome, Patch
    from reconciler.model.record import Page, Record

_RIGHTS = ("SELECT", "INSERT", "UPDATE")
_NOTES = (
    "without a column that says when a row was changed, only PostgreSQL tables give deltas",
    "a row that is deleted for good shows in a complete read only; a column that marks deleted rows tells at once",
)


class Rows:
    """The connector. ``new_id`` makes keys for tables that make none themselves."""

    def __init__(
        self,
        database: Database,
        options: Options,
        names: tuple[str, ...] = (),
        new_id: Callable[[], uuid.UUID] = uuid.uuid4,
    ) -> None:
        self._database = database
        self._options = options
        self._names = names
        self._new_id = new_id
        self.traits = _traits(database.kind, options, names)

    @cached_property
    def _shape(self) -> Shape:
        with self._database.reading() as connection:
            return look_at(connection, self._options)

    @cached_property
    def _reader(self) -> Reader:
        must_have(APP, f"the table '{self._options.table}'", self._names, self._shape.codecs)
        return Reader(self._shape, self._names)

    def _look_anew(self) -> None:
        """A connector lives for long, and tables change: every read begins with a look."""
        for seen in ("_shape", "_reader"):
            self.__dict__.pop(seen, None)

    @property
    def _writer(self) -> Writer:
        return Writer(self._reader, self._new_id)

    def probe(self) -> Account:
        """Where the table is, and what the user may do with it, as far as PostgreSQL tells."""
        table = self._shape.table
        with self._database.reading() as connection:
            connection.execute(select(self._shape.key).limit(0))
            if self._database.kind != "postgresql":
                return Account(id=f"{self._database.label} {table.fullname}")
            quoted = connection.dialect.identifier_preparer.format_table(table)
            may = connection.execute(select(*(func.has_table_privilege(quoted, right) for right in _RIGHTS))).one()
        wanted = _RIGHTS if self._shape.writable else _RIGHTS[:1]
        granted = tuple(right for right, has in zip(_RIGHTS, may, strict=True) if has)
        missing = tuple(right for right in wanted if right not in granted)
        return Account(id=f"{self._database.label} {table.fullname}", scopes=granted, missing=missing)

    def describe(self) -> tuple[Field, ...]:
        """Every column that a field of a contact can hold."""
        return self._shape.fields

    def list(self, since: str | None = None) -> Iterator[Page]:
        """All rows in the order of the key, or those that changed since a cursor."""
        self._look_anew()
        marks, reader = marks_of(self._shape, self._options.overlap), self._reader
        rows = reader.alive
        with self._database.reading() as connection:
            cursor = marks.take(connection) if marks else None
            if since is not None:
                changed = _known(marks).since(connection, since)
                rows = reader.rows if changed is None else reader.rows.where(changed)
        for page in reader.pages(self._database, rows, self._options.page_size):
            empty = page.last and since is None and not page.records
            yield replace(page, cursor=cursor, total=self._count() if empty else None) if page.last else page

    def _count(self) -> int:
        """Said only of a table without rows: while others write, a count and a listing are never of one moment."""
        with self._database.reading() as connection:
            rows = self._reader.alive.subquery()
            return connection.scalar(select(func.count()).select_from(rows)) or 0

    def get(self, ids: Sequence[str]) -> Sequence[Record]:
        """By key."""
        with self._database.reading() as connection:
            return tuple(self._reader.by_ids(connection, ids).values())

    def find(self, name: str, values: Sequence[str]) -> Sequence[Record]:
        """By the column; texts whatever their case."""
        rows = self._reader.matching(name, values)
        if rows is None:
            return ()
        with self._database.reading() as connection:
            return tuple(map(self._reader.record, connection.execute(rows)))

    def create(self, drafts: Sequence[Draft]) -> Sequence[Outcome]:
        """In one transaction, as far as the database lets them all in."""
        writer, columns = self._writer, tuple(self._options.upsert_on)
        if not columns:
            return together(self._database, drafts, writer.create)
        upsert = Upsert(self._shape, columns, writer.stamp())
        return together(self._database, drafts, replace(writer, upsert=upsert).create, upsert.keep)

    def update(self, patches: Sequence[Patch]) -> Sequence[Outcome]:
        """In one transaction; rows that moved on since they were read are left alone."""
        return together(self._database, patches, self._writer.update)

    def delete(self, ids: Sequence[str]) -> Sequence[Outcome]:
        """In one transaction."""
        return together(self._database, ids, self._writer.delete)


def _known(marks: Marks | None) -> Marks:
    if marks is None:
        raise CursorExpired(APP, "nothing tells any more what changed in this table")
    return marks


def _traits(kind: str, options: Options, names: tuple[str, ...]) -> Traits:
    """What the kind of database and the options promise."""
    postgres = kind == "postgresql"
    delta = postgres or options.modified is not None
    return Traits(
        delta=delta,
        tombstones=delta and options.deleted is not None,
        versions=postgres,
        modified=options.modified is not None,
        create_batch=options.batch,
        update_batch=options.batch,
        delete_batch=options.batch,
        get_batch=options.batch,
        find_batch=options.batch,
        page_size=options.page_size,
        unique=tuple(options.upsert_on) if len(options.upsert_on) == 1 else (),
        searchable=searchable(names, options.roles, options.lists),
        notes=_NOTES,
    )
