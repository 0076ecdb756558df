"""Names for the account's own ids: contact types, lead statuses, customer sources, and options of custom fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.connectors.copper.api import Row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.record import Value


@dataclass(slots=True)
class Table:
    """Ids by name and back. ``load`` asks the account; a name or id that is not known is looked for once more, because
    people add some while a connection stays open."""

    load: Callable[[], Iterable[Row]]
    _names: dict[object, str] = field(default_factory=dict)
    _missed: set[object] = field(default_factory=set)

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in the account's order."""
        return tuple(dict.fromkeys((self._names or self._refresh()).values()))

    def name(self, number: object) -> str:
        """The name of an id; the id itself where the account has no name for it."""
        names = self._names or self._refresh()
        if number not in names and number not in self._missed:
            names = self._refresh()
            self._missed.add(number)
        return names.get(number, str(number))

    def number(self, name: str) -> object | None:
        """The first id of that name, or None."""
        return self._find(name) or (self._refresh() and self._find(name)) or None

    def _find(self, name: str) -> object | None:
        return next((number for number, known in self._names.items() if known == name), None)

    def _refresh(self) -> dict[object, str]:
        self._names = {row["id"]: str(row.get("name", "")) for row in self.load()}
        return self._names


@dataclass(frozen=True, slots=True)
class Choice:
    """A field whose value is an id in JSON and a name here; the server fills in its default where it is cleared."""

    key: str
    table: Table
    merges: bool = False

    def read(self, row: Row) -> Value:
        """The name."""
        number = row.get(self.key)
        return None if number is None else self.table.name(number)

    def write(self, body: Row, now: Row, value: Value, before: Value) -> None:
        """The id; that there is one was made sure before."""
        del now, before
        body[self.key] = None if value is None else self.table.number(str(value))


TABLES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "people": {"contact_type": ("contact_type_id", "contact_types")},
    "leads": {"status": ("status_id", "lead_statuses"), "customer_source": ("customer_source_id", "customer_sources")},
}
"""Entity -> field -> (the key that holds the id, the path of the table)."""
