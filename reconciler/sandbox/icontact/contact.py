"""A stored contact, and the two shapes in which iContact shows it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

EASTERN = ZoneInfo("America/New_York")
TEXT_FIELDS = (
    "prefix",
    "firstName",
    "lastName",
    "suffix",
    "street",
    "street2",
    "city",
    "state",
    "postalCode",
    "phone",
    "fax",
    "business",
    "email",
)
READ_ONLY = frozenset({"contactId", "createDate", "bounceCount"})
STANDARD_FIELDS = frozenset({*TEXT_FIELDS, *READ_ONLY, "status"})
_LISTED = tuple(name for name in (*TEXT_FIELDS, "bounceCount") if name != "business")
_SINGLE = (*TEXT_FIELDS, "bounceCount")


class Contact(msgspec.Struct, frozen=True, gc=False):
    """Never changed in place: a write puts a new one. ``values`` holds only what is not empty, and never "normal"."""

    number: int
    created: int
    values: dict[str, str]

    @property
    def status(self) -> str:
        """One of normal, bounced, donotcontact, pending, invitable, deleted."""
        return self.values.get("status", "normal")

    def text(self, name: str) -> str:
        """A field as text; empty where there is none."""
        if name == "contactId":
            return str(self.number)
        if name == "createDate":
            return eastern(self.created)
        return self.status if name == "status" else self.values.get(name, "")


def eastern(seconds: int) -> str:
    """An instant as iContact writes it: the wall clock of New York, without an offset."""
    return datetime.fromtimestamp(seconds, EASTERN).strftime("%Y-%m-%d %H:%M:%S")


def in_listing(contact: Contact, custom: Iterable[str]) -> dict[str, str | None]:
    """As listings show it: null where empty, and no ``business`` at all."""
    return _shown(contact, (*_LISTED, *custom), None)


def by_itself(contact: Contact, custom: Iterable[str]) -> dict[str, str | None]:
    """As a read of one contact shows it: null where empty."""
    return _shown(contact, (*_SINGLE, *custom), None)


def after_write(contact: Contact, custom: Iterable[str]) -> dict[str, str | None]:
    """As the answer to a write shows it: "" where empty."""
    return _shown(contact, (*_SINGLE, *custom), "")


def _shown(contact: Contact, names: Iterable[str], empty: str | None) -> dict[str, str | None]:
    values = contact.values
    shown = {name: values.get(name, empty) for name in names}
    shown["contactId"] = str(contact.number)
    shown["createDate"] = eastern(contact.created)
    shown["status"] = contact.status
    return shown
