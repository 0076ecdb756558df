"""The records of one object, with the indexes that make a page cheap: id, last change, email, unique fields."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from reconciler.sandbox.index import SortedNumbers, Timeline
from reconciler.sandbox.salesforce.ids import Ids

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reconciler.sandbox.salesforce.fields import Column

USER = "0055e000001sbxAAAQ"
_STALE_WRITES = 200
_ADDRESS = ("City", "Country", "Latitude", "Longitude", "PostalCode", "State", "Street")


class Row(msgspec.Struct, frozen=True, gc=False):
    """Never changed in place: a write puts a new one. Instants are epoch seconds; ``values`` lacks what is empty."""

    number: int
    created: int
    modified: int
    stamp: int
    values: dict[str, object]


class Table:
    """One object. ``undo``, where it is a list, collects what it takes to take the writes back."""

    def __init__(self, entity: str, prefix: str, columns: Iterable[Column]) -> None:
        self.entity = entity
        self.ids = Ids(prefix)
        self.columns = {column.name: column for column in columns}
        self.undo: list[tuple[int, Row | None, Row | None]] | None = None
        self._names = {name.casefold(): name for name in self.columns}
        self._unique = tuple(name for name, column in self.columns.items() if column.unique)
        self.clear()

    def clear(self) -> None:
        """No records, as if none had ever been."""
        self.rows: dict[int, Row] = {}
        self.trash: dict[int, Row] = {}
        self.numbers = SortedNumbers()
        self.timeline = Timeline()
        self.trash_timeline = Timeline()
        self.by_email: dict[str, tuple[int, ...] | int] = {}
        self.by_unique: dict[str, dict[str, int]] = {name: {} for name in self._unique}
        self.history: deque[tuple[int, Row | None]] = deque(maxlen=_STALE_WRITES)
        self._next = 1

    def column(self, name: str) -> Column | None:
        """A field by name in any case; None where there is none."""
        found = self._names.get(name.casefold())
        return self.columns.get(found) if found else None

    def hide(self, names: Iterable[str]) -> None:
        """Take fields out of sight, as field-level security does."""
        for name in names:
            self.columns.pop(name, None)
            self._names.pop(name.casefold(), None)

    def new_number(self) -> int:
        """The number of the next record."""
        self._next += 1
        return self._next - 1

    def put(self, number: int, live: Row | None, trashed: Row | None = None) -> None:
        """What is known of this number from now on: a record, or one in the recycle bin, or nothing."""
        before, trashed_before = self.rows.get(number), self.trash.get(number)
        self.history.append((number, before))
        if self.undo is not None:
            self.undo.append((number, before, trashed_before))
        self._index(before, live)
        self.trash_timeline.move(number, _stamp(trashed_before), _stamp(trashed))
        _assign(self.rows, number, live)
        _assign(self.trash, number, trashed)

    def _index(self, before: Row | None, after: Row | None) -> None:
        number = (before or after or _NOBODY).number
        if after is None:
            self.numbers.discard(number)
        elif before is None:
            self.numbers.add(number)
        if _stamp(before) != _stamp(after):
            self.timeline.move(number, _stamp(before), _stamp(after))
        self._index_email(number, before, after)
        for name in self._unique:
            index = self.by_unique[name]
            if before is not None and name in before.values:
                index.pop(str(before.values[name]).casefold(), None)
            if after is not None and name in after.values:
                index[str(after.values[name]).casefold()] = number

    def _index_email(self, number: int, before: Row | None, after: Row | None) -> None:
        old, new = _email(before), _email(after)
        if old == new:
            return
        if old:
            left = tuple(one for one in self.with_email(old) if one != number)
            self.by_email.pop(old)
            if left:
                self.by_email[old] = left if len(left) > 1 else left[0]
        if new:
            others = self.with_email(new)
            self.by_email[new] = (*others, number) if others else number

    def with_email(self, email: str) -> tuple[int, ...]:
        """Numbers of the records with this address, in any case."""
        found = self.by_email.get(email.casefold(), ())
        return found if isinstance(found, tuple) else (found,)

    def before(self) -> dict[int, Row | None]:
        """Records as they were before the latest writes (None: not there), for listings that lag behind."""
        overlay: dict[int, Row | None] = {}
        for number, old in self.history:
            overlay.setdefault(number, old)
        return overlay

    def getter(self, name: str) -> Callable[[Row], object]:
        """A function from a record to a field's value as the API shows it."""
        computed = _COMPUTED.get(name)
        if computed is not None:
            return computed
        column = self.columns[name]
        if name == "Id":
            return lambda row: self.ids.text(row.number)
        if column.type == "boolean":
            return lambda row: row.values.get(name, False)
        if column.type == "address":
            return lambda row: _address(row.values, name.removesuffix("Address"))
        if name in {"OwnerId", "CreatedById", "LastModifiedById"}:
            return lambda row: row.values.get(name, USER)
        return lambda row: row.values.get(name)

    def renderer(self, names: Iterable[str], version: str) -> Callable[[Row], dict[str, object]]:
        """A function from a record to its JSON with these fields."""
        getters = [(name, self.getter(name)) for name in names]
        root = f"/services/data/v{version}/sobjects/{self.entity}/"

        def render(row: Row) -> dict[str, object]:
            shown: dict[str, object] = {
                "attributes": {"type": self.entity, "url": root + self.ids.text(row.number)},
            }
            for name, get in getters:
                shown[name] = get(row)
            return shown

        return render


_NOBODY = Row(0, 0, 0, 0, {})


def _assign(rows: dict[int, Row], number: int, row: Row | None) -> None:
    if row is None:
        rows.pop(number, None)
    else:
        rows[number] = row


def _stamp(row: Row | None) -> int | None:
    return None if row is None else row.stamp


def _email(row: Row | None) -> str:
    return str(row.values.get("Email", "")) if row is not None else ""


@lru_cache(maxsize=65_536)
def instant(seconds: int) -> str:
    """Epoch seconds as Salesforce writes them, in whole seconds."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _address(values: Mapping[str, object], prefix: str) -> dict[str, object] | None:
    parts = {part[0].lower() + part[1:]: values.get(f"{prefix}{part}") for part in _ADDRESS}
    return {**parts, "geocodeAccuracy": None} if any(parts.values()) else None


def full_name(values: Mapping[str, object]) -> str:
    """First and last name, as ``Name`` shows them."""
    return " ".join(str(values[name]) for name in ("FirstName", "LastName") if name in values)


_COMPUTED: dict[str, Callable[[Row], object]] = {
    "Name": lambda row: full_name(row.values),
    "CreatedDate": lambda row: instant(row.created),
    "LastModifiedDate": lambda row: instant(row.modified),
    "SystemModstamp": lambda row: instant(row.stamp),
    "IsEmailBounced": lambda row: "EmailBouncedDate" in row.values,
}
