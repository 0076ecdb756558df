"""One Pipedrive company: its persons, organisations and leads, its fields, and what goes on in it by itself."""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from reconciler.sandbox.limits import SlidingWindow
from reconciler.sandbox.pipedrive import deliveries, hands
from reconciler.sandbox.pipedrive.access import Keys, Sessions
from reconciler.sandbox.pipedrive.book import Book, fold
from reconciler.sandbox.pipedrive.fields import Custom, key_of, standard, synced
from reconciler.sandbox.shelf import Shelf
from reconciler.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from reconciler.sandbox.faults import Faults
    from reconciler.sandbox.shelf import Row

COMPANY = 7_654_321
USERS = (5, 6)
CURRENCY = "EUR"
WINDOW = 2.0
"""Seconds of a burst window."""
_FIRST_OPTION = 10


@dataclass(slots=True)
class PipedriveQuirks:
    """Settings of a company, and what its app does by itself (0 switches a limit or a delay off).

    ``index_lag``: seconds until a write shows in searches. ``follow_after``: seconds after which a new person's
    ``update_time`` moves without a write. ``geocode_after``: seconds after which an address gets its parts.
    ``contact_sync``, ``campaigns``: whether those products are set up. ``status_once``: a marketing status takes each
    change once, and is silent afterwards. ``burst``, ``search_burst``: calls in two seconds. ``daily_tokens``: the
    day's budget. ``deaf_after``: so many refused calls in ten seconds, and the edge answers with HTML. ``page_limit``:
    the longest page. ``bin_days``: how long a deleted person can be read.
    """

    index_lag: float = 10.0
    follow_after: float = 2.0
    geocode_after: float = 1.0
    contact_sync: bool = True
    campaigns: bool = True
    status_once: bool = True
    burst: int = 20
    search_burst: int = 10
    daily_tokens: int = 1_000_000
    deaf_after: int = 100
    page_limit: int = 500
    bin_days: int = 30


class PipedriveWorld(World):
    """One company with two users."""

    app = "pipedrive"

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        faults: Faults | None = None,
        quirks: PipedriveQuirks | None = None,
        keys: Keys | None = None,
    ) -> None:
        super().__init__(clock, faults)
        self.quirks: PipedriveQuirks = quirks or PipedriveQuirks()
        self.keys = keys or Keys()
        self.clear()

    def clear(self) -> None:
        """An empty company, without labels and custom fields; limits start anew."""
        with self.lock:
            self.persons = Book(_person_terms)
            self.organisations = Book(lambda row: [("name", fold(row.get("name")))])
            self.leads = Shelf()
            self.leads_of: dict[int, set[str]] = {}
            self.labels: dict[int, str] = {}
            self.lead_labels: dict[str, str] = {}
            self.custom: dict[str, dict[str, Custom]] = {"persons": {}, "deals": {}}
            self.webhooks: dict[int, dict[str, object]] = {}
            self.moves: dict[str, set[tuple[str, str]]] = {}
            self.sessions = Sessions(self.keys)
            self.burst = SlidingWindow(self.quirks.burst, WINDOW)
            self.searches = SlidingWindow(self.quirks.search_burst, WINDOW)
            self.refused = SlidingWindow(0, 10.0)
            self.tokens_used = 0
            self._made = 0
            self._later: list[tuple[float, str, str]] = []

    def configure(self, settings: Mapping[str, object]) -> None:
        """Change quirks by name. Raises ``ValueError`` naming the quirks there are."""
        super().configure(settings)
        self.burst.limit, self.searches.limit = self.quirks.burst, self.quirks.search_burst

    # -- what people set up

    def add_label(self, name: str) -> int:
        """Make a label for persons; its id."""
        number = len(self.labels) + 1
        self.labels[number] = name
        return number

    def add_lead_label(self, name: str) -> str:
        """Make a label for leads; its id."""
        label = str(UUID(int=0xAB00 + len(self.lead_labels)))
        self.lead_labels[label] = name
        return label

    def add_field(self, name: str, kind: str = "varchar", options: Sequence[str] = (), entity: str = "persons") -> str:
        """Make a custom field of persons or deals; its key."""
        known = self.custom[entity]
        first = _FIRST_OPTION + sum(len(one.options) for one in known.values())
        one = Custom(key_of(entity, len(known)), name, kind, dict(enumerate(options, start=first)))
        known[one.code] = one
        return one.code

    def fields(self, entity: str) -> list[Custom]:
        """All fields of persons or deals."""
        extra = synced() if entity == "persons" and self.quirks.contact_sync else []
        return [*standard(entity, self.labels), *extra, *self.custom[entity].values()]

    def register(self, url: str, user: str, password: str, event_object: str = "*", action: str = "*") -> int:
        """Register a webhook; its id."""
        number = len(self.webhooks) + 1
        self.webhooks[number] = {
            "id": number,
            "subscription_url": url,
            "event_object": event_object,
            "event_action": action,
            "http_auth_user": user,
            "http_auth_password": password,
        }
        return number

    # -- what the app does by itself

    def settle(self) -> None:
        """Catch up with everything that was due by now."""
        now = self.clock()
        while self._later and self._later[0][0] <= now:
            due, what, record_id = heapq.heappop(self._later)
            row = self.persons.rows.get(record_id)
            if row is None:
                continue
            if what == "geocode":
                self.persons.put(record_id, hands.geocoded(row.values, self.custom["persons"]), max(due, row.modified))
            else:
                self.persons.touch(record_id, max(due, row.modified))

    def _due(self, seconds: float, what: str, record_id: str) -> None:
        if seconds:
            heapq.heappush(self._later, (self.clock() + seconds, what, record_id))

    # -- changes, whoever makes them

    def save_person(self, values: Mapping[str, object], record_id: str = "") -> Row:
        """Store a person whole; a new one without ``record_id``."""
        old = self.persons.rows.get(record_id)
        row = self.persons.put(record_id or self.persons.new_id(), values, self.clock())
        if old is None:
            self._due(self.quirks.follow_after, "follow", row.id)
        if hands.ungeocoded(row.values):
            self._due(self.quirks.geocode_after, "geocode", row.id)
        deliveries.tell(self, "person", row, old)
        return row

    def save_organisation(self, values: Mapping[str, object], record_id: str = "") -> Row:
        """Store an organisation whole; a new one without ``record_id``."""
        old = self.organisations.rows.get(record_id)
        row = self.organisations.put(record_id or self.organisations.new_id(), values, self.clock())
        deliveries.tell(self, "organization", row, old)
        return row

    def save_lead(self, values: Mapping[str, object], record_id: str = "") -> Row:
        """Store a lead whole; a new one without ``record_id``."""
        if not record_id:
            self._made += 1
            record_id = str(UUID(int=0xA1000000_0000_4000_8000_000000000000 + self._made))
        old = self.leads.rows.get(record_id)
        row = self.leads.put(record_id, values, self.clock())
        self._index_lead(old, -1)
        self._index_lead(row, 1)
        deliveries.tell(self, "lead", row, old)
        return row

    def _index_lead(self, row: Row | None, step: int) -> None:
        person = row.get("person_id") if row else None
        if row is None or not isinstance(person, int):
            return
        own = self.leads_of.setdefault(person, set())
        (own.add if step > 0 else own.discard)(row.id)

    def drop_person(self, record_id: str) -> None:
        """Delete a person: for 30 days it can still be read. Raises ``KeyError``."""
        deliveries.tell(self, "person", None, self.persons.drop(record_id, self.clock()))

    def drop_lead(self, record_id: str) -> None:
        """Delete a lead. Raises ``KeyError``."""
        row = self.leads.drop(record_id, self.clock())
        self._index_lead(row, -1)
        deliveries.tell(self, "lead", None, row)

    def organisation(self, name: str) -> int:
        """The id of the organisation with this name, made where there is none."""
        found = self.organisations.with_term("name", name)
        return int(found[0] if found else self.save_organisation({"name": name, "owner_id": USERS[0]}).id)

    # -- a person at work; ``persons`` unless ``leads`` is said

    def add(self, values: Mapping[str, object], entity: str = "") -> str:
        """A person makes a record. Raises ``ValueError``."""
        with self.lock:
            self.settle()
            if entity != "leads":
                return self.save_person({**hands.NEW_PERSON, **hands.stored(self, values, {})}).id
            own, persons = hands.split(values)
            if persons:
                own["person_id"] = int(self.add(persons))
            return self.save_lead({**hands.NEW_LEAD, **hands.stored_lead(self, own, {})}).id

    def edit(self, record_id: str, values: Mapping[str, object], entity: str = "") -> None:
        """A person changes a record. Raises ``KeyError``, ``ValueError``."""
        with self.lock:
            self.settle()
            if entity != "leads":
                row = self.persons[record_id]
                self.save_person({**row.values, **hands.stored(self, values, row.values)}, record_id)
                return
            row = self.leads[record_id]
            own, persons = hands.split(values)
            if persons:
                self.edit(str(row.values["person_id"]), persons)
            if own:
                self.save_lead({**row.values, **hands.stored_lead(self, own, row.values)}, record_id)

    def delete(self, record_id: str, entity: str = "") -> None:
        """A person deletes a record. Raises ``KeyError``."""
        with self.lock:
            self.settle()
            (self.drop_lead if entity == "leads" else self.drop_person)(record_id)

    def read(self, record_id: str, entity: str = "") -> dict[str, object]:
        """Values without the empty ones; a lead's with its person's."""
        self.settle()
        if entity != "leads":
            return hands.told(self, self.persons[record_id].values)
        row = self.leads[record_id]
        person = self.persons.rows.get(str(row.get("person_id")))
        contact = hands.split(hands.told(self, person.values))[1] if person else {}
        return {**contact, **hands.told_lead(self, row.values)}

    def ids(self, entity: str = "") -> list[str]:
        """Ids of all records, oldest first."""
        return list(self.leads.rows) if entity == "leads" else [str(number) for number in self.persons.numbers]

    def find(self, email: str, entity: str = "") -> list[str]:
        """Whoever has this address, or the leads of those."""
        people = self.persons.with_term("email", email)
        if entity != "leads":
            return people
        return [lead for person in people for lead in sorted(self.leads_of.get(int(person), ()))]

    def counts(self) -> dict[str, int]:
        """Records of each kind."""
        kinds = {"persons": self.persons, "organizations": self.organisations, "leads": self.leads}
        return {**{name: len(shelf) for name, shelf in kinds.items()}, "deleted persons": len(self.persons.gone)}


def _person_terms(row: Row) -> Iterator[tuple[str, str]]:
    yield "name", fold(row.get("name"))
    for place, key in (("email", "emails"), ("phone", "phones")):
        items = row.get(key)
        for one in items if isinstance(items, list) else ():
            yield place, fold(one["value"])
    custom = row.get("custom_fields")
    for value in custom.values() if isinstance(custom, dict) else ():
        if isinstance(value, str | int | float):
            yield "custom_fields", fold(value)
