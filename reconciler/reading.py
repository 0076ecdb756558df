"""Read one side: a stream of pages, of which only what changed, is new, is due or is waited for is kept.

Unchanged records cost one fingerprint and one look-up each, and a bit of memory. What a complete listing lacks is asked
for directly before it is believed to be gone; a listing that cannot be trusted may update, never create or delete.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.engine.guard import believable
from reconciler.engine.match import Bond
from reconciler.errors import CursorExpired
from reconciler.live import Stopped
from reconciler.model.link import ContactState
from reconciler.model.report import Reading
from reconciler.workspace import Sighting, chunks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.live import Live
    from reconciler.model.link import Link
    from reconciler.model.record import Page, Record, Side
    from reconciler.state.base import Known
    from reconciler.workspace import Workspace

ROWS = 5000


class Bitmap:
    """Which state rows were listed: one bit each."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, row: int) -> bool:
        """Mark ``row``; False when it was marked already."""
        at, bit = row >> 3, 1 << (row & 7)
        if at >= len(self._bits):
            self._bits.extend(bytes(at + 1024 - len(self._bits)))
        fresh = not self._bits[at] & bit
        self._bits[at] |= bit
        return fresh

    def __contains__(self, row: int) -> bool:
        at = row >> 3
        return at < len(self._bits) and bool(self._bits[at] & (1 << (row & 7)))


@dataclass(slots=True)
class _Progress:
    """What a read has come to so far."""

    full: bool
    listed: Bitmap = field(default_factory=Bitmap)
    records: int = 0
    recognised: int = 0
    strangers: int = 0
    changed: int = 0
    gone: int = 0
    total: int | None = None
    cursor: str | None = None
    last: bool = False
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """One side's read: what to report, and the cursor from which the next delta may begin (None: read all again)."""

    reading: Reading
    cursor: str | None
    at: float

    @property
    def trusted(self) -> bool:
        """Whether absence from this side means anything."""
        return self.reading.problem is None


def read_side(live: Live, side: Side, work: Workspace, cursor: str | None) -> Read:
    """Read ``side`` from ``cursor``, or completely; a cursor that the app no longer knows means completely."""
    started = live.clock()
    try:
        progress = _read(live, side, work, cursor)
    except CursorExpired:
        if cursor is None:
            raise
        progress = _read(live, side, work, None)
    reading = Reading(
        mode="full" if progress.full else "delta",
        records=progress.records,
        changed=progress.changed,
        gone=progress.gone,
        seconds=live.clock() - started,
        problem=progress.problem,
    )
    return Read(reading, progress.cursor if progress.problem is None else None, started)


def _pages(live: Live, side: Side, cursor: str | None) -> Iterator[Page]:
    """A listing. One that shows nobody at all is asked for twice: an app that hiccups answers "200, nobody", and on the
    first day nothing else would contradict it."""
    anybody = False
    for page in live.connectors[side].list(cursor):
        anybody = anybody or bool(page.records)
        yield page
    if cursor is None and not anybody:
        yield from live.connectors[side].list(None)


def _read(live: Live, side: Side, work: Workspace, cursor: str | None) -> _Progress:
    progress = _Progress(full=cursor is None)
    for page in _pages(live, side, cursor):
        if live.stop():
            raise Stopped
        _take_page(live, side, work, page, progress)
        live.progress("read", side, progress.records, progress.total)
    if progress.full:
        progress.problem = _incomplete(live, progress)
        _find_absent(live, side, work, progress)
    else:
        progress.problem = None if progress.last else "the app did not say that the list of changes was finished"
        _fetch_due(live, side, work)
    return progress


def _take_page(live: Live, side: Side, work: Workspace, page: Page, progress: _Progress) -> None:
    program, state = live.program, live.state
    seen = state.seen(side, [record.id for record in page.records], live.clock())
    wanted = work.wanted(side, [record.id for record in page.records])
    kept: list[tuple[Record, bytes]] = []
    for record in page.records:
        mark, known = program.fingerprint(side, record), seen.get(record.id)
        if known is not None:
            progress.recognised += progress.listed.add(known.row)
        if known is None or known.due or known.fingerprint != mark or record.id in wanted:
            kept.append((record, mark))
    progress.strangers += keep(live, side, work, kept)
    progress.records += len(page.records)
    progress.changed += len(kept)
    progress.gone += bury(live, side, work, page.gone)
    progress.total = page.total if page.total is not None else progress.total
    progress.cursor, progress.last = page.cursor, page.last


def keep(live: Live, side: Side, work: Workspace, records: Sequence[tuple[Record, bytes]]) -> int:
    """Put these records with their fingerprints into the workspace; returns how many of them state never knew."""
    if not records:
        return 0
    known = live.state.known(side, [record.id for record, _ in records])
    strangers = [record.id for record, _ in records if record.id not in known]
    links = live.state.link_of(side, strangers) if strangers else {}
    old, new = [], []
    for record, mark in records:
        keys = live.program.keys(side, record)
        if (one := known.get(record.id)) is not None:
            old.append(Sighting(side, record.id, mark, keys, bond_of(one), record, one.link_id, one.attempts))
        else:
            link = links.get(record.id)
            bond = _bond_by(link, side)
            new.append(Sighting(side, record.id, mark, keys, bond, record, link.link_id if link else None))
    work.put(old, (known[one.id].keys for one in old))
    return work.put(new)


def _bond_by(link: Link | None, side: Side) -> Bond:
    """A record that state forgot may still have a link: it came back from the dead, or a crash came in between."""
    if link is None:
        return Bond.FREE
    return Bond.TRASHED if link.gone is side.other else Bond.LINKED


def bond_of(known: Known) -> Bond:
    """How a remembered record stands to the other side."""
    if known.link_id is None:
        return Bond.FREE
    return Bond.TRASHED if known.state is ContactState.TRASHED else Bond.LINKED


def bury(live: Live, side: Side, work: Workspace, ids: Iterable[str]) -> int:
    """Tombstones, or proved absences: state forgets them; what they were linked or alike to is judged anew. A record
    that a crash kept from being remembered may still have a link."""
    count = 0
    for part in chunks(ids, ROWS):
        known = live.state.known(side, part)
        strangers = [one for one in part if one not in known]
        links = live.state.link_of(side, strangers) if strangers else {}
        nothing = tuple(b"" for _ in live.program.connection.keys)
        work.put((Sighting(side, one.id, b"", nothing, bond_of(one), None, one.link_id) for one in known.values()),
                 (one.keys for one in known.values()))  # fmt: skip
        work.put(
            Sighting(side, one, b"", nothing, _bond_by(link, side), None, link.link_id) for one, link in links.items()
        )
        work.forget(side, known)
        count += len(known) + len(links)
    return count


def _incomplete(live: Live, progress: _Progress) -> str | None:
    """Why this listing cannot be complete; None when everything adds up."""
    if not progress.last:
        return "the listing ended without saying that it was finished"
    distinct = progress.recognised + progress.strangers
    if progress.total is not None and distinct < progress.total:
        return f"the listing held {distinct} of the {progress.total} records that the app counts"
    if not progress.records and progress.total is None and live.state.link_count():
        return "the listing is empty, does not say so by a count, and linked contacts are known"
    return None


def _find_absent(live: Live, side: Side, work: Workspace, progress: _Progress) -> None:
    """Known records that were not listed: ask for each, and believe that one is gone only when the listing and the
    answers agree about all of them."""
    known = sum(count for (where, _), count in live.state.tallies().items() if where is side)
    if progress.problem or progress.recognised == known:
        return
    absent = [is_linked for part in _absent(live, side, progress.listed) for _, is_linked in part]
    if not absent:
        return
    linked = sum(absent)
    if not believable(linked, live.state.link_count()):
        progress.problem = f"the listing lacks {linked} of {live.state.link_count()} linked contacts"
        return
    alive = 0
    for part in _absent(live, side, progress.listed):
        found = _ask(live, side, [record_id for record_id, _ in part])
        keep(live, side, work, [(record, live.program.fingerprint(side, record)) for record in found.values()])
        alive += len(found)
    if alive:
        progress.problem = f"the listing left out {alive} contacts that exist"
        return
    for part in _absent(live, side, progress.listed):
        progress.gone += bury(live, side, work, [record_id for record_id, _ in part])


def _absent(live: Live, side: Side, listed: Bitmap) -> Iterator[list[tuple[str, bool]]]:
    """``(id, linked)`` of the known records that were not listed, in portions: they may be as many as there are."""
    after = 0
    while rows := live.state.rows(side, after=after, limit=ROWS):
        after = rows[-1][0]
        if absent := [(record_id, is_linked) for row, record_id, is_linked in rows if row not in listed]:
            yield absent


def _ask(live: Live, side: Side, ids: Sequence[str]) -> dict[str, Record]:
    size = live.connectors[side].traits.get_batch
    return {record.id: record for part in chunks(ids, size) for record in live.connectors[side].get(part)}


def fetch(live: Live, side: Side, work: Workspace, ids: Sequence[str]) -> None:
    """Read these records directly into the workspace, unless they were sighted; those that are gone are left out."""
    sighted = work.sighted(side, ids)
    ask_again(live, side, work, [one for one in ids if one not in sighted])


def ask_again(live: Live, side: Side, work: Workspace, ids: Sequence[str]) -> None:
    """Read these records directly into the workspace, sighted or not; those that are gone are left out."""
    found = _ask(live, side, ids)
    keep(live, side, work, [(record, live.program.fingerprint(side, record)) for record in found.values()])


def _fetch_due(live: Live, side: Side, work: Workspace) -> None:
    """A delta does not show what waits for another look: fetch it."""
    after = 0
    while due := live.state.due(live.clock(), after=after, limit=ROWS):
        after = due[-1].row
        fetch(live, side, work, [one.id for one in due if one.side is side])
