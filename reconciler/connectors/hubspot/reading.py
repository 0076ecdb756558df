"""Reads: everything by listing, changes by search, single ones by batch; all as the reconciler's records."""

from __future__ import annotations

import difflib
from functools import cached_property
from typing import TYPE_CHECKING

from reconciler.connectors.hubspot.api import BATCH, CONTACT
from reconciler.connectors.hubspot.companies import LINK, Companies
from reconciler.connectors.hubspot.cursor import BIN, Cursor, server_time
from reconciler.connectors.hubspot.properties import SHAPE, Codec, Property, decode, moment
from reconciler.connectors.hubspot.rules import LISTS
from reconciler.connectors.parallel import in_parallel
from reconciler.errors import CursorExpired, Denied, Retryable
from reconciler.model.outcome import Lost, Refused, Unsent
from reconciler.model.record import Page, Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.connectors.hubspot.api import Contacts, Row
    from reconciler.connectors.hubspot.api import Page as Rows
    from reconciler.connectors.hubspot.lists import Lists, Roll
    from reconciler.model.field import Field
    from reconciler.model.record import Value

COMPANY = "associated_company"
_VIRTUAL = frozenset({LISTS, COMPANY})
_MERGED = "hs_merged_object_ids"
_LISTS_OF_ONE = 4


class Reader:
    """What is read of a contact. ``known`` are the catalogue's fields, ``names`` those that are wanted."""

    def __init__(
        self, contacts: Contacts, lists: Lists, known: Mapping[str, Field], names: Sequence[str], *, labels: bool
    ) -> None:
        self.contacts = contacts
        self.lists = lists
        self._known = known
        self._names = names
        self._labels = labels
        self._companies = Companies(contacts)

    @cached_property
    def properties(self) -> dict[str, Property]:
        """The account's own description of its contacts."""
        return decode(self.contacts.http.request("GET", self.contacts.path.properties).json(SHAPE))

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Every property as a field, and the two that are none: lists, and the company's name."""
        own = {name: one.field(self._known.get(name), labels=self._labels) for name, one in self.properties.items()}
        return own | {name: self._known[name] for name in _VIRTUAL}

    @cached_property
    def codec(self) -> Codec:
        """How values are spelled."""
        return Codec(self.properties, self.fields.values(), labels=self._labels)

    @cached_property
    def wanted(self) -> tuple[str, ...]:
        """The properties to ask for. Raises ``Denied`` for a field that the account does not have: asked for one, the
        API would leave it out silently."""
        if missing := [name for name in self._names if name not in self.fields]:
            near = difflib.get_close_matches(missing[0], self.fields, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            problem = f"this account has no contact property {', '.join(missing)}{hint}"
            raise Denied(self.contacts.http.app, problem, code="PROPERTY_DOESNT_EXIST")
        own = [name for name in self._names if name not in _VIRTUAL]
        more = [_MERGED] if _MERGED in self.properties else []
        return tuple(dict.fromkeys([*own, *more, *([LINK] if COMPANY in self._names else [])]))

    @property
    def with_lists(self) -> bool:
        """Whether memberships are wanted."""
        return LISTS in self._names

    def everything(self) -> Iterator[Page]:
        """All contacts by id. The cursor is the server's time at the first page."""
        roll = self._roll()
        at: int | None = None
        for page, response in self.contacts.pages(self.wanted):
            at = at or server_time(response)
            yield self._page(page, roll, self._cursor(at, roll) if page.after is None else None)

    def _roll(self) -> Roll | None:
        _ = self.wanted  # a field that is not there is found before anything else is asked
        self._companies.forget()
        return self.lists.everyone() if self.with_lists else None

    def _cursor(self, at: int | None, roll: Roll | None) -> str | None:
        if at is None:
            return None
        return Cursor(at, roll.latest, roll.mark(roll.latest)).text() if roll else Cursor(at).text()

    def _page(self, page: Rows, roll: Roll | None, cursor: str | None, *, last: bool | None = None) -> Page:
        self._companies.look_up(page.results if COMPANY in self._names else ())
        records = tuple(self.record(row, roll) for row in page.results)
        gone = tuple(one for row in page.results for one in _merged(row))
        return Page(records, gone, cursor=cursor, last=page.after is None if last is None else last)

    def changes(self, since: str, overlap: int, *, bin_too: bool) -> Iterator[Page]:
        """What the index says changed, who joined a list, who was archived (milliseconds of ``overlap``).

        Raises ``CursorExpired`` where somebody left a list, which nothing but a complete read can place.
        """
        before = Cursor.parse(since)
        if before is None:
            raise CursorExpired(self.contacts.http.app, "the cursor cannot be read")
        roll = self._roll()
        self._refuse(before, roll)
        at: int | None = None
        for page, response in self.contacts.changed(before.at - overlap, self.wanted):
            at = at or server_time(response)
            if at is not None and at - before.at > BIN:
                raise CursorExpired(self.contacts.http.app, "the recycle bin may have forgotten who was archived")
            yield self._page(page, roll, None, last=False)
        for part in self._joined(before, roll):
            yield Page(tuple(self._records(self.contacts.read(part, self.wanted), roll)))
        yield from self._archived(before.at - overlap, self._cursor(at or before.at, roll), bin_too=bin_too)

    @staticmethod
    def _joined(before: Cursor, roll: Roll | None) -> Iterator[list[str]]:
        """Who joined a list since, a hundred at a time."""
        joined = roll.since(before.joined) if roll and before.joined is not None else []
        return (joined[start : start + BATCH] for start in range(0, len(joined), BATCH))

    def _refuse(self, before: Cursor, roll: Roll | None) -> None:
        if roll and (before.joined is None or roll.mark(before.joined) != before.mark):
            raise CursorExpired(self.contacts.http.app, "somebody left a list, and nothing tells who", code="left")

    def _archived(self, since: int, cursor: str | None, *, bin_too: bool) -> Iterator[Page]:
        """Tombstones: the recycle bin has no order by time, so all of it is looked through."""
        for page, _ in self.contacts.pages(["hs_object_id"], archived=True) if bin_too else ():
            gone = tuple(row.id for row in page.results if _milliseconds(row.archived_at) >= since)
            yield Page((), gone, cursor=cursor if page.after is None else None, last=page.after is None)
        if not bin_too:
            yield Page((), cursor=cursor, last=True)

    def get(self, ids: Sequence[str]) -> list[Record]:
        """By id, from the database. A merged contact answers under another id: the one asked for is gone."""
        asked = set(ids)
        return self.records([row for row in self.contacts.read(ids, self.wanted) if row.id in asked])

    def own(self, ids: Sequence[str]) -> list[str]:
        """Those of ``ids`` under which a contact still lives: who was merged answers for another now."""
        asked = set(ids)
        return [row.id for row in self.contacts.read(ids, ["hs_object_id"]) if row.id in asked]

    def records(self, rows: Sequence[Row]) -> list[Record]:
        """These rows with their lists and companies."""
        if not rows:
            return []
        if self.with_lists and self.lists.dear(len(rows)):
            return self._records(rows, self.lists.everyone())
        records = self._records(rows, None)
        return self._listed(records) if self.with_lists else records

    def _records(self, rows: Sequence[Row], roll: Roll | None) -> list[Record]:
        self._companies.look_up(rows if COMPANY in self._names else ())
        return [self.record(row, roll) for row in rows]

    def _listed(self, records: Sequence[Record]) -> list[Record]:
        """The same with their lists, one call each, a few at a time."""
        http = self.contacts.http
        threads = min(http.parallel, _LISTS_OF_ONE)
        listed = in_parallel(records, lambda one: _with(one, LISTS, self.lists.of(one.id)), threads)
        return [_sure(one, http.app) for one in listed]

    def record(self, row: Row, roll: Roll | None) -> Record:
        """One contact. Without a ``roll`` its lists are not known, and left out."""
        read, told = self.codec.read, row.properties
        values: dict[str, Value] = {name: read(name, told[name]) for name in self._names if name in told}
        if COMPANY in self._names:
            values[COMPANY] = self._companies.of(row)
        if self.with_lists and roll is not None:
            values[LISTS] = roll.of(row.id)
        return Record(row.id, values, modified=moment(row.updated_at))

    def lacking(self) -> tuple[str, ...]:
        """Scopes that reading needs and the credentials lack."""
        path = self.contacts.path
        asked: list[tuple[str, str, object]] = [
            ("GET", f"{path('objects', 'contacts')}?limit=1", None),
            ("GET", f"{path.properties}/{LINK}", None),
        ]
        if self.with_lists:
            asked.append(("GET", path("lists", f"records/{CONTACT}/0/memberships"), None))
        return tuple(dict.fromkeys(scope for one in asked for scope in self.contacts.lacking(*one)))


def _with(record: Record, name: str, value: Value) -> Record:
    return Record(record.id, {**record.values, name: value}, record.version, record.modified)


def _sure(listed: Record | Refused | Lost | Unsent, app: str) -> Record:
    """A record; what kept it from being complete is raised: it must not pass for a contact without lists."""
    if isinstance(listed, Unsent):
        raise listed.error
    if isinstance(listed, Record):
        return listed
    raise Retryable(app, listed.message, code="lists")


def _merged(row: Row) -> list[str]:
    """Ids of contacts that were merged into this one."""
    return [one for one in (row.properties.get(_MERGED) or "").split(";") if one and one != row.id]


def _milliseconds(text: str) -> float:
    read = moment(text)
    return read.timestamp() * 1000 if read else float("inf")
