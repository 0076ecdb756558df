"""Contacts or leads of a Zoho CRM organisation, as the reconciler's contract wants them."""

from __future__ import annotations

import difflib
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from reconciler.connectors.base import Account
from reconciler.connectors.zoho.api import BATCH
from reconciler.connectors.zoho.companies import fold
from reconciler.connectors.zoho.coql import PAGE, askable, in_lists, select
from reconciler.connectors.zoho.hosts import SCOPES
from reconciler.connectors.zoho.listing import Listing
from reconciler.connectors.zoho.schema import TAGS, read_moment, reader
from reconciler.connectors.zoho.writes import Writes
from reconciler.errors import CursorExpired, Denied
from reconciler.model.record import Page, Record
from reconciler.model.traits import Traits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from reconciler.connectors.base import Opening
    from reconciler.connectors.zoho.api import Module, Row
    from reconciler.connectors.zoho.companies import Companies
    from reconciler.connectors.zoho.schema import Column
    from reconciler.model.field import Field
    from reconciler.model.outcome import Draft, Outcome, Patch
    from reconciler.model.record import Value

_STAMP = "Modified_Time"
_SEARCHABLE = ("Email", "Secondary_Email", "Phone", "Mobile", "Last_Name")
_MISSING_SCOPE = "OAUTH_SCOPE_MISMATCH"
_OLDEST = timedelta(days=30)
"""The recycle bin keeps what was deleted for 60 days; a cursor is believed for half of that."""

_NOTES = (
    "no precondition on updates: a conditional write is one record a call, and its stamp knows whole seconds only",
    "a list of changes may leave out a record of which only the tags changed",
)
_LEAD_NOTES = ("converted leads are gone", *_NOTES)


class ZohoRecords:
    """The connector. ``known`` are the catalogue's fields."""

    def __init__(
        self, opening: Opening, known: Mapping[str, Field], module: Module, companies: Companies, overlap: timedelta
    ) -> None:
        self._app = opening.http.app
        self._names = opening.fields
        self._known = known
        self._module = module
        self._companies = companies
        self._overlap = overlap
        self._leads = opening.entity == "leads"
        self.traits = Traits(
            delta=True,
            tombstones=True,
            modified=True,
            create_batch=BATCH,
            update_batch=BATCH,
            delete_batch=BATCH,
            get_batch=BATCH,
            find_batch=BATCH // 2,
            page_size=PAGE,
            searchable=(*_SEARCHABLE, *(name for name in opening.fields if name not in known)),
            webhooks=True,
            notes=_LEAD_NOTES if self._leads else _NOTES,
        )

    def probe(self) -> Account:
        """The organisation, what is left of the day's credits, and the permissions that are missing."""
        asked: Mapping[str, Callable[[], object]] = {
            "ZohoCRM.settings.fields.READ": self._module.fields,
            "ZohoCRM.coql.READ": lambda: self._module.ask(select(("id",), self._module.name, "id > '0'", rows=1)),
            "ZohoCRM.modules.ALL": lambda: self._module.page({"fields": "id", "per_page": 1}),
        }
        organisation = self._module.organisation()
        missing = tuple(scope for scope, ask in asked.items() if not _granted(ask))
        http = self._module.http
        scopes = tuple(scope for scope in SCOPES if scope in asked and scope not in missing)
        return Account(organisation, http.calls_left, http.calls_limit, scopes, missing)

    def describe(self) -> tuple[Field, ...]:
        """Every field that this user may see; roles and strictness come from the catalogue."""
        return self._described

    @cached_property
    def _described(self) -> tuple[Field, ...]:
        demanded = self._module.demanded()
        return tuple(column.field(self._known.get(name), demanded) for name, column in self._columns.items())

    @cached_property
    def _columns(self) -> dict[str, Column]:
        return self._module.fields()

    @cached_property
    def _wanted(self) -> dict[str, Column]:
        """The fields to read. Raises ``Denied`` for one that the module does not have or does not show."""
        if missing := [name for name in self._names if name not in self._columns]:
            near = difflib.get_close_matches(missing[0], self._columns, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            said = f"{self._module.name} has no field {', '.join(missing)}, or the user's profile hides it{hint}"
            raise Denied(self._app, said, code="no_such_field")
        return {name: self._columns[name] for name in self._names}

    @cached_property
    def _readers(self) -> Sequence[tuple[str, Callable[[object], Value]]]:
        return [(name, reader(column)) for name, column in self._wanted.items()]

    @cached_property
    def _asked(self) -> tuple[str, ...]:
        """The fields that a read names, with those that the connector itself needs."""
        return tuple(dict.fromkeys(("id", _STAMP, *self._wanted)))

    def list(self, since: str | None = None) -> Iterator[Page]:
        """Everything, or what changed since a cursor and what was deleted (or converted) since."""
        return self._everything() if since is None else self._changes(since)

    def _everything(self) -> Iterator[Page]:
        asked: datetime | None = None
        for part in Listing(self._module, self._asked).everything():
            asked = asked or part.asked or self._now()
            records = tuple(map(self._record, part.rows))
            yield Page(records, cursor=asked.isoformat() if part.last else None, last=part.last)

    def _changes(self, cursor: str) -> Iterator[Page]:
        """Begins where the last read began, less an overlap; ends with the part that says that nothing follows."""
        begun = read_moment(cursor)
        if begun is None:
            raise CursorExpired(self._app, "the cursor cannot be read")
        since = begun - self._overlap
        listing, asked, whole = Listing(self._module, self._asked), None, True
        for part in listing.changes(since):
            asked = asked or part.asked or self._now()
            if asked - begun > _OLDEST:
                raise CursorExpired(self._app, "deletes of that time may have left the recycle bin", code="recycle_bin")
            whole = whole and not part.broken
            yield Page(tuple(map(self._record, part.rows)))
        gone: list[str] = []
        for part in (*(listing.converted(since) if self._leads else ()), *listing.deleted(since)):
            whole = whole and not part.broken
            gone += (str(row["id"]) for row in part.rows)
        yield Page((), tuple(gone), cursor=asked.isoformat() if asked and whole else None, last=whole)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._module.http.clock(), UTC)

    def get(self, ids: Sequence[str]) -> Sequence[Record]:
        """By id, 100 a call."""
        return [self._record(row) for row in self._rows(ids).values()]

    def _rows(self, ids: Sequence[str], *more: str) -> dict[str, Row]:
        """What is no number is no id: naming it would spoil the whole call."""
        numbers = [record_id for record_id in ids if record_id.isdecimal()]
        return self._module.by_ids(numbers, tuple(dict.fromkeys((*self._asked, *more)))) if numbers else {}

    def find(self, name: str, values: Sequence[str]) -> Sequence[Record]:
        """By a field's value, without regard to case: what the query brings beyond that is left out."""
        if name not in self._columns:
            raise Denied(self._app, f"{self._module.name} has no field {name} to search by", code="no_such_field")
        ids: dict[str, None] = {}
        for condition in in_lists(name, askable(values)):
            ids |= dict.fromkeys(str(row["id"]) for row in self._module.query(("id", name), condition))
        read, wanted = reader(self._columns[name]), {fold(value) for value in values}
        rows = self._rows(list(ids), name).values()
        return [self._record(row) for row in rows if fold(read(row.get(name))) in wanted]

    @cached_property
    def _writes(self) -> Writes:
        _ = self._asked  # a field that is not there is found before anything is written
        return Writes(self._module, self._columns, self._companies, self._stored)

    def create(self, drafts: Sequence[Draft]) -> Sequence[Outcome]:
        """One batch, then one call for each set of tags; what was stored is read back."""
        return self._writes.create(drafts) if drafts else []

    def update(self, patches: Sequence[Patch]) -> Sequence[Outcome]:
        """One batch, then one call for each change of tags; what was stored is read back."""
        return self._writes.update(patches) if patches else []

    def delete(self, ids: Sequence[str]) -> Sequence[Outcome]:
        """One batch."""
        return self._writes.delete(ids) if ids else []

    def _stored(self, ids: Sequence[str]) -> dict[str, Record]:
        return {record_id: self._record(row) for record_id, row in self._rows(ids).items()}

    def _record(self, row: Row) -> Record:
        values = {name: read(row[name]) for name, read in self._readers if name in row}
        if TAGS in self._wanted and TAGS not in row:  # a record without tags may come without the field
            values[TAGS] = None
        return Record(id=str(row["id"]), values=values, modified=read_moment(row.get(_STAMP)))


def _granted(ask: Callable[[], object]) -> bool:
    """Whether the credentials may do this. Raises what else went wrong."""
    try:
        ask()
    except Denied as error:
        if error.code != _MISSING_SCOPE:
            raise
        return False
    return True
