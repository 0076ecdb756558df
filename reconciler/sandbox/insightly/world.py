"""One Insightly instance: its contacts, leads and organisations, and what goes on in it by itself."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.sandbox.insightly.fields import SHAPES, Custom, Shape
from reconciler.sandbox.insightly.people import as_entered, as_seen
from reconciler.sandbox.insightly.table import Table
from reconciler.sandbox.limits import SlidingWindow
from reconciler.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

    from reconciler.sandbox.faults import Faults

_FIRST = {"Contact": 366_638_973, "Lead": 78_563_840, "Organisation": 151_000_001}
_SETTLED = 1.0
_DAY = 86_400

LEAD_STATUSES = {3_724_795: "OPEN - NotContacted", 3_724_796: "OPEN - Contacted", 3_724_797: "CLOSED - Disqualified"}
LEAD_SOURCES = {3_794_750: "Web", 3_794_751: "Phone Enquiry", 3_794_752: "Partner Referral"}
USERS = (2_240_727, 2_240_728)


@dataclass(slots=True)
class InsightlyQuirks:
    """Settings and habits of an instance.

    ``moving_stamps``: DATE_UPDATED_UTC moves on by itself a second after a write. ``default_country`` is what a new
    lead gets that names none. ``search_is_after``: ``updated_after_utc`` leaves out that very second. ``case_matters``:
    a search minds capitals. ``tags_only_add``: a write adds tags and takes none away. ``required_names``: a contact
    needs a first name, a lead a last name. ``calls_per_second`` and ``daily_calls``: above them, 429 (0: no limit).
    ``max_records``: above it, 402 (0: no limit). ``longest_page`` is the most that ``top`` brings. ``etags``: single
    reads carry one. ``hasty_answers``: the answer to a write shows no custom fields yet.
    """

    moving_stamps: bool = True
    default_country: str = "United States"
    search_is_after: bool = True
    case_matters: bool = False
    tags_only_add: bool = False
    required_names: bool = False
    calls_per_second: int = 10
    daily_calls: int = 100_000
    max_records: int = 0
    longest_page: int = 500
    etags: bool = True
    hasty_answers: bool = False


@dataclass(frozen=True, slots=True)
class Keys:
    """API keys: one that works, and those of users who cannot do much."""

    works: str = "sandbox-key"
    blind: str = "sandbox-key-without-contacts"


@dataclass(slots=True)
class Account:
    """What an administrator sets up: custom fields by object, records that some may not see, or nobody may delete."""

    customs: dict[str, dict[str, Custom]] = field(default_factory=lambda: {name: {} for name in SHAPES})
    hidden: set[str] = field(default_factory=set)
    undeletable: set[str] = field(default_factory=set)


class InsightlyWorld(World):
    """One instance with two users."""

    app = "insightly"

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        faults: Faults | None = None,
        quirks: InsightlyQuirks | None = None,
    ) -> None:
        super().__init__(clock, faults)
        self.quirks: InsightlyQuirks = quirks or InsightlyQuirks()
        self.keys = Keys()
        self.clear()

    def clear(self) -> None:
        """An instance without records and custom fields; limits start anew."""
        with self.lock:
            self.tables = {
                name: Table(SHAPES[name].email if name in SHAPES else "ORGANISATION_NAME") for name in _FIRST
            }
            self.numbers = dict(_FIRST)
            self.account = Account()
            self.burst = SlidingWindow(0, 1.0)
            self.today = (0, 0)

    def spend(self) -> int:
        """Count a call of the day; how many are left after it, or -1 where it was one too many. Days begin at midnight
        UTC."""
        day, used = int(self.clock()) // _DAY, 0
        if self.today[0] == day:
            used = self.today[1]
        if self.quirks.daily_calls and used >= self.quirks.daily_calls:
            return -1
        self.today = (day, used + 1)
        return max(self.quirks.daily_calls - used - 1, 0)

    def left_today(self) -> int:
        """Calls left today."""
        used = self.today[1] if self.today[0] == int(self.clock()) // _DAY else 0
        return max(self.quirks.daily_calls - used, 0)

    def updated(self, modified: float) -> float:
        """The stamp that a record shows now, whose last write was then."""
        moves = self.quirks.moving_stamps and self.clock() - modified >= _SETTLED
        return int(modified) + (1 if moves else 0)

    def new_number(self, name: str) -> str:
        """The next id of an object."""
        self.numbers[name] += 1
        return str(self.numbers[name] - 1)

    def organisation(self, name: str) -> int:
        """The id of an organisation; made where there is none of this name."""
        table = self.tables["Organisation"]
        found = table.with_index(name) or [self.new_number("Organisation")]
        if found[0] not in table.shelf:
            table.put(found[0], {"ORGANISATION_NAME": name}, self.clock())
        return int(found[0])

    def add_custom_field(self, name: str, kind: str = "TEXT", options: tuple[str, ...] = (), entity: str = "") -> None:
        """An administrator makes a custom field."""
        self.account.customs[entity or "Contact"][name] = Custom(name, kind, options, editable=kind != "AUTONUMBER")

    def choices(self, name: str) -> Mapping[int, str]:
        """A lead's statuses or sources, by id."""
        return LEAD_STATUSES if name == "LEAD_STATUS" else LEAD_SOURCES

    def users(self) -> tuple[int, ...]:
        """Ids of the instance's users."""
        return USERS

    def points_nowhere(self, column: str, number: object) -> bool:
        """Whether a column with an id would hold one that there is not."""
        if column == "ORGANISATION_ID":
            return str(number) not in self.tables["Organisation"].shelf
        pointing: Mapping[str, Container[object]] = {"LEAD_STATUS_ID": LEAD_STATUSES, "LEAD_SOURCE_ID": LEAD_SOURCES}
        return number not in pointing.get(column, (number,))

    def fixed(self, entity: str) -> tuple[str, ...]:
        """Columns that are never empty: cleared, they are as in a new record."""
        return (*SHAPES[entity].users, *(("LEAD_STATUS_ID",) if entity == "Lead" else ()))

    def convert(self, lead_id: str) -> str:
        """A person converts a lead; the id of the contact that it became."""
        with self.lock:
            lead = self.tables["Lead"].shelf[lead_id]
            known = {name: lead.get(name) for name in ("FIRST_NAME", "LAST_NAME", "TITLE", "PHONE")}
            contact = self.add({**known, "EMAIL_ADDRESS": lead.get("EMAIL")})
            became = {"CONVERTED": True, "CONVERTED_CONTACT_ID": int(contact)}
            self.tables["Lead"].merge(lead_id, became, self.clock())
            return contact

    def shape(self, entity: str) -> Shape:
        """An object by the name that the world has for it. Raises ``KeyError``."""
        return SHAPES[entity or "Contact"]

    def add(self, values: Mapping[str, object], entity: str = "") -> str:
        """A person makes a record, in the catalogue's fields."""
        with self.lock:
            number = self.new_number(entity or "Contact")
            entered = as_entered(self, entity or "Contact", values)
            self.tables[entity or "Contact"].put(
                number, {**self.defaults(entity or "Contact"), **entered}, self.clock()
            )
            return number

    def defaults(self, entity: str) -> dict[str, object]:
        """What a new record holds that nobody said."""
        own: dict[str, object] = dict.fromkeys(SHAPES[entity].users, USERS[0])
        if entity == "Lead":
            own |= {"LEAD_STATUS_ID": next(iter(LEAD_STATUSES)), "LEAD_SOURCE_ID": next(iter(LEAD_SOURCES))}
            own |= {"ADDRESS_COUNTRY": self.quirks.default_country}
        return own

    def edit(self, record_id: str, values: Mapping[str, object], entity: str = "") -> None:
        """A person changes a record."""
        with self.lock:
            name = entity or "Contact"
            self.tables[name].merge(record_id, as_entered(self, name, values), self.clock())

    def delete(self, record_id: str, entity: str = "") -> None:
        """A person deletes a record; nothing tells of it."""
        with self.lock:
            self.tables[entity or "Contact"].drop(record_id, self.clock())

    def read(self, record_id: str, entity: str = "") -> dict[str, object]:
        """Values without the empty ones, in the catalogue's fields."""
        name = entity or "Contact"
        return as_seen(self, name, self.tables[name].shelf[record_id])

    def ids(self, entity: str = "") -> list[str]:
        """Ids of all records, oldest first."""
        return list(self.tables[entity or "Contact"].shelf.rows)

    def find(self, email: str, entity: str = "") -> list[str]:
        """Ids of the records with this address."""
        return self.tables[entity or "Contact"].with_index(email)

    def counts(self) -> dict[str, int]:
        """Records of each object."""
        return {name: len(table.shelf) for name, table in self.tables.items()}
