"""The contacts of one connection: what was concluded of each, how many are in each state."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, delete, insert, select, update

from reconciler.errors import Bug
from reconciler.model.link import ContactState
from reconciler.model.record import Side
from reconciler.state.base import Known, Observation, Seen
from reconciler.state.statement import Lookup, Statement, upsert
from reconciler.state.tables import MATCH_KEYS, contact, link, tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Select

KEYS = [contact.c[f"key{ordinal}"] for ordinal in range(MATCH_KEYS)]
HERE = contact.c.side_id == bindparam("side_id")
ONWARD = contact.c.row > bindparam("after")


def _linked(side: Side, *columns: ColumnElement[Any]) -> Select[Any]:
    """Contacts of a side with their link's id, if they have one."""
    own = link.c.left_id if side is Side.LEFT else link.c.right_id
    pair = and_(link.c.connection_id == bindparam("connection_id"), own == contact.c.id)
    return select(*columns, link.c.link_id).select_from(contact.outerjoin(link, pair)).where(HERE)


def _known(side: Side) -> Select[Any]:
    row = contact.c
    return _linked(side, row.row, row.id, row.fingerprint, row.state, row.cause, row.due_at, row.attempts, *KEYS)


def _lookup(side: Side, column: ColumnElement[Any]) -> Lookup:
    return Lookup(lambda values: _known(side).where(column.in_(values)))


def _paged(query: Select[Any]) -> Statement:
    return Statement(query.where(ONWARD).order_by(contact.c.row).limit(bindparam("limit")))


SEEN = Lookup(
    lambda ids: select(contact.c.id, contact.c.row, contact.c.fingerprint, contact.c.due_at).where(
        HERE, contact.c.id.in_(ids)
    )
)
KNOWN = {side: _lookup(side, contact.c.id) for side in Side}
BY_KEY = {(side, ordinal): _lookup(side, key) for side in Side for ordinal, key in enumerate(KEYS)}
DUE = {side: _paged(_known(side).where(contact.c.due_at <= bindparam("now"))) for side in Side}
ROWS = {side: _paged(_linked(side, contact.c.row, contact.c.id)) for side in Side}

STATES = Lookup(lambda ids: select(contact.c.id, contact.c.row, contact.c.state).where(HERE, contact.c.id.in_(ids)))
CONCLUSION = ["fingerprint", *(key.name for key in KEYS), "state", "cause", "due_at", "attempts"]
INSERT = Statement(insert(contact).values({name: bindparam(name) for name in ["side_id", "id", *CONCLUSION]}))
UPDATE = Statement(
    update(contact)
    .where(contact.c.row == bindparam("which"))
    .values({name: bindparam(f"new_{name}") for name in CONCLUSION})
)
DELETE = Statement(delete(contact).where(contact.c.row == bindparam("which")))
COUNT = upsert(tally, add="contacts")
TALLY = Statement(select(tally.c.state, tally.c.contacts).where(tally.c.side_id == bindparam("side_id")))


class Contacts:
    """Reads and writes within a transaction of the caller."""

    def __init__(self, connection_id: int, sides: Mapping[Side, int]) -> None:
        self._connection_id = connection_id
        self._sides = sides

    def seen(self, db: Connection, side: Side, ids: Sequence[str], now: float) -> dict[str, Seen]:
        """The cheap look."""
        return {
            id_: Seen(row, fingerprint, due_at is not None and due_at <= now)
            for id_, row, fingerprint, due_at in SEEN.rows(db, ids, side_id=self._sides[side])
        }

    def known(self, db: Connection, side: Side, ids: Sequence[str]) -> dict[str, Known]:
        """Everything remembered of these."""
        found = [_as_known(side, row) for row in KNOWN[side].rows(db, ids, **self._where(side))]
        return {known.id: known for known in found}

    def by_key(self, db: Connection, ordinal: int, keys: Sequence[bytes]) -> list[Known]:
        """Who holds one of these keys. The empty key is nobody's."""
        wanted = sorted({key for key in keys if key})
        found = [
            _as_known(side, row) for side in Side for row in BY_KEY[side, ordinal].rows(db, wanted, **self._where(side))
        ]
        return list({(known.side, known.row): known for known in found}.values())

    def due(self, db: Connection, now: float, limit: int, after: int) -> list[Known]:
        """Who waits for a look, in row order over both sides."""
        found = [
            _as_known(side, row)
            for side in Side
            for row in DUE[side].rows(db, now=now, after=after, limit=limit, **self._where(side))
        ]
        return sorted(found, key=lambda known: known.row)[:limit]

    def rows(self, db: Connection, side: Side, limit: int, after: int) -> list[tuple[int, str, bool]]:
        """The walk over everybody."""
        found = ROWS[side].rows(db, after=after, limit=limit, **self._where(side))
        return [(row, id_, link_id is not None) for row, id_, link_id in found]

    def tallies(self, db: Connection) -> dict[tuple[Side, ContactState], int]:
        """How many are in each state; states with nobody are left out."""
        return {
            (side, ContactState(state)): contacts
            for side, side_id in self._sides.items()
            for state, contacts in TALLY.rows(db, side_id=side_id)
            if contacts
        }

    def record(self, db: Connection, observations: Iterable[Observation]) -> None:
        """Remember conclusions; of several about one contact the last one stands."""
        latest = {(seen.side, seen.id): seen for seen in observations}
        for side in Side:
            # In the order of the index, so that neighbours share its pages.
            self._record_side(db, side, sorted((seen for seen in latest.values() if seen.side is side), key=_id))

    def forget(self, db: Connection, side: Side, ids: Sequence[str]) -> None:
        """Drop these contacts."""
        found = {row: state for _, row, state in STATES.rows(db, ids, side_id=self._sides[side])}
        DELETE.many(db, [(row,) for row in found])
        change: Counter[str] = Counter()
        change.subtract(found.values())
        self._count(db, side, change)

    def _record_side(self, db: Connection, side: Side, observations: list[Observation]) -> None:
        side_id = self._sides[side]
        old = {id_: (row, state) for id_, row, state in STATES.rows(db, map(_id, observations), side_id=side_id)}
        new = [(side_id, seen.id, *_conclusion(seen)) for seen in observations if seen.id not in old]
        changed = [(*_conclusion(seen), old[seen.id][0]) for seen in observations if seen.id in old]
        INSERT.many(db, new)
        UPDATE.many(db, changed)
        change = Counter(seen.state.value for seen in observations)
        change.subtract(state for _, state in old.values())
        self._count(db, side, change)

    def _count(self, db: Connection, side: Side, change: Counter[str]) -> None:
        COUNT.many(db, [(self._sides[side], state, number) for state, number in change.items() if number])

    def _where(self, side: Side) -> dict[str, int]:
        return {"connection_id": self._connection_id, "side_id": self._sides[side]}


def _id(observation: Observation) -> str:
    return observation.id


def _conclusion(seen: Observation) -> tuple[object, ...]:
    keys = seen.keys
    if len(keys) > MATCH_KEYS:
        raise Bug(f"a contact has {len(keys)} match keys; the state has room for {MATCH_KEYS}")
    padded = (*keys, *(None,) * (MATCH_KEYS - len(keys)))
    # What is pending without a time is due at once.
    due_at = 0.0 if seen.due_at is None and seen.state is ContactState.PENDING else seen.due_at
    return (seen.fingerprint, *padded, seen.state.value, seen.cause, due_at, seen.attempts)


def _as_known(side: Side, row: Sequence[Any]) -> Known:
    number, id_, fingerprint, state, cause, due_at, attempts, *keys, link_id = row
    held = tuple(key for key in keys if key is not None)
    return Known(number, side, id_, fingerprint, held, ContactState(state), cause, link_id, due_at, attempts)
