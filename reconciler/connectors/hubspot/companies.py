"""The name of the company that a contact is associated with first: another thing than the text in ``company``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.connectors.hubspot.api import Contacts, Row

LINK = "associatedcompanyid"
"""The property that holds the id of a contact's primary company."""


class Companies:
    """Names by id, each asked for once a read."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts
        self._names: dict[str, str | None] = {}

    def forget(self) -> None:
        """A new read begins: companies may have been renamed."""
        self._names.clear()

    def look_up(self, rows: Iterable[Row]) -> None:
        """Ask for the companies of these contacts, a hundred a call."""
        wanted = {row.properties.get(LINK) or "" for row in rows} - self._names.keys() - {""}
        found = self._contacts.read(sorted(wanted), ["name"], kind="companies") if wanted else []
        self._names |= dict.fromkeys(wanted) | {row.id: row.properties.get("name") or None for row in found}

    def of(self, row: Row) -> str | None:
        """The name, or None where there is no company."""
        return self._names.get(row.properties.get(LINK) or "")
