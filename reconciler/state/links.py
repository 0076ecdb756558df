"""The links of one connection. A pair is found by either id, so neither id is ever in two links."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update

from reconciler.model.link import Link
from reconciler.model.record import Side
from reconciler.state.interner import LAYOUTS, PHRASES, Interner
from reconciler.state.packing import pack, unpack
from reconciler.state.statement import Lookup, Statement
from reconciler.state.tables import connection, link

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from reconciler.model.link import Base
    from reconciler.state.statement import Rows

HERE = link.c.connection_id == bindparam("connection_id")
OWN_ID = {Side.LEFT: link.c.left_id, Side.RIGHT: link.c.right_id}
BASES = ["left_layout", "left_base", "right_layout", "right_base", "standing", "gone"]
ENDS = ["left_id", "right_id"]
LINK = select(link.c.link_id, *(link.c[name] for name in [*ENDS, *BASES])).where(HERE)

BY_ID = Lookup(lambda numbers: LINK.where(link.c.link_id.in_(numbers)))
BY_END = {
    Side.LEFT: Lookup(lambda ids: LINK.where(link.c.left_id.in_(ids))),
    Side.RIGHT: Lookup(lambda ids: LINK.where(link.c.right_id.in_(ids))),
}
WALK = Statement(LINK.where(link.c.link_id > bindparam("after")).order_by(link.c.link_id).limit(bindparam("limit")))
LIVE = Statement(select(connection.c.live_links).where(connection.c.connection_id == bindparam("connection_id")))

FOUND = select(link.c.link_id, link.c.left_id, link.c.right_id, link.c.gone).where(HERE)
FIND_BY_ID = Lookup(lambda numbers: FOUND.where(link.c.link_id.in_(numbers)))
FIND_BY_END = {
    Side.LEFT: Lookup(lambda ids: FOUND.where(link.c.left_id.in_(ids))),
    Side.RIGHT: Lookup(lambda ids: FOUND.where(link.c.right_id.in_(ids))),
}
ALL = ["connection_id", *ENDS, *BASES]
INSERT = Statement(insert(link).values({name: bindparam(name) for name in ALL}))
RESTORE = Statement(insert(link).values({name: bindparam(name) for name in ["link_id", *ALL]}))
UPDATE = Statement(
    update(link).where(link.c.link_id == bindparam("which")).values({name: bindparam(f"new_{name}") for name in BASES})
)
DELETE = Statement(delete(link).where(link.c.link_id == bindparam("which")))
COUNT = Statement(
    update(connection)
    .where(connection.c.connection_id == bindparam("which"))
    .values(live_links=connection.c.live_links + bindparam("change"))
)


class Standing(msgspec.Struct):
    """Which rules hold for a pair and what they did: the same words for many pairs."""

    rules: frozenset[str]
    effects: dict[str, dict[str, tuple[str, ...]]]


ENCODER = msgspec.json.Encoder(order="deterministic")
STANDING = msgspec.json.Decoder(Standing)
NAMES = msgspec.json.Decoder(tuple[str, ...])


class _Stored(NamedTuple):
    """What a write must know of a link that is already there."""

    link_id: int
    left_id: str
    right_id: str
    gone: str | None


class _Placed(NamedTuple):
    """A link to write, the id it keeps or gets back, and the links that give way to it."""

    link: Link
    link_id: int | None
    rivals: frozenset[int]


NOBODY: frozenset[int] = frozenset()


class Bases:
    """How the bases of one side are stored: the field names once, each base as one blob along them."""

    def __init__(self, side_id: int) -> None:
        self._layouts = Interner(LAYOUTS, side_id)
        self._orders: dict[tuple[str, ...], tuple[int, tuple[str, ...]]] = {}

    def pack(self, db: Connection, base: Base) -> tuple[int, bytes]:
        """The number of the base's layout, and the blob."""
        order = tuple(base)
        known = self._orders.get(order)
        if known is None:
            names = tuple(sorted(order))
            known = self._layouts.number(db, msgspec.json.encode(names).decode()), names
            self._orders[order] = known
        number, names = known
        return number, pack([base[name] for name in names])

    def names(self, db: Connection, layouts: Iterable[int]) -> dict[int, tuple[str, ...]]:
        """The field names of these layouts."""
        return {number: NAMES.decode(body) for number, body in self._layouts.bodies(db, layouts).items()}

    def forget(self) -> None:
        """A write failed: what it stored is not there."""
        self._layouts.forget()
        self._orders.clear()


class Links:
    """Reads and writes within a transaction of the caller."""

    def __init__(self, connection_id: int, sides: Mapping[Side, int]) -> None:
        self._connection_id = connection_id
        self._bases = {side: Bases(side_id) for side, side_id in sides.items()}
        self._standings = Interner(PHRASES, connection_id)

    def by_id(self, db: Connection, link_ids: Sequence[int]) -> list[Link]:
        """Links by their own id."""
        return self._links(db, BY_ID.rows(db, link_ids, connection_id=self._connection_id))

    def by_end(self, db: Connection, side: Side, ids: Sequence[str]) -> list[Link]:
        """Links by the id of the record on ``side``."""
        return self._links(db, BY_END[side].rows(db, ids, connection_id=self._connection_id))

    def walk(self, db: Connection, after: int, limit: int) -> list[Link]:
        """Links in the order of their ids."""
        return self._links(db, WALK.rows(db, connection_id=self._connection_id, after=after, limit=limit))

    def live(self, db: Connection) -> int:
        """How many are not trashed."""
        [(live,)] = LIVE.rows(db, connection_id=self._connection_id)
        return int(live)

    def write(self, db: Connection, links: Iterable[Link]) -> None:
        """Remember links as if one by one: each takes the place of every other link of either of its ids."""
        for run in _runs(links):
            self._write_run(db, run)

    def drop(self, db: Connection, link_ids: Sequence[int]) -> None:
        """Forget these links."""
        found = FIND_BY_ID.rows(db, link_ids, connection_id=self._connection_id)
        self._delete(db, {row[0]: _Stored(*row) for row in found})

    def forget(self) -> None:
        """A write failed: what it stored is not there."""
        self._standings.forget()
        for bases in self._bases.values():
            bases.forget()

    def _write_run(self, db: Connection, run: list[Link]) -> None:
        stored = self._touched(db, run)
        placed = _place(run, stored)
        if len(run) > 1 and _entangled(placed):
            for one in run:
                self._write_run(db, [one])
            return
        still = [place for place in placed if _same_pair(place, stored)]
        moved = [place for place in placed if not _same_pair(place, stored)]
        self._rewrite(db, still, stored)
        leaving = {number for place in moved for number in (*place.rivals, place.link_id) if number in stored}
        self._delete(db, {number: stored[number] for number in leaving if number is not None})
        self._insert(db, moved)

    def _touched(self, db: Connection, run: list[Link]) -> dict[int, _Stored]:
        """Every stored link that shares an id with one of these."""
        numbers = [link.link_id for link in run if link.link_id is not None]
        rows = FIND_BY_ID.rows(db, numbers, connection_id=self._connection_id)
        for side in Side:
            rows += FIND_BY_END[side].rows(db, [link.id(side) for link in run], connection_id=self._connection_id)
        return {row[0]: _Stored(*row) for row in rows}

    def _rewrite(self, db: Connection, places: list[_Placed], stored: Mapping[int, _Stored]) -> None:
        numbered = [(place.link_id, place.link) for place in places if place.link_id is not None]
        UPDATE.many(db, [(*self._row(db, link), number) for number, link in numbered])
        self._count(db, sum((link.gone is None) - (stored[number].gone is None) for number, link in numbered))

    def _insert(self, db: Connection, places: list[_Placed]) -> None:
        rows = [
            (place.link_id, (self._connection_id, *_ends(place.link), *self._row(db, place.link))) for place in places
        ]
        INSERT.many(db, [row for number, row in rows if number is None])
        RESTORE.many(db, [(number, *row) for number, row in rows if number is not None])
        self._count(db, sum(place.link.gone is None for place in places))

    def _delete(self, db: Connection, stored: Mapping[int, _Stored]) -> None:
        DELETE.many(db, [(number,) for number in stored])
        self._count(db, -sum(old.gone is None for old in stored.values()))

    def _count(self, db: Connection, change: int) -> None:
        if change:
            COUNT.run(db, which=self._connection_id, change=change)

    def _row(self, db: Connection, link: Link) -> tuple[object, ...]:
        words = ENCODER.encode({"rules": link.rules, "effects": link.effects}).decode()
        left = self._bases[Side.LEFT].pack(db, link.left_base)
        right = self._bases[Side.RIGHT].pack(db, link.right_base)
        return (*left, *right, self._standings.number(db, words), link.gone.value if link.gone else None)

    def _links(self, db: Connection, rows: Rows) -> list[Link]:
        lefts = self._bases[Side.LEFT].names(db, {row[3] for row in rows})
        rights = self._bases[Side.RIGHT].names(db, {row[5] for row in rows})
        words = self._standings.bodies(db, {row[7] for row in rows})
        standings = {number: STANDING.decode(body) for number, body in words.items()}
        return [
            Link(
                left_id,
                right_id,
                _base(lefts[left_layout], left_base),
                _base(rights[right_layout], right_base),
                standings[standing].rules,
                standings[standing].effects,
                Side(gone) if gone else None,
                link_id,
            )
            for link_id, left_id, right_id, left_layout, left_base, right_layout, right_base, standing, gone in rows
        ]


def _runs(links: Iterable[Link]) -> Iterator[list[Link]]:
    """Links in runs in which no id occurs twice, so that the order within a run does not matter."""
    run: list[Link] = []
    taken: set[tuple[int, object]] = set()
    for one in links:
        marks = [(0, one.left_id), (1, one.right_id), *([(2, one.link_id)] if one.link_id is not None else [])]
        if not taken.isdisjoint(marks):
            yield run
            run, taken = [], set()
        run.append(one)
        taken.update(marks)
    if run:
        yield run


def _place(run: list[Link], stored: Mapping[int, _Stored]) -> list[_Placed]:
    by_left = {old.left_id: old.link_id for old in stored.values()}
    by_right = {old.right_id: old.link_id for old in stored.values()}
    return [_placed(one, by_left.get(one.left_id), by_right.get(one.right_id)) for one in run]


def _placed(one: Link, left: int | None, right: int | None) -> _Placed:
    """``left`` and ``right`` are the stored links that hold its ids now."""
    if left is None and right is None:
        return _Placed(one, one.link_id, NOBODY)
    # The same pair said again without its id is the same link.
    link_id = left if one.link_id is None and left == right else one.link_id
    return _Placed(
        one, link_id, frozenset(holder for holder in (left, right) if holder is not None and holder != link_id)
    )


def _entangled(places: list[_Placed]) -> bool:
    """True where a link keeps an id that another one replaces."""
    kept = {place.link.link_id for place in places if place.link.link_id is not None}
    return any(
        not kept.isdisjoint(place.rivals if place.link.link_id is not None else place.rivals | {place.link_id})
        for place in places
    )


def _same_pair(place: _Placed, stored: Mapping[int, _Stored]) -> bool:
    old = stored.get(place.link_id) if place.link_id is not None else None
    return old is not None and (old.left_id, old.right_id) == _ends(place.link)


def _ends(link: Link) -> tuple[str, str]:
    return link.left_id, link.right_id


def _base(names: tuple[str, ...], blob: bytes) -> dict[str, bytes]:
    return dict(zip(names, unpack(blob, len(names)), strict=True))
