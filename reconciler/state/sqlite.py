"""All that is particular to SQLite: files, pragmas, how a transaction begins, and copies of a template in memory.

The journal is written ahead (WAL), so readers never wait. ``synchronous = NORMAL`` survives the death of the process
and keeps commits in order; a power cut may take the latest. What must survive it too (an intent before it is sent, a
result that cannot be asked for again) commits with ``FULL``, which also makes everything before it durable.
"""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING, cast

from sqlalchemy import URL, StaticPool, create_engine, event

from reconciler.errors import StateError

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Engine

OLDEST = (3, 35, 0)
"""The first SQLite with RETURNING."""

BUSY_MILLISECONDS = 30_000
PRAGMAS = (
    "journal_mode = WAL",
    f"busy_timeout = {BUSY_MILLISECONDS}",
    "foreign_keys = ON",
    "cache_size = -65536",
    "wal_autocheckpoint = 8000",
    "journal_size_limit = 67108864",
    "temp_store = MEMORY",
)


def file_engine(path: Path) -> Engine:
    """An engine over a file, made with mode 0600 (its folder 0700) where there was none.

    Raises ``StateError`` when the folder or the file cannot be made.
    """
    _must_be_recent()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StateError(
            f"The state {path} cannot be opened: {error.strerror}. Give --state a file in a folder that this user "
            "may write, for example --state ./state/reconciler.sqlite."
        ) from error
    engine = create_engine(URL.create("sqlite", database=str(path)), hide_parameters=True, pool_use_lifo=True)
    _listen(engine)
    return engine


def memory_engine(template: bytes | None = None) -> Engine:
    """An engine over a state in memory, a copy of ``template`` where given."""
    _must_be_recent()
    raw = sqlite3.connect(":memory:", check_same_thread=False, cached_statements=512)
    if template:
        raw.deserialize(template)
    engine = create_engine("sqlite://", creator=lambda: raw, poolclass=StaticPool, hide_parameters=True)
    _listen(engine)
    return engine


def snapshot(engine: Engine) -> bytes:
    """The whole state in memory as bytes, to make copies from."""
    with engine.connect() as db:
        return cast("sqlite3.Connection", db.connection.driver_connection).serialize()


def _must_be_recent() -> None:
    if sqlite3.sqlite_version_info < OLDEST:
        raise StateError(
            f"SQLite {sqlite3.sqlite_version} is too old: {'.'.join(map(str, OLDEST))} or newer is needed. "
            "Use a Python that was built with a newer one."
        )


def _listen(engine: Engine) -> None:
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)


def _prepare(raw: sqlite3.Connection, _record: object) -> None:
    raw.isolation_level = None  # transactions begin where we say, also around DDL
    for pragma in PRAGMAS:
        raw.execute(f"PRAGMA {pragma}")


def _begin(db: Connection) -> None:
    options = db.get_execution_options()
    if options.get("writes"):
        db.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if options.get('durable') else 'NORMAL'}")
        db.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        db.exec_driver_sql("BEGIN")
