"""One audience of an emulated Mailchimp account: its members, merge fields, groups, tags and webhooks.

Members are kept flat, under the names that the catalogue has for their fields; archived ones stay on the shelf.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from hashlib import md5
from itertools import count
from typing import TYPE_CHECKING, Any

from reconciler.sandbox.mailchimp.hooks import Hook, Hooks
from reconciler.sandbox.shelf import Row, Shelf
from reconciler.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.sandbox.faults import Faults

AUDIENCE = "ec96764770"
ARCHIVED = "archived"
PERMISSIONS = "marketing_permissions"
PARTS = ("addr1", "addr2", "city", "state", "zip", "country")
COUNTRIES = {
    "belgium": "BE",
    "netherlands": "NL",
    "germany": "DE",
    "france": "FR",
    "united states": "US",
    "united kingdom": "GB",
    "spain": "ES",
}
"""Names that are understood and kept as codes; any other is kept as it is."""


@dataclass(slots=True)
class MailchimpQuirks:
    """What the real one does, as far as anybody told, each to be switched.

    ``fake_domains``: addresses there look fake (the real one thinks so of example.com too, where the sandbox's people
    live). ``role_addresses``: and these local parts. ``whole_addresses``: an address must be complete.
    ``default_country``: what one without a country gets. ``ignores_unknown_tags``: merge fields that are not there are
    dropped without a word. ``text_bytes``: the longest text. ``batch_tells_contact_id``: the answer to a batch has it.
    ``tags_by_contact_id``: tags can be written under it. ``shown_tags``: how many a member shows. ``tags_move``,
    ``archiving_moves``: these change ``last_changed``. ``fractions_filter``: a delta takes fractions of a second.
    ``lists_archived``: a listing without ``status`` has them. ``archive_twice``: its status. ``bare_throttle``: the
    status of being throttled, which comes without a body.
    """

    fake_domains: tuple[str, ...] = ("test.com", "yopmail.com")
    role_addresses: tuple[str, ...] = ("abuse", "noreply", "postmaster", "spam")
    whole_addresses: bool = True
    default_country: str = "US"
    ignores_unknown_tags: bool = True
    text_bytes: int = 255
    batch_tells_contact_id: bool = False
    tags_by_contact_id: bool = False
    shown_tags: int = 50
    tags_move: bool = True
    archiving_moves: bool = True
    fractions_filter: bool = False
    lists_archived: bool = False
    archive_twice: int = 405
    bare_throttle: int = 429


@dataclass(frozen=True, slots=True)
class Keys:
    """What opens the account: one API key, one token of an OAuth login, the app that may ask for it."""

    api_key: str = "sandboxkey0123456789-us1"
    bearer: str = "sandbox-bearer"
    app_id: str = "sandbox-client"
    app_key: str = "sandbox-client-key"
    centre: str = "us1"


def _merge_field(number: int, tag: str, name: str, kind: str, **more: object) -> dict[str, Any]:
    options = {"size": 25} if kind == "text" else {}
    return {
        "merge_id": number,
        "tag": tag,
        "name": name,
        "type": kind,
        "required": more.pop("required", False),
        "default_value": "",
        "public": False,
        "display_order": number + 1,
        "options": {**options, **more},
        "help_text": "",
        "list_id": AUDIENCE,
        "_links": [],
    }


class MailchimpWorld(World):
    """The account."""

    app = "mailchimp"
    list_id = AUDIENCE

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        faults: Faults | None = None,
        quirks: MailchimpQuirks | None = None,
        keys: Keys | None = None,
    ) -> None:
        super().__init__(clock, faults)
        self.quirks: MailchimpQuirks = quirks or MailchimpQuirks()
        self.keys = keys or Keys()
        self.role = "owner"
        self.members = Shelf()
        self.hooks = Hooks(self)
        self.clear()

    def clear(self) -> None:
        """An empty audience with the merge fields that every audience begins with, and no groups."""
        with self.lock:
            self.audiences = {AUDIENCE: "Newsletter"}
            self.members.clear()
            self.by_hash: dict[str, str] = {}
            self.forgotten: set[str] = set()
            self.merge_fields: dict[str, dict[str, Any]] = {}
            self.categories: dict[str, dict[str, Any]] = {}
            self.permissions: dict[str, str] = {}
            self.webhooks: dict[str, Hook] = {}
            self._numbers = count(1)
            for tag, name, kind in (("FNAME", "First Name", "text"), ("LNAME", "Last Name", "text")):
                self.add_merge_field(tag, name, kind)
            self.add_merge_field("ADDRESS", "Address", "address", default_country=164)
            self.add_merge_field("PHONE", "Phone Number", "phone", phone_format="none")

    def add_merge_field(self, tag: str, name: str = "", kind: str = "text", **more: object) -> None:
        """A person makes an audience field; ``more`` are ``required`` and options (``choices``, ``phone_format``)."""
        self.merge_fields[tag] = _merge_field(len(self.merge_fields), tag, name or tag, kind, **more)

    def add_group(self, title: str, names: tuple[str, ...], kind: str = "checkboxes") -> list[str]:
        """A person makes a group category with its groups; their ids."""
        category = _id(f"category {title}")[:10]
        ids = [_id(f"interest {title} {name}")[:10] for name in names]
        self.categories[category] = {"title": title, "type": kind, "interests": dict(zip(ids, names, strict=True))}
        return ids

    def add_permission(self, text: str) -> str:
        """A person switches GDPR fields on, and asks for this permission; its id."""
        permission = _id(f"permission {text}")[:10]
        self.permissions[permission] = text
        return permission

    def add_audience(self, name: str) -> str:
        """A person makes another audience, in which nobody is; its id."""
        audience = _id(f"audience {name}")[:10]
        self.audiences[audience] = name
        return audience

    @property
    def interests(self) -> dict[str, str]:
        """Names of all groups by id."""
        return {one: name for category in self.categories.values() for one, name in category["interests"].items()}

    def owner(self, name: str) -> Row | None:
        """The member that a path means: by contact id, hash or address; also an archived one."""
        known = name if name in self.members else self.by_hash.get(name) or self.by_hash.get(address_hash(name))
        return self.members[known] if known else None

    def store(self, values: Mapping[str, object], contact: str | None = None, source: str = "api") -> Row:
        """Write these fields of a member (None clears), or make one; the webhooks hear of it. Rules are not asked."""
        now = self.clock()
        old = self.members[contact] if contact else None
        if old is None:
            number = next(self._numbers)
            contact = _id(f"contact {number}")
            fresh = {"email_type": "html", "vip": False, "timestamp_opt": stamp(now), "_web_id": 1000 + number}
            row = self.members.put(contact, {**fresh, **values}, now)
        else:
            self.by_hash.pop(address_hash(str(old.get("email_address"))), None)
            row = self.members.merge(old.id, values, now)
        self.by_hash[address_hash(str(row.get("email_address")))] = row.id
        self.hooks.changed(old, row, source)
        return row

    def archive(self, contact: str, source: str = "api") -> None:
        """What a delete does; ``_before`` keeps what the status was."""
        old = self.members[contact]
        values = {**old.values, "status": ARCHIVED, "_before": old.get("status")}
        row = self.members.put(contact, values, self.clock() if self.quirks.archiving_moves else old.modified)
        self.hooks.changed(old, row, source)

    def erase(self, contact: str) -> None:
        """Delete for good: the address can never be imported again."""
        row = self.members.drop(contact, self.clock())
        hashed = address_hash(str(row.get("email_address")))
        self.by_hash.pop(hashed, None)
        self.forgotten.add(hashed)

    def add(self, values: Mapping[str, object], entity: str = "") -> str:
        """A person makes a member. Raises ``ValueError`` for an address that is there, ``KeyError`` for no group."""
        del entity
        with self.lock:
            email = str(values.get("email_address") or "")
            if not email or self.owner(email) is not None:
                raise ValueError("a member needs an address of its own")
            return self.store({"status": "subscribed", **self._by_hand(values)}, source="admin").id

    def edit(self, record_id: str, values: Mapping[str, object], entity: str = "") -> None:
        """A person (the member too: who unsubscribes does so themselves) changes these fields."""
        del entity
        with self.lock:
            row = self._alive(record_id)
            email = values.get("email_address")
            if email and self.owner(str(email)) not in (None, row):
                raise ValueError("another member has this address")
            by = {"_by": "user"} if values.get("status") == "unsubscribed" else {}
            self.store({**self._by_hand(values), **by}, row.id, source="user" if by else "admin")

    def delete(self, record_id: str, entity: str = "") -> None:
        """A person archives a member."""
        del entity
        with self.lock:
            self.archive(self._alive(record_id).id, source="admin")

    def read(self, record_id: str, entity: str = "") -> dict[str, object]:
        """Values without the empty ones; groups and permissions by name."""
        del entity
        row = self._alive(record_id)
        found = {name: value for name, value in row.values.items() if name[0] != "_"}
        for field, names in (("interests", self.interests), (PERMISSIONS, self.permissions)):
            if chosen := found.get(field):
                found[field] = tuple(sorted(names[one] for one in _texts(chosen)))
        return found

    def ids(self, entity: str = "") -> list[str]:
        """Ids of all who are not archived."""
        del entity
        return [row.id for row in self.members.rows.values() if row.get("status") != ARCHIVED]

    def find(self, email: str, entity: str = "") -> list[str]:
        """The member with this address, if any."""
        del entity
        row = self.owner(address_hash(email))
        return [row.id] if row and row.get("status") != ARCHIVED else []

    def counts(self) -> dict[str, int]:
        """Members, archived members, merge fields."""
        alive = len(self.ids())
        return {"members": alive, "archived": len(self.members) - alive, "merge_fields": len(self.merge_fields)}

    def _alive(self, record_id: str) -> Row:
        row = self.members.rows.get(record_id)
        if row is None or row.get("status") == ARCHIVED:
            raise KeyError(record_id)
        return row

    def _by_hand(self, values: Mapping[str, object]) -> dict[str, object]:
        """Tags sorted, groups and permissions by their ids."""
        found = {name: tuple(sorted(_texts(value))) if name == "tags" else value for name, value in values.items()}
        for field, names in (("interests", self.interests), (PERMISSIONS, self.permissions)):
            if field in found:
                ids = {name: one for one, name in names.items()}
                found[field] = tuple(ids[name] for name in _texts(found[field]))
        return found


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list | tuple | set | frozenset) else ()


def _id(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def address_hash(email: str) -> str:
    """The name that paths have for an address."""
    return _id(email.strip().lower())


def stamp(seconds: float) -> str:
    """``2026-01-02T03:04:05+00:00``: a moment as Mailchimp writes it, in whole seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(seconds))
