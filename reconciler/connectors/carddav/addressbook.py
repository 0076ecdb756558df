"""One address book on a CardDAV server: what changed, these cards, a search, and single reads and writes.

A card's id is its path below the collection, percent-encoded in one way only: short, equal however a server spells
it, and still right when the server moves the collection.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Unpack
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

from reconciler.connectors.carddav import dav
from reconciler.connectors.http import Http
from reconciler.errors import Rejected, Retryable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.connectors.dialect import Options, Response

_NOT_FOUND = 404
_GONE = 410
_PRECONDITION_FAILED = 412
_INSUFFICIENT_STORAGE = 507
_CARD_TYPE = "text/vcard; charset=utf-8"


@dataclass(frozen=True, slots=True)
class StoredCard:
    """A card as the server holds it; ``etag`` is empty where the server gives none."""

    id: str
    etag: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """What a multiget answered: cards, and the ids that it says are gone. ``complete``: it told of every id."""

    cards: tuple[StoredCard, ...]
    gone: frozenset[str]
    complete: bool


@dataclass(slots=True)
class Changes:
    """What a sync answered: changed ids with their ETags, deleted ids, and the token for the next one."""

    changed: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    token: str = ""


@dataclass(frozen=True, slots=True)
class AddressBook:
    """A collection at ``path`` (absolute, normalised, with its last slash) of the server that ``http`` is bound to.

    ``syncs`` says whether it answers sync-collection reports.
    """

    http: Http
    path: str
    name: str = ""
    syncs: bool = True

    def href(self, card_id: str) -> str:
        """The absolute path of a card."""
        return self.path + card_id

    def id_of(self, href: str) -> str | None:
        """The id behind an href of any spelling; None for the collection itself and what is not a card in it."""
        path = normal_path(urljoin(self.path, href))
        inside = path.removeprefix(self.path)
        return inside if path != inside and inside and not inside.endswith("/") else None

    def changes(self, token: str) -> Changes:
        """What changed since ``token`` (everything, with an empty one), through all truncated answers (RFC 6578
        section 3.6). Raises ``CursorExpired``."""
        found = Changes(token=token)
        while True:
            answer = self._report(dav.sync_collection(found.token), depth="0")
            self._note(found, answer)
            if not self._truncated(answer):
                found.token = answer.token
                return found
            if answer.token == found.token:
                raise Retryable(self.http.app, "the server cut its list of changes short and gave no way to go on")
            found.token = answer.token

    def etags(self) -> dict[str, str]:
        """Every card with its ETag, by listing the collection."""
        names = (dav.ETAG, dav.RESOURCE_TYPE)
        answer = self._ask("PROPFIND", dav.propfind(names), depth="1")
        if self._truncated(answer):
            raise Retryable(self.http.app, "the server cut the listing of the address book short")
        members = (one for one in answer.resources if not one.holds(dav.RESOURCE_TYPE, dav.dav("collection")))
        return {card_id: one.text(dav.ETAG) for one in members if (card_id := self.id_of(one.href))}

    def cards(self, ids: Sequence[str]) -> Batch:
        """These cards."""
        answer = self._report(dav.multiget(self.href(card_id) for card_id in ids), depth="0")
        cards = self._stored(answer)
        said = {self.id_of(one.href) for one in answer.resources if one.status in {_NOT_FOUND, _GONE}}
        gone = frozenset(card_id for card_id in said if card_id)
        return Batch(cards, gone, complete=gone.union(card.id for card in cards) >= set(ids))

    def search(self, prop: str, values: Iterable[str]) -> tuple[StoredCard, ...]:
        """The cards whose property equals one of the values, as the server understands it: check them again."""
        answer = self._report(dav.addressbook_query(prop, values), depth="1")
        if self._truncated(answer):
            raise Rejected(self.http.app, "the server cut a search short", code="truncated")
        return self._stored(answer)

    def read(self, card_id: str) -> StoredCard | None:
        """One card, byte for byte; None when there is none."""
        answer = self._send("GET", card_id, ok=(_NOT_FOUND, _GONE), headers={"Accept": "text/vcard"})
        if answer.status in {_NOT_FOUND, _GONE}:
            return None
        return StoredCard(card_id, answer.headers.get("ETag", ""), answer.content)

    def write(self, card_id: str, data: bytes, precondition: dict[str, str]) -> Response:
        """Store a card under ``If-Match`` or ``If-None-Match``; 412 comes back as an answer.

        Raises ``NoAnswer`` when it may have been stored.
        """
        headers = {"Content-Type": _CARD_TYPE, **precondition}
        return self._send("PUT", card_id, ok=(_PRECONDITION_FAILED,), headers=headers, content=data, idempotent=False)

    def delete(self, card_id: str) -> Response:
        """Remove a card; that there is none comes back as an answer. Doing it twice is harmless."""
        return self._send("DELETE", card_id, ok=(_NOT_FOUND, _GONE))

    def _send(self, method: str, card_id: str, **options: Unpack[Options]) -> Response:
        return self.http.request(method, origin(self.http) + self.href(card_id), **options)

    def _report(self, body: bytes, *, depth: str) -> dav.Multistatus:
        return self._ask("REPORT", body, depth=depth)

    def _ask(self, method: str, body: bytes, *, depth: str) -> dav.Multistatus:
        return ask(self.http, method, self.path, body, depth=depth)[0]

    def _note(self, found: Changes, answer: dav.Multistatus) -> None:
        for one in answer.resources:
            card_id = self.id_of(one.href)
            if card_id is None:
                continue
            if one.status in {_NOT_FOUND, _GONE}:
                found.changed.pop(card_id, None)
                found.gone.add(card_id)
            else:
                found.changed[card_id] = one.text(dav.ETAG)
                found.gone.discard(card_id)

    def _stored(self, answer: dav.Multistatus) -> tuple[StoredCard, ...]:
        return tuple(
            StoredCard(card_id, one.text(dav.ETAG), one.text(dav.ADDRESS_DATA).encode())
            for one in answer.resources
            if (card_id := self.id_of(one.href)) and dav.ADDRESS_DATA in one.props
        )

    def _truncated(self, answer: dav.Multistatus) -> bool:
        return any(one.status == _INSUFFICIENT_STORAGE and self.id_of(one.href) is None for one in answer.resources)


def ask(http: Http, method: str, target: str, body: bytes, *, depth: str) -> tuple[dav.Multistatus, str]:
    """A PROPFIND or REPORT with its answer, and the URL that gave it after redirects."""
    headers = {"Depth": depth, "Content-Type": "application/xml; charset=utf-8", "Accept": "application/xml, text/xml"}
    response = http.request(method, urljoin(origin(http), target), content=body, headers=headers)
    return dav.read_multistatus(response), response.url


def normal_path(url: str) -> str:
    """The path of a URL in one spelling: every byte encoded that may be."""
    segments = urlsplit(url).path.split("/")
    return "/".join(quote(unquote_to_bytes(segment), safe="") for segment in segments)


def origin(http: Http) -> str:
    """Scheme and host of the account's server, without a path."""
    parts = urlsplit(http.base_url)
    return f"{parts.scheme}://{parts.netloc}"
