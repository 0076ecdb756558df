"""Leads, each joined with its person, as the reconciler's contract wants them.

A lead has neither email nor phone nor name of its own: these are its person's. What is promised:

- Reading shows both as one record. A delta has the leads that changed and those whose person did. Archived leads stand
  in another listing, which is read as well unless the account's options say otherwise.
- Creating takes the one person with this email, found for certain, and fills what is empty there, overwriting nothing;
  without such a person it makes one. Several with this email are a refusal: which one is meant is for people to say.
  Then the lead is made. If that fails the person stays, and the next attempt takes it.
- Updating writes the person's part to the person (all leads of that person show it), then the rest to the lead.
  Deleting deletes the lead alone.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import cached_property, partial
from itertools import chain
from typing import TYPE_CHECKING

from reconciler.connectors.parallel import in_parallel
from reconciler.connectors.pipedrive.api import V1, Api, fold, moment_of, number, stamp
from reconciler.connectors.pipedrive.columns import Writing, body_of, chosen, values_of
from reconciler.connectors.pipedrive.cursor import began_at
from reconciler.connectors.pipedrive.lead_fields import LeadFields
from reconciler.connectors.pipedrive.lead_person import LeadPerson
from reconciler.connectors.pipedrive.organisations import Organisations
from reconciler.connectors.pipedrive.people import PATH, People
from reconciler.connectors.pipedrive.persons import CALLS_A_SECOND, GONE, NOTES, SEARCHABLE, newest, written
from reconciler.connectors.pipedrive.settings import COMPLETE_EVERY
from reconciler.errors import AppError, Rejected
from reconciler.model.outcome import Lost, Refused, Unsent, Written
from reconciler.model.record import Page, Record
from reconciler.model.traits import Traits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from reconciler.connectors.base import Account, Opening
    from reconciler.connectors.pipedrive.api import Row
    from reconciler.connectors.pipedrive.columns import Column
    from reconciler.connectors.pipedrive.settings import Settings
    from reconciler.model.field import Field
    from reconciler.model.outcome import Draft, Outcome, Patch
    from reconciler.model.record import Value

_LEADS, _ARCHIVED = f"{V1}/leads", f"{V1}/leads/archived"
_BATCH = 50
_FEW = 10
"""Up to so many changed people are asked for their leads one by one; beyond that, walking all leads is cheaper."""


class Leads:
    """The connector. ``known`` are the catalogue's fields."""

    def __init__(self, opening: Opening, known: Mapping[str, Field], settings: Settings) -> None:
        self._names = opening.fields
        self._settings = settings
        self._api = Api(opening.http, settings.page_size)
        self._organisations = Organisations(self._api, settings.lag, create=settings.create_organizations)
        self._people = People(self._api, known, self._organisations, settings)
        self._fields = LeadFields(self._api, known, self._organisations)
        self._person = LeadPerson(self._api, self._people, self._fields.person)
        self._threads = min(opening.http.parallel, _BATCH)
        self.traits = Traits(
            delta=True,
            complete_every=COMPLETE_EVERY,
            modified=True,
            create_batch=_BATCH,
            update_batch=_BATCH,
            delete_batch=_BATCH,
            pooled=("create", "update", "delete", "get"),
            get_batch=_BATCH,
            page_size=settings.page_size,
            searchable=SEARCHABLE,
            calls_per_second=CALLS_A_SECOND,
            burst=1,
            webhooks=True,
            notes=(*NOTES, "email, phone and name are the person's: a write shows in all leads of that person"),
        )

    def probe(self) -> Account:
        """The company, and what is left of its tokens of the day."""
        return self._api.account()

    def describe(self) -> tuple[Field, ...]:
        """The lead's fields, its person's, and the custom fields of deals."""
        labels = tuple(sorted(self._fields.labels.ids))
        known = {**self._fields.person, **self._fields.own, **self._fields.custom}
        return tuple(
            replace(one.field, values=labels) if name == "labels" else one.field for name, one in known.items()
        )

    def _columns(self, names: Sequence[str]) -> dict[str, Column]:
        """The account is asked only where a field is not a standard one. Raises ``Denied`` for one that it lacks."""
        standard = {**self._fields.person, **self._fields.own}
        return chosen(standard if set(names) <= set(standard) else {**standard, **self._fields.custom}, names)

    @cached_property
    def _wanted(self) -> dict[str, Column]:
        return self._columns(self._names)

    @cached_property
    def _split(self) -> tuple[dict[str, Column], dict[str, Column]]:
        """The wanted columns: the lead's, and the person's."""
        own = {name: one for name, one in self._wanted.items() if name not in self._fields.person}
        return own, {name: one for name, one in self._wanted.items() if name in self._fields.person}

    # -- reading

    def list(self, since: str | None = None) -> Iterator[Page]:
        """Everything, or what changed since a cursor less the overlap, the persons' changes included."""
        self._organisations.forget()
        if since is None:
            yield from self._everything()
        else:
            yield from self._changes(began_at(self._api, since))

    @property
    def _listings(self) -> tuple[str, ...]:
        return (_LEADS, _ARCHIVED) if self._settings.archived else (_LEADS,)

    def _everything(self) -> Iterator[Page]:
        began, whole = None, True
        for listing in self._listings:
            seen: set[object] = set()
            for rows, response, last in self._api.pages(listing, sort="add_time ASC"):
                began = began or self._api.now(response)
                seen |= {row["id"] for row in rows}
                if last:
                    whole = self._api.whole(listing, seen, began, sort="add_time DESC") and whole
                done = last and listing == self._listings[-1]
                if rows or done:
                    cursor = began.isoformat() if done and whole else None
                    yield Page(self._records(rows), cursor=cursor, last=done and whole)

    def _changes(self, before: datetime) -> Iterator[Page]:
        start = before - self._settings.overlap
        people, began = self._changed_people(start)
        cursor = began.isoformat()
        found = {str(row["id"]): row for row in self._changed(start, people)}
        rows, size = list(found.values()), self._settings.page_size
        for place in range(0, max(len(rows), 1), size):
            last = place + size >= len(rows)
            yield Page(self._records(rows[place : place + size]), cursor=cursor if last else None, last=last)

    def _changed_people(self, start: datetime) -> tuple[set[int], datetime]:
        """Who changed, and the server's time before anything else was asked."""
        people: set[int] = set()
        began = None
        for rows, response, _ in self._api.pages(PATH, updated_since=stamp(start), sort_by="id"):
            began = began or self._api.now(response)
            people |= {number(row["id"]) for row in rows}
        return people, began or self._api.now()

    def _changed(self, start: datetime, people: set[int]) -> Iterator[Row]:
        """Leads that changed, and leads of these people."""
        if len(people) > _FEW:
            walk = chain.from_iterable(self._api.rows(listing, sort="add_time ASC") for listing in self._listings)
            yield from (row for row in walk if _is_new(row, start) or row.get("person_id") in people)
            return
        yield from self._api.rows(_LEADS, updated_since=stamp(start))
        if self._settings.archived:
            yield from self._archived_since(start)
        for person in sorted(people):
            yield from self._of(person, self._listings)

    def _archived_since(self, start: datetime) -> Iterator[Row]:
        """The archive knows no ``updated_since``: newest first, until one is older."""
        for row in self._api.rows(_ARCHIVED, sort="update_time DESC"):
            if not _is_new(row, start):
                return
            yield row

    def _of(self, person: int, listings: Sequence[str] = (_LEADS, _ARCHIVED)) -> Iterator[Row]:
        for listing in listings:
            yield from self._api.rows(listing, person_id=person)

    def get(self, ids: Sequence[str]) -> Sequence[Record]:
        """One call a lead, and one for the persons of a hundred."""
        self._organisations.forget()
        results = in_parallel(ids, self._one, self._threads)
        for result in results:
            if isinstance(result, Unsent):
                raise result.error
            if isinstance(result, Refused | Lost):  # an error must not look like an absence
                raise Rejected(self._api.http.app, result.message, code="unreadable")
        return self._records([row for row in results if isinstance(row, dict)])

    def _one(self, lead_id: str) -> Row | None:
        return self._api.one(f"{_LEADS}/{lead_id}")

    def find(self, name: str, values: Sequence[str]) -> Sequence[Record]:
        """The leads of whoever has one of these values now, archived ones included; by a field of the lead itself, all
        leads are read."""
        column = self._columns([name])[name]
        if name in self._fields.person:
            people = self._people.find(column, values)
            return self._records([row for person in people for row in self._of(number(person["id"]))])
        wanted = {fold(value) for value in values if value}
        rows = chain.from_iterable(self._api.rows(listing) for listing in (_LEADS, _ARCHIVED)) if wanted else ()
        return self._records([row for row in rows if fold(values_of({name: column}, row).get(name)) in wanted])

    # -- writing

    def create(self, drafts: Sequence[Draft]) -> Sequence[Outcome]:
        """The person, then the lead."""
        _ = self._wanted  # a field that is not there is found before anything is written
        self._organisations.forget()
        return self._named(in_parallel(drafts, self._create, self._threads))

    def _create(self, draft: Draft) -> Row | Refused:
        if not draft.values.get("title"):
            return Refused("no_title", "a lead needs a title", "title")
        own, persons = self._parts(draft.values)
        body = body_of(self._columns(tuple(own)), own, Writing())
        archived = body.pop("is_archived", False)
        kept = {key: value for key, value in body.items() if value not in (None, [])}
        person = self._person.come_by(persons)
        row = self._api.make(_LEADS, kept if person is None else {**kept, "person_id": person})
        return self._archive(row) if archived else row

    def _archive(self, row: Row) -> Row:
        """A new lead is never archived; the lead stands even where this fails."""
        try:
            return self._api.change(f"{_LEADS}/{row['id']}", {"is_archived": True}) or row
        except AppError:
            return row

    def update(self, patches: Sequence[Patch]) -> Sequence[Outcome]:
        """The person, then the lead; each only where a field of it is named."""
        _ = self._wanted
        self._organisations.forget()
        return self._named(in_parallel(patches, self._update, self._threads))

    def _update(self, patch: Patch) -> Row | Refused:
        own, persons = self._parts(patch.values)
        current = self._one(patch.id)
        if current is None:
            return GONE
        body = body_of(self._columns(tuple(own)), own, Writing(current, patch.old))
        holder = current.get("person_id")
        if persons and (holder is None or not self._person.change(holder, persons, patch.old)):
            body["person_id"] = self._person.come_by(persons)
        row = self._api.change(f"{_LEADS}/{patch.id}", body) if body else current
        return GONE if row is None else row

    def delete(self, ids: Sequence[str]) -> Sequence[Outcome]:
        """One call a lead; the person stays."""
        return in_parallel(ids, self._delete, self._threads)

    def _delete(self, lead_id: str) -> Outcome:
        self._api.remove(f"{_LEADS}/{lead_id}")
        return Written(lead_id)

    def _parts(self, values: Mapping[str, Value]) -> tuple[dict[str, Value], dict[str, Value]]:
        """What is written to the lead, and what to its person."""
        persons = {name: value for name, value in values.items() if name in self._fields.person}
        return {name: value for name, value in values.items() if name not in persons}, persons

    # -- records

    def _named(self, results: Sequence[Row | Outcome]) -> Sequence[Outcome]:
        """What was written, joined with the persons as they are now; it stands even where these cannot be had."""
        people: dict[int, Row] = {}
        with suppress(AppError):
            people = self._joined([one for one in results if isinstance(one, dict)])
        join = partial(self._record, people=people)
        return [written(one, join) if isinstance(one, dict) else one for one in results]

    def _records(self, rows: Sequence[Row]) -> tuple[Record, ...]:
        people = self._joined(rows)
        return tuple(self._record(row, people) for row in rows)

    def _joined(self, rows: Sequence[Row]) -> dict[int, Row]:
        """The persons of these leads by id, and the names of their organisations."""
        own, persons = self._split
        if "organization" in own:
            self._organisations.learn(rows, "organization_id")
        ids = {number(row["person_id"]) for row in rows if row.get("person_id") is not None} if persons else set()
        return self._api.by_ids(PATH, ids)

    def _record(self, row: Row, people: Mapping[int, Row]) -> Record:
        """A lead without a person has nobody's values; a person that cannot be seen returns none."""
        own, persons = self._split
        person = people.get(number(row["person_id"])) if row.get("person_id") is not None else None
        values = values_of(own, row)
        if person is not None:
            values |= values_of(persons, person)
        elif row.get("person_id") is None:
            values |= dict.fromkeys(persons)
        return Record(str(row["id"]), values, modified=newest(row, person))


def _is_new(row: Row, start: datetime) -> bool:
    changed = moment_of(row.get("update_time"))
    return changed is None or changed >= start
