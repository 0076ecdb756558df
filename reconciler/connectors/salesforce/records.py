"""Contacts or leads of a Salesforce org, as the reconciler's contract wants them."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING

from reconciler.connectors.base import Account
from reconciler.connectors.redaction import is_code
from reconciler.connectors.salesforce.api import NO_ANSWER, words
from reconciler.connectors.salesforce.schema import read_moment, reader, write_value
from reconciler.connectors.salesforce.soql import in_lists, long_id, quoted, select
from reconciler.errors import AppError, CursorExpired, Denied, NoAnswer
from reconciler.model.outcome import Lost, Refused, Written
from reconciler.model.record import Page, Record
from reconciler.model.traits import Traits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from reconciler.connectors.base import Opening
    from reconciler.connectors.dialect import Response
    from reconciler.connectors.salesforce.api import Row, RowResult, SObject
    from reconciler.model.field import Field
    from reconciler.model.outcome import Draft, Outcome, Patch
    from reconciler.model.record import Value

_STAMP = "SystemModstamp"
_CONVERTED = "IsConverted"
_SEARCHABLE = ("Email", "Phone", "MobilePhone", "LastName", "Name")
_GONE = frozenset({"ENTITY_IS_DELETED", "NOT_FOUND", "INVALID_CROSS_REFERENCE_KEY", "CANNOT_UPDATE_CONVERTED_LEAD"})
_GET_BATCH, _WRITE_BATCH, _FIND_BATCH = 2000, 200, 200
_BIN = timedelta(days=14)
"""The recycle bin keeps deleted rows for about 15 days; an older cursor would miss deletes."""


@dataclass(slots=True)
class _Cursor:
    """``stamp``: the greatest ``SystemModstamp`` seen; ``asked``: when that was, by the server's own clock."""

    stamp: datetime | None = None
    asked: datetime | None = None

    @classmethod
    def parse(cls, text: str) -> _Cursor:
        stamp, _, asked = text.partition(" ")
        return cls(read_moment(stamp), read_moment(asked))

    def look(self, rows: Iterable[Row], response: Response) -> None:
        """Move on with what a page brought; an empty org has at least the server's clock."""
        self.asked = self.asked or _server_time(response)
        stamps = [moment for row in rows if (moment := read_moment(row.get(_STAMP)))]
        self.stamp = max([*stamps, self.stamp] if self.stamp else stamps, default=None)

    def text(self) -> str | None:
        stamp, asked = self.stamp or self.asked, self.asked or self.stamp
        return f"{stamp.isoformat()} {asked.isoformat()}" if stamp and asked else None


class SalesforceRecords:
    """The connector. ``known`` are the catalogue's fields."""

    def __init__(self, opening: Opening, known: Mapping[str, Field], sobject: SObject, overlap: timedelta) -> None:
        self._app = opening.http.app
        self._names = opening.fields
        self._known = known
        self._sobject = sobject
        self._overlap = overlap
        self._leads = opening.entity == "leads"
        self.traits = Traits(
            delta=True,
            tombstones=True,
            modified=True,
            create_batch=_WRITE_BATCH,
            update_batch=_WRITE_BATCH,
            delete_batch=_WRITE_BATCH,
            get_batch=_GET_BATCH,
            find_batch=_FIND_BATCH,
            page_size=_GET_BATCH,
            searchable=(*_SEARCHABLE, *(name for name in opening.fields if name.endswith("__c"))),
            notes=("converted leads are gone",) if self._leads else (),
        )

    def probe(self) -> Account:
        """The org, what is left of its calls of the day, and what this user may not do with these records."""
        org = self._sobject.user().get("organization_id")
        missing = self._sobject.not_granted()
        http = self._sobject.http
        return Account(str(org), calls_left=http.calls_left, calls_limit=http.calls_limit, missing=missing)

    def describe(self) -> tuple[Field, ...]:
        """Every field that this user may see; roles and strictness come from the catalogue."""
        return tuple(self._fields.values())

    @cached_property
    def _fields(self) -> dict[str, Field]:
        return self._sobject.describe().columns(self._known)

    @cached_property
    def _wanted(self) -> dict[str, Field]:
        """The fields to read. Raises ``Denied`` for one that the org does not have or does not show."""
        if missing := [name for name in self._names if name not in self._fields]:
            near = difflib.get_close_matches(missing[0], self._fields, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise Denied(
                self._app,
                f"{self._sobject.name} has no field {', '.join(missing)}, or the user may not see it "
                f"(field-level security){hint}",
                code="INVALID_FIELD",
            )
        return {name: self._fields[name] for name in self._names}

    @cached_property
    def _readers(self) -> Sequence[tuple[str, Callable[[object], Value]]]:
        return [(name, reader(field)) for name, field in self._wanted.items()]

    @cached_property
    def _columns(self) -> tuple[str, ...]:
        own = ("Id", _STAMP, _CONVERTED) if self._leads else ("Id", _STAMP)
        return tuple(dict.fromkeys((*own, *self._wanted)))

    def list(self, since: str | None = None) -> Iterator[Page]:
        """Everything, or what changed since a cursor and what was deleted since."""
        return self._everything() if since is None else self._changes(_Cursor.parse(since))

    def _everything(self) -> Iterator[Page]:
        cursor = _Cursor()
        for page, response in self._sobject.query(select(self._columns, self._sobject.name, [self._live])):
            cursor.look(page.records, response)
            records = tuple(map(self._record, page.records))
            yield Page(records, total=page.total_size, cursor=cursor.text() if page.done else None, last=page.done)

    def _changes(self, since: _Cursor) -> Iterator[Page]:
        if since.stamp is None:
            raise CursorExpired(self._app, "the cursor cannot be read")
        changed = f"{_STAMP} >= {since.stamp - self._overlap:%Y-%m-%dT%H:%M:%SZ}"
        cursor = _Cursor(since.stamp)
        soql = select(self._columns, self._sobject.name, [changed], f"{_STAMP}, Id")
        for page, response in self._sobject.query(soql):
            cursor.look(page.records, response)
            self._refuse_old(since, cursor)
            gone = tuple(str(row["Id"]) for row in page.records if row.get(_CONVERTED))
            yield Page(tuple(self._record(row) for row in page.records if not row.get(_CONVERTED)), gone)
        yield from self._deleted(changed, cursor)

    def _deleted(self, changed: str, cursor: _Cursor) -> Iterator[Page]:
        soql = select(("Id", _STAMP), self._sobject.name, ["IsDeleted = true", changed], f"{_STAMP}, Id")
        for page, response in self._sobject.query(soql, deleted=True):
            cursor.look(page.records, response)
            gone = tuple(str(row["Id"]) for row in page.records)
            yield Page((), gone, cursor=cursor.text() if page.done else None, last=page.done)

    def _refuse_old(self, since: _Cursor, now: _Cursor) -> None:
        if since.asked and now.asked and now.asked - since.asked > _BIN:
            raise CursorExpired(self._app, "deletes of the last days may have left the recycle bin", code="recycle_bin")

    @property
    def _live(self) -> str:
        return f"{_CONVERTED} = false" if self._leads else ""

    def get(self, ids: Sequence[str]) -> Sequence[Record]:
        """By id, 2,000 a call."""
        chunks = (ids[start : start + _GET_BATCH] for start in range(0, len(ids), _GET_BATCH))
        rows = (row for chunk in chunks for row in self._retrieve(chunk))
        return [self._record(row) for row in rows if not row.get(_CONVERTED)]

    def _retrieve(self, ids: Sequence[str]) -> Sequence[Row]:
        return self._sobject.retrieve([long_id(record_id) for record_id in ids], self._columns)

    def find(self, name: str, values: Sequence[str]) -> Sequence[Record]:
        """By a field's value, without regard to case."""
        found: dict[str, Record] = {}
        if name not in self._fields:
            raise Denied(self._app, f"{self._sobject.name} has no field {name} to search by", code="INVALID_FIELD")
        literals = [quoted(value) for value in values if value]
        for condition in in_lists(name, literals, _FIND_BATCH):
            soql = select(self._columns, self._sobject.name, [condition, self._live])
            for page, _ in self._sobject.query(soql):
                found |= {record.id: record for record in map(self._record, page.records)}
        return list(found.values())

    def create(self, drafts: Sequence[Draft]) -> Sequence[Outcome]:
        """One collection; what was stored is read back."""
        _ = self._columns  # a field that is not there is found before anything is written
        rows = [self._row(draft.values) for draft in drafts]
        try:
            results = self._sobject.save("POST", rows)
        except NoAnswer as error:
            return [Lost(str(error))] * len(drafts)
        return self._outcomes(rows, results)

    def update(self, patches: Sequence[Patch]) -> Sequence[Outcome]:
        """One collection; what was stored is read back."""
        _ = self._columns
        rows = [{"id": long_id(patch.id), **self._row(patch.values)} for patch in patches]
        return self._outcomes(rows, self._sobject.save("PATCH", rows))

    def delete(self, ids: Sequence[str]) -> Sequence[Outcome]:
        """One collection."""
        results = self._sobject.remove([long_id(record_id) for record_id in ids])
        return [
            Written(record_id) if result.success or result.error.code in _GONE else _refused(result, record_id)
            for record_id, result in zip(ids, results, strict=True)
        ]

    def _outcomes(self, rows: Sequence[Row], results: Sequence[RowResult]) -> Sequence[Outcome]:
        stored = self._stored([result.id for result in results if result.success and result.id])
        return [
            Written(result.id, stored.get(result.id, Record(result.id, {})))
            if result.success and result.id
            else _refused(result, row)
            for row, result in zip(rows, results, strict=True)
        ]

    def _stored(self, ids: Sequence[str]) -> dict[str, Record]:
        """What the server made of it (triggers and flows have their say). The writes stand even where this fails."""
        try:
            return {str(row["Id"]): self._record(row) for row in self._retrieve(ids)} if ids else {}
        except AppError:
            return {}

    def _row(self, values: Mapping[str, Value]) -> Row:
        return {name: write_value(value, self._fields.get(name)) for name, value in values.items()}

    def _record(self, row: Row) -> Record:
        values = {name: read(row[name]) for name, read in self._readers if name in row}
        return Record(id=str(row["Id"]), values=values, modified=read_moment(row.get(_STAMP)))


def _refused(result: RowResult, sent: object) -> Refused | Lost:
    error = result.error
    if error.code == NO_ANSWER:
        return Lost(error.message)
    field = next(iter(error.fields or ()), None)
    code = error.code if is_code(error.code) else "refused"
    return Refused(code, words(error, sent), field, stale=error.code in _GONE)


def _server_time(response: Response) -> datetime | None:
    try:
        return parsedate_to_datetime(response.headers.get("Date", "")).astimezone(UTC)
    except ValueError:
        return None
