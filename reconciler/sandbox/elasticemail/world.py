"""The contacts of one Elastic Email account, and everything around them that its API shows."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.sandbox.elasticemail.contact import STANDARD, STATUSES, folded, stamp
from reconciler.sandbox.elasticemail.hooks import Hook, deliveries
from reconciler.sandbox.elasticemail.keys import KEYS, Key
from reconciler.sandbox.shelf import Row, Shelf
from reconciler.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reconciler.sandbox.faults import Faults

_EVENTS = {"Unsubscribed": "Unsubscribed", "Abuse": "AbuseReport", "Bounced": "Error"}
_PERSON = {"Status": "Active", "Source": "ManualInput"}


@dataclass(slots=True)
class ElasticQuirks:
    """Behaviour that the vendor's documents tell of, or leave open; the nastier reading is the default.

    ``key_status``: the status of the answer to a bad key (seen: 400; a client guards against 200). ``post_status``:
    what a new contact is whose status was not said. ``post_existing``: what POST does to a known address: ``overwrite``
    (its status too), ``ignore`` or ``error``. ``put_custom``: custom fields of a PUT ``replace`` or ``merge``.
    ``consent_defaults``: consent that was not said is the caller's own, given now. ``drop_unknown``: unknown custom
    fields vanish (else: an error). ``echo``: answers to writes repeat what was sent, also what was not saved.
    ``no_emails_is_everybody``: a body without addresses means all contacts. ``lower_case``: addresses are stored in
    lower case. ``exact_paths``: a contact is found only by the spelling it is stored in. ``mail_moves_stamps``: an
    opened mail moves ``DateUpdated``. ``max_limit``, ``default_limit``: rows a page.
    """

    key_status: int = 400
    post_status: str = "Transactional"
    post_existing: str = "overwrite"
    put_custom: str = "replace"
    consent_defaults: bool = True
    drop_unknown: bool = True
    echo: bool = True
    no_emails_is_everybody: bool = True
    lower_case: bool = False
    exact_paths: bool = False
    mail_moves_stamps: bool = True
    max_limit: int = 1000
    default_limit: int = 100


@dataclass(slots=True)
class MailingList:
    """One list; ``members`` are contacts' ids, in the order in which they joined."""

    public_id: str
    added: float
    allow_unsubscribe: bool = True
    members: dict[str, None] = field(default_factory=dict)


class ElasticWorld(World):
    """One account. A contact's id is its address in lower case."""

    app = "elasticemail"

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        faults: Faults | None = None,
        quirks: ElasticQuirks | None = None,
    ) -> None:
        super().__init__(clock, faults)
        self.quirks: ElasticQuirks = quirks or ElasticQuirks()
        self.keys: dict[str, Key] = dict(KEYS)
        self.shelf = Shelf()
        self.clear()

    def clear(self) -> None:
        """An empty account, without lists, custom fields and webhooks."""
        with self.lock:
            self.shelf.clear()
            self.lists: dict[str, MailingList] = {}
            self.custom_fields: dict[str, None] = {}
            self.hooks: dict[str, Hook] = {}
            self.outbox.clear()
            self.next_number = 1

    def number(self) -> int:
        """A number that was not used yet."""
        self.next_number += 1
        return self.next_number - 1

    def add_list(self, name: str) -> None:
        """Make an empty list, as a person does."""
        self.lists[name] = MailingList(f"list-{self.number()}", self.clock())

    def add_custom_field(self, name: str) -> None:
        """Make a custom field, which only a person can."""
        self.custom_fields[name] = None

    def put(self, contact_id: str, values: Mapping[str, object]) -> Row:
        """Store these values beside those that are there; a new status is stamped."""
        old = self.shelf.rows.get(contact_id)
        before = old.values if old else {}
        merged = {**before, **values}
        if old and merged.get("Status") != before.get("Status"):
            merged["StatusChangeDate"] = stamp(self.clock())
        return self.shelf.put(contact_id, merged, self.clock())

    def mailed(self, contact_id: str, event: str) -> None:
        """A mail was ``Sent`` to a contact, or ``Opened`` or ``Clicked`` by it; that makes an active one engaged."""
        with self.lock:
            row = self.shelf[contact_id]
            count = row.get(f"Total{event}")
            values = {
                f"Total{event}": (count if isinstance(count, int) else 0) + 1,
                f"Last{event}": stamp(self.clock()),
            }
            if event != "Sent" and row.get("Status") == "Active":
                values["Status"] = "Engaged"
            modified = self.clock() if self.quirks.mail_moves_stamps else row.modified
            self.shelf.rows[contact_id] = Row(row.id, row.created, modified, {**row.values, **values})
            self._tell(event, row)

    def add(self, values: Mapping[str, object], entity: str = "") -> str:
        """A person makes a contact; ``lists`` are names of lists. Raises ``ValueError``, ``KeyError``."""
        del entity
        contact_id = folded(values.get("Email"))
        if "@" not in contact_id or contact_id in self.shelf:
            raise ValueError("a contact needs an address of its own")
        with self.lock:
            self._check(values)
            self.put(contact_id, {**_PERSON, **_flat(values)})
            self._place(contact_id, values)
            return contact_id

    def edit(self, record_id: str, values: Mapping[str, object], entity: str = "") -> None:
        """A person, or the service itself, changes a contact: any status is possible, another address is not."""
        del entity
        with self.lock:
            before = self.shelf[record_id]
            if folded(values.get("Email", record_id)) != record_id:
                raise ValueError("an address cannot be changed")
            self._check(values)
            row = self.put(record_id, _flat(values))
            self._place(record_id, values)
            if row.get("Status") != before.get("Status"):
                self._tell(_EVENTS.get(str(row.get("Status")), ""), row)

    def _check(self, values: Mapping[str, object]) -> None:
        unknown = set(values) - STANDARD - self.custom_fields.keys() - {"lists"}
        if unknown:
            raise KeyError(f"custom field {min(unknown)}")
        if values.get("Status") not in {None, *STATUSES}:
            raise ValueError(f"there is no status {values['Status']}")

    def _place(self, contact_id: str, values: Mapping[str, object]) -> None:
        """Put a contact on exactly the lists that ``lists`` names, if it is said at all."""
        if "lists" not in values:
            return
        said = values["lists"]
        wanted = set(said) if isinstance(said, list | tuple | set | frozenset) else set()
        if unknown := wanted - self.lists.keys():
            raise KeyError(f"list {min(unknown)}")
        for name, mailing_list in self.lists.items():
            if name in wanted:
                mailing_list.members[contact_id] = None
            else:
                mailing_list.members.pop(contact_id, None)

    def _tell(self, event: str, row: Row) -> None:
        self.outbox += deliveries(self.hooks.values(), event, row, self.clock())

    def lists_of(self, record_id: str) -> tuple[str, ...]:
        """Names of the lists that a contact is on."""
        return tuple(sorted(name for name, one in self.lists.items() if record_id in one.members))

    def delete(self, record_id: str, entity: str = "") -> None:
        """A person deletes a contact; it leaves its lists."""
        del entity
        with self.lock:
            self.shelf.drop(record_id, self.clock())
            for mailing_list in self.lists.values():
                mailing_list.members.pop(record_id, None)

    def read(self, record_id: str, entity: str = "") -> dict[str, object]:
        """Values without the empty ones, and the names of its ``lists``."""
        del entity
        lists = self.lists_of(record_id)
        return {**self.shelf[record_id].values, **({"lists": lists} if lists else {})}

    def ids(self, entity: str = "") -> list[str]:
        """Ids of all contacts, oldest first."""
        del entity
        return list(self.shelf.rows)

    def find(self, email: str, entity: str = "") -> list[str]:
        """The contact with this address, if any."""
        del entity
        return [folded(email)] if folded(email) in self.shelf else []

    def counts(self) -> dict[str, int]:
        """Contacts, lists, memberships."""
        members = sum(len(one.members) for one in self.lists.values())
        return {"contacts": len(self.shelf), "lists": len(self.lists), "memberships": members}


def _flat(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if name != "lists"}


def members_of(mailing_list: MailingList, rows: Mapping[str, Row]) -> Iterable[Row]:
    """The contacts of a list."""
    return (rows[contact_id] for contact_id in mailing_list.members if contact_id in rows)
