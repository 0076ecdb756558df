"""Listings that are complete although records come, go and change while they are read.

Rows are asked for by a date, oldest first, and each page begins where the last one ended: nothing shifts, and the
server's window of 100,000 rows is never reached. Where many rows share a second, pages are counted within it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from reconciler.connectors.copper.api import Row
from reconciler.errors import CursorExpired, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.connectors.copper.api import Entity

Sheet: TypeAlias = tuple[list[Row], bool]
"""Rows, and whether they are the last."""

WINDOW = 100_000
"""Rows that a search can reach, whatever the paging."""


def oldest_first(entity: Entity, stamp: str, size: int, start: int | None) -> Iterator[Sheet]:
    """Rows by ``date_<stamp>`` (``created``, ``modified``) from ``start`` on, each once for each of its states; with
    every page, whether it is the last."""
    seen: dict[object, int] = {}
    bound, page = start, 1
    while True:
        asked: dict[str, object] = {"page_number": page, "page_size": size}
        asked |= {"sort_by": f"date_{stamp}", "sort_direction": "asc"}
        asked |= {} if bound is None else {f"minimum_{stamp}_date": bound}
        rows, _ = entity.search(**asked)
        fresh = [row for row in rows if seen.get(row["id"]) != moment(row, stamp)]
        seen |= {row["id"]: moment(row, stamp) for row in fresh}
        yield fresh, len(rows) < size
        if len(rows) < size:
            return
        edge = moment(rows[-1], stamp) - 1  # one second of overlap: whether the bound itself is included is not told
        if bound is None or edge > bound:
            bound, page = edge, 1
            seen = {number: when for number, when in seen.items() if when >= edge}
        else:
            page = _next(entity, page, size)


def newest_first(entity: Entity, size: int, start: int) -> Iterator[Sheet]:
    """Rows modified since ``start`` where the server knows no such filter: newest first, until older ones come.

    Where rows went away meanwhile, others have moved to a page that was read already: it is read again.
    Raises ``CursorExpired`` where more changed than a search can reach.
    """
    seen: dict[object, int] = {}
    page, before = 1, 0
    while True:
        rows, total = entity.search(page_number=page, page_size=size, sort_by="date_modified", sort_direction="desc")
        recent = [row for row in rows if moment(row, "modified") >= start]
        fresh = [row for row in recent if seen.get(row["id"]) != moment(row, "modified")]
        seen |= {row["id"]: moment(row, "modified") for row in fresh}
        shrunk = total is not None and page > 1 and total < before
        last = not shrunk and (len(recent) < len(rows) or len(rows) < size)
        yield fresh, last
        if last:
            return
        before = total or 0
        page = page - 1 if shrunk else page + 1
        if page * size > WINDOW:
            raise CursorExpired(entity.http.app, "more changed since then than a search can reach")


def newest(entity: Entity) -> int:
    """When the latest change was, in POSIX seconds by the server's clock; 0 where there is nobody."""
    rows, _ = entity.search(page_number=1, page_size=1, sort_by="date_modified", sort_direction="desc")
    return moment(rows[0], "modified") if rows else 0


def moment(row: Row, stamp: str) -> int:
    """A date of a row in POSIX seconds."""
    return int(str(row.get(f"date_{stamp}") or 0))


def _next(entity: Entity, page: int, size: int) -> int:
    if (page + 1) * size > WINDOW:
        raise Rejected(entity.http.app, f"more than {WINDOW:,} records share one second: a search cannot reach them")
    return page + 1
