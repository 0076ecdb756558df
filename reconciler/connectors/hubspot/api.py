"""HubSpot's calls on contacts: pages, searches, batches. One place knows how paths look in which version of the API."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from reconciler.connectors.hubspot.pace import search_pace
from reconciler.connectors.hubspot.wording import DIALECT, Problem
from reconciler.errors import Rejected, Retryable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reconciler.connectors.dialect import Response
    from reconciler.connectors.http import Http

BATCH, PAGE, FOUND = 100, 100, 200
"""Rows of a batch, contacts of a listing's page, contacts of a search's page."""

CONTACT = "0-1"
"""The object type id of contacts, by which lists name it."""

_URL, _BODY = 4000, 1200
"""Characters of property names that a URL, and a search's body (3,000 at most, values too), hold with ease."""

_DATED = re.compile(r"\d{4}-\d{2}")
_DEEPEST = 10_000
_FORBIDDEN, _NOT_FOUND = 403, 404
_NOT_THERE = "OBJECT_NOT_FOUND"
Inputs: TypeAlias = "Sequence[Mapping[str, object]]"


class Row(msgspec.Struct, rename="camel"):
    """One contact (or company). ``id`` may be another than was asked for: then the one asked for was merged into it."""

    id: str
    properties: dict[str, str | None] = {}
    updated_at: str = ""
    archived_at: str = ""
    object_write_trace_id: str = ""


class _Next(msgspec.Struct):
    after: str = ""


class Paging(msgspec.Struct):
    """Where the next page begins, where there is one."""

    next: _Next | None = None


class Page(msgspec.Struct):
    """One page of a listing or a search; the last one has no ``next``."""

    results: list[Row]
    paging: Paging | None = None

    @property
    def after(self) -> str | None:
        """Where the next page begins; None when there is none."""
        return self.paging.next.after if self.paging and self.paging.next else None


class Batch(msgspec.Struct, rename="camel"):
    """What became of a batch; ``results`` come in any order."""

    status: str
    results: list[Row] = []
    errors: list[Problem] = []


class Portal(msgspec.Struct):
    """``/account-info/v3/details``, as far as it is needed."""

    portal_id: int = msgspec.field(name="portalId")


@dataclass(frozen=True, slots=True)
class Paths:
    """Where things are in one version of the API: ``v3``, or a date such as ``2026-09``."""

    version: str

    def __call__(self, room: str, rest: str) -> str:
        """The path of something in a room of the CRM: ``objects``, ``properties``, ``lists``."""
        return f"/crm/{room}/{self.version}/{rest}" if self._dated else f"/crm/{self.version}/{room}/{rest}"

    @property
    def properties(self) -> str:
        """The path of the properties of contacts; dated versions name the type by its id."""
        return self("properties", CONTACT if self._dated else "contacts")

    @property
    def _dated(self) -> bool:
        return _DATED.fullmatch(self.version) is not None


class Contacts:
    """The calls."""

    def __init__(self, http: Http, version: str) -> None:
        self.http = http.speaking(DIALECT)
        self.path = Paths(version)
        self._root = self.path("objects", "contacts")
        self._pace = search_pace(http)

    def portal(self) -> str:
        """The account's id."""
        return str(self.http.request("GET", "/account-info/v3/details").json(Portal).portal_id)

    def lacking(self, method: str, path: str, body: object = None) -> tuple[str, ...]:
        """Scopes that this read would need and the credentials do not have."""
        response = self.http.request(method, path, json=body, idempotent=True, ok={_FORBIDDEN})
        return response.json(Problem).scopes if response.status == _FORBIDDEN else ()

    def pages(self, names: Sequence[str], *, archived: bool = False) -> Iterator[tuple[Page, Response]]:
        """All pages by ascending id, with the answers they came in; complete at the time of asking."""
        narrow = _width(names) <= _URL
        params: dict[str, str | int | None] = {"limit": PAGE, "archived": str(archived).lower()}
        params["properties"] = ",".join(names) if narrow else None
        after: str | None = None
        while True:
            response = self.http.request("GET", self._root, params={**params, "after": after})
            page = response.json(Page)
            yield (page if narrow else self._filled(page, names)), response
            if page.after is None or page.after == after:
                return
            after = page.after

    def changed(self, since: int, names: Sequence[str]) -> Iterator[tuple[Page, Response]]:
        """Pages of what the index says was modified since (epoch milliseconds), by ascending id.

        Each page is a search of its own beyond the last id: no offset that shifts, and no end at the 10,000th.
        """
        narrow = _width(names) <= _BODY
        last, after = "0", 0
        while True:
            filters = [
                {"propertyName": "lastmodifieddate", "operator": "GTE", "value": str(since)},
                {"propertyName": "hs_object_id", "operator": "GT", "value": last},
            ]
            response = self._search(filters, names if narrow else (), after)
            page = response.json(Page)
            yield (page if narrow else self._filled(page, names)), response
            if page.after is None:
                return
            # Who was archived meanwhile is counted and not shown: a page can be empty and not the last.
            last, after = (page.results[-1].id, 0) if page.results else (last, int(page.after))
            if after >= _DEEPEST:
                raise Retryable(self.http.app, "the search index is behind: it shows nobody of those it counts")

    def where(self, name: str, values: Sequence[str], names: Sequence[str]) -> Iterator[Row]:
        """Rows that the index has under one of these values (a few hundred characters of them at a time)."""
        narrow = _width(names) <= _BODY
        last: str | None = "0"
        while last is not None:
            filters: list[dict[str, object]] = [
                {"propertyName": name, "operator": "IN", "values": values},
                {"propertyName": "hs_object_id", "operator": "GT", "value": last},
            ]
            page = self._search(filters, names if narrow else (), 0).json(Page)
            yield from (page if narrow else self._filled(page, names)).results
            last = page.results[-1].id if page.results and page.after is not None else None

    def _search(self, filters: Sequence[Mapping[str, object]], names: Sequence[str], after: int) -> Response:
        self._pace.acquire()
        body = {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            "properties": names,
            "limit": FOUND,
            **({"after": str(after)} if after else {}),
        }
        return self.http.request("POST", f"{self._root}/search", json=body, idempotent=True)

    def _filled(self, page: Page, names: Sequence[str]) -> Page:
        """The same page with its properties read by id: there are more of them than a URL, or a search, can name."""
        return Page(self.read([row.id for row in page.results], names), page.paging)

    def read(
        self, ids: Iterable[str], names: Sequence[str], key: str | None = None, kind: str = "contacts"
    ) -> list[Row]:
        """These records from the database, by id or by a property that is unique; those that are gone are left out."""
        unique = list(dict.fromkeys(ids))
        rows: list[Row] = []
        for start in range(0, len(unique), BATCH):
            inputs = [{"id": one} for one in unique[start : start + BATCH]]
            body = {"inputs": inputs, "properties": names, **({"idProperty": key} if key else {})}
            path = self.path("objects", f"{kind}/batch/read")
            rows += self._complete(path, body).results
        return rows

    def _complete(self, path: str, body: object) -> Batch:
        """A batch of which nothing failed but what is not there: no error may look like an absence."""
        try:
            batch = self.http.request("POST", path, json=body, idempotent=True).json(Batch)
        except Rejected as error:
            if error.code == _NOT_THERE:
                return Batch("COMPLETE")
            raise
        if batch.status != "COMPLETE" or any(error.category != _NOT_THERE for error in batch.errors):
            raise Retryable(self.http.app, "a read by id was answered in part only", code="incomplete")
        return batch

    def write(self, verb: str, inputs: Inputs) -> Batch:
        """``create`` or ``update`` at most 100."""
        path = f"{self._root}/batch/{verb}"
        return self.http.request("POST", path, json={"inputs": inputs}, idempotent=verb == "update").json(Batch)

    def archive(self, ids: Sequence[str]) -> Batch:
        """Put at most 100 into the recycle bin; those that are there, or nowhere, are fine."""
        body = {"inputs": [{"id": one} for one in ids]}
        response = self.http.request("POST", f"{self._root}/batch/archive", json=body, idempotent=True)
        return response.json(Batch) if response.content.strip() else Batch("COMPLETE")

    def archive_one(self, record_id: str) -> None:
        """The same for one."""
        self.http.request("DELETE", f"{self._root}/{record_id}", ok={_NOT_FOUND})


def _width(names: Sequence[str]) -> int:
    """Characters that names take, with quotes and commas."""
    return sum(len(name) + 3 for name in names)
