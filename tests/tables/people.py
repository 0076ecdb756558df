"""A table of people in any database: its definition, hands that edit it by SQL, and connectors over it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import MetaData, String, Table, Text, delete, insert, update

from reconciler.connectors.apps.sql import APP
from reconciler.connectors.base import Opening
from reconciler.connectors.http import Http
from reconciler.connectors.sql.database import Database
from reconciler.connectors.tabular.lists import join_list

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy.types import TypeEngine

    from reconciler.connectors.sql.rows import Rows
    from reconciler.model.record import Value

TEXTS = ("first_name", "company", "title", "street", "city", "postal_code", "country", "notes")


@contextmanager
def connected(address: str) -> Iterator[Database]:
    """A database as an account has it."""
    database = APP.connect(APP.credentials.model_validate({"url": address}))
    yield database
    database.close()


@dataclass
class Place:
    """A database in which tables are made; ``sql`` runs statements, ``rows`` opens a connector."""

    database: Database

    def sql(self, *statements: str) -> None:
        with self.database.writing() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def many(self, statement: str, *rows: tuple[object, ...]) -> None:
        """One statement once for every row of parameters."""
        with self.database.writing() as connection:
            for row in rows:
                connection.exec_driver_sql(statement, row)

    def one(self, statement: str, *parameters: object) -> object:
        with self.database.reading() as connection:
            return connection.exec_driver_sql(statement, parameters).scalar()

    def column(self, statement: str) -> list[object]:
        with self.database.reading() as connection:
            return list(connection.exec_driver_sql(statement).scalars())

    def rows(self, *names: str, **options: object) -> Rows:
        with Http(app="sql", base_url="") as http:
            return APP.open(Opening(http, "rows", options, names, self.database))

    def hands(self, table: str, schema: str | None = None) -> SqlHands:
        with self.database.reading() as connection:
            return SqlHands(self.database, Table(table, MetaData(), schema=schema, autoload_with=connection))


@dataclass
class SqlHands:
    """A person with an SQL prompt."""

    database: Database
    table: Table

    def add(self, **values: Value) -> str:
        with self.database.writing() as connection:
            made = connection.execute(insert(self.table).values(**self._row(values))).inserted_primary_key
        return str(made[0])

    def edit(self, record_id: str, **values: Value) -> None:
        with self.database.writing() as connection:
            connection.execute(update(self.table).where(self._key(record_id)).values(**self._row(values)))

    def delete(self, record_id: str) -> None:
        with self.database.writing() as connection:
            connection.execute(delete(self.table).where(self._key(record_id)))

    def _key(self, record_id: str):
        (key,) = self.table.primary_key.columns
        return key == key.type.python_type(record_id)

    def _row(self, values: Mapping[str, Value]) -> dict[str, object]:
        return {name: _typed(self.table.columns[name].type, value) for name, value in values.items()}


def _typed(kind: TypeEngine[object], value: Value) -> object:
    """A value as the column's Python type wants it."""
    if isinstance(value, tuple):
        return join_list(value, ",") if isinstance(kind, Text | String) else list(value)
    if isinstance(value, str) and kind.python_type in {date, datetime}:
        return kind.python_type.fromisoformat(value)
    return value
