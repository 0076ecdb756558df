"""Organisations by name, which is how other apps know a company; Pipedrive links them by id."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from reconciler.connectors.pipedrive.api import V2, fold, living, number, stamp
from reconciler.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from reconciler.connectors.pipedrive.api import Api, Row
    from reconciler.connectors.pipedrive.columns import Read, Write, Writing
    from reconciler.model.record import Value

_PATH = f"{V2}/organizations"


class Organisations:
    """Names and ids as far as they were asked for. ``lag`` is how long the search index may be behind, ``create`` says
    whether one that is missing is made."""

    def __init__(self, api: Api, lag: timedelta, *, create: bool) -> None:
        self._api = api
        self._lag = lag
        self._create = create
        self._names: dict[int, str] = {}
        self._lock = Lock()

    def forget(self) -> None:
        """Ask anew from here on: somebody may have renamed one."""
        self._names = {}

    def learn(self, rows: Iterable[Row], key: str) -> None:
        """Get the names of those that these rows point at and that are not known yet, a hundred a call."""
        wanted = {number(row[key]) for row in rows if row.get(key) is not None} - self._names.keys()
        found = self._api.by_ids(_PATH, wanted)
        self._names |= {each: str(row["name"]) for each, row in found.items() if row.get("name")}

    def reads(self, key: str) -> Read:
        """The name of the one that a row points at; not returned where it cannot be seen."""

        def read(row: Row) -> Value:
            return None if row[key] is None else self._names[number(row[key])]

        return read

    def writes(self, key: str) -> Write:
        """Point at the one with this name; the old one keeps its name, whatever happens."""

        def write(writing: Writing, value: Value) -> None:
            writing.body[key] = None if value is None else self._id_of(str(value))

        return write

    def _id_of(self, name: str) -> int:
        """One at a time, so that two people of one company do not make it twice. Raises ``Rejected``."""
        with self._lock:
            known = next((each for each, own in self._names.items() if own == name), None)
            if known is not None:
                return known
            row = self._find(name)
            if row is None:
                if not self._create:
                    problem = "no organisation has this name; make it, or set the option create_organizations"
                    raise Rejected(self._api.http.app, problem, code="no_such_organization")
                row = self._api.make(_PATH, {"name": name})
            self._names[number(row["id"])] = str(row["name"])
            return number(row["id"])

    def _find(self, name: str) -> Row | None:
        """The same letters before other capitals, older before newer; also one that the index does not show yet."""
        ids, response = self._api.search(f"{_PATH}/search", name, "name")
        since = stamp(self._api.now(response) - self._lag)
        rows = [*self._api.by_ids(_PATH, ids).values(), *self._api.rows(_PATH, updated_since=since)]
        fit = [row for row in rows if living(row) and fold(row.get("name")) == fold(name)]
        return min(fit, key=lambda row: (row["name"] != name, number(row["id"])), default=None)
