"""Contacts or leads of an Insightly instance, as the reconciler's contract wants them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING

from reconciler.connectors.base import Account
from reconciler.connectors.insightly.api import Collection, account_id
from reconciler.connectors.insightly.customs import custom_fields
from reconciler.connectors.insightly.dialect import NO_ACCESS
from reconciler.connectors.insightly.kinds import Kind
from reconciler.connectors.insightly.names import Names
from reconciler.connectors.insightly.paging import Skip, everything, walk
from reconciler.connectors.insightly.rows import Rows
from reconciler.connectors.insightly.values import query_time, read_moment, spell
from reconciler.connectors.insightly.writing import Writer
from reconciler.connectors.parallel import in_parallel
from reconciler.errors import CursorExpired, Denied
from reconciler.model.field import FieldType
from reconciler.model.record import Page
from reconciler.model.traits import Traits
from reconciler.spec.catalogue import Entity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.connectors.base import Opening
    from reconciler.connectors.insightly.api import Row
    from reconciler.connectors.insightly.paging import Step
    from reconciler.model.field import Field
    from reconciler.model.outcome import Draft, Outcome, Patch
    from reconciler.model.record import Record

_BATCH = 20
"""Writes are single calls, a few at a time; so many are handed over at once."""

_PER_SECOND = 9.8
"""The window bears ten calls a second: evenly spaced, none is refused."""

_CONVERTED = "CONVERTED"
_NOTES = (
    "deletes show only in a complete read",
    "an update is two calls: a read, and a write that is refused if somebody came in between",
    "a change of an organisation's name shows in its contacts at the next complete read",
)


@dataclass(frozen=True, slots=True)
class Scope:
    """One entity of one account. ``standard`` are the catalogue's fields, ``names`` find the names behind ids, and a
    delta reads back ``overlap`` before the read that it follows."""

    kind: Kind
    standard: Entity
    collection: Collection
    names: Mapping[str, Names]
    page_size: int
    overlap: timedelta


class InsightlyRecords:
    """The connector."""

    def __init__(self, opening: Opening, scope: Scope) -> None:
        self._http = opening.http
        self._scope = scope
        self._kind = kind = scope.kind
        self._wanted = opening.fields
        self._collection = scope.collection
        self._rows = Rows(kind, self._field, scope.names)
        self._writer = Writer(scope.collection, self._rows, opening.fields)
        self.traits = Traits(
            delta=True,
            modified=True,
            create_batch=_BATCH,
            update_batch=_BATCH,
            delete_batch=_BATCH,
            pooled=("create", "update", "delete"),
            guarded=True,
            page_size=scope.page_size,
            searchable=(*kind.searchable, *(name for name in opening.fields if scope.standard.is_custom(name))),
            calls_per_second=_PER_SECOND,
            burst=1,
            notes=_NOTES if kind.collection == "Contacts" else (*_NOTES[:2], "converted leads are gone"),
        )

    def probe(self) -> Account:
        """The instance, what is left of its calls of the day, and whether this user sees the records at all."""
        number, http = account_id(self._http), self._http
        missing = () if self._may_look() else (f"view {self._kind.collection}",)
        return Account(id=number, calls_left=http.calls_left, calls_limit=http.calls_limit, missing=missing)

    def _may_look(self) -> bool:
        try:
            self._collection.page(Skip(0, 1), brief=True)
        except Denied as error:
            if error.code != NO_ACCESS:
                raise
            return False
        return True

    def describe(self) -> tuple[Field, ...]:
        """The catalogue's fields with the account's choices, and its custom fields."""
        choices = {name: names.values() for name, names in self._scope.names.items()}
        fields = (*self._scope.standard.fields, *self._customs.values())
        return tuple(replace(field, values=choices.get(field.name, field.values)) for field in fields)

    @cached_property
    def _customs(self) -> dict[str, Field]:
        return custom_fields(self._http, self._kind)

    def _field(self, name: str) -> Field:
        """A field by name; the account is asked only for what is no standard field. Raises ``Denied``."""
        if known := self._scope.standard.by_name.get(name) or self._customs.get(name):
            return known
        near = difflib.get_close_matches(name, (*self._scope.standard.by_name, *self._customs), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        problem = f"{self._kind.collection} has no field {name}, or the key's user may not see it{hint}"
        raise Denied(self._http.app, problem, code="no_such_field")

    def list(self, since: str | None = None) -> Iterator[Page]:
        """Everything, or what was updated since a cursor; converted leads are gone."""
        begin = None if since is None else self._begin(since)
        search = {"updated_after_utc": begin} if begin else None
        self._rows.need(self._wanted)
        for names in self._scope.names.values():
            names.refresh(begin)
        gone = 0
        brief = self._rows.brief(self._wanted)
        for step in walk(partial(self._collection.page, brief=brief, search=search), self._scope.page_size):
            page = self._page(step, since)
            gone += len(page.gone)
            yield page if page.total is None else replace(page, total=page.total - gone)

    def _begin(self, since: str) -> str:
        moment = read_moment(since)
        if moment is None:
            raise CursorExpired(self._http.app, "the cursor cannot be read")
        return query_time(moment - self._scope.overlap)

    def _page(self, step: Step, since: str | None) -> Page:
        cursor = step.asked.astimezone(UTC).isoformat() if step.asked else since
        gone = tuple(str(row[self._kind.key]) for row in step.rows if row.get(_CONVERTED))
        return Page(self._records(step.rows), gone, step.total, cursor if step.last else None, step.last)

    def _records(self, rows: Sequence[Row]) -> tuple[Record, ...]:
        live = [row for row in rows if not row.get(_CONVERTED)]
        self._rows.learn(live, self._wanted)
        return tuple(self._rows.record(row, self._wanted) for row in live)

    def get(self, ids: Sequence[str]) -> Sequence[Record]:
        """One call a record."""
        held = (self._writer.looks.keep(record_id, self._collection.get(record_id)) for record_id in ids)
        return self._records([one.row for one in held if one is not None])

    def find(self, name: str, values: Sequence[str]) -> Sequence[Record]:
        """By exact value without regard to case. Whether the app's search minds the case of an address is not known,
        so an address with capitals is looked for in both spellings."""
        self._rows.need([name, *self._wanted])
        field = self._rows.field(name)
        found: dict[str, Record] = {}
        for value in filter(None, values):
            spellings = (value, value.casefold()) if field.type is FieldType.EMAIL else (str(spell(field, value)),)
            for spelling in dict.fromkeys(spellings):
                found |= {record.id: record for record in self._search(name, spelling, value)}
        return list(found.values())

    def _search(self, name: str, spelling: str, value: str) -> tuple[Record, ...]:
        ask = partial(self._collection.page, search={"field_name": name, "field_value": spelling})
        rows = everything(self._http.app, walk(ask, self._scope.page_size))
        return self._records([row for row in rows if self._is(row, name, value)])

    def _is(self, row: Row, name: str, value: str) -> bool:
        return any(_fold(found) == _fold(value) for found in self._rows.values(row, [name]).values())

    def create(self, drafts: Sequence[Draft]) -> Sequence[Outcome]:
        """One call a record."""
        self._rows.need(self._wanted)
        return in_parallel(drafts, self._writer.create, self._http.parallel)

    def update(self, patches: Sequence[Patch]) -> Sequence[Outcome]:
        """Two calls a record; one where it was just read by itself."""
        self._rows.need(self._wanted)
        return in_parallel(patches, self._writer.update, self._http.parallel)

    def delete(self, ids: Sequence[str]) -> Sequence[Outcome]:
        """One call a record."""
        return in_parallel(ids, self._writer.delete, self._http.parallel)


def _fold(value: object) -> str:
    return str(value or "").strip().casefold()
