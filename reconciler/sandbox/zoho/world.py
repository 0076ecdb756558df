"""One Zoho CRM organisation: its contacts, leads and accounts, its clients and tokens, and what goes on in it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from reconciler.sandbox.limits import SlidingWindow
from reconciler.sandbox.world import Posted, World
from reconciler.sandbox.zoho.columns import Column, standard
from reconciler.sandbox.zoho.errors import RowError
from reconciler.sandbox.zoho.rules import checked
from reconciler.sandbox.zoho.table import Table
from reconciler.sandbox.zoho.views import field_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from reconciler.sandbox.faults import Faults
    from reconciler.sandbox.shelf import Row

USER = "6493490000000100001"
OTHER_USER = "6493490000000100002"
ORG = "60012345678"
_FIRST = 6_493_490_000_001_000_001
_TOUCH_EVERY = 10
_DAY, _TOKEN_WINDOW, _TOKENS = 86_400.0, 600.0, 10
EVERYTHING = ("ZohoCRM.", "ZohoSearch.")


@dataclass(slots=True)
class ZohoQuirks:
    """What is documented of an organisation's behaviour, each part switchable.

    ``search_lag``: seconds until a write shows in ``/search``. ``moving_stamps``: now and then a workflow moves
    Modified_Time and nothing else. ``tags_move_stamps``: whether a change of tags counts as one of the record.
    ``workflow``: a text field that a workflow writes in capitals, unless the request says ``trigger: []``.
    ``page_size``, ``discrete_rows``, ``token_rows``: the most rows of a page, by page number, and by page token.
    ``query_rows``: of a query. ``strict_picklists``: values that are not in a pick list are refused. ``offset_hours``:
    the user's time zone. ``daily_credits``: the edition's allowance, 0 for none. ``page_token_seconds`` and
    ``token_seconds``: how long a page token and an access token live. ``all_failed``: the status of a batch of which
    nothing was written.
    """

    search_lag: float = 20.0
    moving_stamps: bool = True
    tags_move_stamps: bool = True
    lower_case_email: bool = False
    workflow: str = ""
    page_size: int = 200
    discrete_rows: int = 2000
    token_rows: int = 100_000
    query_rows: int = 200
    strict_picklists: bool = True
    offset_hours: int = 3
    daily_credits: int = 1_000_000
    page_token_seconds: float = 86_400.0
    token_seconds: float = 3600.0
    all_failed: int = 400


@dataclass(frozen=True, slots=True)
class Client:
    """The registered client: what it is known by, what proves it, and the refresh token of its one user."""

    key: str = "1000.SANDBOX"
    proof: str = "sandbox-secret"
    refresh: str = "1000.sandbox-refresh"
    foreign: str = "1000.sandbox-refresh-of-another-data-centre"
    narrow: str = "1000.sandbox-refresh-without-queries"


@dataclass(frozen=True, slots=True)
class Access:
    """An access token: until when, for what, and whether in this data centre."""

    until: float
    scopes: tuple[str, ...]
    here: bool = True


@dataclass(slots=True)
class Paging:
    """A list that is being paged: its ids as they were when it was asked, the question, and how far one is."""

    ids: list[str]
    question: tuple[tuple[str, str], ...]
    offset: int
    opened: float
    size: int


@dataclass(slots=True)
class Tokens:
    """Access tokens by name, and how many more may be made."""

    open: dict[str, Access] = field(default_factory=dict)
    made: int = 0
    window: SlidingWindow = field(default_factory=lambda: SlidingWindow(_TOKENS, _TOKEN_WINDOW))


class ZohoWorld(World):
    """One organisation with two users."""

    app = "zoho"

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        faults: Faults | None = None,
        quirks: ZohoQuirks | None = None,
        client: Client | None = None,
    ) -> None:
        super().__init__(clock, faults)
        self.quirks: ZohoQuirks = quirks or ZohoQuirks()
        self.client = client or Client()
        self.tokens = Tokens()
        self.credits = SlidingWindow(self.quirks.daily_credits, _DAY)
        self.users = {USER: "Sandbox User", OTHER_USER: "Other User"}
        self.tables = {name: Table(name, columns) for name, columns in standard().items()}
        self.clear()

    def clear(self) -> None:
        """An organisation without records, tags, custom fields and channels; tokens stay good."""
        with self.lock:
            for table in self.tables.values():
                table.clear()
            self.tags: dict[tuple[str, str], dict[str, object]] = {}
            self.channels: dict[str, dict[str, object]] = {}
            self.pagings: dict[str, Paging] = {}
            self.credits.clear()
            self.tokens.window.clear()
            self.outbox.clear()
            self._next = _FIRST
            self._listings = 0

    def now(self) -> int:
        """Epoch seconds; Zoho knows no fractions."""
        return int(self.clock())

    def new_id(self) -> str:
        """An id that nobody has."""
        self._next += 1
        return str(self._next)

    def table(self, entity: str = "") -> Table:
        """A module by its API name. Raises ``KeyError``."""
        return self.tables[entity or "Contacts"]

    def user(self, user_id: str = USER) -> dict[str, object]:
        """A user as records refer to one."""
        return {"name": self.users[user_id], "id": user_id, "email": f"user{user_id[-1]}@example.com"}

    def ids_of(self, module: str) -> Collection[str]:
        """What a lookup into a module may point at."""
        return self.tables[module].shelf.rows if module in self.tables else ()

    def name_of(self, module: str, record_id: str) -> str:
        """What a record is called."""
        table = self.tables.get(module)
        if table is None or record_id not in table.shelf:
            return ""
        name = "Account_Name" if module == "Accounts" else "Full_Name"
        row = table.shelf[record_id]
        return str(row.get(name) or field_of(self, table, row, name))

    def tag(self, module: str, name: str) -> dict[str, object]:
        """A tag of a module, made when it is first used."""
        known = self.tags.setdefault((module, name.casefold()), {"name": name, "id": "", "color_code": "#658BA8"})
        known["id"] = known["id"] or self.new_id()
        return known

    def add_custom_field(self, module: str, column: Column) -> None:
        """A person makes a custom field."""
        self.tables[module].add_column(column)

    def store(self, table: Table, values: Mapping[str, object], record_id: str = "") -> Row:
        """Store a row whole (a new one without an id), and tell the channels."""
        fresh = not record_id
        row = table.put(record_id or self.new_id(), values, self.now())
        self.tell(table.name, "insert" if fresh else "update", row.id)
        return row

    def remove(self, table: Table, record_id: str) -> None:
        """Delete a row, and tell the channels. Raises ``KeyError``."""
        table.drop(record_id, self.now())
        self.tell(table.name, "delete", record_id)

    def tell(self, module: str, operation: str, record_id: str) -> None:
        """What the open channels that asked for it are sent."""
        events = {f"{module}.all", f"{module}.{_EVENTS[operation]}"}
        for channel_id, channel in self.channels.items():
            if not events & set(_names(channel["events"])) or self.clock() >= float(str(channel["until"])):
                continue
            body = {
                "server_time": int(self.clock() * 1000),
                "module": module,
                "operation": operation,
                "resource_uri": f"https://www.zohoapis.com/crm/v8/{module}",
                "ids": [record_id],
                "affected_fields": [],
                "query_params": {},
                "channel_id": channel_id,
                "token": channel["token"],
            }
            headers = {"content-type": "application/json"}
            self.outbox.append(Posted(str(channel["notify_url"]), msgspec.json.encode(body), headers))

    def listing_asked(self, table: Table) -> None:
        """Now and then a listing finds that a workflow was at work."""
        self._listings += 1
        if self.quirks.moving_stamps and self._listings % _TOUCH_EVERY == 0 and len(table.shelf):
            ids = list(table.shelf.rows)
            table.shelf.touch(ids[self._listings % len(ids)], self.now())

    def add(self, values: Mapping[str, object], entity: str = "") -> str:
        """A person makes a record. Raises ``ValueError``."""
        with self.lock:
            return self._save(self.table(entity), values, None).id

    def edit(self, record_id: str, values: Mapping[str, object], entity: str = "") -> None:
        """A person changes a record. Raises ``KeyError``, ``ValueError``."""
        with self.lock:
            table = self.table(entity)
            self._save(table, values, table.shelf[record_id])

    def _save(self, table: Table, values: Mapping[str, object], old: Row | None) -> Row:
        try:
            stored = checked(self, table, self._typed(table, values), old)
        except RowError as error:
            raise ValueError(str(error)) from error
        if "Tag" in values:
            stored["Tag"] = tuple(_names(values["Tag"]))
        return self.store(table, stored, old.id if old else "")

    def _typed(self, table: Table, values: Mapping[str, object]) -> dict[str, object]:
        """People name an account, and the API wants its id; lists may be tuples."""
        typed: dict[str, object] = {n: list(v) if isinstance(v, tuple) else v for n, v in values.items()}
        company = typed.get("Account_Name")
        if company and table.name == "Contacts":
            typed["Account_Name"] = {"id": self.account(str(company))}
        return typed

    def account(self, name: str) -> str:
        """The id of the account of this name, made if there is none."""
        accounts = self.tables["Accounts"]
        found = accounts.holding("Account_Name", [name])
        return found[0].id if found else self.store(accounts, {"Account_Name": name}).id

    def delete(self, record_id: str, entity: str = "") -> None:
        """A person deletes a record. Raises ``KeyError``."""
        with self.lock:
            self.remove(self.table(entity), record_id)

    def convert(self, lead_id: str) -> str:
        """A person converts a lead; the id of the contact it became."""
        with self.lock:
            lead = self.tables["Leads"].shelf[lead_id]
            names = [name for name in self.tables["Contacts"].columns if name in lead.values]
            contact = self.store(self.tables["Contacts"], {name: lead.get(name) for name in names}).id
            converted = {"Converted__s": True, "Converted_Contact": contact, "Converted_Date_Time": self.now()}
            self.store(self.tables["Leads"], {**lead.values, **converted}, lead_id)
            return contact

    def read(self, record_id: str, entity: str = "") -> dict[str, object]:
        """Values without the empty ones; a company by its name, tags by theirs. Raises ``KeyError``."""
        table = self.table(entity)
        values = dict(table.shelf[record_id].values)
        if table.name == "Contacts" and "Account_Name" in values:
            values["Account_Name"] = self.name_of("Accounts", str(values["Account_Name"]))
        return values

    def ids(self, entity: str = "") -> list[str]:
        """Ids of all records, oldest first; converted leads are none any more."""
        rows = self.table(entity).shelf.rows.values()
        return [row.id for row in rows if not row.get("Converted__s")]

    def find(self, email: str, entity: str = "") -> list[str]:
        """Ids of the records with this address."""
        return [row.id for row in self.table(entity).holding("Email", [email])]

    def counts(self) -> dict[str, int]:
        """Records of each module, and what was deleted."""
        live = {name: len(table.shelf) for name, table in self.tables.items()}
        return live | {f"deleted {name}": len(table.shelf.gone) for name, table in self.tables.items()}


_EVENTS = {"insert": "create", "update": "edit", "delete": "delete"}


def _names(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, Iterable) and not isinstance(value, str) else []
