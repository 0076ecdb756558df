"""Reads that do not tell the truth, for :class:`~reconciler.testing.faults.Faulty`: each is armed for ``list``, ``get``
or ``find``. Pages count from 0."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from reconciler.errors import AppError, Retryable
from reconciler.model.record import Page, Record
from reconciler.testing.faults import NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from reconciler.connectors.base import Connector
    from reconciler.testing.faults import Answer, Call, Fault, Proceed

Moment: TypeAlias = dict[str, Record]
"""What an app said at one moment, by id."""


def moment(connector: Connector) -> Moment:
    """Remember what a full listing says now, to be served later as if nothing had happened since."""
    return {record.id: record for page in connector.list() for record in page.records}


# listings that came up short


def dropped_page(number: int, *, adjusted: bool = False) -> Fault:
    """One page is missing. ``adjusted``: the total says that it never was, so that nobody can tell."""

    def bend(pages: list[Page]) -> Iterable[Page]:
        missing = len(pages[number].records) if number < len(pages) else 0
        for position, page in enumerate(pages):
            said = replace(page, total=_less(page.total, missing)) if adjusted else page
            if position != number:
                yield said
            elif page.last:
                yield replace(said, records=(), gone=())

    return _listing(bend)


def repeated_page(number: int) -> Fault:
    """One page comes twice and the one after it never, as when a page cursor is ignored."""

    def bend(pages: list[Page]) -> Iterable[Page]:
        for position, page in enumerate(pages):
            again = position == number + 1
            yield replace(page, records=pages[number].records, gone=pages[number].gone) if again else page

    return _listing(bend)


def emptied(total: int | None = None) -> Fault:
    """A friendly answer with nothing in it, declared finished."""

    def bend(pages: list[Page]) -> Iterable[Page]:
        yield Page(records=(), total=total, cursor=pages[-1].cursor, last=True)

    return _listing(bend)


def missing_tail(pages_served: int) -> Fault:
    """The listing ends after so many pages without being declared finished."""

    def bend(pages: list[Page]) -> Iterable[Page]:
        return [replace(page, last=False, cursor=None) for page in pages[:pages_served]]

    return _listing(bend)


def broken_page(number: int, error: AppError | None = None) -> Fault:
    """Pages come, and then an error (by default a ``Retryable``) instead of page ``number``."""

    def bend(pages: list[Page]) -> Iterable[Page]:
        yield from pages[:number]
        raise error or Retryable(NAME, "out of order within a listing", code="503")

    return _listing(bend)


# reads that are behind the truth


def stale_values(then: Moment) -> Fault:
    """The listing knows who is there now, and shows each as it was at that moment."""

    def bend(pages: list[Page]) -> Iterable[Page]:
        return [replace(page, records=tuple(then.get(record.id, record) for record in page.records)) for page in pages]

    return _listing(bend)


def stale_membership(then: Moment) -> Fault:
    """The full listing shows who was there at that moment: the new are missing, the deleted still there."""

    def bend(pages: list[Page]) -> Iterable[Page]:
        now = {record.id: record for page in pages for record in page.records}
        records = tuple(now.get(record_id, record) for record_id, record in then.items())
        yield Page(records=records, total=len(records), cursor=pages[-1].cursor, last=True)

    return _listing(bend)


def stale_listing(then: Moment) -> Fault:
    """The full listing is wholly that of the moment."""

    def bend(pages: list[Page]) -> Iterable[Page]:
        yield Page(records=tuple(then.values()), total=len(then), cursor=pages[-1].cursor, last=True)

    return _listing(bend)


def late_delta() -> Fault:
    """A delta read does not see the latest changes yet, and says to ask again from the same place."""

    def fault(call: Call, proceed: Proceed) -> Answer:
        since = call.items[0]
        return iter([Page(records=(), cursor=since, last=True)]) if since is not None else proceed(call.items)

    return fault


def stale_get(then: Moment) -> Fault:
    """Direct reads answer from that moment: the new are unknown, the deleted still there."""
    return lambda call, _proceed: [then[record_id] for record_id in call.items if record_id in then]


def stale_find(then: Moment) -> Fault:
    """The search index is that of the moment."""

    def fault(call: Call, _proceed: Proceed) -> Answer:
        wanted = {value.casefold() for value in call.items}
        return [record for record in then.values() if str(record.values.get(call.key)).casefold() in wanted]

    return fault


def _listing(bend: Callable[[list[Page]], Iterable[Page]]) -> Fault:
    def fault(call: Call, proceed: Proceed) -> Answer:
        return _served(call, proceed, bend)

    return fault


def _served(call: Call, proceed: Proceed, bend: Callable[[list[Page]], Iterable[Page]]) -> Iterator[Page]:
    yield from bend(list(proceed(call.items)))


def _less(total: int | None, missing: int) -> int | None:
    return None if total is None else total - missing
