"""Texts that many rows share (a layout, a set of rules, the fields of a write), stored once and remembered."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, select

from reconciler.state import tables
from reconciler.state.statement import Lookup, Statement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, Table
    from sqlalchemy.sql.elements import ColumnElement

# Texts come from specs, so they are few; should a strange app make them many, memory is not where they pile up.
REMEMBERED = 10_000


class Shelf:
    """The SQL of one table of shared texts."""

    def __init__(self, table: Table, number: ColumnElement[int], owner: ColumnElement[int]) -> None:
        text = table.c
        mine = owner == bindparam("owner")
        self.find = Statement(select(number).where(mine, text.digest == bindparam("digest")))
        self.add = Statement(
            insert(table)
            .values({owner: bindparam("owner"), "digest": bindparam("digest"), "body": bindparam("body")})
            .returning(number)
        )
        self.read = Lookup(lambda numbers: select(number, text.body).where(mine, number.in_(numbers)))


LAYOUTS = Shelf(tables.layout, tables.layout.c.layout_id, tables.layout.c.side_id)
PHRASES = Shelf(tables.phrase, tables.phrase.c.phrase_id, tables.phrase.c.connection_id)


class Interner:
    """The shared texts of one owner (a side, or a connection)."""

    def __init__(self, shelf: Shelf, owner: int) -> None:
        self._shelf = shelf
        self._owner = owner
        self._numbers: dict[str, int] = {}
        self._bodies: dict[int, str] = {}

    def number(self, db: Connection, body: str) -> int:
        """The number of a text, stored now if it is new. Call within a write; ``forget`` if that write fails."""
        known = self._numbers.get(body)
        return known if known is not None else self._remember(self._stored(db, body), body)

    def bodies(self, db: Connection, numbers: Iterable[int]) -> dict[int, str]:
        """The texts with these numbers."""
        wanted = set(numbers)
        found = {number: self._bodies[number] for number in wanted & self._bodies.keys()}
        for number, body in self._shelf.read.rows(db, wanted - found.keys(), owner=self._owner):
            found[self._remember(number, body)] = body
        return found

    def forget(self) -> None:
        """Forget what is remembered (not what is stored)."""
        self._numbers.clear()
        self._bodies.clear()

    def _stored(self, db: Connection, body: str) -> int:
        digest = sha256(body.encode()).digest()[:16]
        found = self._shelf.find.first(db, owner=self._owner, digest=digest)
        if found is None:
            [found] = self._shelf.add.rows(db, owner=self._owner, digest=digest, body=body)
        return int(found[0])

    def _remember(self, number: int, body: str) -> int:
        if len(self._bodies) >= REMEMBERED:
            self.forget()
        self._numbers[body] = number
        self._bodies[number] = body
        return number
