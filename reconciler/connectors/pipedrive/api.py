"""Pipedrive's calls: pages of both versions, single records, and the words of its errors.

Version 2 pages by an opaque cursor, version 1 by a number to start from; neither tells a total.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from reconciler.connectors.base import Account
from reconciler.connectors.dialect import Dialect, Meaning
from reconciler.errors import Retryable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from reconciler.connectors.dialect import Response
    from reconciler.connectors.http import Http

Row: TypeAlias = dict[str, object]

V1, V2 = "/api/v1", "/api/v2"
IDS = 100
"""How many ids one listing takes."""
_GONE = frozenset({404, 410})
_BLOCKED = "blocked"
_DAILY = "daily_budget"
_TOO_MANY, _UNAUTHORIZED, _FORBIDDEN = 429, 401, 403


class _Pagination(msgspec.Struct):
    more_items_in_collection: bool = False
    next_start: int | None = None


class _Additional(msgspec.Struct):
    next_cursor: str | None = None
    pagination: _Pagination | None = None


class _Page(msgspec.Struct):
    data: list[dict[str, object]] | None
    additional_data: _Additional | None = None

    @property
    def following(self) -> str | int | None:
        """Where the next page begins; None after the last."""
        more = self.additional_data or _Additional()
        if more.pagination is not None:
            return more.pagination.next_start if more.pagination.more_items_in_collection else None
        return more.next_cursor or None


class _One(msgspec.Struct):
    data: dict[str, object]


class _Hit(msgspec.Struct):
    item: dict[str, object]


class _Hits(msgspec.Struct):
    items: list[_Hit]


class _Found(msgspec.Struct):
    data: _Hits
    additional_data: _Additional | None = None


class _Error(msgspec.Struct):
    error: str | None = None
    error_info: str | None = None
    code: str | None = None
    error_code: int | None = msgspec.field(default=None, name="errorCode")


def _explain(response: Response) -> tuple[str, str]:
    """A throttled client that does not listen is shut out by the edge, in HTML."""
    if response.status == _FORBIDDEN and "<" in response.text[:20]:
        return _BLOCKED, "too many calls: the app's edge keeps this client out for a while"
    told = response.json(_Error)
    code = told.code or ""
    if response.status == _TOO_MANY and response.headers.get("x-daily-ratelimit-token-remaining") == "0":
        code = _DAILY
    words = told.error or ""
    return code, f"{words}; {_ADVICE[response.status]}" if response.status in _ADVICE else words


_ADVICE = {
    _UNAUTHORIZED: "check api_token (Personal preferences, API), or authorise the app again, and check base_url",
    _FORBIDDEN: "give the app the scopes contacts:full, leads:full, search:read and users:read, or its user the right",
    402: "the company's account is closed, or its trial is over",
}


def _usage(response: Response) -> tuple[int, int] | None:
    """Tokens of the day: what a call costs differs, what is left is told."""
    limit = response.headers.get("x-daily-ratelimit-token-limit", "")
    left = response.headers.get("x-daily-ratelimit-token-remaining", "")
    return (int(limit) - int(left), int(limit)) if limit.isdecimal() and left.isdecimal() else None


def _pause(response: Response) -> float | None:
    """The last call of a window tells when the next window begins, in seconds."""
    reset = response.headers.get("x-ratelimit-reset", "")
    spent = response.headers.get("x-ratelimit-remaining") == "0" or response.status == _TOO_MANY
    return float(reset) if spent and reset.replace(".", "", 1).isdecimal() else None


DIALECT = Dialect(rows={_BLOCKED: Meaning.SPENT, _DAILY: Meaning.SPENT}, explain=_explain, usage=_usage, pause=_pause)


class Api:
    """The calls on one account. ``page_size`` is at most 500."""

    def __init__(self, http: Http, page_size: int) -> None:
        self.http = http.speaking(DIALECT)
        self._page_size = page_size

    def pages(self, path: str, **params: str | int | None) -> Iterator[tuple[list[Row], Response, bool]]:
        """Rows page by page, the answer they came in, and whether it is the last. Raises ``Retryable`` where a page
        leads back to itself."""
        place = "cursor" if path.startswith(V2) else "start"
        asked: dict[str, str | int | None] = {"limit": self._page_size, **params}
        seen: set[str | int] = set()
        while True:
            response = self.http.request("GET", path, params=asked)
            page = response.json(_Page)
            following = page.following
            yield page.data or [], response, following is None
            if following is None:
                return
            if following in seen:
                raise Retryable(self.http.app, "a listing led back to a page that was read already", code="loop")
            seen.add(following)
            asked[place] = following

    def whole(self, path: str, seen: Collection[object], began: datetime, **newest_first: str | int | None) -> bool:
        """Whether a listing that began then had its end. No total is told, so the newest record is asked for: it must
        have been seen, or be newer than the listing. Where records were seen, there must be one."""
        rows = next(self.pages(path, **{**newest_first, "limit": 1}))[0]
        if not rows:
            return not seen
        made = moment_of(rows[0].get("add_time"))
        return rows[0]["id"] in seen or (made is not None and made >= began)

    def rows(self, path: str, **params: str | int | None) -> Iterator[Row]:
        """The rows of all pages."""
        for rows, _, _ in self.pages(path, **params):
            yield from rows

    def by_ids(self, path: str, ids: Iterable[int], **params: str | int | None) -> dict[int, Row]:
        """Rows by id, as many a call as there may be; those that the app leaves out are left out."""
        wanted = sorted(set(ids))
        chunks = [wanted[start : start + IDS] for start in range(0, len(wanted), IDS)]
        return {
            number(row["id"]): row
            for chunk in chunks
            for row in self.rows(path, ids=",".join(map(str, chunk)), **{**params, "limit": IDS})
        }

    def search(self, path: str, term: str, fields: str) -> tuple[list[int], Response]:
        """Ids of what the index has under exactly this term, and the answer they came in."""
        params: dict[str, str | int | None] = {"term": term, "fields": fields, "exact_match": "true", "limit": IDS}
        found: list[int] = []
        while True:
            response = self.http.request("GET", path, params=params)
            page = response.json(_Found)
            found += [number(hit.item["id"]) for hit in page.data.items]
            following = page.additional_data.next_cursor if page.additional_data else None
            if not following or following == params.get("cursor"):
                return found, response
            params["cursor"] = following

    def one(self, path: str, **params: str | int | None) -> Row | None:
        """One record, read directly; None where there is none, also where it lies in the bin."""
        response = self.http.request("GET", path, params=params, ok=_GONE)
        return None if response.status in _GONE else living(response.json(_One).data)

    def change(self, path: str, body: Row) -> Row | None:
        """Change one record; what is stored now, or None where there is none."""
        response = self.http.request("PATCH", path, json=body, ok=_GONE, idempotent=True)
        return None if response.status in _GONE else living(response.json(_One).data)

    def make(self, path: str, body: Row) -> Row:
        """Make one record; what is stored now."""
        return self.http.request("POST", path, json=body).json(_One).data

    def remove(self, path: str) -> None:
        """Delete one record; one that is gone already is done."""
        self.http.request("DELETE", path, ok=_GONE)

    @cached_property
    def me(self) -> Row:
        """The user whose credentials these are."""
        return self.http.request("GET", f"{V1}/users/me").json(_One).data

    def account(self) -> Account:
        """The company, asked anew, and what is left of its tokens of the day."""
        self.__dict__.pop("me", None)
        company = str(self.me["company_id"])
        return Account(id=company, calls_left=self.http.calls_left, calls_limit=self.http.calls_limit)

    def now(self, response: Response | None = None) -> datetime:
        """The server's clock as an answer tells it, else this machine's; whole seconds, in UTC."""
        try:
            told = parsedate_to_datetime(response.headers.get("Date", "") if response else "")
        except ValueError:
            return datetime.fromtimestamp(int(self.http.clock()), UTC)
        return told.astimezone(UTC)


def living(row: Row) -> Row | None:
    """The record, unless it was deleted: it can be read for 30 more days, but is gone."""
    return None if row.get("is_deleted") is True or row.get("active_flag") is False else row


def number(value: object) -> int:
    """An id as the app writes it. Raises ``ValueError``."""
    return value if isinstance(value, int) else int(str(value))


def stamp(moment: datetime) -> str:
    """A moment as ``updated_since`` takes it: a fraction of a second is an error to the app."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment_of(text: object) -> datetime | None:
    """An RFC 3339 time, or version 1's ``YYYY-MM-DD HH:MM:SS``, which is UTC."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


def fold(value: object) -> str:
    """A text as it is compared: trimmed, without regard to case."""
    return str(value or "").strip().casefold()
