"""CardDAV (RFC 6352): one address book as an entity of contacts, with deltas where the server speaks RFC 6578.

Writes are single requests, sent by a few threads; what the server made of them is read back with one report.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from itertools import chain
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from reconciler.connectors.auth import BasicAuth
from reconciler.connectors.base import Account
from reconciler.connectors.carddav import dav
from reconciler.connectors.carddav.addressbook import Changes, StoredCard
from reconciler.connectors.carddav.discovery import find_address_book, find_principal
from reconciler.connectors.carddav.vcard import Card, NotAVCard
from reconciler.connectors.carddav.vcard_contact import is_group, read_fields
from reconciler.connectors.carddav.writes import Sent, create_card, delete_card, strong, update_card
from reconciler.connectors.parallel import in_parallel
from reconciler.errors import AppError, CursorExpired, Rejected, Retryable
from reconciler.model.outcome import Written
from reconciler.model.record import Page, Record
from reconciler.model.traits import Traits
from reconciler.spec.catalogue import load_catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from reconciler.connectors.base import Opening
    from reconciler.connectors.carddav.addressbook import AddressBook
    from reconciler.model.field import Field as AppField
    from reconciler.model.outcome import Draft, Lost, Outcome, Patch, Refused, Unsent

    Result = Sent | Refused | Lost | Unsent

_SEARCHED = {"email": "EMAIL", "emails": "EMAIL", "full_name": "FN", "uid": "UID"}
_WRITES = 20


class Credentials(BaseModel):
    """``auth`` of an account. Servers with two-factor login want an app password here."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    username: str
    password: SecretStr


class Options(BaseModel):
    """``options`` of an account. ``addressbook``: its display name or path, needed where there are several. ``batch``:
    cards a report. ``parallel``: writes at a time. ``vcard_version``: of cards that are created."""

    model_config = ConfigDict(extra="forbid")

    addressbook: str | None = None
    vcard_version: Literal["3.0", "4.0"] = "3.0"
    batch: int = Field(default=100, ge=1, le=1000)
    parallel: int = Field(default=4, ge=1, le=16)


class CardDav:
    """The app."""

    name = "carddav"
    base_url: str | None = None
    credentials: type[BaseModel] = Credentials
    options: type[BaseModel] = Options
    catalogue = load_catalogue(files(__package__) / "carddav.yaml")

    def authenticate(self, credentials: BaseModel, base_url: str) -> BasicAuth:
        """User name and password."""
        del base_url
        known = Credentials.model_validate(credentials.model_dump())
        return BasicAuth(known.username, known.password.get_secret_value())

    def open(self, opening: Opening) -> Contacts:
        """The contacts of one address book."""
        return Contacts(opening, Options.model_validate(dict(opening.options)))


class Contacts:
    """The connector. ``new_id`` makes the UIDs of created cards."""

    def __init__(self, opening: Opening, options: Options, new_id: Callable[[], object] = uuid.uuid4) -> None:
        self._http = opening.http.speaking(dav.DIALECT)
        self._names = opening.fields
        self._options = options
        self._new_id = new_id
        self.traits = Traits(
            delta=True,
            tombstones=True,
            versions=True,
            create_batch=_WRITES,
            update_batch=_WRITES,
            delete_batch=_WRITES,
            pooled=("create", "update", "delete"),
            get_batch=options.batch,
            find_batch=50,
            page_size=options.batch,
            searchable=tuple(_SEARCHED),
            notes=(
                "a server without sync-collection (RFC 6578) gives no cursor: every read is complete",
                "writes are single requests, a few at a time; an update reads the card first and edits its lines",
                "cards that are groups are left out",
            ),
        )

    @cached_property
    def _book(self) -> AddressBook:
        return find_address_book(self._http, self._options.addressbook)

    def probe(self) -> Account:
        """The signed-in user's principal."""
        return Account(id=find_principal(self._http))

    def describe(self) -> tuple[AppField, ...]:
        """The catalogue's fields. Extension properties (``X-…``) need no description: any card may hold any."""
        return CardDav.catalogue.entities["contacts"].fields

    def list(self, since: str | None = None) -> Iterator[Page]:
        """The cards that changed, a batch a page; the last page brings what is gone, the count and the cursor."""
        changes, full = self._changes(since), since is None
        ids, gone, total, complete = sorted(changes.changed), set(changes.gone), len(changes.changed), True
        for batch in _batches(ids, self._options.batch):
            found = self._book.cards(batch)
            records = self._records(found.cards)
            total -= len(found.cards) - len(records) + len(found.gone)
            gone |= found.gone
            complete &= found.complete
            yield Page(records, total=total if full else None)
        if not full and not complete:
            raise CursorExpired(self._http.app, "the server left out cards that it had listed as changed")
        cursor = f"{self._book.path} {changes.token}" if changes.token and complete else None
        tombstones = () if full else tuple(sorted(gone))
        yield Page((), gone=tombstones, total=total if full else None, cursor=cursor, last=True)

    def _changes(self, since: str | None) -> Changes:
        """Ids and ETags. A cursor names its address book, because another one may not notice a foreign token."""
        path, _, token = (since or "").partition(" ")
        if since is not None and not (path == self._book.path and token and self._book.syncs):
            raise CursorExpired(self._http.app, "the cursor is not one of this address book")
        try:
            return self._book.changes(token) if self._book.syncs else Changes(self._book.etags())
        except Rejected as error:
            if since is not None:
                raise CursorExpired(self._http.app, "the server does not take the sync token any more") from error
            return Changes(self._book.etags())

    def get(self, ids: Sequence[str]) -> Sequence[Record]:
        """By multiget. Also cards that have become groups: a linked one is not gone because of that."""
        return tuple(record for batch in _batches(ids, self._options.batch) for record in self._all_of(batch))

    def _all_of(self, ids: Sequence[str]) -> Iterator[Record]:
        """Raises ``Retryable`` when the server is silent about a card: silence is no evidence that it is gone."""
        found = self._book.cards(ids)
        if not found.complete:
            raise Retryable(self._http.app, "the server left out cards that it was asked for")
        return map(self._record, map(_read, found.cards))

    def find(self, name: str, values: Sequence[str]) -> Sequence[Record]:
        """By the server's search, whatever the case. What it brings is checked again: servers differ in what they
        compare, and one that cannot filter is read completely."""
        wanted = {value.casefold() for value in values if value}
        if not wanted:
            return []
        found = map(_read, self._candidates(name, values))
        return tuple(self._record(one) for one in found if wanted & _folded(one, name) and not one.is_group)

    def _candidates(self, name: str, values: Sequence[str]) -> Iterable[StoredCard]:
        try:
            return self._book.search(_SEARCHED[name], filter(None, values))
        except Rejected:
            batches = _batches(tuple(self._book.etags()), self._options.batch)
            return chain.from_iterable(self._book.cards(batch).cards for batch in batches)

    def create(self, drafts: Sequence[Draft]) -> Sequence[Outcome]:
        """Each under a path made of a new UID, which must not be there yet."""
        book, version = self._book, self._options.vcard_version
        items = [(draft, str(self._new_id())) for draft in drafts]
        return self._written(in_parallel(items, lambda item: create_card(book, *item, version), self._options.parallel))

    def update(self, patches: Sequence[Patch]) -> Sequence[Outcome]:
        """Each read afresh, edited, and stored on condition that nobody came between."""
        book = self._book
        return self._written(in_parallel(patches, lambda patch: update_card(book, patch), self._options.parallel))

    def delete(self, ids: Sequence[str]) -> Sequence[Outcome]:
        """Unconditionally: the contract hands over no version."""
        book = self._book
        return in_parallel(ids, lambda card_id: delete_card(book, card_id), self._options.parallel)

    def _written(self, results: Sequence[Result]) -> Sequence[Outcome]:
        held = self._read_back([result.id for result in results if isinstance(result, Sent)])
        return [
            Written(result.id, self._as_held(result, held.get(result.id))) if isinstance(result, Sent) else result
            for result in results
        ]

    def _read_back(self, ids: Sequence[str]) -> Mapping[str, StoredCard]:
        """What the server made of the cards. The writes are done: an error here must not say otherwise."""
        try:
            return {
                card.id: card for batch in _batches(ids, self._options.batch) for card in self._book.cards(batch).cards
            }
        except AppError:
            return {}

    def _as_held(self, sent: Sent, held: StoredCard | None) -> Record:
        """The card as the server stored it, unless somebody has changed it since: then as it was sent, so that the
        other change is seen as a change by the next read."""
        if held is None or (sent.etag and strong(held.etag) != strong(sent.etag)):
            held = StoredCard(sent.id, sent.etag, sent.data)
        return self._record(_read(held))

    def _records(self, cards: Iterable[StoredCard]) -> tuple[Record, ...]:
        """Contacts only."""
        return tuple(self._record(one) for one in map(_read, cards) if not one.is_group)

    def _record(self, one: _ReadCard) -> Record:
        """A card that cannot be parsed has no values at all, which is not the same as empty ones."""
        values = read_fields(one.card, self._names) if one.card else {}
        return Record(one.stored.id, values, one.stored.etag or None)


@dataclass(frozen=True, slots=True)
class _ReadCard:
    """A stored card with what it says; no ``card`` where it is not a vCard."""

    stored: StoredCard
    card: Card | None

    @property
    def is_group(self) -> bool:
        return self.card is not None and is_group(self.card)


def _read(stored: StoredCard) -> _ReadCard:
    try:
        return _ReadCard(stored, Card.parse(stored.data))
    except NotAVCard:
        return _ReadCard(stored, None)


def _folded(one: _ReadCard, name: str) -> set[str]:
    """The values of one field for comparison."""
    value = read_fields(one.card, (name,)).get(name) if one.card else None
    return {text.casefold() for text in (value if isinstance(value, tuple) else (value,)) if isinstance(text, str)}


def _batches(ids: Sequence[str], size: int) -> Sequence[Sequence[str]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]


APP = CardDav()
