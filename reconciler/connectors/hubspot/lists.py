"""An account's lists of contacts by name, who is on them, and whether somebody left one since a listing.

A contact's modified time does not say that it joined or left a list. Who joined is told by a time of its own; that
somebody left is told by a fingerprint of all who were there, which a delta cursor carries along.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from reconciler.connectors.hubspot.api import CONTACT, Paging
from reconciler.connectors.hubspot.properties import moment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from reconciler.connectors.hubspot.api import Contacts

_COUNT, _MEMBERS = 500, 250
_STATIC = frozenset({"MANUAL", "SNAPSHOT"})
_NOT_FOUND = 404


class _List(msgspec.Struct, rename="camel"):
    list_id: str
    name: str
    processing_type: str = "MANUAL"
    object_type_id: str = CONTACT
    additional_properties: dict[str, str | None] = {}

    @property
    def pages(self) -> float:
        """How many calls it takes to read all its members."""
        size = self.additional_properties.get("hs_list_size") or ""
        return int(size) // _MEMBERS + 1 if size.isdecimal() else float("inf")


class _Found(msgspec.Struct, rename="camel"):
    lists: list[_List]
    offset: int = 0
    has_more: bool = False


class _Member(msgspec.Struct, rename="camel"):
    record_id: str = ""
    list_id: str = ""
    membership_timestamp: str = ""


class _Members(msgspec.Struct):
    results: list[_Member]
    paging: Paging | None = None


@dataclass(slots=True)
class Roll:
    """Who is on which list: names by contact id, and when each of them joined (epoch milliseconds)."""

    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    joined: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, contact: str, name: str, at: int) -> None:
        """One membership."""
        self.names[contact].add(name)
        self.joined.append((at, name, contact))

    def of(self, contact: str) -> tuple[str, ...] | None:
        """Sorted names, or None where there are none."""
        return tuple(sorted(self.names[contact])) if contact in self.names else None

    @property
    def latest(self) -> int:
        """When the last one joined."""
        return max((at for at, _, _ in self.joined), default=0)

    def mark(self, until: int) -> str:
        """A fingerprint of all memberships that began by then: another one says that somebody left."""
        digest = hashlib.blake2b(digest_size=12)
        for _, name, contact in sorted(one for one in self.joined if one[0] <= until):
            digest.update(f"{name}\0{contact}\0".encode())
        return digest.hexdigest()

    def since(self, after: int) -> list[str]:
        """Contacts that joined some list after that."""
        return list(dict.fromkeys(contact for at, _, contact in self.joined if at > after))


class Lists:
    """The lists. ``dynamic`` shows those that fill themselves, too; they can be read only."""

    def __init__(self, contacts: Contacts, *, dynamic: bool) -> None:
        self._contacts = contacts
        self._dynamic = dynamic
        self._known: dict[str, _List] | None = None

    @property
    def by_name(self) -> dict[str, _List]:
        """Lists by name; where two have the same, their ids tell them apart."""
        return self.refresh() if self._known is None else self._known

    @property
    def names(self) -> tuple[str, ...]:
        """All names, sorted."""
        return tuple(sorted(self.by_name))

    @property
    def writable(self) -> tuple[str, ...]:
        """Names of the lists that one can be put on, sorted."""
        return tuple(sorted(name for name, one in self.by_name.items() if one.processing_type in _STATIC))

    def refresh(self) -> dict[str, _List]:
        """Ask for the lists anew: people make some while a connection stays open."""
        known: dict[str, _List] = {}
        for one in self._all():
            wanted = self._dynamic or one.processing_type in _STATIC
            if one.object_type_id == CONTACT and wanted:
                known[one.name if one.name not in known else f"{one.name} ({one.list_id})"] = one
        self._known = known
        return known

    def _all(self) -> Iterator[_List]:
        offset = 0
        while True:
            body = {"query": "", "offset": offset, "count": _COUNT, "additionalProperties": ["hs_list_size"]}
            path = self._contacts.path("lists", "search")
            found = self._contacts.http.request("POST", path, json=body, idempotent=True).json(_Found)
            yield from sorted(found.lists, key=lambda one: int(one.list_id) if one.list_id.isdecimal() else 0)
            if not found.has_more or found.offset <= offset:
                return
            offset = found.offset

    def unfit(self, names: Collection[str]) -> list[str]:
        """Those of ``names`` that no list carries which one can be put on."""
        if names and not set(self.writable) >= set(names):
            self.refresh()
        return [name for name in names if name not in self.writable]

    def everyone(self) -> Roll:
        """All memberships, one call for 250: the API has no join, so this stays in memory for one read."""
        roll = Roll()
        for name, one in self.refresh().items():
            for member in self._members(one.list_id):
                began = moment(member.membership_timestamp)
                roll.add(member.record_id, name, int(began.timestamp() * 1000) if began else 0)
        return roll

    def _members(self, list_id: str) -> Iterator[_Member]:
        path, after = self._contacts.path("lists", f"{list_id}/memberships"), None
        while True:
            params = {"limit": _MEMBERS, "after": after}
            response = self._contacts.http.request("GET", path, params=params, ok={_NOT_FOUND})
            if response.status == _NOT_FOUND:  # deleted since it was listed
                return
            page = response.json(_Members)
            yield from page.results
            following = page.paging.next.after if page.paging and page.paging.next else None
            if following is None or following == after:
                return
            after = following

    def dear(self, contacts: int) -> bool:
        """Whether asking for so many contacts one by one takes more calls than reading all lists."""
        return contacts > sum(one.pages for one in self.by_name.values())

    def of(self, contact: str) -> tuple[str, ...] | None:
        """Sorted names of the lists that one contact is on; None where there are none."""
        names = {one.list_id: name for name, one in self.by_name.items()}
        path = self._contacts.path("lists", f"records/{CONTACT}/{contact}/memberships")
        response = self._contacts.http.request("GET", path, ok={_NOT_FOUND})
        found = () if response.status == _NOT_FOUND else response.json(_Members).results
        return tuple(sorted(names[one.list_id] for one in found if one.list_id in names)) or None

    def move(self, name: str, joining: Sequence[str], leaving: Sequence[str]) -> None:
        """Put contacts on a list and take others off; who is there, or is not, already is fine."""
        path = self._contacts.path("lists", f"{self.by_name[name].list_id}/memberships/add-and-remove")
        body = {"recordIdsToAdd": list(joining), "recordIdsToRemove": list(leaving)}
        self._contacts.http.request("PUT", path, json=body)


def moves(changes: Iterable[tuple[str, frozenset[str], frozenset[str]]]) -> dict[str, tuple[list[str], list[str]]]:
    """From ``(contact, lists before, lists after)`` to who joins and who leaves each list."""
    found: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for contact, before, after in changes:
        for name in sorted(after - before):
            found[name][0].append(contact)
        for name in sorted(before - after):
            found[name][1].append(contact)
    return found
