"""The private disk of one cycle: what waits for the other side waits here, not in memory.

An SQLite database without a name: it lives in a bounded cache, spills into an unlinked temporary file, and is gone
with the process. Ids and fingerprints stand in the open; whatever holds a contact's values is sealed with AES-GCM
under a key that exists only in this object, so that a copy of the disk shows nothing.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from reconciler.engine.decision import Decision
from reconciler.engine.match import Bond, Member
from reconciler.model.record import Record, Side, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Self

T = TypeVar("T")
CACHE_KIB = 48 * 1024
CHUNK = 500

SCHEMA = """
CREATE TABLE seen (
    side TEXT, id TEXT, fingerprint BLOB, keys BLOB, bond TEXT, link INTEGER, attempts INTEGER, gone INTEGER,
    fate TEXT, sealed BLOB, PRIMARY KEY (side, id)
);
CREATE INDEX seen_link ON seen (link) WHERE link IS NOT NULL;
CREATE TABLE touched (
    ordinal INTEGER, key BLOB, side TEXT, id TEXT, PRIMARY KEY (ordinal, key, side, id)
) WITHOUT ROWID;
CREATE TABLE wanted (side TEXT, id TEXT, PRIMARY KEY (side, id)) WITHOUT ROWID;
CREATE TABLE forgotten (side TEXT, id TEXT);
CREATE TABLE decision (phase TEXT, number INTEGER, sealed BLOB, PRIMARY KEY (phase, number)) WITHOUT ROWID;
"""

UPSERT = (
    "INSERT INTO seen VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT (side, id) DO UPDATE SET"
    " fingerprint = excluded.fingerprint, keys = excluded.keys, bond = excluded.bond, link = excluded.link,"
    " attempts = excluded.attempts, gone = excluded.gone, fate = excluded.fate, sealed = excluded.sealed"
)

_encode = msgspec.msgpack.Encoder(order="deterministic").encode  # sets too: a plan has one name in every process
_decode_record = msgspec.msgpack.Decoder(tuple[dict[str, Value], str | None, datetime | None]).decode
_decode_decision = msgspec.msgpack.Decoder(Decision).decode
_decode_keys = msgspec.msgpack.Decoder(tuple[bytes, ...]).decode


@dataclass(frozen=True, slots=True)
class Sighting:
    """A record worth a closer look: it is new, changed, due, wanted by the other side, or ``gone``.

    ``keys`` are its match keys as they will be after this plan. ``record`` is None when it is gone.
    """

    side: Side
    id: str
    fingerprint: bytes
    keys: tuple[bytes, ...]
    bond: Bond
    record: Record | None
    link_id: int | None = None
    attempts: int = 0
    fate: str = ""

    @property
    def gone(self) -> bool:
        """The app says that it was deleted."""
        return self.record is None


class Workspace:
    """One cycle's scratch tables. Not shared between threads."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.executescript(SCHEMA)
        self._db.execute("BEGIN")  # for good: nothing is ever rolled back, and a commit for each write costs most
        self._cipher = AESGCM(AESGCM.generate_key(bit_length=256))
        self._nonce = 0
        self._decisions = 0
        self._wanting = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._db.close()

    # -- sightings

    def put(self, sightings: Iterable[Sighting], old_keys: Iterable[tuple[bytes, ...]] = ()) -> int:
        """Keep these, replacing earlier sightings of the same records; returns how many were not seen before.

        ``old_keys`` are keys that the same records had before: whoever shares them is judged anew.
        """
        rows = list(sightings)
        before = self._rows()
        self._db.executemany(UPSERT, map(self._row, rows))
        self._touch((one.side, one.id, one.keys) for one in rows)
        self._touch((one.side, one.id, keys) for one, keys in zip(rows, old_keys, strict=False))
        return self._rows() - before

    def rekey(self, side: Side, record_id: str, keys: tuple[bytes, ...]) -> None:
        """After the plan this record will have other match keys."""
        self._db.execute("UPDATE seen SET keys = ? WHERE side = ? AND id = ?", (_encode(keys), side, record_id))
        self._touch([(side, record_id, keys)])

    def get(self, side: Side, ids: Sequence[str]) -> dict[str, Sighting]:
        """The sightings among these ids."""
        found: dict[str, Sighting] = {}
        for part in chunks(ids, CHUNK):
            marks = ",".join("?" * len(part))
            query = f"SELECT * FROM seen WHERE side = ? AND id IN ({marks})"
            for row in self._db.execute(query, (side, *part)):
                found[row[1]] = self._sighting(row)
        return found

    def sighted(self, side: Side, ids: Sequence[str]) -> set[str]:
        """Those of ``ids`` that ``get`` would find, without opening what is sealed."""
        return self._among("seen", side, ids)

    def linked(self, size: int = CHUNK) -> Iterator[list[int]]:
        """The ids of all links of which a record was sighted, in order, in portions of ``size``."""
        after = 0
        query = "SELECT DISTINCT link FROM seen WHERE link > ? ORDER BY link LIMIT ?"
        while part := [row[0] for row in self._db.execute(query, (after, size))]:
            yield part
            after = part[-1]

    def touched_keys(self, ordinal: int) -> Iterator[list[bytes]]:
        """The fingerprints of key number ``ordinal`` that any sighted record has or had, in order, in portions."""
        after = b""
        query = "SELECT DISTINCT key FROM touched WHERE ordinal = ? AND key > ? ORDER BY key LIMIT ?"
        while part := [row[0] for row in self._db.execute(query, (ordinal, after, CHUNK))]:
            yield part
            after = part[-1]

    def by_key(self, ordinal: int, keys: Sequence[bytes]) -> list[Member]:
        """Sighted records, still there, that will have one of these keys; each once, whatever keys it had before. One
        that was paired or found ambiguous by an earlier key occupies the later ones."""
        marks = ",".join("?" * len(keys))
        query = (
            "SELECT key, side, id, bond, keys, fate FROM touched JOIN seen USING (side, id)"
            f" WHERE ordinal = ? AND key IN ({marks}) AND NOT gone"
        )
        found = (
            (key, Member(Side(side), record_id, Bond.LINKED if fate else Bond(bond), _decode_keys(held)))
            for key, side, record_id, bond, held, fate in self._db.execute(query, (ordinal, *keys))
        )
        return [one for key, one in found if one.keys[ordinal] == key]

    def bereave(self, side: Side, record_id: str) -> None:
        """This record's counterpart is gone: from now on somebody new may adopt it."""
        query = "UPDATE seen SET bond = ? WHERE side = ? AND id = ?"
        self._db.execute(query, (Bond.TRASHED.value, side, record_id))

    def settle_fates(self, fates: Iterable[tuple[Side, str, str]]) -> None:
        """Each ``(side, id, fate)``: this record's question is answered (``paired``, ``ambiguous``)."""
        rows = ((fate, side, record_id) for side, record_id, fate in fates)
        self._db.executemany("UPDATE seen SET fate = ? WHERE side = ? AND id = ?", rows)

    def unpaired(self) -> Iterator[Sighting]:
        """Records that are there, have no living counterpart and found nobody, streamed."""
        after = 0
        query = (
            "SELECT rowid, * FROM seen WHERE rowid > ? AND fate = '' AND bond <> 'linked' AND NOT gone"
            " ORDER BY rowid LIMIT ?"
        )
        while part := self._db.execute(query, (after, CHUNK)).fetchall():
            yield from (self._sighting(row[1:]) for row in part)
            after = part[-1][0]

    # -- what the other side's read should keep

    def want(self, side: Side, ids: Iterable[str]) -> None:
        """The read of ``side`` shall keep these records, changed or not."""
        self._wanting = True
        self._db.executemany("INSERT OR IGNORE INTO wanted VALUES (?, ?)", ((side, one) for one in ids))

    def wanted(self, side: Side, ids: Sequence[str]) -> set[str]:
        """Those of ``ids`` that the other side waits for."""
        return self._among("wanted", side, ids) if self._wanting else set()

    def forget(self, side: Side, ids: Iterable[str]) -> None:
        """These records are gone and nothing depends on them."""
        self._db.executemany("INSERT INTO forgotten VALUES (?, ?)", ((side, one) for one in ids))

    def forgotten(self) -> Iterator[tuple[Side, str]]:
        """What ``forget`` was told, without those that were seen alive afterwards."""
        query = "SELECT side, id FROM forgotten LEFT JOIN seen USING (side, id) WHERE COALESCE(gone, 1)"
        for side, record_id in self._db.execute(query):
            yield Side(side), record_id

    # -- decisions

    def keep(self, phase: str, decision: Decision) -> bytes:
        """Keep a decision for its phase; returns its encoding (for the plan's digest)."""
        encoded = _encode(decision)
        self._decisions += 1
        self._db.execute("INSERT INTO decision VALUES (?, ?, ?)", (phase, self._decisions, self._seal(encoded)))
        return encoded

    def decisions(self, phase: str, size: int = CHUNK) -> Iterator[list[Decision]]:
        """The decisions of a phase in the order they were kept, in portions of ``size``."""
        after = 0
        query = "SELECT number, sealed FROM decision WHERE phase = ? AND number > ? ORDER BY number LIMIT ?"
        while part := self._db.execute(query, (phase, after, size)).fetchall():
            yield [_decode_decision(self._open(row[1])) for row in part]
            after = part[-1][0]

    # -- inside

    def _among(self, table: str, side: Side, ids: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for part in chunks(ids, CHUNK):
            marks = ",".join("?" * len(part))
            query = f"SELECT id FROM {table} WHERE side = ? AND id IN ({marks})"
            found.update(row[0] for row in self._db.execute(query, (side, *part)))
        return found

    def _rows(self) -> int:
        return int(self._db.execute("SELECT COALESCE(MAX(rowid), 0) FROM seen").fetchone()[0])

    def _touch(self, rows: Iterable[tuple[Side, str, tuple[bytes, ...]]]) -> None:
        self._db.executemany(
            "INSERT OR IGNORE INTO touched VALUES (?, ?, ?, ?)",
            ((number, key, side, one) for side, one, keys in rows for number, key in enumerate(keys) if key),
        )

    def _row(self, one: Sighting) -> tuple[object, ...]:
        record = one.record
        sealed = record and self._seal(_encode((record.values, record.version, record.modified)))
        keys = _encode(one.keys)
        return (
            one.side, one.id, one.fingerprint, keys, one.bond.value, one.link_id, one.attempts, one.gone, one.fate,
            sealed,
        )  # fmt: skip

    def _sighting(self, row: tuple[Any, ...]) -> Sighting:
        side, record_id, fingerprint, keys, bond, link_id, attempts, gone, fate, sealed = row
        record = None if gone else Record(record_id, *_decode_record(self._open(sealed)))
        decoded = _decode_keys(keys)
        return Sighting(Side(side), record_id, fingerprint, decoded, Bond(bond), record, link_id, attempts, fate)

    def _seal(self, plain: bytes) -> bytes:
        self._nonce += 1
        nonce = self._nonce.to_bytes(12, "big")
        return nonce + self._cipher.encrypt(nonce, plain, None)

    def _open(self, sealed: bytes) -> bytes:
        return self._cipher.decrypt(sealed[:12], sealed[12:], None)


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most ``size`` items."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
