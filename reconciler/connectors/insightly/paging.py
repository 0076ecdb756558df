"""Pages over a list that people change meanwhile.

Rows come in the order of their ids and can only be skipped by number, so each delete in front of a page's border moves
one row across it, unseen. Pages therefore overlap by a row: where that row is not met again, rows went, and the walk
steps back until it meets what it has seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from reconciler.connectors.insightly.dialect import server_time
from reconciler.connectors.insightly.values import read_moment
from reconciler.errors import Retryable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from reconciler.connectors.dialect import Response

_STAMP = "DATE_UPDATED_UTC"
_FRUITLESS = 20
"""Pages in a row that may bring nothing new before the list is taken for broken."""


@dataclass(frozen=True, slots=True)
class Skip:
    """Which page: how many rows to skip, and how many to bring."""

    skip: int
    top: int


@dataclass(frozen=True, slots=True)
class Slice:
    """One page as it came: rows by id, how many there are in all, and when it was asked for (as far as is told)."""

    rows: dict[int, dict[str, object]]
    total: int | None = None
    asked: datetime | None = None

    @classmethod
    def of(cls, response: Response, key: str) -> Slice:
        """What a listing or a search answered. Raises ``Retryable`` when it is not as documented.

        Without a server's clock, no change after this page has an older stamp than the newest in it.
        """
        rows = response.json(list[dict[str, object]])
        if any(not isinstance(row.get(key), int) for row in rows):
            raise response.unclear(response.app, "answered a row without its id", code="unreadable")
        stamps = [stamp for row in rows if (stamp := read_moment(row.get(_STAMP)))]
        counted = response.headers.get("X-Total-Count", "")
        return cls(
            {int(str(row[key])): row for row in rows},
            int(counted) if counted.isdecimal() else None,
            server_time(response) or max(stamps, default=None),
        )


@dataclass(frozen=True, slots=True)
class Step:
    """What a page brought that was not seen before. ``last`` says that the list is finished by it."""

    rows: list[dict[str, object]]
    total: int | None
    asked: datetime | None
    last: bool


def walk(ask: Callable[[Skip], Slice], size: int) -> Iterator[Step]:
    """Every row once, in pages of ``size``. A list that makes no sense (pages that
    repeat without end) breaks off without a last step."""
    skip, seen, fruitless, first = 0, 0, 0, None
    while fruitless < _FRUITLESS:
        page = ask(Skip(skip, size))
        first = first or page
        if skip and min(page.rows, default=seen + 1) > seen:
            skip, fruitless = max(skip - size + 1, 0), fruitless + 1
            continue
        fresh = [row for number, row in page.rows.items() if number > seen]
        fruitless = 0 if fresh else fruitless + 1
        seen = max([seen, *page.rows])
        reached = skip + len(page.rows)
        last = len(page.rows) < size and reached >= (page.total or 0)
        stuck = not fresh and not last and len(page.rows) <= 1
        yield Step(fresh, page.total, first.asked, last or stuck)
        if last or stuck:
            return
        skip = reached - 1 if len(page.rows) > 1 else reached


def everything(app: str, steps: Iterable[Step]) -> Iterator[dict[str, object]]:
    """All rows of a walk. Raises ``Retryable`` where it broke off: what is missing must not look like an absence."""
    last = False
    for step in steps:
        yield from step.rows
        last = step.last
    if not last:
        raise Retryable(app, "a search came in pages that repeat without end", code="unreadable")
