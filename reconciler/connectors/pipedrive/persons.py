"""The persons of a Pipedrive account, as the reconciler's contract wants them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from reconciler.connectors.parallel import in_parallel
from reconciler.connectors.pipedrive.api import Api, living, moment_of, number, stamp
from reconciler.connectors.pipedrive.columns import Writing, body_of, chosen, values_of
from reconciler.connectors.pipedrive.cursor import began_at
from reconciler.connectors.pipedrive.organisations import Organisations
from reconciler.connectors.pipedrive.people import MARKETING, PATH, People
from reconciler.connectors.pipedrive.settings import COMPLETE_EVERY
from reconciler.errors import AppError
from reconciler.model.outcome import Refused, Written
from reconciler.model.record import Page, Record
from reconciler.model.traits import Traits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from reconciler.connectors.base import Account, Opening
    from reconciler.connectors.pipedrive.api import Row
    from reconciler.connectors.pipedrive.columns import Column
    from reconciler.connectors.pipedrive.settings import Settings
    from reconciler.model.field import Field
    from reconciler.model.outcome import Draft, Outcome, Patch
    from reconciler.model.record import Value

CALLS_A_SECOND = 9.5
"""The smallest plan bears 20 calls in any two seconds."""
_BATCH = 50
_KEYS = 15
"""How many custom fields a listing can be asked for by name."""
SEARCHABLE = ("email", "emails", "phone", "mobile", "home_phone", "phones", "name")
NOTES = (
    "a day's tokens: a page of 500 costs 10, a write 5, a search 20",
    "deletes show in complete reads only, every six hours",
    "writes are single calls, a few at a time",
)


class Persons:
    """The connector. ``known`` are the catalogue's fields."""

    def __init__(self, opening: Opening, known: Mapping[str, Field], settings: Settings) -> None:
        self._names = opening.fields
        self._settings = settings
        self._api = Api(opening.http, settings.page_size)
        self._organisations = Organisations(self._api, settings.lag, create=settings.create_organizations)
        self._people = People(self._api, known, self._organisations, settings)
        self._threads = min(opening.http.parallel, _BATCH)
        custom = tuple(name for name in opening.fields if name not in known)
        self.traits = Traits(
            delta=True,
            complete_every=COMPLETE_EVERY,
            modified=True,
            create_batch=_BATCH,
            update_batch=_BATCH,
            delete_batch=_BATCH,
            pooled=("create", "update", "delete"),
            get_batch=100,
            page_size=settings.page_size,
            searchable=(*SEARCHABLE, *custom),
            calls_per_second=CALLS_A_SECOND,
            burst=1,
            webhooks=True,
            notes=NOTES,
        )

    def probe(self) -> Account:
        """The company, and what is left of its tokens of the day."""
        return self._api.account()

    def describe(self) -> tuple[Field, ...]:
        """Every field of the account; labels and options as people named them."""
        columns = self._people.columns
        labels = tuple(sorted(self._people.labels.ids))
        return tuple(
            replace(one.field, values=labels) if name == "labels" else one.field for name, one in columns.items()
        )

    @cached_property
    def _known(self) -> dict[str, Column]:
        """The account is asked only where a field is not a standard one. Raises ``Denied`` for one that it lacks."""
        everywhere = self._people.everywhere
        return everywhere if set(self._names) <= set(everywhere) else self._people.columns

    @cached_property
    def _wanted(self) -> dict[str, Column]:
        return chosen(self._known, self._names)

    @cached_property
    def _params(self) -> dict[str, str | int | None]:
        """What a listing must be asked for to hold the wanted fields, and no more."""
        keys = sorted({column.code for column in self._wanted.values()} - {""})
        return {
            "include_fields": MARKETING if MARKETING in self._wanted else None,
            "custom_fields": ",".join(keys) if 0 < len(keys) <= _KEYS else None,
        }

    def list(self, since: str | None = None) -> Iterator[Page]:
        """Everybody, or who changed since a cursor less the overlap; by id, so that nobody is passed over."""
        before = None if since is None else began_at(self._api, since)
        changed = stamp(before - self._settings.overlap) if before else None
        self._organisations.forget()
        began, seen = None, set[object]()
        listing = self._api.pages(PATH, updated_since=changed, sort_by="id", sort_direction="asc", **self._params)
        for rows, response, last in listing:
            began = began or self._api.now(response)
            seen |= {row["id"] for row in rows}
            whole = last and (
                before is not None or self._api.whole(PATH, seen, began, sort_by="id", sort_direction="desc")
            )
            gone = tuple(str(row["id"]) for row in rows if living(row) is None)
            yield Page(self._records(rows), gone, cursor=began.isoformat() if whole else None, last=whole)

    def get(self, ids: Sequence[str]) -> Sequence[Record]:
        """Directly, a hundred a call."""
        self._organisations.forget()
        numbers = [int(each) for each in ids if each.isdecimal()]
        return self._records(self._people.read(numbers, **self._params))

    def _one(self, person_id: str) -> Row | None:
        return self._api.one(f"{PATH}/{person_id}", **self._params)

    def find(self, name: str, values: Sequence[str]) -> Sequence[Record]:
        """Exactly, and by what the records hold now, whatever the search index says."""
        column = self._columns([name])[name]
        return self._records(self._people.find(column, values, **{**self._params, "custom_fields": None}))

    def create(self, drafts: Sequence[Draft]) -> Sequence[Outcome]:
        """One call a person."""
        _ = self._wanted  # a field that is not there is found before anything is written
        self._organisations.forget()
        return self._named(in_parallel(drafts, self._create, self._threads))

    def _create(self, draft: Draft) -> Row | Refused:
        if not draft.values.get("name"):
            return Refused("no_name", "a person needs a name", "name")
        if MARKETING in draft.values and (why := status_refusal(draft.values, {"emails": draft.values.get("email")})):
            return why
        body = body_of(self._columns(draft.values), draft.values, Writing())
        return self._complete(self._api.make(PATH, {k: v for k, v in body.items() if v not in (None, [])}))

    def update(self, patches: Sequence[Patch]) -> Sequence[Outcome]:
        """One call a person, and a read before it where a list holds what must be kept."""
        _ = self._wanted
        self._organisations.forget()
        return self._named(in_parallel(patches, self._update, self._threads))

    def _update(self, patch: Patch) -> Row | Refused:
        columns = self._columns(patch.values)
        current: Row | None = {}
        if any(columns[name].merges for name in patch.values) or not patch.values:
            current = self._api.one(f"{PATH}/{patch.id}", include_fields=MARKETING if MARKETING in columns else None)
        if current is None:
            return GONE
        if MARKETING in patch.values and (why := status_refusal(patch.values, current)):
            return why
        body = body_of(columns, patch.values, Writing(current, patch.old))
        row = self._api.change(f"{PATH}/{patch.id}", body) if body else current
        if row is None:
            return GONE
        row = self._complete(row)
        return _unmoved(row, body) or row

    def delete(self, ids: Sequence[str]) -> Sequence[Outcome]:
        """One call a person; for 30 days people can bring them back."""
        return in_parallel(ids, self._delete, self._threads)

    def _delete(self, person_id: str) -> Outcome:
        self._api.remove(f"{PATH}/{person_id}")
        return Written(person_id)

    def _columns(self, names: Iterable[str]) -> dict[str, Column]:
        return chosen(self._known if set(names) <= set(self._known) else self._people.columns, names)

    def _complete(self, row: Row) -> Row:
        """The answer to a write mostly is the whole record; where a wanted field is missing, it is read. The write
        stands even where this fails."""
        try:
            lacking = set(self._wanted) - values_of(self._wanted, row).keys() - {"organization"}
            return (self._one(str(row["id"])) or row) if lacking else row
        except AppError:
            return row

    def _named(self, results: Sequence[Row | Outcome]) -> Sequence[Outcome]:
        """What was written, with the names of organisations, which are asked for once for all; the writes stand even
        where they cannot be had."""
        rows = [one for one in results if isinstance(one, dict)]
        with suppress(AppError):
            self._learn(rows)
        return [written(one, self._record) if isinstance(one, dict) else one for one in results]

    def _learn(self, rows: Sequence[Row]) -> None:
        if "organization" in self._wanted:
            self._organisations.learn(rows, "org_id")

    def _records(self, rows: Sequence[Row]) -> tuple[Record, ...]:
        alive = [row for row in rows if living(row) is not None]
        self._learn(alive)
        return tuple(self._record(row) for row in alive)

    def _record(self, row: Row) -> Record:
        return Record(str(number(row["id"])), values_of(self._wanted, row), modified=modified(row))


GONE = Refused("gone", "the record is no longer there", stale=True)


def modified(row: Row) -> datetime | None:
    """When a row was changed last, also by the app itself."""
    return moment_of(row.get("update_time"))


def newest(*rows: Row | None) -> datetime | None:
    """The latest of some rows' last changes."""
    moments = [told for row in rows if row is not None and (told := modified(row))]
    return max(moments, default=None)


def status_refusal(values: Mapping[str, Value], current: Mapping[str, object]) -> Refused | None:
    """Why this marketing status cannot be set, if it cannot: what the app would pass over in silence."""
    before, after = current.get(MARKETING), values[MARKETING]
    if after == before:
        return None
    if after not in ("subscribed", "unsubscribed"):
        return Refused("status_invalid", "marketing_status can be set to subscribed or unsubscribed only", MARKETING)
    if before == "unsubscribed":
        return Refused("status_locked", "who unsubscribed can be subscribed again only by themselves", MARKETING)
    if not current.get("emails") and not values.get("email") and not values.get("emails"):
        return Refused("no_email", "a marketing status needs an email", MARKETING)
    return None


def _unmoved(row: Row, body: Row) -> Refused | None:
    if MARKETING not in body or row.get(MARKETING, body[MARKETING]) == body[MARKETING]:
        return None
    return Refused(
        "status_unchanged", "the app left marketing_status as it was: it takes each change only once", MARKETING
    )


def written(row: Row, record_of: Callable[[Row], Record]) -> Written:
    """Done, with what the server holds now; done also where that cannot be understood without a further call."""
    try:
        record = record_of(row)
    except AppError:
        record = Record(str(row["id"]), {})
    return Written(record.id, record)
