"""One connection's part of the store: who needs which transaction."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

import msgspec
from sqlalchemy import bindparam, select, update

from reconciler.model.record import Side
from reconciler.state.base import Memory
from reconciler.state.contacts import Contacts
from reconciler.state.journal import End, Journal
from reconciler.state.links import Links
from reconciler.state.statement import Statement
from reconciler.state.tables import connection, side

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from reconciler.model.link import ContactState, Link
    from reconciler.state.base import Cycle, Entry, Intent, Known, Observation, Result, Seen
    from reconciler.state.database import Database

STEP = 20_000
"""How many rows one transaction of a stream holds: some 30 MB and a second at most. Ids and keys fall anywhere in their
indexes, so that a smaller step writes nearly the same pages again and again."""

T = TypeVar("T")

DIGEST = Statement(select(connection.c.digest).where(connection.c.connection_id == bindparam("connection_id")))
SIDES = Statement(
    select(side.c.side, side.c.cursor, side.c.complete_at).where(side.c.connection_id == bindparam("connection_id"))
)
SET_DIGEST = Statement(
    update(connection).where(connection.c.connection_id == bindparam("which")).values(digest=bindparam("new_digest"))
)
SET_SIDE = Statement(
    update(side)
    .where(side.c.side_id == bindparam("which"))
    .values(cursor=bindparam("new_cursor"), complete_at=bindparam("new_complete_at"))
)


class SqlConnectionState:
    """``ConnectionState`` over SQL; safe to use from several threads."""

    def __init__(self, database: Database, name: str, connection_id: int, sides: Mapping[Side, int]) -> None:
        self.name = name
        self._database = database
        self._connection_id = connection_id
        self._sides = sides
        self._contacts = Contacts(connection_id, sides)
        self._links = Links(connection_id, sides)
        self._journal = Journal(connection_id, sides)

    def memory(self) -> Memory:
        """Digest, cursors and complete reads."""
        with self._database.read() as db:
            [(digest,)] = DIGEST.rows(db, connection_id=self._connection_id)
            sides = SIDES.rows(db, connection_id=self._connection_id)
        cursors = {Side(name): cursor for name, cursor, _ in sides if cursor is not None}
        return Memory(digest, cursors, {Side(name): at for name, _, at in sides if at is not None})

    def seen(self, side: Side, ids: Sequence[str], now: float) -> dict[str, Seen]:
        """The cheap look, by id."""
        with self._database.read() as db:
            return self._contacts.seen(db, side, ids, now)

    def known(self, side: Side, ids: Sequence[str]) -> dict[str, Known]:
        """Everything remembered, by id."""
        with self._database.read() as db:
            return self._contacts.known(db, side, ids)

    def by_key(self, ordinal: int, keys: Sequence[bytes]) -> list[Known]:
        """Records on both sides with one of these keys; an empty key finds nobody."""
        with self._database.read() as db:
            return self._contacts.by_key(db, ordinal, keys)

    def rows(self, side: Side, *, after: int = 0, limit: int = 5000) -> list[tuple[int, str, bool]]:
        """The walk that finds the absent; a trashed link counts as linked."""
        with self._database.read() as db:
            return self._contacts.rows(db, side, limit, after)

    def due(self, now: float, *, limit: int = 5000, after: int = 0) -> list[Known]:
        """Records whose time has come."""
        with self._database.read() as db:
            return self._contacts.due(db, now, limit, after)

    def links(self, link_ids: Sequence[int]) -> dict[int, Link]:
        """Links by their id."""
        with self._database.read() as db:
            found = self._links.by_id(db, link_ids)
        return {link.link_id: link for link in found if link.link_id is not None}

    def link_of(self, side: Side, ids: Sequence[str]) -> dict[str, Link]:
        """Links by a record's id."""
        with self._database.read() as db:
            return {link.id(side): link for link in self._links.by_end(db, side, ids)}

    def all_links(self, *, after: int = 0, limit: int = 5000) -> list[Link]:
        """Links in order, a page at a time."""
        with self._database.read() as db:
            return self._links.walk(db, after, limit)

    def open_intents(self) -> list[Intent]:
        """What a crash or a dropped answer left behind."""
        with self._database.read() as db:
            return self._journal.unsettled(db)

    def tallies(self) -> dict[tuple[Side, ContactState], int]:
        """Contacts by side and state."""
        with self._database.read() as db:
            return self._contacts.tallies(db)

    def link_count(self) -> int:
        """Live links."""
        with self._database.read() as db:
            return self._links.live(db)

    def cycles(self, limit: int = 10) -> list[Cycle]:
        """The latest cycles, newest first."""
        with self._database.read() as db:
            return self._journal.cycles(db, limit)

    def history(self, side: Side, record_id: str, limit: int = 50) -> list[Entry]:
        """Journal lines about a record, newest first; ``open`` where no result is known."""
        with self._database.read() as db:
            return self._journal.history(db, side, record_id, limit)

    def begin(self, at: float) -> int:
        """A new cycle. The number counts per connection and is never used again."""
        with self._write() as db:
            return self._journal.begin(db, at)

    def intend(self, cycle: int, at: float, intents: Sequence[Intent]) -> list[int]:
        """Journal writes; on disk when this returns, even if the power goes."""
        with self._write(durable=True) as db:
            return self._journal.intend(db, cycle, at, intents)

    def settle(self, at: float, results: Sequence[Result], links: Sequence[Link] = ()) -> None:
        """Journal results and their links; on disk when this returns."""
        with self._write(durable=True) as db:
            self._journal.settle(db, at, results)
            self._links.write(db, links)

    def record(
        self,
        observations: Iterable[Observation],
        links: Iterable[Link] = (),
        forget: Iterable[tuple[Side, str]] = (),
        unlink: Iterable[int] = (),
    ) -> None:
        """Forget, unlink, link, conclude, in this order. The streams may themselves read from the store."""
        for gone in _steps(forget):
            with self._write() as db:
                self._forget(db, gone)
        for numbers in _steps(unlink):
            with self._write() as db:
                self._links.drop(db, numbers)
        for pairs in _steps(links):
            with self._write() as db:
                self._links.write(db, pairs)
        for some in _steps(observations):
            with self._write() as db:
                self._contacts.record(db, some)

    def remember(self, memory: Memory) -> None:
        """Digest and cursors; a side without a cursor starts over."""
        with self._write() as db:
            SET_DIGEST.run(db, which=self._connection_id, new_digest=memory.digest)
            for which, side_id in self._sides.items():
                complete = memory.complete.get(which)
                SET_SIDE.run(db, which=side_id, new_cursor=memory.cursors.get(which), new_complete_at=complete)

    def finish(self, cycle: int, at: float, result: str, message: str, counts: Mapping[str, int]) -> None:
        """Close a cycle."""
        with self._write() as db:
            self._journal.finish(db, cycle, End(at, result, message, msgspec.json.encode(counts).decode()))
        self._database.rest()

    def prune(self, before: float) -> int:
        """Drop old journal lines and cycles."""
        dropped = went = self._prune(before)
        while went == STEP:
            went = self._prune(before)
            dropped += went
        with self._write() as db:
            return dropped + self._journal.prune_cycles(db, before)

    def _prune(self, before: float) -> int:
        with self._write() as db:
            return self._journal.prune(db, before, STEP)

    def _forget(self, db: Connection, gone: list[tuple[Side, str]]) -> None:
        for which in Side:
            ids = [id_ for side, id_ in gone if side is which]
            self._contacts.forget(db, which, ids)

    @contextmanager
    def _write(self, *, durable: bool = False) -> Iterator[Connection]:
        try:
            with self._database.write(durable=durable) as db:
                yield db
        except BaseException:
            # Shared texts that this transaction stored went with it.
            self._links.forget()
            self._journal.forget()
            raise


def _steps(stream: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(stream)
    while some := list(islice(rest, STEP)):
        yield some
