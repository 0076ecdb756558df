"""What people do in the emulated apps during the demo, and whether it arrived on the other side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconciler.sandbox.launch import Pair
from reconciler.sandbox.seed import person
from reconciler.sandbox.settlers import as_salesforce

if TYPE_CHECKING:
    from collections.abc import Iterator

IN_SYNC = {"Belgium", "Netherlands"}
NEWCOMER = 10_000_012
"""The number of somebody whom neither app has, and who lives in Belgium."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing that a person does: in words, the deed, and the proof that the other side has it."""

    words: str
    email: str
    act: Callable[[], object]
    arrived: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Desk:
    """Both emulated apps, as the people who work in them see them."""

    pair: Pair

    def crm(self, email: str) -> Mapping[str, Any]:
        """Somebody in Salesforce; empty when there is nobody."""
        found = self.pair.org.find(email)
        return self.pair.org.read(found[0]) if found else {}

    def news(self, email: str) -> Mapping[str, Any]:
        """Somebody in iContact; empty when there is nobody."""
        found = self.pair.folder.find(email)
        return self.pair.folder.read(found[0]) if found else {}

    def shared(self) -> Iterator[str]:
        """Addresses of customers whom both apps have, oldest first."""
        for record_id in self.pair.org.ids():
            values: Mapping[str, Any] = self.pair.org.read(record_id)
            email = str(values.get("Email", ""))
            if values.get("MailingCountry") in IN_SYNC and email and self.pair.folder.find(email):
                yield email

    def edit_crm(self, email: str, values: Mapping[str, object]) -> None:
        """A person edits somebody in Salesforce."""
        self.pair.org.edit(self.pair.org.find(email)[0], values)

    def edit_news(self, email: str, values: Mapping[str, object]) -> None:
        """A person edits somebody in iContact."""
        self.pair.folder.edit(self.pair.folder.find(email)[0], values)


def edits(desk: Desk) -> list[Edit]:
    """Four deeds: an edit on either side, an opt-out, and somebody new."""
    mover, caller, leaver = (email for email, _ in zip(desk.shared(), range(3), strict=False))
    new = as_salesforce(person(NEWCOMER))
    newcomer = str(new["Email"])
    return [
        Edit(
            "in Salesforce, somebody corrects the city of {}: Gent",
            mover,
            lambda: desk.edit_crm(mover, {"MailingCity": "Gent"}),
            lambda: desk.news(mover).get("city") == "Gent",
        ),
        Edit(
            "in iContact, somebody gives {} a new phone number: +32 9 225 50 50",
            caller,
            lambda: desk.edit_news(caller, {"phone": "+32 9 225 50 50"}),
            lambda: "92255050" in _digits(desk.crm(caller).get("Phone")),
        ),
        Edit(
            "in iContact, {} asks never to be written to again",
            leaver,
            lambda: desk.edit_news(leaver, {"status": "donotcontact"}),
            lambda: desk.crm(leaver).get("HasOptedOutOfEmail") is True,
        ),
        Edit(
            "in Salesforce, a new customer is added: {}",
            newcomer,
            lambda: desk.pair.org.add(new),
            lambda: bool(desk.news(newcomer)),
        ),
    ]


def _digits(value: object) -> str:
    return "".join(one for one in str(value or "") if one.isdigit())
