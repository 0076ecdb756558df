"""One database: its address, its pool of connections, and transactions whose failures say what happens next."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, func, make_url, select, true
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from reconciler.connectors.sql.failures import APP, RowRefused, judge, lost
from reconciler.errors import Denied, NoAnswer, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from sqlite3 import Connection as SqliteConnection

    from sqlalchemy import URL, Connection, Engine

_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
_SECONDS = 10
_ARGUMENTS: dict[str, dict[str, Any]] = {
    "postgresql+psycopg": {
        "connect_timeout": _SECONDS,
        "application_name": "reconciler",
        "prepare_threshold": None,  # a pooler may stand between, and forget what was prepared
    },
    "sqlite": {"timeout": _SECONDS},
}
_EXAMPLE = "write it like postgresql://user:password@host/database or sqlite:////path/to/file"


class Database:
    """A database by its address. Threads may share it; nothing is opened before it is used. ``patience`` is how many
    seconds a write waits for rows that somebody else holds (PostgreSQL)."""

    def __init__(self, address: str, patience: float = _SECONDS) -> None:
        self._address = address
        self._patience = patience
        self._engine: Engine | None = None
        self._lock = threading.Lock()

    @property
    def kind(self) -> str:
        """What sort of database the address names (``postgresql``, ``sqlite``, …); empty when it names none."""
        scheme = self._address.partition(":")[0].partition("+")[0]
        return "postgresql" if scheme == "postgres" else scheme

    @property
    def label(self) -> str:
        """Where it is, without user and password."""
        url = _parsed(self._address)
        return "/".join(part for part in (url.host, url.database) if part)

    @property
    def engine(self) -> Engine:
        """The engine. Raises ``Denied`` when the address cannot be used."""
        with self._lock:
            if self._engine is None:
                self._engine = _engine(_parsed(self._address))
            return self._engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read by. Failures become ``AppError`` by what happens next."""
        try:
            with _told(), self.engine.connect() as connection:
                yield connection
        except RowRefused as error:
            raise Rejected(APP, f"a read was refused: {error.refused.code}", code=error.refused.code) from None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction, committed at the end.

        Raises ``RowRefused`` for what the database refuses about the rows, ``NoAnswer`` when the connection broke
        while committing, and other ``AppError`` for the rest; then nothing was written.
        """
        with (
            _told(),
            self.engine.connect().execution_options(writes=True) as connection,
            connection.begin() as transaction,
        ):
            if self.kind == "postgresql":
                wait = f"{self._patience * 1000:.0f}ms"
                connection.execute(select(func.set_config("lock_timeout", wait, true())))
            yield connection
            try:
                transaction.commit()
            except DBAPIError as error:
                if lost(error):
                    raise NoAnswer(APP, "the connection broke while a batch was committed") from None
                raise

    def close(self) -> None:
        """Let go of the connections."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise judge(error) from None  # what the database says may repeat a value, also in a traceback


def _parsed(address: str) -> URL:
    try:
        url = make_url(address.strip())
        return url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
    except (ArgumentError, ValueError):
        raise Denied(APP, f"the credential 'url' is no address of a database; {_EXAMPLE}", code="bad_address") from None


def _engine(url: URL) -> Engine:
    try:
        usual = _ARGUMENTS.get(url.drivername, {})
        arguments = {name: value for name, value in usual.items() if name not in url.query}
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=2, connect_args=arguments)
    except NoSuchModuleError:
        problem = f"nothing here speaks to databases of the kind '{url.drivername}'; {_EXAMPLE}"
        raise Denied(APP, problem, code="no_driver") from None
    except ImportError as error:
        problem = f"'{url.drivername}' needs the Python package {error.name}, which is not installed"
        raise Denied(APP, problem, code="no_driver") from None
    except (ArgumentError, TypeError, ValueError):
        problem = "the credential 'url' has parameters that the database's driver does not know"
        raise Denied(APP, problem, code="bad_address") from None
    if url.get_backend_name() == "sqlite":
        _prepare_sqlite(engine, url.database)
    return engine


def _prepare_sqlite(engine: Engine, path: str | None) -> None:
    """No new file where none was, foreign keys as declared, and transactions that begin where they should."""

    @event.listens_for(engine, "do_connect")
    def _must_exist(*_args: object) -> None:
        if path and path != ":memory:" and not Path(path).is_file():
            raise Denied(APP, f"there is no database file {path}", code="no_database")

    @event.listens_for(engine, "connect")
    def _set_up(raw: SqliteConnection, _record: object) -> None:
        raw.isolation_level = None
        raw.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
