"""What the reconciler remembers between cycles, as a contract over any store.

Only ids, keyed fingerprints, spec constants, counts and times are kept; never a name, an address or a value. Reads need
no lease and see committed data; every write of a connection happens under its lease. No transaction spans a call to an
app. All times are POSIX seconds handed in by the caller: a store has no clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, Self

from reconciler.model.link import ContactState
from reconciler.model.plan import Verb
from reconciler.model.record import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.model.link import Link


@dataclass(frozen=True, slots=True)
class Seen:
    """The cheap look at a known record: ``row`` is a dense integer for bitmaps, ``fingerprint`` of the whole record as
    last recorded, ``due`` whether it wants planning although unchanged (pending, or a retry whose time has come)."""

    row: int
    fingerprint: bytes
    due: bool


@dataclass(frozen=True, slots=True)
class Known:
    """Everything remembered of one record. ``keys`` holds one fingerprint per match key (``b""`` where it has none)."""

    row: int
    side: Side
    id: str
    fingerprint: bytes
    keys: tuple[bytes, ...]
    state: ContactState
    cause: str
    link_id: int | None = None
    due_at: float | None = None
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Observation:
    """What a cycle concluded of one record; replaces what was known of it. ``cause`` is a rule, a mapping or a refusal
    code in words for a person, free of personal data. ``due_at`` asks for another look at that time."""

    side: Side
    id: str
    fingerprint: bytes
    keys: tuple[bytes, ...]
    state: ContactState
    cause: str = ""
    due_at: float | None = None
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Intent:
    """One write, journalled before it is sent. ``fields`` maps each written field to its cause (``rule or mapping
    @file:line``); ``source_keys`` are the key fingerprints of the source of a create. ``at`` is when it was journalled,
    as the store says."""

    side: Side
    verb: Verb
    id: str | None
    source_id: str | None
    fields: Mapping[str, str]
    source_keys: tuple[bytes, ...] = ()
    link_id: int | None = None
    intent_id: int | None = None
    at: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an intent. ``status``: ``done``, ``refused``, ``lost``, ``unsent``, ``adopted``, ``abandoned``.

    ``lost`` keeps a create open until it was searched for. ``id`` is the record's id after a create.
    """

    intent_id: int
    status: str
    id: str | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the journal, for history and ``show``."""

    cycle: int
    at: float
    intent: Intent
    status: str
    code: str


@dataclass(frozen=True, slots=True)
class Cycle:
    """One run of one connection; ``result`` is one of ok, refused, failed, stalled, abandoned, running."""

    cycle: int
    started_at: float
    finished_at: float | None
    result: str
    message: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Memory:
    """What a connection was like after its last recorded cycle: the digest of its spec, and per side a cursor and when
    it was last read completely (POSIX seconds)."""

    digest: str = ""
    cursors: Mapping[Side, str] = field(default_factory=dict)
    complete: Mapping[Side, float] = field(default_factory=dict)


class ConnectionState(Protocol):
    """One connection's part of the store."""

    name: str

    # reading: no lease needed
    def memory(self) -> Memory:
        """Digest and cursors; empty on the first day."""
        ...

    def seen(self, side: Side, ids: Sequence[str], now: float) -> dict[str, Seen]:
        """The cheap look, by id; unknown ids are left out. Any number of ids."""
        ...

    def known(self, side: Side, ids: Sequence[str]) -> dict[str, Known]:
        """Everything remembered of these records."""
        ...

    def by_key(self, ordinal: int, keys: Sequence[bytes]) -> list[Known]:
        """Records on both sides that hold one of these fingerprints as their match key number ``ordinal``."""
        ...

    def rows(self, side: Side, *, after: int = 0, limit: int = 5000) -> list[tuple[int, str, bool]]:
        """``(row, id, linked)`` in ascending row order, starting after ``after``: the walk that finds the absent."""
        ...

    def due(self, now: float, *, limit: int = 5000, after: int = 0) -> list[Known]:
        """Records that want planning although unchanged (``due_at <= now``), in ascending row order."""
        ...

    def links(self, link_ids: Sequence[int]) -> dict[int, Link]:
        """These links, by ``link_id``."""
        ...

    def link_of(self, side: Side, ids: Sequence[str]) -> dict[str, Link]:
        """Links by the record's id on ``side``."""
        ...

    def all_links(self, *, after: int = 0, limit: int = 5000) -> list[Link]:
        """Links in ascending ``link_id`` order, starting after ``after``."""
        ...

    def open_intents(self) -> list[Intent]:
        """Intents without a result, and creates whose answer was lost: what a crash or a dropped answer left behind."""
        ...

    def tallies(self) -> dict[tuple[Side, ContactState], int]:
        """Contacts by side and state, kept up to date by every ``record``: no scan."""
        ...

    def link_count(self) -> int:
        """Live links (not trashed), kept up to date: no scan."""
        ...

    def cycles(self, limit: int = 10) -> list[Cycle]:
        """The latest cycles, newest first."""
        ...

    def history(self, side: Side, record_id: str, limit: int = 50) -> list[Entry]:
        """Journal lines that wrote this record or were caused by it, newest first."""
        ...

    # writing: under the lease
    def begin(self, at: float) -> int:
        """A new cycle; returns its number. An earlier one still ``running`` becomes ``abandoned``."""
        ...

    def intend(self, cycle: int, at: float, intents: Sequence[Intent]) -> list[int]:
        """Journal these writes before they are sent, in one transaction; returns their ids in order."""
        ...

    def settle(self, at: float, results: Sequence[Result], links: Sequence[Link] = ()) -> None:
        """Journal results and remember the links they made or moved, in one transaction.

        A link with ``link_id=None`` replaces any other link of its left id or right id (a trashed one); one with a
        ``link_id`` replaces that link.
        """
        ...

    def record(
        self,
        observations: Iterable[Observation],
        links: Iterable[Link] = (),
        forget: Iterable[tuple[Side, str]] = (),
        unlink: Iterable[int] = (),
    ) -> None:
        """Remember conclusions in bulk (streams; committed in large steps; idempotent).

        First ``forget`` drops records (their links stay, so that a trashed pair is remembered) and ``unlink`` drops
        links by id; then links are replaced or made as in ``settle``; then observations replace what was known.
        """
        ...

    def remember(self, memory: Memory) -> None:
        """Digest and cursors, last of all."""
        ...

    def finish(self, cycle: int, at: float, result: str, message: str, counts: Mapping[str, int]) -> None:
        """Close a cycle."""
        ...

    def prune(self, before: float) -> int:
        """Drop journal lines and cycles older than ``before``; open intents stay. Returns how many went."""
        ...


class Lease(Protocol):
    """The right to write one connection; a context manager that keeps itself alive until it is left."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: object) -> None: ...

    def check(self) -> None:
        """Raises ``LeaseHeld`` when the lease was lost (a long stop of this process): write nothing more."""
        ...


class Store(Protocol):
    """The whole state."""

    def connection(self, name: str) -> ConnectionState:
        """The part of one connection (made on first use; forgets nothing when a spec goes away)."""
        ...

    def names(self) -> list[str]:
        """Every connection that the state knows."""
        ...

    def lease(self, name: str) -> Lease:
        """Take the writer's lease of a connection, or raise ``LeaseHeld``. A lease whose holder is provably dead, or
        that was not renewed for its time to live, is taken over."""
        ...

    def close(self) -> None:
        """Let go of files and sockets."""
        ...
