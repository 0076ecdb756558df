"""People or leads of a Copper account, as the reconciler's contract wants them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.connectors.base import Account
from reconciler.connectors.copper.api import UNKNOWN_KEY, Row
from reconciler.connectors.copper.recent import Recent
from reconciler.connectors.copper.sweep import moment, newest, newest_first, oldest_first
from reconciler.connectors.copper.writes import BATCH, Writer
from reconciler.connectors.parallel import in_parallel
from reconciler.errors import CursorExpired, Rejected
from reconciler.model.outcome import Written
from reconciler.model.record import Page
from reconciler.model.traits import Traits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from reconciler.connectors.base import Opening
    from reconciler.connectors.copper.api import Entity
    from reconciler.connectors.copper.schema import Schema
    from reconciler.connectors.copper.sweep import Sheet
    from reconciler.model.field import Field
    from reconciler.model.outcome import Draft, Outcome, Patch
    from reconciler.model.record import Record

THREADS = 3
_GET_BATCH = 200
_FIND_BATCH = {"people": 50, "leads": 1}
_PER_SECOND = 180 / 60 * 0.98  # one at a time, so that no second ever sees more than its 3 bulk calls
_NOTES = (
    "nobody says who was deleted: only a complete read finds out",
    "the key of somebody who is no administrator sees fewer records, and does not say so",
)
_NOTES_OF = {
    "people": (*_NOTES, "company_name can only be read", "an address belongs to one person only, also as a second one"),
    "leads": (*_NOTES, "a lead that is converted counts as deleted"),
}


@dataclass(frozen=True, slots=True)
class Manner:
    """How an account is spoken to: records a page, seconds that a delta reads back and that a search may be behind, and
    whether leads are made by their address."""

    page_size: int
    overlap: int
    lag: int
    upsert: bool


class CopperRecords:
    """The connector."""

    def __init__(self, opening: Opening, entity: Entity, schema: Schema, manner: Manner) -> None:
        self._entity = entity
        self._schema = schema
        self._app = opening.http.app
        self._manner = manner
        self._recent = Recent(manner.lag, opening.http.clock)
        self._filters_modified = True
        self._lists_emails = False
        self._threads = min(opening.http.parallel, THREADS)
        self._writer = Writer(entity, schema, self._found, upsert=manner.upsert, threads=self._threads)
        people = entity.name == "people"
        self.traits = Traits(
            delta=True,
            modified=True,
            create_batch=BATCH,
            update_batch=BATCH,
            delete_batch=BATCH,
            pooled=("delete",),
            get_batch=_GET_BATCH,
            find_batch=_FIND_BATCH[entity.name],
            page_size=manner.page_size,
            searchable=("email", "name", "phone"),
            unique=("email",) if people or manner.upsert else (),
            eventual_seconds=float(manner.lag),
            calls_per_second=_PER_SECOND,
            burst=1,
            webhooks=True,
            notes=_NOTES_OF[entity.name],
        )

    def probe(self) -> Account:
        """The account's id."""
        return Account(id=str(self._entity.account().get("id")))

    def describe(self) -> tuple[Field, ...]:
        """The catalogue's fields with the account's own values, and its custom fields."""
        return tuple(self._schema.fields.values())

    def list(self, since: str | None = None) -> Iterator[Page]:
        """Everybody by date of creation, or who changed since a cursor (POSIX seconds), less the overlap."""
        _ = self._schema.readers  # a field that is not there is found before anything is read
        self._schema.look_again()
        if since is None:
            cursor = newest(self._entity)
            yield from self._pages(oldest_first(self._entity, "created", self._manner.page_size, None), cursor)
        elif not since.isdecimal():
            raise CursorExpired(self._app, "the cursor cannot be read")
        else:
            start = int(since) - max(self._manner.overlap, self._manner.lag)
            yield from self._pages(self._changed(max(start, 0)), int(since), moving=True)

    def _changed(self, start: int) -> Iterator[Sheet]:
        """By the filter that the reference has for leads, and where it is not known, from the newest change back."""
        if self._filters_modified:
            try:
                yield from oldest_first(self._entity, "modified", self._manner.page_size, start)
            except Rejected as error:
                if error.code != UNKNOWN_KEY:
                    raise
                self._filters_modified = False
            else:
                return
        yield from newest_first(self._entity, self._manner.page_size, start)

    def _pages(self, pages: Iterator[Sheet], cursor: int, *, moving: bool = False) -> Iterator[Page]:
        for rows, last in pages:
            if moving:
                cursor = max([cursor, *(moment(row, "modified") for row in rows)])
            known = [row for row in map(self._recent.latest, rows) if row is not None]
            yield Page(tuple(map(self._schema.record, known)), cursor=str(cursor) if last else None, last=last)

    def get(self, ids: Sequence[str]) -> Sequence[Record]:
        """By a search for ids; whom it does not show is asked for directly, for searches lag and this is evidence."""
        return [self._schema.record(row) for row in self._found(ids).values()]

    def _found(self, ids: Sequence[str]) -> dict[str, Row]:
        asked = [record_id for record_id in dict.fromkeys(ids) if record_id.isdecimal()]
        found: dict[str, Row] = {}
        for start in range(0, len(asked) if len(asked) > 1 else 0, _GET_BATCH):
            chunk = asked[start : start + _GET_BATCH]
            rows, _ = self._entity.search(ids=[int(one) for one in chunk], page_number=1, page_size=_GET_BATCH)
            known = (row for row in map(self._recent.latest, rows) if row is not None)
            found |= {str(row["id"]): row for row in known if str(row["id"]) in chunk}
        for record_id in asked:
            if record_id not in found and (row := self._entity.get(record_id)) is not None:
                found[record_id] = row
        return found

    def find(self, name: str, values: Sequence[str]) -> Sequence[Record]:
        """By exact value without regard to case; what the app's searches bring beyond that is left out."""
        fold = _FOLD[name]
        wanted = {fold(value) for value in values} - {""}
        part = self._schema.part(name)
        rows = self._searched(name, [value for value in values if fold(value)])
        known = [row for row in map(self._recent.latest, rows) if row is not None]
        found = {str(row["id"]): row for row in known if fold(str(part.read(row) or "")) in wanted}
        return [self._schema.record(row) for row in found.values()]

    def _searched(self, name: str, values: Sequence[str]) -> Iterator[Row]:
        if name != "email":
            key = {"name": "name", "phone": "phone_number"}[name]
            for value in values:
                yield from self._all({key: value})
            return
        addresses = [value.strip() for value in values if "@" in value]
        if self._entity.name == "leads":
            for address in addresses:
                yield from self._leads_with(address)
        elif len(addresses) == 1:  # not by the search's index: this is how a create without an answer is looked for
            yield from filter(None, [self._entity.with_email(addresses[0])])
        else:
            size = _FIND_BATCH["people"]
            for start in range(0, len(addresses), size):
                yield from self._all({"emails": addresses[start : start + size]})

    def _leads_with(self, address: str) -> Iterator[Row]:
        """The reference says that leads are searched by a text and people by a list; others say by a list as well."""
        if not self._lists_emails:
            try:
                yield from self._all({"emails": address})
            except Rejected:
                self._lists_emails = True
            else:
                return
        yield from self._all({"emails": [address]})

    def _all(self, asked: Mapping[str, object]) -> Iterator[Row]:
        page, rows = 1, [Row()] * _GET_BATCH
        while len(rows) == _GET_BATCH:
            rows, _ = self._entity.search(**asked, page_number=page, page_size=_GET_BATCH)
            yield from rows
            page += 1

    def create(self, drafts: Sequence[Draft]) -> Sequence[Outcome]:
        """One bulk call; the answer holds what was stored."""
        return self._remembered(self._writer.create(drafts))

    def update(self, patches: Sequence[Patch]) -> Sequence[Outcome]:
        """One bulk call, and one before it where pieces of arrays or of the address change."""
        return self._remembered(self._writer.update(patches))

    def delete(self, ids: Sequence[str]) -> Sequence[Outcome]:
        """One call each, for good; one that is gone already is done."""
        return in_parallel(ids, self._delete, self._threads) if ids else []

    def _delete(self, record_id: str) -> Outcome:
        self._entity.delete(record_id)
        self._recent.keep(record_id, None)
        return Written(record_id)

    def _remembered(self, outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
        for record_id, row in self._writer.answers():
            self._recent.keep(record_id, row)
        return outcomes


def _text(value: str) -> str:
    return value.strip().casefold()


def _digits(value: str) -> str:
    return re.sub(r"[^\d+]", "", value)


_FOLD: Mapping[str, Callable[[str], str]] = {"email": _text, "name": _text, "phone": _digits}
"""How values are compared, by what can be searched."""
