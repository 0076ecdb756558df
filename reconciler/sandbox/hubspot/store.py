"""What one HubSpot account holds, how it is stored, and what moves by itself; no rule is asked here."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.sandbox.hubspot.index import LaggingIndex
from reconciler.sandbox.hubspot.keys import KeyRing
from reconciler.sandbox.hubspot.schema import Property, standard
from reconciler.sandbox.hubspot.webhooks import events_of, posted
from reconciler.sandbox.index import SortedNumbers
from reconciler.sandbox.limits import SlidingWindow
from reconciler.sandbox.shelf import Shelf
from reconciler.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.sandbox.faults import Faults
    from reconciler.sandbox.shelf import Row

_FIRST = 171_591_000_000
_STATIC = "MANUAL"


@dataclass(slots=True)
class HubSpotQuirks:
    """What HubSpot does beyond storing. Seconds: ``index_lag`` of searches, ``self_bump`` after which a new contact's
    modified time moves once more (0: never). ``shuffled``: a batch create answers in another order. ``marks``: rows of
    an answer carry their ``objectWriteTraceId``. ``hollow_clears``: a cleared property reads ``""``.
    ``forward_stages``: an API write that moves the life cycle back is ignored. ``default_stage``: of a new contact.
    ``new_id_on_merge``: out of two contacts comes a third.
    ``ten_seconds``, ``search_second`` and ``daily`` are the rate limits (0: none), ``longest_url`` the longest address,
    ``deepest`` the farthest search result, ``required`` names properties that dated versions of the API insist on.
    """

    index_lag: float = 20.0
    self_bump: float = 22.0
    shuffled: bool = True
    marks: bool = True
    hollow_clears: bool = True
    forward_stages: bool = True
    default_stage: str = "lead"
    ten_seconds: int = 100
    search_second: int = 5
    daily: int = 250_000
    new_id_on_merge: bool = True
    longest_url: int = 8000
    deepest: int = 10_000
    required: str = ""


@dataclass(slots=True)
class ContactList:
    """One list: ``MANUAL``, ``SNAPSHOT`` or ``DYNAMIC``; a dynamic one holds whom its ``(property, value)`` fits."""

    id: str
    name: str
    kind: str = _STATIC
    fits: tuple[str, str] | None = None
    members: dict[str, float] = field(default_factory=dict)


class HubSpotStore(World):
    """One account, without the person at work in it."""

    app = "hubspot"

    def __init__(
        self, clock: Callable[[], float] = time.time, faults: Faults | None = None, quirks: HubSpotQuirks | None = None
    ) -> None:
        super().__init__(clock, faults)
        self.quirks: HubSpotQuirks = quirks or HubSpotQuirks()
        self.keys = KeyRing()
        self.shelf = Shelf()
        self.index = LaggingIndex()
        self.rolling, self.second, self.day = SlidingWindow(0, 10.0), SlidingWindow(0, 1.0), SlidingWindow(0, 86_400.0)
        self.clear()

    def clear(self) -> None:
        """An empty account, with HubSpot's own properties and no lists."""
        with self.lock:
            self.shelf.clear()
            self.index.clear()
            self.numbers = SortedNumbers()
            self.by_email: dict[str, str] = {}
            self.hollow: dict[str, set[str]] = {}
            self.merged: dict[str, str] = {}
            self.properties: dict[str, Property] = standard()
            self.lists: dict[str, ContactList] = {}
            self.companies: dict[str, str] = {}
            self.owners: dict[str, str] = {}
            self.hooks: list[str] = []
            self.outbox.clear()
            self._bumps: deque[tuple[float, str]] = deque()
            self._next = _FIRST
            self._next_list = 1
            for window in (self.rolling, self.second, self.day):
                window.clear()

    def now(self) -> float:
        """Epoch seconds, to the thousandth."""
        return round(self.clock(), 3)

    def limit(self) -> None:
        """Let the windows of the rate limits follow the quirks."""
        quirks = self.quirks
        self.rolling.limit, self.second.limit, self.day.limit = quirks.ten_seconds, quirks.search_second, quirks.daily

    def tick(self) -> None:
        """Let happen what HubSpot does by itself after a while."""
        while self._bumps and self._bumps[0][0] <= self.now():
            due, record_id = self._bumps.popleft()
            if record_id in self.shelf and self.shelf[record_id].modified < due:
                self.shelf.touch(record_id, due)
                self.index.note(record_id, self.shelf[record_id], due + self.quirks.index_lag)

    def make(self, values: Mapping[str, str]) -> str:
        """Store a new contact; its id."""
        record_id = str(self._next)
        self._next += 7
        stage = self.quirks.default_stage
        given = {"lifecyclestage": stage, **values} if stage else dict(values)
        self._store(record_id, given, None)
        self.numbers.add(int(record_id))
        if self.quirks.self_bump:
            self._bumps.append((self.now() + self.quirks.self_bump, record_id))
        return record_id

    def change(self, record_id: str, values: Mapping[str, str]) -> None:
        """Store these values; ``""`` clears. Raises ``KeyError``."""
        old = self.shelf[record_id]
        hollow = self.hollow.setdefault(record_id, set())
        hollow |= {name for name, value in values.items() if not value and name in old.values}
        hollow -= {name for name, value in values.items() if value}
        self._store(record_id, {**texts_of(old), **values}, old)

    def _store(self, record_id: str, values: Mapping[str, str], old: Row | None) -> None:
        kept = {name: self.properties[name].kept(value) for name, value in values.items() if name in self.properties}
        for address in self._addresses(old):
            self.by_email.pop(address, None)
        row = self.shelf.put(record_id, kept, self.now())
        self.by_email |= dict.fromkeys(self._addresses(row), record_id)
        self.index.note(record_id, row, self.now() + self.quirks.index_lag)
        self._refill(record_id, row)
        self._tell(record_id, old, row)

    @staticmethod
    def _addresses(row: Row | None) -> list[str]:
        """Folded, the primary one first."""
        texts = texts_of(row) if row else {}
        return [
            one.lower() for one in (texts.get("email", ""), *texts.get("hs_additional_emails", "").split(";")) if one
        ]

    def _refill(self, record_id: str, row: Row) -> None:
        for one in self.lists.values():
            if one.fits:
                name, value = one.fits
                if row.get(name) == value:
                    one.members.setdefault(record_id, self.now())
                else:
                    one.members.pop(record_id, None)

    def _tell(self, record_id: str, old: Row | None, new: Row | None) -> None:
        events = events_of(record_id, texts_of(old) if old else None, texts_of(new) if new else None)
        for url in self.hooks if events else ():
            self.outbox.append(posted(url, self.keys.proof, list(events), self.now()))

    def archive(self, record_id: str, *, for_good: bool = False) -> None:
        """Into the recycle bin, or away for good. Raises ``KeyError``."""
        row = self.shelf.drop(record_id, self.now())
        if for_good:
            del self.shelf.gone[record_id]
        self.numbers.discard(int(record_id))
        for address in self._addresses(row):
            self.by_email.pop(address, None)
        self.index.note(record_id, None, self.now() + self.quirks.index_lag)
        for one in self.lists.values():
            one.members.pop(record_id, None)
        self._tell(record_id, row, None)

    def merge(self, winner: str, loser: str) -> str:
        """One contact out of two, and the id that it has from now on: both old ones lead to it. Raises ``KeyError``."""
        lost, kept = texts_of(self.shelf[loser]), texts_of(self.shelf[winner])
        rolls = [one.members for one in self.lists.values() if winner in one.members]
        merged = {
            **lost,
            **kept,
            "hs_additional_emails": _joined("hs_additional_emails", kept, lost, lost.get("email")),
        }
        old = [loser, winner] if self.quirks.new_id_on_merge else [loser]
        merged["hs_merged_object_ids"] = _joined("hs_merged_object_ids", kept, lost, *old)
        for one in old:
            self.archive(one, for_good=True)
        heir = self.make(merged) if winner in old else winner
        self.change(heir, merged)
        for members in rolls:
            members.setdefault(heir, self.now())
        self.merged |= {one: heir for one, before in self.merged.items() if before in old} | dict.fromkeys(old, heir)
        return heir

    def resolve(self, record_id: str) -> str:
        """The id under which a contact lives now."""
        return self.merged.get(record_id, record_id)

    def add_list(self, name: str, kind: str = _STATIC, fits: tuple[str, str] | None = None) -> str:
        """Make a list; its id."""
        list_id = str(self._next_list)
        self._next_list += 1
        self.lists[list_id] = ContactList(list_id, name, kind, fits)
        for record_id, row in self.shelf.rows.items():
            self._refill(record_id, row)
        return list_id

    def add_property(
        self,
        name: str,
        kind: str = "string",
        field_kind: str = "text",
        options: tuple[tuple[str, str], ...] = (),
        *,
        unique: bool = False,
    ) -> None:
        """Make a custom property; the rest as in ``Property``."""
        self.properties[name] = Property(name, "", kind, field_kind, options, unique=unique, own=False)

    def add_company(self, name: str) -> str:
        """Make a company; its id."""
        company_id = str(9_000_000 + len(self.companies))
        self.companies[company_id] = name
        return company_id

    def add_owner(self, email: str) -> str:
        """Make a user who can own contacts; the owner id."""
        owner_id = str(51 + len(self.owners))
        self.owners[owner_id] = email
        return owner_id

    def add_webhook(self, url: str) -> None:
        """Subscribe an address to everything about contacts, as a person does in the app's settings."""
        self.hooks.append(url)


def _joined(name: str, *parts: Mapping[str, str] | str | None) -> str:
    """What several rows hold under a name, and single values more, as one text."""
    values = [part.get(name) if isinstance(part, Mapping) else part for part in parts]
    return ";".join(filter(None, values))


def texts_of(row: Row) -> dict[str, str]:
    """A row's values as the texts they are."""
    return {name: str(value) for name, value in row.values.items()}
