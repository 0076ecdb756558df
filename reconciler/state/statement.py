"""SQL as SQLAlchemy Core builds it, rendered once per dialect and then run as plain text.

Stores are opened by the thousand in tests and look-ups run a million times a cycle: both would otherwise pay for
rendering again. The text is the same that Core would send.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

from sqlalchemy import bindparam

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import ClauseElement, Connection, CursorResult, Dialect, Table
    from sqlalchemy.sql.compiler import SQLCompiler
    from sqlalchemy.sql.elements import BindParameter

Rows: TypeAlias = list[tuple[Any, ...]]

# Lists come in few sizes, so that a prepared statement exists for each; shorter ones repeat their last value.
SIZES = (1, 8, 64, 512)


class _Text(NamedTuple):
    """The rendered statement, the names of its parameters in order, and the values that it brought itself."""

    sql: str
    names: Sequence[str]
    constants: dict[str, Any]


class Statement:
    """One statement; ``build`` may depend on the dialect (an upsert does)."""

    def __init__(self, build: ClauseElement | Callable[[str], ClauseElement]) -> None:
        self._build = build
        self._texts: dict[str, _Text] = {}

    def run(self, db: Connection, **values: object) -> int:
        """Run with named parameters; returns how many rows it touched."""
        return self._execute(db, values).rowcount

    def rows(self, db: Connection, **values: object) -> Rows:
        """Run with named parameters; returns every row."""
        return cast("Rows", self._execute(db, values).all())

    def first(self, db: Connection, **values: object) -> tuple[Any, ...] | None:
        """Run with named parameters; returns the first row, if there is one."""
        return next(iter(self.rows(db, **values)), None)

    def many(self, db: Connection, rows: Sequence[tuple[object, ...]]) -> None:
        """Run once per row; parameters in the order in which the statement names them."""
        if rows:
            db.exec_driver_sql(self._text(db.dialect).sql, list(rows))

    def _execute(self, db: Connection, values: Mapping[str, object]) -> CursorResult[Any]:
        sql, names, constants = self._text(db.dialect)
        return db.exec_driver_sql(sql, tuple((values if name in values else constants)[name] for name in names))

    def _text(self, dialect: Dialect) -> _Text:
        found = self._texts.get(dialect.name)
        if found is None:
            statement = self._build(dialect.name) if callable(self._build) else self._build
            compiled = cast("SQLCompiler", statement.compile(dialect=dialect))
            found = _Text(str(compiled), compiled.positiontup or (), dict(compiled.params))
            self._texts[dialect.name] = found
        return found


class Lookup:
    """A select over a list of values of any length; ``build`` gets the list as bound parameters."""

    def __init__(self, build: Callable[[list[BindParameter[Any]]], ClauseElement]) -> None:
        self._build = build
        self._sizes: dict[int, Statement] = {}

    def rows(self, db: Connection, values: Iterable[object], **fixed: object) -> Rows:
        """The rows found, in no particular order."""
        listed = list(values)
        some = (listed[start : start + SIZES[-1]] for start in range(0, len(listed), SIZES[-1]))
        return [row for part in some for row in self._some(db, part, fixed)]

    def _some(self, db: Connection, values: list[object], fixed: dict[str, object]) -> Rows:
        size = next(size for size in SIZES if size >= len(values))
        values += values[-1:] * (size - len(values))
        named = {f"value{number}": value for number, value in enumerate(values)}
        return self._sized(size).rows(db, **fixed, **named)

    def _sized(self, size: int) -> Statement:
        if size not in self._sizes:
            self._sizes[size] = Statement(self._build([bindparam(f"value{number}") for number in range(size)]))
        return self._sizes[size]


def upsert(table: Table, *, add: str | None = None) -> Statement:
    """Insert a row; where its primary key exists, add to column ``add``, or leave the row alone (``add=None``)."""

    def build(dialect: str) -> ClauseElement:
        insert = import_module(f"sqlalchemy.dialects.{dialect}").insert(table)
        if add is None:
            return cast("ClauseElement", insert.on_conflict_do_nothing())
        total = {add: table.c[add] + insert.excluded[add]}
        return cast("ClauseElement", insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=total))

    return Statement(build)
