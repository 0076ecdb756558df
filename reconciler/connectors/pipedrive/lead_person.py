"""The person behind a lead: found for certain and filled up, or made."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from reconciler.connectors.pipedrive.api import fold, number
from reconciler.connectors.pipedrive.columns import Writing, body_of, values_of
from reconciler.connectors.pipedrive.people import PATH
from reconciler.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.connectors.pipedrive.api import Api, Row
    from reconciler.connectors.pipedrive.columns import Column
    from reconciler.connectors.pipedrive.people import People
    from reconciler.model.record import Value


class LeadPerson:
    """``columns`` are a lead's fields that are the person's."""

    def __init__(self, api: Api, people: People, columns: Mapping[str, Column]) -> None:
        self._api = api
        self._people = people
        self._columns = columns
        self._locks: dict[str, Lock] = {}

    def come_by(self, values: Mapping[str, Value]) -> int | None:
        """The id of the person with these values, made where nobody has the email; None where there are no values. Two
        new leads of one email wait for each other. Raises ``Rejected``."""
        told = {name: value for name, value in values.items() if value is not None}
        if not told:
            return None
        addresses = told.get("emails", ())
        email = told.get("email") or (addresses[0] if isinstance(addresses, tuple) and addresses else None)
        if email is None:
            return self._make(told)
        with self._locks.setdefault(fold(email), Lock()):
            found = self._people.find(self._columns["emails"], [str(email)])
            if len(found) > 1:
                ids = ", ".join(str(row["id"]) for row in found)
                problem = f"several persons have this email ({ids}): merge them, or give the lead its person by hand"
                raise Rejected(self._api.http.app, problem, code="ambiguous_person")
            return self._fill(found[0], told) if found else self._make(told)

    def _make(self, values: Mapping[str, Value]) -> int:
        if "name" not in values:
            raise Rejected(self._api.http.app, "the lead's person needs a name", code="no_name")
        return number(self._api.make(PATH, body_of(self._columns, values, Writing()))["id"])

    def _fill(self, row: Row, values: Mapping[str, Value]) -> int:
        """Write what is empty; what is there was not in the plan, so it stays."""
        stored = values_of(self._columns, row)
        new = {name: value for name, value in values.items() if stored.get(name) is None}
        if body := body_of(self._columns, new, Writing(row)):
            self._api.change(f"{PATH}/{row['id']}", body)
        return number(row["id"])

    def change(self, person_id: object, values: Mapping[str, Value], old: Mapping[str, Value]) -> bool:
        """Write these values to a person; False where there is none any more. Raises ``Rejected``."""
        path = f"{PATH}/{person_id}"
        current: Row | None = {}
        if any(self._columns[name].merges for name in values):
            current = self._api.one(path)
        if current is None:
            return False
        return self._api.change(path, body_of(self._columns, values, Writing(current, old))) is not None
