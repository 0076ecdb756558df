"""The people and leads of one Copper account, and everything around them that its API shows."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from reconciler.sandbox.copper import hands
from reconciler.sandbox.copper.shapes import changes
from reconciler.sandbox.copper.tables import Tables
from reconciler.sandbox.limits import SlidingWindow
from reconciler.sandbox.shelf import Shelf
from reconciler.sandbox.world import Posted, World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.sandbox.faults import Faults
    from reconciler.sandbox.shelf import Row

SINGULAR = {"people": "person", "leads": "lead"}
_FIRST = {"people": 27_140_000, "leads": 8_890_000}
_MINUTE = 60.0


@dataclass(slots=True)
class CopperQuirks:
    """Behaviour that is documented, was seen, or is left open.

    ``index_lag``: seconds by which searches are behind writes. ``people_modified_filter``: whether people can be
    searched by date of change, as leads can. ``lead_emails``: leads are searched by one address (``text``) or by a
    ``list``. ``long_country``: an address whose country is no two-letter code is ``drop``ped or ``keep``t.
    ``address_put``, ``custom_fields_put``: what is left out there is ``replace``d by nothing, or ``merge``d.
    ``bare_answers``: answers to writes leave the address out. ``loose_total``: the stated total is an upper bound only.
    ``dates``: custom dates are shown as ``unix`` seconds or as ``text``. ``echoes``: the API's own writes are notified
    as well. ``retry_after``: a 429 says when. The rest are documented limits; 0 for none.
    """

    index_lag: float = 3.0
    people_modified_filter: bool = False
    lead_emails: str = "text"
    long_country: str = "drop"
    address_put: str = "replace"
    custom_fields_put: str = "replace"
    bare_answers: bool = False
    loose_total: bool = True
    dates: str = "unix"
    echoes: bool = True
    retry_after: bool = False
    calls_per_minute: int = 180
    bulk_per_second: int = 3


@dataclass(frozen=True, slots=True)
class Credentials:
    """The key and the address of its owner; ``revoked`` is a key that was good once."""

    key: str = "sandbox-api-key"
    user_email: str = "owner@example.com"
    revoked: str = "sandbox-old-key"


class CopperWorld(World):
    """One account. Entities are ``people`` (also when none is named) and ``leads``."""

    app = "copper"

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        faults: Faults | None = None,
        quirks: CopperQuirks | None = None,
        credentials: Credentials | None = None,
    ) -> None:
        super().__init__(clock, faults)
        self.quirks: CopperQuirks = quirks or CopperQuirks()
        self.credentials = credentials or Credentials()
        self.calls_window = SlidingWindow(self.quirks.calls_per_minute, _MINUTE)
        self.bulk_window = SlidingWindow(self.quirks.bulk_per_second, 1.0)
        self.clear()

    def configure(self, settings: Mapping[str, object]) -> None:
        """Change quirks, and the limits with them."""
        super().configure(settings)
        self.calls_window.limit = self.quirks.calls_per_minute
        self.bulk_window.limit = self.quirks.bulk_per_second

    def clear(self) -> None:
        """An empty account, with the tables that every account begins with."""
        with self.lock:
            self.tables = Tables()
            self.shelves = {entity: Shelf() for entity in SINGULAR}
            self.by_email: dict[str, dict[str, set[str]]] = {entity: {} for entity in SINGULAR}
            self._unindexed: dict[str, deque[tuple[float, str, Row | None]]] = {name: deque() for name in SINGULAR}
            self._numbers = dict(_FIRST)
            self._hooks = 17_064
            self.calls_window.clear()
            self.bulk_window.clear()

    # -- what the API and people have in common

    def store(
        self, entity: str, values: Mapping[str, object], record_id: str | None = None, *, own: bool = False
    ) -> Row:
        """Put a record, whole; a new one without an id. ``own`` is a write of the API."""
        shelf = self.shelves[entity]
        if record_id is None:
            self._numbers[entity] += 1
            record_id = str(self._numbers[entity])
        old = shelf.rows.get(record_id)
        row = shelf.put(record_id, values, float(int(self.clock())))
        self._reindex(entity, record_id, old, row)
        self._notify(entity, "update" if old else "new", record_id, (old, row), own=own)
        return row

    def drop(self, entity: str, record_id: str, *, own: bool = False) -> None:
        """Delete a record. Raises ``KeyError``."""
        row = self.shelves[entity].drop(record_id, self.clock())
        self._reindex(entity, record_id, row, None)
        self._notify(entity, "delete", record_id, (row, None), own=own)

    def holders(self, entity: str, email: str) -> set[str]:
        """Ids of the records with this address, as a first or another one."""
        return self.by_email[entity].get(fold(email), set())

    def lagging(self, entity: str) -> dict[str, Row | None]:
        """Records as searches still show them: the state before each write of the last moments."""
        waiting, now = self._unindexed[entity], self.clock()
        while waiting and waiting[0][0] <= now - self.quirks.index_lag:
            waiting.popleft()
        before: dict[str, Row | None] = {}
        for _, record_id, row in waiting:
            before.setdefault(record_id, row)
        return before

    def subscribe(self, target: str, kind: str, event: str, secret: Mapping[str, str]) -> dict[str, object]:
        """Make a subscription, as ``POST /webhooks`` does."""
        self._hooks += 1
        made: dict[str, object] = {"id": self._hooks, "target": target, "type": kind, "event": event}
        made |= {"secret": dict(secret), "created_at": int(self.clock())}
        self.tables.webhooks[self._hooks] = made
        return made

    def _reindex(self, entity: str, record_id: str, old: Row | None, new: Row | None) -> None:
        self._unindexed[entity].append((self.clock(), record_id, old))
        for row, forget in ((old, True), (new, False)):
            for email in addresses(row):
                holders = self.by_email[entity].setdefault(fold(email), set())
                (holders.discard if forget else holders.add)(record_id)

    def _notify(
        self, entity: str, event: str, record_id: str, states: tuple[Row | None, Row | None], *, own: bool
    ) -> None:
        if own and not self.quirks.echoes:
            return
        moment = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(self.clock()))
        for hook in self.tables.webhooks.values():
            if (hook["type"], hook["event"]) == (SINGULAR[entity], event) and isinstance(hook["secret"], dict):
                notice = {"ids": [int(record_id)], "type": hook["type"], "event": event, "subscription_id": hook["id"]}
                notice |= {**hook["secret"], "timestamp": moment}
                if event == "update":
                    notice["updated_attributes"] = changes(self, entity, *states)
                headers = {"Content-Type": "application/json"}
                self.outbox.append(Posted(str(hook["target"]), msgspec.json.encode(notice), headers))

    # -- a person at work

    def add(self, values: Mapping[str, object], entity: str = "") -> str:
        """A person makes a record. Raises ``ValueError`` when somebody has its address."""
        entity = entity or "people"
        with self.lock:
            stored = hands.put(self.tables, entity, {}, values)
            self._refuse_twins(entity, stored, "")
            return self.store(entity, stored).id

    def edit(self, record_id: str, values: Mapping[str, object], entity: str = "") -> None:
        """A person changes a record."""
        entity = entity or "people"
        with self.lock:
            stored = hands.put(self.tables, entity, self.shelves[entity][record_id].values, values)
            self._refuse_twins(entity, stored, record_id)
            self.store(entity, stored, record_id)

    def delete(self, record_id: str, entity: str = "") -> None:
        """A person deletes a record."""
        with self.lock:
            self.drop(entity or "people", record_id)

    def read(self, record_id: str, entity: str = "") -> dict[str, object]:
        """Values by the catalogue's names, without the empty ones."""
        entity = entity or "people"
        return hands.get(self.tables, entity, self.shelves[entity][record_id].values)

    def ids(self, entity: str = "") -> list[str]:
        """Ids of all records, oldest first."""
        return list(self.shelves[entity or "people"].rows)

    def find(self, email: str, entity: str = "") -> list[str]:
        """Ids of the records with this address."""
        return sorted(self.holders(entity or "people", email))

    def counts(self) -> dict[str, int]:
        """People, leads, companies, custom fields."""
        around = {"companies": len(self.tables.companies), "custom_fields": len(self.tables.definitions)}
        return {**{name: len(shelf) for name, shelf in self.shelves.items()}, **around}

    def _refuse_twins(self, entity: str, values: Mapping[str, object], record_id: str) -> None:
        if entity == "people" and any(self.holders(entity, one) - {record_id} for one in _addresses(values)):
            raise ValueError("another person has this address")


def addresses(row: Row | None) -> list[str]:
    """All addresses of a record."""
    return _addresses(row.values) if row else []


def _addresses(values: Mapping[str, object]) -> list[str]:
    held = values.get("emails") or [values.get("email")]
    items = held if isinstance(held, list) else []
    return [str(item["email"]) for item in items if isinstance(item, dict)]


def fold(email: str) -> str:
    """An address as the unique index compares it."""
    return email.strip().casefold()
