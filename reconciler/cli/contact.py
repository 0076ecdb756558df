"""One contact as the state remembers it: found by id, or by a match key's fingerprint; no app is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.engine.fingerprint import Fingerprinter
from reconciler.model.connection import Connection
from reconciler.model.link import Link
from reconciler.model.record import Side
from reconciler.state.base import Entry, Known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.cli.specs import Specs
    from reconciler.state.base import ConnectionState
    from reconciler.state.store import SqlStore


@dataclass(frozen=True, slots=True)
class Contact:
    """One pair, or one contact without a counterpart, of one connection."""

    connection: Connection
    known: Mapping[Side, Known]
    link: Link | None
    history: Sequence[Entry]

    def id(self, side: Side) -> str | None:
        """The record's id on ``side``, if there is or was one."""
        if self.link:
            return self.link.id(side)
        return self.known[side].id if side in self.known else None


def find(asked: str, specs: Specs, store: SqlStore, lines: int = 50) -> Iterator[Contact]:
    """Everybody who is meant by ``side:id``, an id, or the value of a match key, with ``lines`` of history each."""
    known = store.names()
    for name, connection in specs.resolution.connections.items():
        if name in known:
            state = store.connection(name)
            yield from _whole(connection, state, _matching(asked, connection, state, store.key), lines)


def _matching(asked: str, connection: Connection, state: ConnectionState, key: bytes) -> Iterator[Known]:
    prefix, colon, rest = asked.partition(":")
    for side in Side:
        names = [asked, rest] if colon and prefix == connection.end(side).name else [asked]
        yield from state.known(side, names).values()
    fingerprinter = Fingerprinter(key, connection.region)
    for ordinal, each in enumerate(connection.keys):
        prints = {fingerprinter.key_of(ordinal, item, asked) for item in (each.left, each.right)} - {b""}
        yield from state.by_key(ordinal, sorted(prints))


def _whole(connection: Connection, state: ConnectionState, matching: Iterator[Known], lines: int) -> Iterator[Contact]:
    """Each pair once, with both of its sides."""
    seen: set[tuple[Side, str]] = set()
    for one in matching:
        if (one.side, one.id) in seen:
            continue
        link = state.link_of(one.side, [one.id]).get(one.id)
        ids = {side: link.id(side) for side in Side} if link else {one.side: one.id}
        seen.update(ids.items())
        known = {side: found for side, id_ in ids.items() if (found := state.known(side, [id_]).get(id_))}
        yield Contact(connection, known, link, state.history(one.side, one.id, lines))
