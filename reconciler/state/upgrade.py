"""Brings a state to the tables of this version; a state already there costs one small query."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from sqlalchemy import inspect, select
from sqlalchemy.sql import column, table

from reconciler.errors import StateError
from reconciler.state.statement import Statement
from reconciler.state.tables import HEAD

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from reconciler.state.database import Database

VERSION = Statement(select(column("version_num")).select_from(table("alembic_version")))


def upgrade(database: Database) -> None:
    """Create or migrate the tables, in one transaction.

    Raises ``StateError`` when a newer version made the state, or when the database holds something else.
    """
    with database.read() as db:
        if _version(db, database.name) == HEAD:
            return
    with database.write(durable=True) as db:
        # Looked at again: another process may have been quicker.
        found = _version(db, database.name)
        if found != HEAD:
            # Alembic takes longer to load than all of the rest, and is rarely needed.
            import_module("reconciler.state.migrate").migrate(db, found, database.name)


def _version(db: Connection, name: str) -> str | None:
    names = inspect(db).get_table_names()
    if "alembic_version" in names:
        found = VERSION.first(db)
        return str(found[0]) if found else None
    if names:
        raise StateError(
            f"{name} is a database, but not a state of the reconciler. Name another file with --state, or none: "
            "a new state is made, and contacts are linked again by their keys."
        )
    return None
