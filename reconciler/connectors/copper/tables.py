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
    """Ids by name and back. ``load`` asks the account, unless ``rows`` are known already.

    What is not known is asked for once more, because people add names while a connection stays open; what is not there
    either is not asked for again before ``look_again``.
    """

    load: Callable[[], Iterable[Row]]
    rows: Iterable[Row] = ()
    _names: dict[object, str] = field(default_factory=dict, init=False)
    _missed: set[object] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self._take(self.rows)

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in the account's order."""
        if not self._names:
            self._take(self.load())
        return tuple(dict.fromkeys(self._names.values()))

    def name(self, number: object) -> str:
        """The name of an id; the id itself where the account has no name for it."""
        if number not in self._names:
            self._miss(number)
        return self._names.get(number, str(number))

    def number(self, name: str) -> object | None:
        """The first id of that name, or None."""
        if name not in self._names.values():
            self._miss(name)
        return next((number for number, known in self._names.items() if known == name), None)

    def look_again(self) -> None:
        """From now on, what was not there may have been made."""
        self._missed.clear()

    def _miss(self, what: object) -> None:
        if not self._missed:
            self._take(self.load())
        self._missed.add(what)

    def _take(self, rows: Iterable[Row]) -> None:
        self._names = {row["id"]: str(row.get("name", "")) for row in rows}


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
