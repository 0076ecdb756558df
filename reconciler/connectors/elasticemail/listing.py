"""Listings by limit and offset, without a total and without an order to ask for: how to notice that they slipped.

Whoever is deleted while a listing is under way moves everybody behind a place forward, and somebody is skipped. So each
page begins with the last contact of the page before; where it does not, the listing steps back by a page and looks for
those it missed. A listing that cannot find its place again ends without calling itself finished.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.connectors.elasticemail.values import EMAIL, Row, canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_MOST_SLIPS = 3
"""So often in a row a listing may slip before it is given up."""


def pages(fetch: Callable[[int, int], list[Row]], size: int) -> Iterator[tuple[list[Row], bool]]:
    """All rows that ``fetch(limit, offset)`` gives, at most ``size`` (two or more) a page, each page with whether the
    listing is finished by it. It ends with a page that brings nothing new, not with a short one: a server may give
    fewer than asked."""
    rows = fetch(size, 0) or fetch(size, 0)  # that nobody is there is worth asking twice
    yield rows, not rows
    before, offset, slips = _keys(rows), len(rows), 0
    while before:
        rows, start = fetch(size, offset - 1), offset - 1
        slipped = _keys(rows)[:1] != before[-1:]
        if slipped:
            start = max(offset - len(before), 0)
            rows = fetch(size, start)
        slips = slips + 1 if slipped else 0
        known = set(before)
        if slips > _MOST_SLIPS or known.isdisjoint(_keys(rows)):
            return
        new = [row for row in rows if _key(row) not in known]
        finished = not slipped and not new
        yield new, finished
        if finished:
            return
        before, offset = _keys(rows), start + len(rows)


def _keys(rows: Sequence[Row]) -> list[str]:
    return [_key(row) for row in rows]


def _key(row: Row) -> str:
    return canonical(row[EMAIL])
