"""Persons or organisations: rows by number with the indexes that version 2 needs, and a search index that lags."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from reconciler.sandbox.index import SortedNumbers, Timeline
from reconciler.sandbox.shelf import Row, Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

Terms = frozenset[tuple[str, str]]


def fold(text: object) -> str:
    """A text as the search compares it."""
    return str(text).strip().casefold()


class Book(Shelf):
    """``terms`` are the words of a row that can be searched for, by where they stand."""

    def __init__(self, terms: Callable[[Row], Iterable[tuple[str, str]]]) -> None:
        self._terms = terms
        super().__init__()

    def clear(self) -> None:
        """Empty, as if nothing had ever been there."""
        super().clear()
        self.numbers = SortedNumbers()
        self._timeline = Timeline()
        self._next = 1
        self._now: dict[tuple[str, str], set[str]] = {}
        self._live: dict[str, Terms] = {}
        self._log: deque[tuple[float, str, Row | None]] = deque()
        self._indexed: dict[str, tuple[Row, Terms]] = {}
        self._found: dict[tuple[str, str], set[str]] = {}

    def new_id(self) -> str:
        """The id of the next record."""
        self._next += 1
        return str(self._next - 1)

    def put(self, record_id: str, values: Mapping[str, object], now: float) -> Row:
        """Store these values, and no others."""
        before = self.rows.get(record_id)
        row = super().put(record_id, values, now)
        self._note(record_id, before, row, now)
        return row

    def drop(self, record_id: str, now: float) -> Row:
        """Delete. Raises ``KeyError``."""
        row = super().drop(record_id, now)
        self._note(record_id, row, None, now)
        return row

    def touch(self, record_id: str, now: float) -> None:
        """Move the modified time and nothing else."""
        before = self.rows[record_id]
        super().touch(record_id, now)
        self._timeline.move(int(record_id), int(before.modified), int(now))

    def since(self, stamp: int) -> list[Row]:
        """Rows changed at or after a second, by id."""
        return [self.rows[str(number)] for number in sorted(self._timeline.since(stamp))]

    def after(self, number: int) -> Iterator[Row]:
        """Rows with a greater id, in order."""
        return (self.rows[str(each)] for each in self.numbers.since(number + 1))

    def with_term(self, where: str, text: str) -> list[str]:
        """Ids that have this text now, whatever the search index says."""
        return sorted(self._now.get((where, fold(text)), ()), key=int)

    def _note(self, record_id: str, before: Row | None, after: Row | None, now: float) -> None:
        number = int(record_id)
        self._timeline.move(number, int(before.modified) if before else None, int(after.modified) if after else None)
        if after is None:
            self.numbers.discard(number)
        else:
            self.numbers.add(number)
        terms = frozenset(self._terms(after)) if after else frozenset()
        _move(self._now, record_id, self._live.get(record_id, frozenset()), terms)
        self._live[record_id] = terms
        self._log.append((now, record_id, after))

    def search(self, term: str, places: Iterable[str], until: float, *, exact: bool) -> list[Row]:
        """What the index had at ``until`` (epoch seconds), also of records that are gone since."""
        while self._log and self._log[0][0] <= until:
            self._absorb(*self._log.popleft()[1:])
        wanted = fold(term)
        if exact:
            ids = {each for place in places for each in self._found.get((place, wanted), ())}
        else:
            known = set(places)
            ids = {
                each
                for each, (_, terms) in self._indexed.items()
                if any(place in known and wanted in text for place, text in terms)
            }
        return [self._indexed[each][0] for each in sorted(ids, key=int)]

    def _absorb(self, record_id: str, row: Row | None) -> None:
        terms = frozenset(self._terms(row)) if row else frozenset()
        old = self._indexed.pop(record_id, None)
        _move(self._found, record_id, old[1] if old else frozenset(), terms)
        if row is not None:
            self._indexed[record_id] = (row, terms)


def _move(index: dict[tuple[str, str], set[str]], record_id: str, before: Terms, after: Terms) -> None:
    for term in before - after:
        index[term].discard(record_id)
    for term in after - before:
        index.setdefault(term, set()).add(record_id)
