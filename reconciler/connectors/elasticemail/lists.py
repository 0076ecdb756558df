"""Lists by name. A contact does not tell its lists, so the lists are asked for their contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.connectors.elasticemail.values import EMAIL, canonical
from reconciler.errors import Retryable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from reconciler.connectors.elasticemail.service import Service


class Lists:
    """The account's lists, and who is on them."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._names: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All names, sorted; asked for once."""
        return self._names or self.refresh()

    def refresh(self) -> tuple[str, ...]:
        """Ask anew: people make lists while a connection stays open."""
        self._names = tuple(sorted(self._service.list_names()))
        return self._names

    def unknown(self, wanted: Collection[str]) -> list[str]:
        """Those of ``wanted`` that no list carries. None is made: an empty new list takes in everybody."""
        known = self.names if wanted else ()
        if not set(known).issuperset(wanted):
            known = self.refresh()
        return sorted(set(wanted) - set(known))

    def members(self, name: str) -> frozenset[str]:
        """Ids of a list's contacts. Raises ``Retryable`` where the list does not hold still: half a list would look as
        if the other half had left it."""
        found: set[str] = set()
        for rows, finished in self._service.members(name):
            found.update(canonical(row[EMAIL]) for row in rows)
            if finished:
                return frozenset(found)
        raise Retryable(self._service.http.app, "a list changed while it was read", code="list_moved")

    def everyone(self) -> dict[str, tuple[str, ...]]:
        """List names by contact id, for the whole account: this stays in memory for one read."""
        members: dict[str, tuple[str, ...]] = {}
        for name in self.refresh():
            for contact_id in self.members(name):
                members[contact_id] = (*members.get(contact_id, ()), name)
        return members

    def move(self, joined: Mapping[str, Iterable[str]], left: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
        """Put ids on lists and take ids off lists, both by list name; returns who is on each of these lists now."""
        for name, ids in joined.items():
            self._service.join(name, sorted(ids))
        for name, ids in left.items():
            self._service.leave(name, sorted(ids))
        return {name: self.members(name) for name in {**joined, **left}}


def by_list(wanted: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """List names by id turned into ids by list name."""
    lists: dict[str, list[str]] = {}
    for contact_id, names in wanted.items():
        for name in names:
            lists.setdefault(name, []).append(contact_id)
    return lists
