"""Opens the state: which database, its tables, its key; and hands out its parts."""

from __future__ import annotations

import os
import secrets
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, select

from reconciler.errors import StateError
from reconciler.model.record import Side
from reconciler.state import key as keys
from reconciler.state.connection import SqlConnectionState
from reconciler.state.database import Database
from reconciler.state.keep import Keep, MemoryKeep, SealedKeep
from reconciler.state.lease import SqlLease, Terms
from reconciler.state.sqlite import file_engine, memory_engine, snapshot
from reconciler.state.statement import Statement, upsert
from reconciler.state.tables import connection, meta, side
from reconciler.state.upgrade import upgrade

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

CHECK = "key check"

META = Statement(select(meta.c.value).where(meta.c.name == bindparam("name")))
SET_META = upsert(meta)
NAMES = Statement(select(connection.c.name).order_by(connection.c.name))
FIND = Statement(select(connection.c.connection_id).where(connection.c.name == bindparam("name")))
SIDES = Statement(select(side.c.side, side.c.side_id).where(side.c.connection_id == bindparam("connection_id")))
ADD = Statement(
    insert(connection)
    .values(name=bindparam("name"), digest="", last_cycle=0, live_links=0)
    .returning(connection.c.connection_id)
)
ADD_SIDE = Statement(insert(side).values(connection_id=bindparam("connection_id"), side=bindparam("side")))


class SqlStore:
    """``Store`` over SQL; safe to use from several threads. ``key`` is what fingerprints are made with; ``keep`` holds
    what accounts need to remember (logins, tokens)."""

    def __init__(self, database: Database, key: bytes, terms: Terms, keep: Keep | None = None) -> None:
        self.key = key
        self.keep = keep or MemoryKeep()
        self._database = database
        self._terms = terms
        self._connections: dict[str, tuple[int, SqlConnectionState]] = {}

    def connection(self, name: str) -> SqlConnectionState:
        """One connection's part, made on first use."""
        return self._open(name)[1]

    def names(self) -> list[str]:
        """Every connection that was ever used, in alphabetical order."""
        with self._database.read() as db:
            return [name for (name,) in NAMES.rows(db)]

    def lease(self, name: str) -> SqlLease:
        """Take the writer's lease; raises ``LeaseHeld``."""
        return SqlLease(self._database, name, self._open(name)[0], self._terms)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _open(self, name: str) -> tuple[int, SqlConnectionState]:
        found = self._connections.get(name)
        if found is None:
            connection_id, sides = self._ids(name)
            state = SqlConnectionState(self._database, name, connection_id, sides)
            found = self._connections.setdefault(name, (connection_id, state))
        return found

    def _ids(self, name: str) -> tuple[int, dict[Side, int]]:
        with self._database.read() as db:
            found = _find(db, name)
        if found is None:
            with self._database.write() as db:
                # Looked at again: another process may have been quicker.
                found = _find(db, name) or _add(db, name)
        return found


def open_store(
    url: str,
    key: bytes | None = None,
    *,
    clock: Callable[[], float] = time.time,
    environ: Mapping[str, str] = os.environ,
    token: Callable[[int], bytes] = secrets.token_bytes,
) -> SqlStore:
    """The state at ``url`` (a path, or ``sqlite:///path``), made or migrated where needed.

    The fingerprint key is ``key``, else the one in the environment, else the one in the file beside the state, which
    is made on the first day. ``clock`` gives POSIX seconds, ``token`` that many random bytes.

    Raises ``StateError`` when the state cannot be opened, ``KeyMismatch`` when it was made with another key.
    """
    path = _path(url)
    database = Database(file_engine(path), str(path))
    try:
        upgrade(database)
        settled = _settled_key(database, path, key or keys.from_environment(environ), token)
        keep = SealedKeep(path.with_name(f"{path.name}.accounts"), settled, token)
        return SqlStore(database, settled, Terms(clock, token), keep)
    except BaseException:
        database.close()
        raise


def memory_store(
    key: bytes = bytes(32),
    *,
    clock: Callable[[], float] = time.time,
    token: Callable[[int], bytes] = secrets.token_bytes,
) -> SqlStore:
    """A state that lives in memory and dies with the object; made in about a millisecond."""
    database = Database(memory_engine(_template()), "in memory", alone=True)
    return SqlStore(database, key, Terms(clock, token))


@cache
def _template() -> bytes:
    engine = memory_engine()
    database = Database(engine, "in memory", alone=True)
    upgrade(database)
    image = snapshot(engine)
    database.close()
    return image


def _path(url: str) -> Path:
    scheme, found, rest = url.partition("://")
    if not found:
        return Path(url).expanduser()
    if scheme != "sqlite" or not rest.startswith("/") or not rest[1:]:
        raise StateError(
            f"The state cannot be kept in {scheme}://…: give a path such as ./state/reconciler.sqlite, or "
            "sqlite:///relative/path, or sqlite:////absolute/path."
        )
    return Path(rest[1:]).expanduser()


def _settled_key(database: Database, path: Path, given: bytes | None, token: Callable[[int], bytes]) -> bytes:
    """The key to use, held against the check value; the first key that comes is the state's."""
    file = path.with_name(f"{path.name}.key")
    with database.read() as db:
        check = META.first(db, name=CHECK)
    key = given or keys.from_file(file)
    if key is None:
        if check:
            raise keys.missing(str(path))
        key = keys.make_file(file, token)
    if check is None:
        with database.write(durable=True) as db:
            SET_META.run(db, name=CHECK, value=keys.check_value(key))
            check = META.first(db, name=CHECK)
    keys.must_match(key, str(check[0]) if check else "", str(path))
    return key


def _find(db: Connection, name: str) -> tuple[int, dict[Side, int]] | None:
    found = FIND.first(db, name=name)
    if found is None:
        return None
    return found[0], {Side(which): side_id for which, side_id in SIDES.rows(db, connection_id=found[0])}


def _add(db: Connection, name: str) -> tuple[int, dict[Side, int]]:
    [(connection_id,)] = ADD.rows(db, name=name)
    ADD_SIDE.many(db, [(connection_id, which.value) for which in Side])
    found = _find(db, name)
    return found or (connection_id, {})
