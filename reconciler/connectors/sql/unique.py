"""What the database itself keeps apart: its constraints and indexes over columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Index, UniqueConstraint, inspect

from reconciler.connectors.sql.failures import APP
from reconciler.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection, Table


def must_be_unique(connection: Connection, found: Table, columns: Sequence[str]) -> None:
    """Raises ``Rejected`` where the database does not keep the values of these columns, together, unique."""
    if connection.dialect.name == "sqlite":
        _complete(connection, found)
    if frozenset(columns) in {*_constraints(found), *map(_columns, filter(_is_whole, _indexes(found)))}:
        return
    named = ", ".join(columns)
    raise Rejected(
        APP,
        f"upsert_on: [{named}] needs a unique constraint on just that, and '{found.fullname}' has none; make one "
        f"(CREATE UNIQUE INDEX some_name ON {found.fullname} ({named}), without WHERE and functions), "
        "or leave upsert_on out",
        code="not_unique",
    )


def others(found: Table, columns: Iterable[str], written: Iterable[str]) -> bool:
    """Whether a row with the columns ``written`` may meet another one by anything else than ``columns``."""
    groups = {*_constraints(found), *map(_columns, _indexes(found))} - {frozenset(columns)}
    primary = frozenset(column.name for column in found.primary_key.columns)
    return bool(groups if primary & set(written) else groups - {primary})


def _complete(connection: Connection, found: Table) -> None:
    """SQLite's constraints are read from its words, of which not all are understood; its indexes tell them all."""
    indexes = inspect(connection).get_indexes(found.name, schema=found.schema, include_auto_indexes=True)
    for one in indexes:
        if str(one["name"]).startswith("sqlite_autoindex_"):
            Index(one["name"], *(found.c[name] for name in one["column_names"] if name), unique=True)


def _constraints(found: Table) -> Iterator[frozenset[str]]:
    yield frozenset(column.name for column in found.primary_key.columns)
    for one in found.constraints:
        if isinstance(one, UniqueConstraint):
            yield frozenset(column.name for column in one.columns)


def _indexes(found: Table) -> Iterator[Index]:
    return (one for one in found.indexes if one.unique)


def _columns(index: Index) -> frozenset[str]:
    return frozenset(column.name for column in index.columns)


def _is_whole(index: Index) -> bool:
    """Of every row, and of columns alone."""
    partial = any(name.endswith("_where") and said is not None for name, said in index.dialect_kwargs.items())
    return not partial and len(index.expressions) == len(index.columns)
