"""An app of any size that takes no memory: record ``i`` is computed from its number, changes lie over it in a dict.

Two of them hold the same people, the right one in another order and with a share of them said differently, so that a
first cycle has to link by key and to settle differences. What was changed survives in a small file, so that a later
process meets the app as the last one left it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import gcd
from typing import TYPE_CHECKING

from reconciler.connectors.base import Account
from reconciler.errors import CursorExpired
from reconciler.model.outcome import Written
from reconciler.model.record import Page, Record, Side, Value
from reconciler.model.traits import Traits
from reconciler.sandbox.seed import Person, person

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from reconciler.model.field import Field
    from reconciler.model.outcome import Draft, Outcome, Patch

STRIDE = 7919
LATER = datetime(2024, 1, 2, tzinfo=UTC)
DIFFERENT = 100
"""One in this many says something else on the right: 1 %."""


def traits(*, delta: bool) -> Traits:
    """What most REST APIs of CRMs allow: pages and batches of hundreds."""
    return Traits(
        delta=delta,
        tombstones=delta,
        modified=True,
        create_batch=200,
        update_batch=200,
        get_batch=500,
        find_batch=100,
        page_size=1000,
    )


@dataclass(frozen=True, slots=True)
class Population:
    """Who is on one side: ``size`` people, listed in an order of the side's own, each as ``values`` spells them."""

    side: Side
    size: int
    values: Callable[[Person], dict[str, Value]]

    @property
    def stride(self) -> int:
        """A step that visits everybody once; the left lists people by their numbers."""
        if self.side is Side.LEFT or not self.size:
            return 1
        return next(n for n in range(STRIDE, 2 * STRIDE) if gcd(n, self.size) == 1)

    def ids(self) -> Iterator[str]:
        """Every id in the order of the listing; ids rise."""
        return map(self.id_of, range(self.size))

    def id_of(self, place: int) -> str:
        """The id at a place of the listing, as long as such apps make them."""
        return f"003{place:012d}AAX" if self.side is Side.LEFT else f"{10_000_000 + place}"

    def place_of(self, record_id: str) -> int:
        """The place of an id."""
        return int(record_id[3:15]) if self.side is Side.LEFT else int(record_id) - 10_000_000


@dataclass(slots=True)
class Changes:
    """What lies over the population: values by id, and the ids in the order in which they were changed."""

    values: dict[str, dict[str, Value]] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    def edit(self, record_id: str, values: Mapping[str, Value]) -> None:
        """Somebody changes fields of a record."""
        self.values[record_id] = {**self.values.get(record_id, {}), **values}
        self.log.append(record_id)

    def save(self, path: Path) -> None:
        """For the next process."""
        path.write_text(json.dumps([self.values, self.log]))

    @classmethod
    def load(cls, path: Path) -> Changes:
        """What an earlier process saved, if it did."""
        if not path.exists():
            return cls()
        values, log = json.loads(path.read_text())
        tuples = {one: {name: _value(item) for name, item in row.items()} for one, row in values.items()}
        return cls(tuples, log)


def _value(item: Value | list[str]) -> Value:
    return tuple(item) if isinstance(item, list) else item


@dataclass(slots=True)
class Synthetic:
    """The connector over a population and its changes. What it creates it counts and forgets."""

    population: Population
    changes: Changes
    traits: Traits
    calls: Counter[str] = field(default_factory=Counter)
    created: int = 0

    def probe(self) -> Account:
        """Always welcome."""
        return Account(id="synthetic")

    def describe(self) -> tuple[Field, ...]:
        """Nothing beyond the catalogue."""
        return ()

    def list(self, since: str | None = None) -> Iterator[Page]:
        """Pages, made when they are asked for."""
        if since is not None and not self.traits.delta:
            raise CursorExpired("synthetic", "only complete listings")
        cursor = str(len(self.changes.log)) if self.traits.delta else None
        size, total = self.traits.page_size, self.population.size
        ids = list(dict.fromkeys(self.changes.log[int(since) :])) if since is not None else None
        count = total if ids is None else len(ids)
        for start in range(0, count, size) or (0,):
            self.calls["list"] += 1
            stop = min(start + size, count)
            part = ids[start:stop] if ids is not None else map(self.population.id_of, range(start, stop))
            last = stop >= count
            yield Page(self._records(part), total=None if since else total, cursor=cursor if last else None, last=last)

    def get(self, ids: Sequence[str]) -> Sequence[Record]:
        """These records; nobody is ever gone."""
        self.calls["get"] += 1
        return self._records(ids)

    def find(self, name: str, values: Sequence[str]) -> Sequence[Record]:
        """Nobody but those of the listing is ever there."""
        del name, values
        self.calls["find"] += 1
        return ()

    def create(self, drafts: Sequence[Draft]) -> Sequence[Outcome]:
        """Made as asked."""
        self.calls["create"] += 1
        return [self._created(draft.values) for draft in drafts]

    def update(self, patches: Sequence[Patch]) -> Sequence[Outcome]:
        """Changed as asked."""
        self.calls["update"] += 1
        for patch in patches:
            self.changes.edit(patch.id, patch.values)
        return [Written(record.id, record) for record in self._records(patch.id for patch in patches)]

    def delete(self, ids: Sequence[str]) -> Sequence[Outcome]:
        """Never asked for here."""
        raise NotImplementedError

    def _created(self, values: Mapping[str, Value]) -> Outcome:
        self.created += 1
        record_id = self.population.id_of(self.population.size + self.created)
        return Written(record_id, Record(record_id, values, modified=LATER))

    def _records(self, ids: Iterable[str]) -> tuple[Record, ...]:
        crowd, over, stride = self.population, self.changes.values, self.population.stride
        found = []
        for one in ids:
            values = crowd.values(person(crowd.place_of(one) * stride % crowd.size))
            found.append(Record(one, {**values, **over[one]} if one in over else values, modified=LATER))
        return tuple(found)
