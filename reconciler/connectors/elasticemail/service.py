"""The calls on Elastic Email's contacts and lists; at most twenty are under way at once, as the service allows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from reconciler.connectors.elasticemail.listing import pages
from reconciler.connectors.elasticemail.values import EMAIL, Row, canonical
from reconciler.connectors.elasticemail.words import DIALECT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.connectors.dialect import Response
    from reconciler.connectors.http import Http

_NOT_FOUND = 404
_CONNECTIONS = 20
MOST_AT_ONCE = 1000
"""Contacts that one call may hold."""


class _List(msgspec.Struct):
    """One list; its name is its only key."""

    ListName: str


class Service:
    """The calls. Contacts are named by their ids, which are addresses in lower case; where the service is known to
    spell one otherwise, that spelling is used."""

    def __init__(self, http: Http, page_size: int) -> None:
        self.http = http.speaking(DIALECT)
        self.threads = min(max(self.http.parallel, 1), _CONNECTIONS)
        self.page_size = page_size
        self._spelled: dict[str, str] = {}

    def first(self, limit: int) -> list[Row]:
        """The first contacts of the account."""
        return self._page("/contacts", limit, 0)

    def everyone(self) -> Iterator[tuple[list[Row], bool]]:
        """All contacts, page by page, each with whether the listing is finished by it."""
        return pages(lambda limit, offset: self._page("/contacts", limit, offset), self.page_size)

    def members(self, name: str) -> Iterator[tuple[list[Row], bool]]:
        """The contacts of a list, likewise."""
        path = f"/lists/{_part(name)}/contacts"
        return pages(lambda limit, offset: self._page(path, limit, offset), self.page_size)

    def list_names(self) -> list[str]:
        """The names of all lists."""
        names: dict[str, None] = {}
        while new := {row.ListName: None for row in self._lists(len(names)) if row.ListName not in names}:
            names |= new
        return list(names)

    def contact(self, contact_id: str) -> Row | None:
        """One contact, or None when there is none."""
        response = self.http.request("GET", self._path(contact_id), ok={_NOT_FOUND})
        return None if response.status == _NOT_FOUND else self._row(response)

    def contacts(self, ids: Sequence[str]) -> dict[str, Row]:
        """Several, by id, a few at a time; those that are gone are left out."""
        if not ids:
            return {}
        with ThreadPoolExecutor(max_workers=min(self.threads, len(ids))) as pool:
            rows = list(pool.map(self.contact, ids))
        return {contact_id: row for contact_id, row in zip(ids, rows, strict=True) if row is not None}

    def add(self, rows: Sequence[Row]) -> dict[str, Row]:
        """Make contacts, at most 1,000; what was answered, by id. Nothing may be sent twice: whether a second time
        would rewrite a status is not documented."""
        response = self.http.request("POST", "/contacts", json=rows, idempotent=False)
        return {canonical(row[EMAIL]): row for row in self._rows(response)}

    def change(self, contact_id: str, body: Row) -> Row | None:
        """Change names and custom fields of one contact; None when there is no such contact."""
        response = self.http.request("PUT", self._path(contact_id), json=body, ok={_NOT_FOUND})
        return None if response.status == _NOT_FOUND else self._row(response)

    def remove(self, contact_id: str) -> None:
        """Delete one contact; one that is gone already is fine. The bulk call is not used: it also takes a rule, and a
        rule can mean everybody."""
        self.http.request("DELETE", self._path(contact_id), ok={_NOT_FOUND})

    def opt_out(self, contact_id: str) -> None:
        """Nobody may mail this contact any more."""
        path = "/suppressions/unsubscribes"
        self.http.request("POST", path, json=[self._spelled.get(contact_id, contact_id)], idempotent=True)

    def join(self, name: str, ids: Sequence[str]) -> None:
        """Put contacts on a list."""
        self._emails(f"/lists/{_part(name)}/contacts", ids)

    def leave(self, name: str, ids: Sequence[str]) -> None:
        """Take contacts off a list."""
        self._emails(f"/lists/{_part(name)}/contacts/remove", ids)

    def _emails(self, path: str, ids: Sequence[str]) -> None:
        """A body without addresses would mean everybody, so there is never one."""
        for start in range(0, len(ids), MOST_AT_ONCE):
            emails = [self._spelled.get(one, one) for one in ids[start : start + MOST_AT_ONCE]]
            self.http.request("POST", path, json={"Emails": emails}, idempotent=True)

    def _lists(self, offset: int) -> list[_List]:
        params = {"limit": self.page_size, "offset": offset}
        return self.http.request("GET", "/lists", params=params).json(list[_List])

    def _page(self, path: str, limit: int, offset: int) -> list[Row]:
        return self._rows(self.http.request("GET", path, params={"limit": limit, "offset": offset}))

    def _rows(self, response: Response) -> list[Row]:
        return [self._known(row, response) for row in response.json(list[dict[str, object]])]

    def _row(self, response: Response) -> Row:
        return self._known(response.json(dict[str, object]), response)

    def _known(self, row: Row, response: Response) -> Row:
        """A contact without its address is not what is documented; an odd spelling of one is remembered."""
        email = row.get(EMAIL)
        if not isinstance(email, str) or not canonical(email):
            raise response.unclear(self.http.app, "answered a contact without its address", code="unreadable")
        if email != canonical(email):
            self._spelled[canonical(email)] = email
        return row

    def _path(self, contact_id: str) -> str:
        return f"/contacts/{_part(self._spelled.get(contact_id, contact_id))}"


def _part(text: str) -> str:
    """A text as one part of a path: ``+``, ``@`` and ``/`` must not mean anything in it."""
    return quote(text, safe="")
