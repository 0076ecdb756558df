"""One Salesforce org: its contacts and leads, its sessions, its limits, and what goes on in it by itself."""

from __future__ import annotations

import random
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.sandbox.salesforce import records
from reconciler.sandbox.salesforce.errors import ApiError
from reconciler.sandbox.salesforce.fields import CONTACT, LEAD
from reconciler.sandbox.salesforce.table import Row, Table
from reconciler.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.sandbox.faults import Faults

ORG = "00D5e000001sbxAEAQ"
_BUMP_EVERY = 10


@dataclass(slots=True)
class SalesforceQuirks:
    """Settings of an org.

    ``duplicate_rule``: a second record with the same email is refused unless the caller allows it. ``moving_stamps``:
    a system process now and then moves SystemModstamp and nothing else. ``trigger``: a text field that a trigger
    writes in capitals. ``hidden``: fields that field-level security hides (set before the first call).
    ``daily_calls``: the org's limit. ``session_calls``: a session ends after so many calls; 0 for never.
    ``page_size``: the most rows of one page. ``locator_seconds``: how long a query can be paged.
    ``collection_upsert_by_email``: whether a collection upsert takes Email as its key.
    """

    duplicate_rule: bool = False
    moving_stamps: bool = True
    trigger: str = ""
    hidden: tuple[str, ...] = ()
    daily_calls: int = 1_000_000
    session_calls: int = 0
    page_size: int = 2000
    locator_seconds: float = 172_800.0
    collection_upsert_by_email: bool = False


@dataclass(frozen=True, slots=True)
class Client:
    """The connected app: a key and what proves it. ``refresh`` is its one refresh token."""

    key: str = "sandbox-client"
    proof: str = "sandbox-secret"
    refresh: str = "sandbox-refresh"


@dataclass(slots=True)
class Locator:
    """A query that is being paged: its rows as they were when it was asked."""

    rows: list[Row]
    render: Callable[[Row], dict[str, object]]
    size: int
    opened: float
    version: str
    name: str = ""


@dataclass(slots=True)
class Sessions:
    """Open sessions and how many calls each has made."""

    used: dict[str, int] = field(default_factory=dict)
    opened: int = 0


class SalesforceWorld(World):
    """One org with one user."""

    app = "salesforce"

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        faults: Faults | None = None,
        quirks: SalesforceQuirks | None = None,
        client: Client | None = None,
    ) -> None:
        super().__init__(clock, faults)
        self.quirks: SalesforceQuirks = quirks or SalesforceQuirks()
        self.client = client or Client()
        self.tables = {"Contact": Table("Contact", "003", CONTACT), "Lead": Table("Lead", "00Q", LEAD)}
        for table in self.tables.values():
            table.hide(self.quirks.hidden)
        self.clear()

    def clear(self) -> None:
        """An org without records; sessions end, limits start anew."""
        with self.lock:
            for table in self.tables.values():
                table.clear()
            self.locators: OrderedDict[str, Locator] = OrderedDict()
            self.locators_opened = 0
            self.sessions = Sessions()
            self.calls_used = 0
            self._random = random.Random(self.faults.seed)
            self._listings = 0

    def now(self) -> int:
        """Epoch seconds; Salesforce knows no fractions."""
        return int(self.clock())

    def table(self, entity: str) -> Table:
        """An object by name, in any case. Raises ``ApiError`` INVALID_TYPE or NOT_FOUND."""
        for name, table in self.tables.items():
            if name.casefold() == (entity or "Contact").casefold():
                return table
        raise ApiError(404, "NOT_FOUND", "The requested resource does not exist")

    def open_session(self) -> str:
        """A new access token."""
        self.sessions.opened += 1
        token = f"{ORG[:15]}!sandbox.{self.sessions.opened}"
        self.sessions.used[token] = 0
        return token

    def end_sessions(self) -> None:
        """Every access token expires now."""
        self.sessions.used.clear()

    def expire_locators(self) -> None:
        """No query can be paged on."""
        self.locators.clear()

    def system_process(self, entity: str = "Contact", count: int = 2) -> None:
        """Salesforce itself touches some records: SystemModstamp moves, no value does."""
        table = self.table(entity)
        for _ in range(min(count, len(table.numbers))):
            number = table.numbers.page(self._random.randrange(len(table.numbers)), 1)[0]
            row = table.rows[number]
            table.put(number, Row(number, row.created, row.modified, self.now(), row.values))

    def listing_asked(self) -> None:
        """Now and then a listing finds that a system process was at work."""
        self._listings += 1
        if self.quirks.moving_stamps and self._listings % _BUMP_EVERY == 0:
            self.system_process()

    @contextmanager
    def all_or_none(self) -> Iterator[Callable[[], None]]:
        """Within it, the writes of all tables can be taken back by calling what it yields."""
        undone: list[tuple[Table, list[tuple[int, Row | None, Row | None]]]] = []
        for table in self.tables.values():
            table.undo = []
            undone.append((table, table.undo))

        def roll_back() -> None:
            for table, steps in undone:
                table.undo = None
                for number, live, trashed in reversed(steps):
                    table.put(number, live, trashed)

        try:
            yield roll_back
        finally:
            for table in self.tables.values():
                table.undo = None

    def add(self, values: Mapping[str, object], entity: str = "") -> str:
        """A person makes a record. Raises ``ValueError``."""
        with self.lock, _spoken():
            return records.create(self, self.table(entity), values, allow_duplicate=True)

    def load(self, values: dict[str, object], entity: str = "") -> int:
        """Put a record as it is, past every rule: for seeding. Its number."""
        table = self.table(entity)
        number, now = table.new_number(), self.now()
        table.put(number, Row(number, now, now, now, values))
        return number

    def edit(self, record_id: str, values: Mapping[str, object], entity: str = "") -> None:
        """A person changes a record. Raises ``KeyError``, ``ValueError``."""
        with self.lock, _spoken():
            table = self.table(entity)
            records.update(self, table, self._number(table, record_id), values, allow_duplicate=True)

    def delete(self, record_id: str, entity: str = "") -> None:
        """A person deletes a record: it lies in the recycle bin. Raises ``KeyError``."""
        with self.lock:
            table = self.table(entity)
            records.delete(self, table, self._number(table, record_id))

    def read(self, record_id: str, entity: str = "") -> dict[str, object]:
        """Values without the empty ones."""
        table = self.table(entity)
        return dict(table.rows[self._number(table, record_id)].values)

    def ids(self, entity: str = "") -> list[str]:
        """Ids of all records, oldest first."""
        table = self.table(entity)
        return [table.ids.text(number) for number in table.numbers]

    def find(self, email: str, entity: str = "") -> list[str]:
        """Ids of the records with this address."""
        table = self.table(entity)
        return [table.ids.text(number) for number in table.with_email(email)]

    def counts(self) -> dict[str, int]:
        """Records and recycle bin of each object."""
        live = {name: len(table.rows) for name, table in self.tables.items()}
        return live | {f"{name} in recycle bin": len(table.trash) for name, table in self.tables.items()}

    def merge(self, winner_id: str, loser_id: str, entity: str = "") -> None:
        """A person merges two records: the loser lies in the recycle bin and names its master."""
        with self.lock:
            table = self.table(entity)
            records.merge(self, table, self._number(table, winner_id), self._number(table, loser_id))

    def convert(self, lead_id: str) -> str:
        """A person converts a lead; the id of the contact it became."""
        with self.lock:
            return records.convert(self, self._number(self.table("Lead"), lead_id))

    def _number(self, table: Table, record_id: str) -> int:
        number = table.ids.number(record_id)
        if number is None or number not in table.rows:
            raise KeyError(record_id)
        return number


@contextmanager
def _spoken() -> Iterator[None]:
    """What the API would refuse is a ``ValueError`` to a person."""
    try:
        yield
    except ApiError as error:
        raise ValueError(f"{error.code}: {error.message}") from error
