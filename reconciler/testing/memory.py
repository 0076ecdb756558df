"""An app that lives in memory: a connector over a :class:`~reconciler.testing.world.World`.

It is honest and quick; what apps do wrong is added by :mod:`reconciler.testing.faults`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from reconciler.connectors.base import Account
from reconciler.errors import CursorExpired, Rejected
from reconciler.model.field import FieldType
from reconciler.model.outcome import Refused, Written
from reconciler.model.plan import Verb
from reconciler.model.record import Page, Record
from reconciler.model.traits import Traits
from reconciler.testing.schema import Refusal
from reconciler.testing.world import Write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from reconciler.model.field import Field
    from reconciler.model.outcome import Draft, Outcome, Patch
    from reconciler.model.record import Value
    from reconciler.testing.world import World

NAME = "memory"
Item = TypeVar("Item")


class MemoryConnector:
    """A :class:`~reconciler.connectors.base.Connector` whose app is a world.

    ``traits`` say how the API behaves (by default: full listings, single writes, every plain field searchable).
    ``fields`` are what reads return (``None``: every readable field). ``overlap`` is how many earlier changes a delta
    read repeats; ``totals`` says whether full listings carry a count.
    """

    def __init__(
        self,
        world: World,
        traits: Traits | None = None,
        fields: Sequence[str] | None = None,
        *,
        overlap: int = 0,
        totals: bool = True,
    ) -> None:
        known = world.schema.fields
        searchable = tuple(field.name for field in known.values() if field.type is not FieldType.LIST)
        self.world = world
        self.traits = replace(traits or Traits(searchable=searchable), unique=world.unique)
        self.fields = tuple(field.name for field in known.values() if field.readable) if fields is None else fields
        self._overlap = overlap
        self._totals = totals

    def probe(self) -> Account:
        """Always welcome."""
        self._count("probe")
        return Account(id=NAME)

    def describe(self) -> tuple[Field, ...]:
        """The fields that the world was made with."""
        self._count("describe")
        return tuple(self.world.schema.fields.values())

    def list(self, since: str | None = None) -> Iterator[Page]:
        """Pages of what is there when each page is read; who is in the listing is settled when it begins."""
        cursor = str(self.world.position()) if self.traits.delta else None
        ids, gone = self._everything() if since is None else self._changes(since)
        total = len(ids) if self._totals and since is None else None
        size = self.traits.page_size
        starts = range(0, len(ids), size) or (0,)
        for start in starts:
            self._count("list")
            last = start + size >= len(ids)
            yield Page(
                records=self._read(ids[start : start + size]),
                gone=gone if last else (),
                total=total,
                cursor=cursor if last else None,
                last=last,
            )

    def get(self, ids: Sequence[str]) -> Sequence[Record]:
        """These records, without those that are gone."""
        self._admit("get", len(ids), self.traits.get_batch)
        return self._read(dict.fromkeys(ids))

    def find(self, name: str, values: Sequence[str]) -> Sequence[Record]:
        """Records whose field equals one of ``values``, ignoring case."""
        self._admit("find", len(values), self.traits.find_batch)
        if name not in self.traits.searchable:
            raise Rejected(NAME, f"{name} cannot be searched for", code="not_searchable")
        return self._read(dict.fromkeys(found for value in values for found in self.world.matching(name, value)))

    def create(self, drafts: Sequence[Draft]) -> Sequence[Outcome]:
        """Create each, or refuse it."""
        self._admit("create", len(drafts), self.traits.create_batch)
        return [_or_refused(self._create, draft) for draft in drafts]

    def update(self, patches: Sequence[Patch]) -> Sequence[Outcome]:
        """Change each, or refuse it; a patch of an older version is stale where the traits say versions."""
        self._admit("update", len(patches), self.traits.update_batch)
        return [_or_refused(self._update, patch) for patch in patches]

    def delete(self, ids: Sequence[str]) -> Sequence[Outcome]:
        """Delete each; nothing to do counts as done."""
        self._admit("delete", len(ids), self.traits.delete_batch)
        return [self._delete(record_id) for record_id in ids]

    def _count(self, method: str) -> None:
        self.world.calls[method] += 1

    def _admit(self, method: str, size: int, limit: int) -> None:
        self._count(method)
        if size > limit:
            raise Rejected(NAME, f"{method} takes at most {limit} items a call, not {size}", code="batch_too_large")

    def _everything(self) -> tuple[Sequence[str], tuple[str, ...]]:
        reports = self.traits.tombstones and not self.traits.delta
        return tuple(self.world.rows), tuple(self.world.graves) if reports else ()

    def _changes(self, since: str) -> tuple[Sequence[str], tuple[str, ...]]:
        if not (self.traits.delta and since.isdecimal()):
            raise CursorExpired(NAME, "this is not a cursor of this app", code="bad_cursor")
        try:
            changed = self.world.changed_since(int(since), overlap=self._overlap)
        except LookupError as error:
            raise CursorExpired(NAME, "changes this old are forgotten", code="cursor_expired") from error
        rows = self.world.rows
        gone = tuple(record_id for record_id in changed if record_id not in rows) if self.traits.tombstones else ()
        return [record_id for record_id in changed if record_id in rows], gone

    def _read(self, ids: Sequence[str] | Mapping[str, None]) -> tuple[Record, ...]:
        rows, fields, versions, modified = self.world.rows, self.fields, self.traits.versions, self._modified
        return tuple(
            Record(
                id=record_id,
                values={name: row.values.get(name) for name in fields},
                version=str(row.version) if versions else None,
                modified=modified(row.modified),
            )
            for record_id in ids
            if (row := rows.get(record_id)) is not None
        )

    def _modified(self, at: float) -> datetime | None:
        if not self.traits.modified:
            return None
        resolution = self.traits.modified_resolution
        return datetime.fromtimestamp(at // resolution * resolution if resolution else at, UTC)

    def _create(self, draft: Draft) -> Outcome:
        schema = self.world.schema
        schema.permit(draft.values)
        schema.require({**schema.defaults, **schema.bend(draft.values)})
        return self._done(Verb.CREATE, self.world.insert(draft.values), draft.values)

    def _update(self, patch: Patch) -> Outcome:
        row = self.world.rows.get(patch.id)
        if row is None:
            return Refused(code="gone", message="the record is gone", stale=True)
        if self.traits.versions and patch.version not in (None, str(row.version)):
            return Refused(code="stale", message="the record has another version", stale=True)
        values = {name: _wanted(name, value, patch.old, row.values) for name, value in patch.values.items()}
        schema = self.world.schema
        schema.permit(patch.values)
        schema.require({**row.values, **schema.bend(values)}, among=values)
        self.world.amend(patch.id, values)
        return self._done(Verb.UPDATE, patch.id, patch.values)

    def _delete(self, record_id: str) -> Outcome:
        if record_id in self.world.rows:
            self.world.delete(record_id)
            self.world.writes.append(Write(Verb.DELETE, record_id, {}))
        return Written(record_id)

    def _done(self, verb: Verb, record_id: str, values: Mapping[str, Value]) -> Outcome:
        self.world.writes.append(Write(verb, record_id, values))
        return Written(record_id, self._read((record_id,))[0])


def _or_refused(write: Callable[[Item], Outcome], item: Item) -> Outcome:
    try:
        return write(item)
    except Refusal as refusal:
        return Refused(code=refusal.code, message=str(refusal), field=refusal.field)


def _wanted(name: str, value: Value, old: Mapping[str, Value], current: Mapping[str, Value]) -> Value:
    """A list is written as additions and removals, so that what others added meanwhile stays."""
    before, now = old.get(name), current.get(name)
    if not (isinstance(value, tuple | None) and isinstance(now, tuple) and name in old):
        return value
    wanted, had = value or (), before if isinstance(before, tuple) else ()
    return tuple(dict.fromkeys([*(item for item in now if item in wanted or item not in had), *wanted]))
