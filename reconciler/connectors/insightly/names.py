"""Names behind ids: organisations, of which there may be many, and the few statuses and sources of leads."""

from __future__ import annotations

from functools import partial
from threading import RLock
from typing import TYPE_CHECKING, Protocol

from reconciler.connectors.insightly.api import LONGEST_PAGE, rows_at
from reconciler.connectors.insightly.dialect import NO_ACCESS
from reconciler.connectors.insightly.paging import everything, walk
from reconciler.errors import NoAnswer, Rejected, Retryable
from reconciler.model.outcome import Refused

if TYPE_CHECKING:
    from collections.abc import Collection as Some
    from collections.abc import Iterable, Iterator, Mapping

    from reconciler.connectors.http import Http
    from reconciler.connectors.insightly.api import Collection, Row

_NAME, _KEY = "ORGANISATION_NAME", "ORGANISATION_ID"
_FEW = 10
"""Up to so many unknown organisations are asked for one by one; for more, all are listed."""


class Names(Protocol):
    """What turns ids into names and back. Threads may share it."""

    def values(self) -> tuple[str, ...]:
        """The names to choose from, where they are few."""
        ...

    def refresh(self, updated_after: str | None = None) -> None:
        """What was learnt may no longer be so: a read begins, of everything or of what changed after a moment."""
        ...

    def learn(self, ids: Some[int]) -> None:
        """Find out the names of these, in as few calls as possible."""
        ...

    def known(self, number: int) -> bool:
        """Whether the name may be told at all; it was learnt before."""
        ...

    def name(self, number: int) -> str | None:
        """The name, or None where there is nothing behind the id any more; it was learnt before."""
        ...

    def number(self, name: str) -> int | Refused:
        """The id behind a name, or why there is none."""
        ...


class Organisations:
    """An account's organisations by name. Of several with one name the oldest is meant. With ``create``, one that is
    not there is made."""

    def __init__(self, collection: Collection, *, create: bool) -> None:
        self._collection = collection
        self._create = create
        self._lock = RLock()
        self.refresh()

    def values(self) -> tuple[str, ...]:
        """Any name will do."""
        return ()

    def refresh(self, updated_after: str | None = None) -> None:
        """Before a complete read all is forgotten; before a delta, one search brings the names that changed."""
        with self._lock:
            self._numbers: dict[str, int] = {}
            self._hidden: set[int] = set()
            if updated_after is None:
                self._names: dict[int, str | None] = {}
            elif self._names:
                self._remember(self._found({"updated_after_utc": updated_after}))

    def learn(self, ids: Some[int]) -> None:
        """One call each where they are few, else one for every 500 organisations of the account."""
        with self._lock:
            unknown = set(ids) - self._names.keys() - self._hidden
            if len(unknown) > _FEW:
                self._remember(self._found())
            for number in sorted(unknown - self._names.keys()):
                self._ask(number)

    def known(self, number: int) -> bool:
        """Whether this user may see it."""
        return number in self._names

    def name(self, number: int) -> str | None:
        """Its name; None when it was deleted."""
        return self._names.get(number)

    def number(self, name: str) -> int | Refused:
        """The id of the (oldest) organisation with this name. One at a time, so that none is made twice."""
        with self._lock:
            if name not in self._numbers:
                found = self._search(name) or (self._make(name) if self._create else None)
                if found is None:
                    return Refused("no_such_organisation", _MISSING, _NAME)
                self._numbers[name] = found
            return self._numbers[name]

    def _search(self, name: str) -> int | None:
        rows = list(self._found({"field_name": _NAME, "field_value": name}))
        self._remember(rows)
        same = (row for row in rows if str(row.get(_NAME)).strip().casefold() == name.strip().casefold())
        return min((int(str(row[_KEY])) for row in same), default=None)

    def _found(self, search: Mapping[str, str] | None = None) -> Iterator[Row]:
        ask = partial(self._collection.page, search=search, brief=True)
        return everything(self._collection.http.app, walk(ask, LONGEST_PAGE))

    def _make(self, name: str) -> int:
        try:
            row = self._collection.post({_NAME: name})
        except NoAnswer as error:  # no contact was sent: once the organisation can be looked for, all goes on
            raise Retryable(error.app, "an organisation was sent, and no answer came", code="no_answer") from error
        self._remember([row])
        return int(str(row[_KEY]))

    def _ask(self, number: int) -> None:
        try:
            held = self._collection.get(str(number))
        except Rejected as error:
            if error.code != NO_ACCESS:
                raise
            self._hidden.add(number)
            return
        self._names[number] = None if held is None else str(held.row.get(_NAME))

    def _remember(self, rows: Iterable[Row]) -> None:
        self._names |= {int(str(row[_KEY])): str(row.get(_NAME)) for row in rows}


_MISSING = (
    "there is no organisation with this name; make it in Insightly, or let the account's option "
    "create_organisations: true make those that are missing"
)


class Choices:
    """A short list of the account's own (``/LeadStatuses``): rows that hold ``{name}_ID`` and ``{name}``."""

    def __init__(self, http: Http, path: str, name: str) -> None:
        self._http = http
        self._path = path
        self._name = name
        self._lock = RLock()
        self.refresh()

    def values(self) -> tuple[str, ...]:
        """What can be chosen, in the account's order."""
        self._loaded()
        return tuple(dict.fromkeys(self._names.values()))

    def refresh(self, updated_after: str | None = None) -> None:
        """The list is short: it is asked for anew when it is needed."""
        del updated_after
        self._names: dict[int, str] = {}
        self._unlisted: set[int] = set()

    def learn(self, ids: Some[int]) -> None:
        """One call for all; what is not on the list then is not asked for again."""
        if not self._names.keys() | self._unlisted >= set(ids):
            self._load()
            self._unlisted |= set(ids) - self._names.keys()

    def known(self, number: int) -> bool:
        """Whether the list has it."""
        return number in self._names

    def name(self, number: int) -> str | None:
        """Its name."""
        return self._names.get(number)

    def number(self, name: str) -> int | Refused:
        """Its id; asked for anew where a name is not known, for somebody may have added it."""
        self._loaded()
        if (found := self._find(name)) is None:
            self._load()
            found = self._find(name)
        if found is None:
            there = ", ".join(self._names.values()) or "none"
            words = self._name.replace("_", " ").lower()
            return Refused("no_such_choice", f"there is no such {words}; there are {there}", self._name)
        return found

    def _find(self, name: str) -> int | None:
        wanted = name.strip().casefold()
        return next((number for number, known in self._names.items() if known.casefold() == wanted), None)

    def _loaded(self) -> None:
        if not self._names:
            self._load()

    def _load(self) -> None:
        with self._lock:
            rows = rows_at(self._http, self._path, top=str(LONGEST_PAGE))
            rows.sort(key=lambda row: int(str(row.get("FIELD_ORDER") or 0)))
            self._names = {int(str(row[f"{self._name}_ID"])): str(row.get(self._name)) for row in rows}
