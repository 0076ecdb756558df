"""Single writes to an address book, each with its precondition, and what became of it.

A create carries ``If-None-Match: *`` on a path of our own making, an update ``If-Match`` on what was read a moment
before: both can be sent twice without harm, so an answer that got lost is asked for once more before it counts as lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.connectors.carddav.vcard import Card, NotAVCard
from reconciler.connectors.carddav.vcard_contact import new_card, write_fields
from reconciler.errors import AppError, NoAnswer
from reconciler.model.outcome import Refused, Written

if TYPE_CHECKING:
    from reconciler.connectors.carddav.addressbook import AddressBook
    from reconciler.connectors.dialect import Response
    from reconciler.model.outcome import Draft, Patch

_PRECONDITION_FAILED = 412
_STALE = "the card changed on the server since it was read"


@dataclass(frozen=True, slots=True)
class Sent:
    """A card that the server took: what was sent, and the ETag it answered with (empty if none)."""

    id: str
    etag: str
    data: bytes


def create_card(book: AddressBook, draft: Draft, uid: str, version: str) -> Sent | Refused:
    """Store a new card under a path made of its UID. Raises ``AppError``."""
    card_id, data = f"{uid}.vcf", new_card(version, uid, draft.values).to_bytes()
    answer, repeated = _insist(book, card_id, data, {"If-None-Match": "*"})
    if answer.status != _PRECONDITION_FAILED:
        return Sent(_place(book, answer) or card_id, etag_of(answer), data)
    if repeated:  # the first attempt had arrived
        return Sent(card_id, "", data)
    return Refused("exists", "a card with the new card's path is there already")


def update_card(book: AddressBook, patch: Patch) -> Sent | Refused:
    """Read the card, edit its lines, store it if nobody came between. Raises ``AppError``."""
    stored = book.read(patch.id)
    if stored is None:
        return Refused("not_found", "the card is gone", stale=True)
    if patch.version and stored.etag and strong(stored.etag) != strong(patch.version):
        return Refused("changed", _STALE, stale=True)
    try:
        card = Card.parse(stored.data)
    except NotAVCard:
        return Refused("not_a_vcard", "what the server holds there is not a vCard")
    write_fields(card, patch.values)
    data = card.to_bytes()
    if data == stored.data:
        return Sent(patch.id, stored.etag, data)
    return _replace(book, patch.id, data, stored.etag)


def delete_card(book: AddressBook, card_id: str) -> Written:
    """Remove the card; one that is gone already is done. Raises ``AppError``."""
    book.delete(card_id)
    return Written(card_id)


def _replace(book: AddressBook, card_id: str, data: bytes, etag: str) -> Sent | Refused:
    precondition = {"If-Match": strong(etag)} if etag else {}
    answer, repeated = _insist(book, card_id, data, precondition)
    if answer.status != _PRECONDITION_FAILED:
        return Sent(card_id, etag_of(answer), data)
    if repeated and (now := book.read(card_id)) and now.data == data:
        return Sent(card_id, now.etag, data)
    return Refused("changed", _STALE, stale=True)


def _insist(book: AddressBook, card_id: str, data: bytes, precondition: dict[str, str]) -> tuple[Response, bool]:
    """The answer, and whether it needed a second attempt; without a precondition there is none."""
    try:
        return book.write(card_id, data, precondition), False
    except NoAnswer:
        if not precondition:
            raise
    try:
        return book.write(card_id, data, precondition), True
    except AppError as error:  # the first attempt may have arrived, whatever became of the second
        raise NoAnswer(book.http.app, "a write was not answered, and asking again failed too") from error


def _place(book: AddressBook, answer: Response) -> str | None:
    """Where a server put a new card, if it chose another path."""
    location = answer.headers.get("Location", "")
    return book.id_of(location) if location else None


def etag_of(answer: Response) -> str:
    """The ETag of an answer, empty if none."""
    return answer.headers.get("ETag", "")


def strong(etag: str) -> str:
    """An ETag without the mark of weakness that compressing proxies add; ``If-Match`` knows strong ones only."""
    return etag.removeprefix("W/")
