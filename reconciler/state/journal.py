"""The journal of one connection: its cycles, and every write with what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, func, insert, select, text, update

from reconciler.model.plan import Verb
from reconciler.state.base import Cycle, Entry, Intent, Result
from reconciler.state.interner import PHRASES, Interner
from reconciler.state.packing import pack, unpack
from reconciler.state.statement import Statement
from reconciler.state.tables import UNSETTLED, connection, cycle, intent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from reconciler.model.record import Side
    from reconciler.state.statement import Rows


class End(NamedTuple):
    """How a cycle ended; ``counts`` is JSON."""

    finished_at: float
    result: str
    message: str
    counts: str


OPEN = "open"

MINE = intent.c.connection_id == bindparam("connection_id")
TOLD = ["intent_id", "side_id", "verb", "record_id", "source_id", "fields", "source_keys", "link_id"]
WRITTEN = [intent.c[name] for name in [*TOLD, "cycle", "at", "status", "code"]]
UNSETTLED_ONES = Statement(select(*WRITTEN).where(MINE, UNSETTLED).order_by(intent.c.intent_id))
LATEST = select(*WRITTEN).where(intent.c.side_id == bindparam("side_id")).order_by(intent.c.intent_id.desc())
WROTE = Statement(LATEST.where(intent.c.record_id == bindparam("id")).limit(bindparam("limit")))
CAUSED = Statement(LATEST.where(intent.c.source_id == bindparam("id")).limit(bindparam("limit")))
JOURNALLED = ["connection_id", "cycle", "at", "side_id", "verb", "record_id", "source_id", "fields", "source_keys"]
INTEND = Statement(
    insert(intent)
    .values({name: bindparam(name) for name in [*JOURNALLED, "link_id"]} | {"status": OPEN, "code": ""})
    .returning(intent.c.intent_id)
)
SETTLE = Statement(
    update(intent)
    .where(intent.c.intent_id == bindparam("which"))
    .values(
        record_id=func.coalesce(bindparam("new_id"), intent.c.record_id),
        status=bindparam("new_status"),
        code=bindparam("new_code"),
        settled_at=bindparam("new_at"),
    )
)
OLD = select(intent.c.intent_id).where(MINE, intent.c.at < bindparam("before"), text("status NOT IN ('open', 'lost')"))
PRUNE = Statement(delete(intent).where(intent.c.intent_id.in_(OLD.limit(bindparam("limit")))))

ITS = cycle.c.connection_id == bindparam("connection_id")
NUMBER = Statement(
    update(connection)
    .where(connection.c.connection_id == bindparam("which"))
    .values(last_cycle=connection.c.last_cycle + 1)
    .returning(connection.c.last_cycle)
)
ABANDON = Statement(update(cycle).where(ITS, cycle.c.result == "running").values(result="abandoned"))
CYCLE = ["connection_id", "cycle", "started_at"]
BEGIN = Statement(
    insert(cycle).values(
        {name: bindparam(name) for name in CYCLE} | {"result": "running", "message": "", "counts": "{}"}
    )
)
FINISH = Statement(
    update(cycle)
    .where(ITS, cycle.c.cycle == bindparam("number"))
    .values({name: bindparam(f"new_{name}") for name in End._fields})
)
CYCLES = Statement(
    select(cycle.c.cycle, cycle.c.started_at, cycle.c.finished_at, cycle.c.result, cycle.c.message, cycle.c.counts)
    .where(ITS)
    .order_by(cycle.c.cycle.desc())
    .limit(bindparam("limit"))
)
PRUNE_CYCLES = Statement(
    delete(cycle).where(ITS, cycle.c.started_at < bindparam("before"), cycle.c.result != "running")
)

ENCODER = msgspec.json.Encoder(order="deterministic")
FIELDS = msgspec.json.Decoder(dict[str, str])
COUNTS = msgspec.json.Decoder(dict[str, int])


class Journal:
    """Reads and writes within a transaction of the caller."""

    def __init__(self, connection_id: int, sides: Mapping[Side, int]) -> None:
        self._connection_id = connection_id
        self._sides = sides
        self._side_of = {side_id: side for side, side_id in sides.items()}
        self._phrases = Interner(PHRASES, connection_id)

    def unsettled(self, db: Connection) -> list[Intent]:
        """Intents without a result, or with one that was lost, oldest first."""
        return [entry.intent for entry in self._entries(db, UNSETTLED_ONES.rows(db, connection_id=self._connection_id))]

    def history(self, db: Connection, side: Side, record_id: str, limit: int) -> list[Entry]:
        """Lines about a record, newest first."""
        wrote = WROTE.rows(db, side_id=self._sides[side], id=record_id, limit=limit)
        caused = CAUSED.rows(db, side_id=self._sides[side.other], id=record_id, limit=limit)
        newest = sorted({row[0]: row for row in wrote + caused}.items(), reverse=True)
        return self._entries(db, [row for _, row in newest[:limit]])

    def cycles(self, db: Connection, limit: int) -> list[Cycle]:
        """The latest cycles."""
        found = CYCLES.rows(db, connection_id=self._connection_id, limit=limit)
        return [
            Cycle(number, started_at, finished_at, result, message, COUNTS.decode(counts))
            for number, started_at, finished_at, result, message, counts in found
        ]

    def begin(self, db: Connection, at: float) -> int:
        """Open a cycle."""
        [(number,)] = NUMBER.rows(db, which=self._connection_id)
        ABANDON.run(db, connection_id=self._connection_id)
        BEGIN.run(db, connection_id=self._connection_id, cycle=number, started_at=at)
        return int(number)

    def intend(self, db: Connection, number: int, at: float, intents: Sequence[Intent]) -> list[int]:
        """Write down what is about to be sent."""
        return [self._intend(db, number, at, one) for one in intents]

    def settle(self, db: Connection, at: float, results: Sequence[Result]) -> None:
        """Write down what became of it."""
        SETTLE.many(db, [(result.id, result.status, result.code, at, result.intent_id) for result in results])

    def finish(self, db: Connection, number: int, end: End) -> None:
        """Close a cycle."""
        words = {f"new_{name}": value for name, value in end._asdict().items()}
        FINISH.run(db, connection_id=self._connection_id, number=number, **words)

    def prune(self, db: Connection, before: float, limit: int) -> int:
        """Drop up to ``limit`` old lines; returns how many went."""
        return PRUNE.run(db, connection_id=self._connection_id, before=before, limit=limit)

    def prune_cycles(self, db: Connection, before: float) -> int:
        """Drop old cycles; returns how many went."""
        return PRUNE_CYCLES.run(db, connection_id=self._connection_id, before=before)

    def forget(self) -> None:
        """A write failed: what it stored is not there."""
        self._phrases.forget()

    def _intend(self, db: Connection, number: int, at: float, one: Intent) -> int:
        [(intent_id,)] = INTEND.rows(
            db,
            connection_id=self._connection_id,
            cycle=number,
            at=at,
            side_id=self._sides[one.side],
            verb=one.verb.value,
            record_id=one.id,
            source_id=one.source_id,
            fields=self._phrases.number(db, ENCODER.encode(one.fields).decode()),
            source_keys=bytes([len(one.source_keys)]) + pack(one.source_keys),
            link_id=one.link_id,
        )
        return int(intent_id)

    def _entries(self, db: Connection, rows: Rows) -> list[Entry]:
        bodies = self._phrases.bodies(db, {row[5] for row in rows})
        fields = {number: FIELDS.decode(body) for number, body in bodies.items()}
        return [self._entry(fields, row) for row in rows]

    def _entry(self, fields: Mapping[int, Mapping[str, str]], row: Sequence[Any]) -> Entry:
        intent_id, side_id, verb, id_, source_id, words, packed, link_id, number, at, status, code = row
        keys = tuple(unpack(packed[1:], packed[0]))
        told = (self._side_of[side_id], Verb(verb), id_, source_id, fields[words], keys, link_id, intent_id, at)
        return Entry(number, at, Intent(*told), status, code)
