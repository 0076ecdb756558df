"""A person at work in an emulated HubSpot account: anything is possible that its pages allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.hubspot.store import HubSpotStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class HubSpotWorld(HubSpotStore):
    """One account."""

    def add(self, values: Mapping[str, object], entity: str = "") -> str:
        """A person makes a contact; ``lists`` are names of lists. Raises ``ValueError``, ``KeyError``."""
        del entity
        texts = _spoken(values)
        with self.lock:
            self.tick()
            if self.by_email.get(texts.get("email", "").strip().lower()):
                raise ValueError("another contact has this address")
            record_id = self.make(texts)
            self._place(record_id, values)
            return record_id

    def edit(self, record_id: str, values: Mapping[str, object], entity: str = "") -> None:
        """A person (or HubSpot: an unsubscribe) changes a contact; anything is possible."""
        del entity
        with self.lock:
            self.tick()
            texts = _spoken(values)
            if self.by_email.get(texts.get("email", "").strip().lower(), record_id) != record_id:
                raise ValueError("another contact has this address")
            self.change(record_id, texts)
            self._place(record_id, values)

    def _place(self, record_id: str, values: Mapping[str, object]) -> None:
        wanted = values.get("lists")
        if isinstance(wanted, list | tuple | set | frozenset):
            self.put_on(record_id, map(str, wanted))

    def put_on(self, record_id: str, names: Iterable[str]) -> None:
        """Exactly the static lists that ``names`` says. Raises ``KeyError`` for one that is not there."""
        wanted, static = set(names), {one.name: one for one in self.lists.values() if one.fits is None}
        if unknown := wanted - static.keys():
            raise KeyError(f"list {min(unknown)}")
        for name, one in static.items():
            if name in wanted:
                one.members.setdefault(record_id, self.now())
            else:
                one.members.pop(record_id, None)

    def lists_of(self, record_id: str) -> tuple[str, ...]:
        """Names of the lists that a contact is on, sorted."""
        return tuple(sorted(one.name for one in self.lists.values() if record_id in one.members))

    def delete(self, record_id: str, entity: str = "") -> None:
        """A person moves a contact to the recycle bin."""
        del entity
        with self.lock:
            self.tick()
            self.archive(record_id)

    def read(self, record_id: str, entity: str = "") -> dict[str, object]:
        """Values without the empty ones, and the names of ``lists``."""
        del entity
        with self.lock:
            self.tick()
            lists = self.lists_of(record_id)
            return {**self.shelf[record_id].values, **({"lists": lists} if lists else {})}

    def ids(self, entity: str = "") -> list[str]:
        """Ids of all contacts, oldest first."""
        del entity
        return [str(number) for number in self.numbers]

    def find(self, email: str, entity: str = "") -> list[str]:
        """The contact with this address, if any."""
        del entity
        found = self.by_email.get(email.strip().lower())
        return [found] if found else []

    def counts(self) -> dict[str, int]:
        """Contacts, those in the recycle bin, lists, companies."""
        gone = len(self.shelf.gone)
        return {
            "contacts": len(self.shelf),
            "archived": gone,
            "lists": len(self.lists),
            "companies": len(self.companies),
        }


def _spoken(values: Mapping[str, object]) -> dict[str, str]:
    """Values as HubSpot keeps them: texts all of them."""
    return {name: _spelled(value) for name, value in values.items() if name != "lists"}


def _spelled(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return ";".join(map(str, value)) if isinstance(value, list | tuple | set | frozenset) else str(value)
