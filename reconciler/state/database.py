"""One engine for the whole state: reads that see what is committed, and one writer at a time."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from reconciler.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine


class Database:
    """Transactions over one engine. ``name`` is what messages call it; ``alone`` says that there is only one DBAPI
    connection (a state in memory), so that even reads take turns.

    Transactions of one thread must not be nested: whatever a caller streams is fetched before a transaction begins.
    """

    def __init__(self, engine: Engine, name: str, *, alone: bool = False) -> None:
        self.name = name
        self._engine = engine
        self._writer = Lock()
        self._reader = self._writer if alone else _Open()
        self._alone = alone

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view of what is committed. Raises ``StateError`` when the state cannot be reached."""
        with self._reader, self._spoken(), self._engine.connect() as db:
            yield db

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[Connection]:
        """A transaction that commits at the end. A ``durable`` one survives a power cut before it returns; of the
        others a power cut can take the latest (never a middle one), which the next cycle finds out again.
        """
        # The lock spares writers of this process the database's own waiting, which polls.
        engine = self._engine.execution_options(writes=True, durable=durable)
        with self._writer, self._spoken(), engine.begin() as db:
            yield db

    def rest(self) -> None:
        """Let go of the connections that nobody uses now: each keeps a cache of its own, and it may be long until the
        next one is wanted."""
        if not self._alone:
            self._engine.dispose()

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    @contextmanager
    def _spoken(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise StateError(
                f"The state {self.name} cannot be used: {error.orig}. Nothing more is written to any app; "
                "look at free space, permissions and other programs that hold the file, then start again."
            ) from error


class _Open:
    """A door without a lock."""

    def __enter__(self) -> None: ...
    def __exit__(self, *exc: object) -> None: ...
