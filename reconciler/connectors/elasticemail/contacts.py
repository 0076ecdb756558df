"""The contacts of an Elastic Email account, as the reconciler's contract wants them."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reconciler.connectors.base import Account
from reconciler.connectors.elasticemail.creates import Creates
from reconciler.connectors.elasticemail.lists import Lists
from reconciler.connectors.elasticemail.rules import is_address
from reconciler.connectors.elasticemail.service import Service
from reconciler.connectors.elasticemail.updates import Updates
from reconciler.connectors.elasticemail.values import EMAIL, LISTS, Reader, Spelling, canonical, custom_values
from reconciler.connectors.parallel import in_parallel
from reconciler.errors import CursorExpired
from reconciler.model.outcome import Written
from reconciler.model.record import Page
from reconciler.model.traits import Traits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.connectors.base import Opening
    from reconciler.connectors.elasticemail.values import Row
    from reconciler.model.field import Field
    from reconciler.model.outcome import Draft, Outcome, Patch
    from reconciler.model.record import Record

_NOTES = (
    "a contact's id is its address, and so the state holds addresses",
    "an address cannot be changed",
    "every read is complete: nothing asks for what changed",
    "reading lists reads every list",
    "`newest` is not offered: the time of the last change also moves when a mail is opened",
    "who unsubscribed, complained or bounced is never made active again",
    "webhooks tell of bounces, complaints and opt-outs, not of edits",
)


class ElasticContacts:
    """The connector. ``standard`` are the catalogue's fields, ``custom`` the names of custom fields that the account
    is said to have; ``batch`` is how many contacts a write holds."""

    def __init__(
        self, opening: Opening, standard: Mapping[str, Field], custom: Sequence[str], sizes: tuple[int, int]
    ) -> None:
        page_size, batch = sizes
        self._custom = custom
        self._spelling = Spelling(standard)
        self._read = Reader(self._spelling, opening.fields)
        self._service = Service(opening.http, page_size)
        self._lists = Lists(self._service)
        self.traits = Traits(
            create_batch=batch,
            update_batch=batch,
            delete_batch=batch,
            pooled=("update", "delete", "get"),
            get_batch=batch,
            page_size=page_size,
            searchable=(EMAIL,),
            unique=(EMAIL,),
            webhooks=True,
            notes=_NOTES,
        )

    def probe(self) -> Account:
        """One contact is read, which is what the key must be good for. The service tells no account's name but the
        owner's address, so the account is called by its host."""
        self._service.first(1)
        http = self._service.http
        return Account(id=urlsplit(http.base_url).hostname or http.app)

    def describe(self) -> tuple[Field, ...]:
        """The catalogue's fields, and the custom ones that are said to be there or show in the first page."""
        return tuple(self._fields.values())

    @cached_property
    def _fields(self) -> dict[str, Field]:
        known = dict(self._spelling.standard)
        known[LISTS] = replace(known[LISTS], values=self._lists.names)
        shown = {key for row in self._service.first(self._service.page_size) for key in custom_values(row)}
        custom = map(self._spelling.custom_field, sorted({*shown, *self._custom}))
        return known | {field.name: field for field in custom}

    def list(self, since: str | None = None) -> Iterator[Page]:
        """Everybody."""
        if since is not None:
            raise CursorExpired(self._service.http.app, "there are no delta reads")
        members = self._lists.everyone() if self._read.wants_lists else {}
        for rows, last in self._service.everyone():
            yield Page(records=tuple(self._record(row, members) for row in rows), last=last)

    def get(self, ids: Sequence[str]) -> Sequence[Record]:
        """One call a contact; with ``lists``, all lists are read as well."""
        rows = self._service.contacts([canonical(one) for one in ids])
        members = self._lists.everyone() if rows and self._read.wants_lists else {}
        return [self._record(row, members) for row in rows.values()]

    def find(self, name: str, values: Sequence[str]) -> Sequence[Record]:
        """By address, which is a direct read."""
        del name
        return self.get(list(dict.fromkeys(canonical(value) for value in values if is_address(canonical(value)))))

    def create(self, drafts: Sequence[Draft]) -> Sequence[Outcome]:
        """One call for all; who is there already is left alone."""
        return Creates(self._service, self._lists, self._spelling, self._read).create(drafts)

    def update(self, patches: Sequence[Patch]) -> Sequence[Outcome]:
        """One call a contact, a few at a time; then one call for each list that people join or leave."""
        return Updates(self._service, self._lists, self._spelling, self._read).update(patches)

    def delete(self, ids: Sequence[str]) -> Sequence[Outcome]:
        """One call a contact, a few at a time."""
        return in_parallel(ids, self._delete, self._service.threads)

    def _delete(self, contact_id: str) -> Written:
        self._service.remove(canonical(contact_id))
        return Written(contact_id)

    def _record(self, row: Row, members: Mapping[str, Sequence[str]]) -> Record:
        return self._read(row, members.get(canonical(row[EMAIL]), ()))
