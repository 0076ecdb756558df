"""A fresh address book on a Radicale server, with the connector on one side and another program on the other."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from reconciler.connectors.apps.carddav import APP
from reconciler.connectors.base import Opening
from reconciler.connectors.carddav.vcard import Card
from reconciler.connectors.carddav.vcard_contact import new_card, write_fields
from reconciler.connectors.http import Http
from tests.real.radicale import USERS, Radicale

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.connectors.apps.carddav import Contacts
    from reconciler.model.record import Value


@contextmanager
def signed_in(url: str, user: str = "alice", password: str | None = None) -> Iterator[Http]:
    """HTTP as wiring makes it for an account."""
    auth = APP.authenticate(APP.credentials(username=user, password=password or USERS[user]), url)
    with Http(app="carddav", base_url=url, auth=auth) as http:
        yield http


@dataclass(frozen=True, slots=True)
class Desk:
    """One address book. ``http`` is bound to its own URL; ``client`` is another program of the same person."""

    http: Http
    client: httpx.Client
    path: str

    def open(self, fields: Sequence[str], **options: object) -> Contacts:
        """The connector."""
        return APP.open(Opening(self.http, "contacts", options, tuple(fields)))

    def put(self, name: str, *lines: str) -> str:
        """Store a card of these properties; its id."""
        self._store(f"{name}.vcf", _vcard(name, lines))
        return f"{name}.vcf"

    def fill(self, cards: Mapping[str, Sequence[str]]) -> None:
        """Make these cards, by UID, the whole address book, in one request; the server chooses the ids."""
        everything = b"".join(_vcard(name, lines) for name, lines in cards.items())
        self._store("", everything)

    def card(self, card_id: str) -> Card:
        """A card as the server gives it to anybody."""
        return Card.parse(self.client.get(self.path + card_id).raise_for_status().content)

    def add(self, **values: Value) -> str:
        """Make a contact by hand."""
        card_id = f"by-hand-{len(self.client.get(self.path).content)}.vcf"
        self._store(card_id, new_card("3.0", card_id, values).to_bytes())
        return card_id

    def edit(self, record_id: str, **values: Value) -> None:
        """Change fields by hand."""
        card = self.card(record_id)
        write_fields(card, values)
        self._store(record_id, card.to_bytes())

    def delete(self, record_id: str) -> None:
        """Delete by hand."""
        self.client.delete(self.path + record_id).raise_for_status()

    def _store(self, card_id: str, data: bytes) -> None:
        self.client.put(self.path + card_id, content=data, headers={"Content-Type": "text/vcard"}).raise_for_status()


def _vcard(uid: str, lines: Sequence[str]) -> bytes:
    return "\r\n".join(["BEGIN:VCARD", "VERSION:3.0", f"UID:{uid}", *lines, "END:VCARD", ""]).encode()


@contextmanager
def fresh_desk(server: Radicale, name: str) -> Iterator[Desk]:
    """An empty address book called ``name``."""
    path = server.make_address_book(name)
    with server.client() as client, signed_in(server.url + path) as http:
        yield Desk(http, client, path)
