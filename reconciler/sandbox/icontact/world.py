"""The contacts of one iContact client folder, and everything around them that its API shows."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from reconciler.sandbox.icontact.contact import Contact
from reconciler.sandbox.index import SortedNumbers
from reconciler.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.sandbox.faults import Faults

ACCOUNT = "413323"
FOLDER = "124667"
_FIRST_CONTACT = 66_600_000
_FIRST_LIST = 205_300
_STALE_WRITES = 100


@dataclass(slots=True)
class IContactQuirks:
    """Behaviour that the vendor's documents leave open, or contradict themselves about.

    ``collection_post``: what POST to the collection does to a known address: ``merge`` or ``overwrite`` (blanks every
    field that is left out). ``after_delete``: a deleted contact read by id is ``missing`` (404) or ``deleted`` (its
    body with that status). ``long_state``: a state over 10 characters: ``reject`` or ``truncate``.
    ``total_has_deleted``: whether ``status=total`` shows deleted contacts (only with ``after_delete: deleted``).
    ``default_status``: whom a listing without ``status`` shows: ``listed`` (documented) or ``total`` (recorded).
    ``calls_per_second``: above it, 503; 0 for no limit. ``max_limit``: the longest page.
    """

    collection_post: str = "merge"
    after_delete: str = "missing"
    long_state: str = "reject"
    total_has_deleted: bool = False
    default_status: str = "listed"
    calls_per_second: int = 0
    max_limit: int = 500
    lower_case_email: bool = False
    trim: bool = True


@dataclass(frozen=True, slots=True)
class Credentials:
    """The application password is called ``app_key`` here."""

    app_id: str = "sandbox-app"
    username: str = "sandbox-user"
    app_key: str = "sandbox-password"


class Subscription(msgspec.Struct, frozen=True, gc=False):
    """One contact on one list: normal, pending or unsubscribed. ``added`` is epoch seconds."""

    status: str
    added: int


class IContactWorld(World):
    """One account with one client folder."""

    app = "icontact"
    entity = "contacts"

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        faults: Faults | None = None,
        quirks: IContactQuirks | None = None,
        credentials: Credentials | None = None,
    ) -> None:
        super().__init__(clock, faults)
        self.quirks: IContactQuirks = quirks or IContactQuirks()
        self.credentials = credentials or Credentials()
        self.clear()

    def clear(self) -> None:
        """An empty folder, without lists and custom fields."""
        with self.lock:
            self.rows: dict[int, Contact] = {}
            self.deleted: dict[int, Contact] = {}
            self.numbers = SortedNumbers()
            self.by_email: dict[str, int] = {}
            self.lists: dict[int, dict[str, object]] = {}
            self.subscriptions: dict[int, dict[int, Subscription]] = {}
            self.custom_fields: dict[str, dict[str, object]] = {}
            self.webhooks: dict[int, dict[str, object]] = {}
            self.history: deque[tuple[int, Contact | None]] = deque(maxlen=_STALE_WRITES)
            self.revision = 0
            self.next_contact = _FIRST_CONTACT
            self.next_list = _FIRST_LIST
            self.next_webhook = 1

    def now(self) -> int:
        """Epoch seconds."""
        return int(self.clock())

    def put(self, values: Mapping[str, str], number: int | None = None) -> Contact:
        """Store a contact whole (a new one without ``number``); empty values are left out. Rules are not asked."""
        old = self.rows.get(number) if number is not None else None
        if old is None:
            number, created = self.next_contact, self.now()
            self.next_contact += 1
        else:
            number, created = old.number, old.created
        kept = {name: value for name, value in values.items() if value and (name, value) != ("status", "normal")}
        contact = Contact(number, created, kept)
        self._remember(number, old)
        if old is not None:
            self.by_email.pop(fold(old.text("email")), None)
        self.rows[number] = contact
        self.numbers.add(number)
        self.by_email[fold(contact.text("email"))] = number
        return contact

    def drop(self, number: int) -> None:
        """Delete a contact. Raises ``KeyError``."""
        contact = self.rows.pop(number)
        self._remember(number, contact)
        self.numbers.discard(number)
        self.by_email.pop(fold(contact.text("email")), None)
        self.deleted[number] = Contact(number, contact.created, {**contact.values, "status": "deleted"})
        for members in self.subscriptions.values():
            members.pop(number, None)

    def before(self) -> dict[int, Contact | None]:
        """Contacts as they were before the latest writes (None: there was none), for listings that lag behind."""
        overlay: dict[int, Contact | None] = {}
        for number, old in self.history:
            overlay.setdefault(number, old)
        return overlay

    def listed(self, number: int) -> bool:
        """On at least one list, and not unsubscribed from it."""
        return any(
            number in members and members[number].status != "unsubscribed" for members in self.subscriptions.values()
        )

    def _remember(self, number: int, old: Contact | None) -> None:
        self.history.append((number, old))
        self.revision += 1

    def add_list(self, name: str, **fields: str) -> str:
        """Make a list; its id."""
        number = self.next_list
        self.next_list += 1
        self.lists[number] = {"name": name, **fields}
        self.subscriptions[number] = {}
        return str(number)

    def add_custom_field(self, name: str, field_type: str = "text", public_name: str = "") -> None:
        """Make a custom field; its private name is its id."""
        self.custom_fields[name] = {"fieldType": field_type, "displayToUser": 0, "publicName": public_name}

    def subscribe(self, contact_id: str, list_id: str, status: str = "normal") -> None:
        """Put a contact on a list, or take it off with ``unsubscribed``."""
        self.subscriptions[int(list_id)][int(contact_id)] = Subscription(status, self.now())
        self.revision += 1

    def add(self, values: Mapping[str, object], entity: str = "") -> str:
        """A person makes a contact; ``lists`` are names of lists. Raises ``ValueError``, ``KeyError``."""
        del entity
        texts = _texts(values)
        if not texts.get("email") or fold(texts["email"]) in self.by_email:
            raise ValueError("a contact needs an address of its own")
        with self.lock:
            number = self.put(texts).number
            self._place(number, values)
            return str(number)

    def edit(self, record_id: str, values: Mapping[str, object], entity: str = "") -> None:
        """A person (or a bounce) changes a contact; any status is possible, and any list, also after leaving it."""
        del entity
        with self.lock:
            contact = self._row(record_id)
            texts = _texts(values)
            if self.by_email.get(fold(texts.get("email", "")), contact.number) != contact.number:
                raise ValueError("another contact has this address")
            self.put({**contact.values, **texts}, contact.number)
            self._place(contact.number, values)

    def _place(self, number: int, values: Mapping[str, object]) -> None:
        """Put a contact on exactly the lists that ``lists`` names, if it is said at all."""
        wanted = values.get("lists")
        if not isinstance(wanted, list | tuple | set | frozenset):
            return
        unknown = set(wanted) - {fields["name"] for fields in self.lists.values()}
        if unknown:
            raise KeyError(f"list {min(map(str, unknown))}")
        for list_id, fields in self.lists.items():
            if fields["name"] in wanted:
                self.subscribe(str(number), str(list_id))
            elif number in self.subscriptions[list_id]:
                self.subscribe(str(number), str(list_id), "unsubscribed")

    def lists_of(self, record_id: str) -> tuple[str, ...]:
        """Names of the lists that a contact is on."""
        number = self._row(record_id).number
        return tuple(
            str(self.lists[list_id]["name"])
            for list_id, members in self.subscriptions.items()
            if number in members and members[number].status != "unsubscribed"
        )

    def delete(self, record_id: str, entity: str = "") -> None:
        """A person deletes a contact."""
        del entity
        with self.lock:
            self.drop(self._row(record_id).number)

    def read(self, record_id: str, entity: str = "") -> dict[str, object]:
        """Values without the empty ones, ``status`` always, and the names of its ``lists``."""
        del entity
        contact = self._row(record_id)
        lists = self.lists_of(record_id)
        return {**contact.values, "status": contact.status, **({"lists": lists} if lists else {})}

    def ids(self, entity: str = "") -> list[str]:
        """Ids of all contacts, oldest first."""
        del entity
        return [str(number) for number in self.numbers]

    def find(self, email: str, entity: str = "") -> list[str]:
        """The contact with this address, if any."""
        del entity
        number = self.by_email.get(fold(email))
        return [] if number is None else [str(number)]

    def counts(self) -> dict[str, int]:
        """Contacts, deleted contacts, lists, subscriptions."""
        subscriptions = sum(len(members) for members in self.subscriptions.values())
        return {
            "contacts": len(self.rows),
            "deleted": len(self.deleted),
            "lists": len(self.lists),
            "subscriptions": subscriptions,
        }

    def _row(self, record_id: str) -> Contact:
        if not record_id.isdecimal() or int(record_id) not in self.rows:
            raise KeyError(record_id)
        return self.rows[int(record_id)]


def fold(email: str) -> str:
    """An address as the unique index compares it."""
    folded = email.strip().casefold()
    return email if folded == email else folded


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in values.items() if name != "lists"}
