"""How version 2 lists: by ids or by change, a page at a time behind an opaque cursor, without a total."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from reconciler.sandbox.faults import Fault
from reconciler.sandbox.pipedrive.errors import invalid
from reconciler.sandbox.pipedrive.times import whole_second
from reconciler.sandbox.shelf import window
from reconciler.sandbox.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from reconciler.sandbox.pipedrive.book import Book
    from reconciler.sandbox.shelf import Row
    from reconciler.sandbox.wire import Call

_IDS = 100
_SORTS = ("id", "update_time", "add_time")
_KNOWN = frozenset(
    {"limit", "cursor", "ids", "updated_since", "updated_until", "sort_by", "sort_direction", "include_fields"}
    | {"custom_fields", "include_option_labels", "include_labels", "owner_id", "org_id", "filter_id", "deal_id"}
)


def limit_of(call: Call, longest: int) -> int:
    """The wanted page length. Raises ``Refusal`` above the longest."""
    text = call.query.get("limit", "100")
    if not text.isdecimal() or not 0 < int(text) <= longest:
        raise invalid(f"limit must be between 1 and {longest}")
    return int(text)


def answer(data: object, following: str | None) -> Answer:
    """One page."""
    return Answer(200, {"success": True, "data": data, "additional_data": {"next_cursor": following}})


def list_page(call: Call, book: Book, longest: int, show: Callable[[Row], object]) -> Answer:
    """One page of persons or organisations. Raises ``Refusal``."""
    if unknown := set(call.query) - _KNOWN:
        raise invalid(f"{min(unknown)} is not allowed")
    limit = limit_of(call, longest)
    sort, descending = _order(call.query)
    rows, following = _page(call, book, limit, sort, descending=descending)
    place = _cursor(sort, rows[-1], descending=descending) if following else None
    shown: Iterable[Row] = window(rows, 0, limit, call.fault)
    return answer([show(row) for row in shown], place)


def _order(query: Mapping[str, str]) -> tuple[str, bool]:
    sort, direction = query.get("sort_by", "id"), query.get("sort_direction", "asc")
    if sort not in _SORTS or direction not in ("asc", "desc"):
        raise invalid("sort_by or sort_direction is not known")
    return sort, direction == "desc"


def _page(call: Call, book: Book, limit: int, sort: str, *, descending: bool) -> tuple[Sequence[Row], bool]:
    rows = _rows(call, book, sort, descending=descending)
    page = list(islice(rows, limit + 1))
    return page[:limit], len(page) > limit


def _rows(call: Call, book: Book, sort: str, *, descending: bool) -> Iterator[Row]:
    """The rows behind the cursor, in order."""
    after = _place(call.query.get("cursor", ""))
    if _plain(call) and sort == "id" and not descending:
        return book.after(int(after[1]) if after else 0)
    rows = sorted(_wanted(call, book), key=lambda row: _key(sort, row), reverse=descending)
    if after is None:
        return iter(rows)
    return (row for row in rows if (_key(sort, row) < after if descending else _key(sort, row) > after))


def _plain(call: Call) -> bool:
    return call.fault is not Fault.STALE_LISTING and not {"ids", "updated_since", "updated_until"} & set(call.query)


def _wanted(call: Call, book: Book) -> Iterable[Row]:
    query = call.query
    if "ids" in query:
        ids = query["ids"].split(",")
        if len(ids) > _IDS:
            raise invalid(f"ids takes {_IDS} at most")
        return [book[each] for each in ids if each in book]
    if "updated_since" in query:
        rows = book.since(whole_second("updated_since", query["updated_since"]))
    else:
        rows = book.listed(call.fault)
    if "updated_until" in query:
        until = whole_second("updated_until", query["updated_until"])
        rows = [row for row in rows if int(row.modified) < until]
    return rows


def _key(sort: str, row: Row) -> tuple[int, int]:
    stamp = {"id": 0.0, "update_time": row.modified, "add_time": row.created}[sort]
    return int(stamp), int(row.id)


def _cursor(sort: str, row: Row, *, descending: bool) -> str:
    value, number = _key(sort, row)
    told = {"field": sort, "fieldValue": value, "sortDirection": "desc" if descending else "asc", "id": number}
    return urlsafe_b64encode(msgspec.json.encode(told)).decode().rstrip("=")


def _place(cursor: str) -> tuple[int, int] | None:
    if not cursor:
        return None
    try:
        told = msgspec.json.decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return told["fieldValue"], told["id"]
    except (ValueError, msgspec.DecodeError, KeyError, TypeError):
        raise invalid("cursor is not valid") from None
