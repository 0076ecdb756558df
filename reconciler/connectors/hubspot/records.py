"""Contacts of a HubSpot account, as the reconciler's contract wants them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reconciler.connectors.base import Account
from reconciler.connectors.hubspot.api import BATCH, PAGE, Contacts
from reconciler.connectors.hubspot.lists import Lists, moves
from reconciler.connectors.hubspot.reading import Reader
from reconciler.connectors.hubspot.rules import LISTS, STAGE, backwards, fold, items, locked, unfit, unlisted
from reconciler.connectors.hubspot.wording import spoken
from reconciler.connectors.hubspot.writing import Input, write
from reconciler.connectors.outcomes import one_by_one
from reconciler.errors import AppError, Denied, Rejected
from reconciler.model.field import FieldType
from reconciler.model.outcome import Refused, Written
from reconciler.model.record import Record
from reconciler.model.traits import Traits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reconciler.connectors.base import Opening
    from reconciler.connectors.hubspot.api import Row
    from reconciler.connectors.hubspot.writing import Fates
    from reconciler.model.field import Field
    from reconciler.model.outcome import Draft, Outcome, Patch
    from reconciler.model.record import Page, Value

_SEARCHABLE = ("email", "phone", "mobilephone", "firstname", "lastname", "company", "work_email")
_NO_ADDRESS = frozenset(' "<>*')
_BODY = 1200
_SEARCHED = 100
_SELF_MOVING = frozenset({"lastmodifieddate", "hs_lastmodifieddate"})
"""HubSpot computes more after a write, and moves these again: what they say right after it is not yet true."""

_NOTES = (
    "search, and so a delta, is up to a minute behind: each reads a little further back than needed",
    "archived contacts are found by reading the whole recycle bin, 100 a call",
    "whoever leaves a list makes the next read a complete one, where lists are synced",
    "subscriptions and opt-outs can be read, not written: they are no part of a contact",
    "the life cycle stage moves forward only",
    "leads are work items on a contact, not people: there is no entity for them",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """``overlap``: milliseconds that a delta reads back before its cursor. ``recycle_bin``: look for archived contacts
    in each delta. ``labels``: options of enumerations by what people see."""

    overlap: int
    recycle_bin: bool
    labels: bool


class HubSpotContacts:
    """The connector. ``known`` are the catalogue's fields."""

    def __init__(
        self, opening: Opening, known: Mapping[str, Field], api: Contacts, lists: Lists, settings: Settings
    ) -> None:
        self._reader = Reader(api, lists, known, opening.fields, labels=settings.labels)
        self._api = api
        self._lists = lists
        self._settings = settings
        own = (name for name in opening.fields if name not in known)
        self.traits = Traits(
            delta=True,
            tombstones=settings.recycle_bin,
            modified=True,
            modified_resolution=0.001,
            create_batch=BATCH,
            update_batch=BATCH,
            delete_batch=BATCH,
            get_batch=BATCH,
            find_batch=BATCH,
            page_size=PAGE,
            searchable=(*_SEARCHABLE, *own),
            unique=("email",),
            eventual_seconds=60.0,
            calls_per_second=9.3,
            burst=5,
            daily_calls=250_000,
            webhooks=True,
            notes=_NOTES,
        )

    def probe(self) -> Account:
        """The account, what is left of its calls of the day, and which scopes reading lacks."""
        portal, http = self._api.portal(), self._api.http
        lacking = self._reader.lacking()
        return Account(id=portal, calls_left=http.calls_left, calls_limit=http.calls_limit, missing=lacking)

    def describe(self) -> tuple[Field, ...]:
        """Every property of the account's contacts, and its lists."""
        fields = self._reader.fields
        try:
            names, writable = self._lists.names, self._lists.writable
        except Denied:  # who does not sync lists need not grant their scope
            return tuple(fields.values())
        lists = replace(fields[LISTS], values=names, writable_values=writable if writable != names else ())
        return tuple((fields | {LISTS: lists}).values())

    def list(self, since: str | None = None) -> Iterator[Page]:
        """Everything, or what changed since a cursor and what was archived since."""
        if since is None:
            return self._reader.everything()
        settings = self._settings
        return self._reader.changes(since, settings.overlap, bin_too=settings.recycle_bin)

    def get(self, ids: Sequence[str]) -> Sequence[Record]:
        """By id, a hundred a call."""
        return self._reader.get(ids)

    def find(self, name: str, values: Sequence[str]) -> Sequence[Record]:
        """By a field's value, without regard to case. Emails, and what an account keeps unique, are looked up in the
        database; the rest is searched for, and the index may be behind."""
        if name not in self._reader.properties:
            raise Denied(self._api.http.app, f"contacts cannot be searched by {name}", code="PROPERTY_DOESNT_EXIST")
        rows = self._rows(name, [value for value in values if value.strip()])
        wanted = {fold(value) for value in values} - {""}
        # The index may be behind, and a second address is not the first: each hit is looked at again.
        fit = {row.id: row for row in rows if fold(self._reader.codec.read(name, row.properties.get(name))) in wanted}
        return self._reader.records(list(fit.values()))

    def _rows(self, name: str, values: Sequence[str]) -> Iterator[Row]:
        names = tuple(dict.fromkeys([*self._reader.wanted, name]))
        folded = sorted({fold(value) for value in values})
        if name == "email":
            addresses = [one for one in folded if "@" in one and not set(one) & _NO_ADDRESS]
            yield from self._api.read(addresses, names, key="email")
        elif self._reader.properties[name].has_unique_value:
            yield from self._api.read(values, names, key=name)
        else:
            listed = self._reader.fields[name].type is FieldType.ENUM
            for part in _parts([self._reader.codec.write(name, one) for one in values] if listed else folded):
                yield from self._api.where(name, part, names)

    def create(self, drafts: Sequence[Draft]) -> Sequence[Outcome]:
        """One batch, one call a list, one read of what was stored."""
        outcomes: dict[int, Outcome] = {}
        inputs: list[Input] = []
        taken: set[str] = set()
        for number, draft in enumerate(drafts):
            if why := unfit(draft.values, taken) or self._refusal(draft.values, {}):
                outcomes[number] = why
                continue
            inputs.append(Input(number, self._properties(draft.values)))
            taken |= {fold(draft.values["email"])} if draft.values.get("email") else set()
        fates = write(self._api, "create", inputs)
        ids = {number: row.id for number, row in fates.rows.items()}
        wanted = {number: items(drafts[number].values.get(LISTS)) for number in ids}
        # Where a list is refused the contact exists all the same: the next cycle sees its lists and goes on from there.
        self._place((ids[number], frozenset(), after) for number, after in wanted.items())
        told = {ids[number] for number in ids if LISTS in drafts[number].values}
        return self._outcomes(len(drafts), outcomes, fates, ids, told)

    def update(self, patches: Sequence[Patch]) -> Sequence[Outcome]:
        """One batch, one call a list, one read of what is stored now."""
        outcomes: dict[int, Outcome] = {}
        inputs: list[Input] = []
        ids: dict[int, str] = {}
        for number, patch in enumerate(patches):
            properties = self._properties(patch.values)
            if why := self._refusal(patch.values, patch.old):
                outcomes[number] = why
            elif properties:
                inputs.append(Input(number, properties, patch.id))
            else:
                ids[number] = patch.id
        fates = write(self._api, "update", inputs)
        ids |= {number: patches[number].id for number in fates.rows}
        moved = [patches[number] for number in ids if LISTS in patches[number].values]
        unmoved = self._place((one.id, items(one.old.get(LISTS)), items(one.values[LISTS])) for one in moved)
        outcomes |= {number: unmoved[one] for number, one in ids.items() if one in unmoved}
        return self._outcomes(len(patches), outcomes, fates, ids, {one.id for one in moved})

    def _refusal(self, values: Mapping[str, Value], old: Mapping[str, Value]) -> Refused | None:
        """Why these values are not even sent; asks for the account's fields first, which finds a missing one."""
        _, fields = self._reader.wanted, self._reader.fields
        order = fields[STAGE].values if STAGE in fields else ()
        return locked(values, fields) or backwards(values, old, order) or unlisted(values, old, self._lists)

    def _properties(self, values: Mapping[str, Value]) -> dict[str, str]:
        return {name: self._reader.codec.write(name, value) for name, value in values.items() if name != LISTS}

    def _place(self, changes: Iterable[tuple[str, frozenset[str], frozenset[str]]]) -> dict[str, Refused]:
        """Put contacts on lists and take them off; returns by contact id why that could not be."""
        unmoved: dict[str, Refused] = {}
        for name, (joining, leaving) in moves(changes).items():
            if name not in self._lists.writable:  # gone since the plan was read: nobody is on it any more
                continue
            try:
                self._lists.move(name, joining, leaving)
            except AppError as error:
                why = f"the list {name} could not be changed: {error}"
                unmoved |= dict.fromkeys([*joining, *leaving], Refused(error.code or "list_refused", why, LISTS))
        return unmoved

    def _outcomes(
        self, count: int, outcomes: dict[int, Outcome], fates: Fates, ids: Mapping[int, str], told: set[str]
    ) -> Sequence[Outcome]:
        """In order, with what the server holds now: read back, because answers to writes spell dates differently."""
        stored = self._stored([one for number, one in ids.items() if number not in outcomes], told)
        gone = Refused("gone", "the contact is no longer there, or was merged into another", stale=True)
        for number, one in ids.items():
            row = fates.rows.get(number)
            moved_on = stored is not None and one not in stored
            merged = row is not None and row.id != one
            now = (stored or {}).get(one, Record(one, {}))
            outcomes.setdefault(number, gone if moved_on or merged else Written(one, now))
        outcomes |= fates.outcomes
        return [outcomes[number] for number in range(count)]

    def _stored(self, ids: Sequence[str], told: set[str]) -> dict[str, Record] | None:
        """Contacts by id as they are stored now, with the lists of those that are ``told`` of. None where that could
        not be read: the writes stand all the same."""
        try:
            rows = self._api.read(ids, self._reader.wanted)
            listed = {one.id: one for one in self._reader.records([row for row in rows if row.id in told])}
        except AppError:
            return None
        plain = {row.id: listed.get(row.id) or self._reader.record(row, None) for row in rows}
        return {one: _still(record) for one, record in plain.items()}

    def delete(self, ids: Sequence[str]) -> Sequence[Outcome]:
        """Into the recycle bin, a hundred a call; where a batch is refused, one by one. Who was merged is gone already:
        to archive that id might archive whom it was merged into."""
        if not (there := self._reader.own(ids) if ids else []):
            return [Written(one) for one in ids]
        try:
            batch = self._api.archive(there)
        except Rejected:
            fates = dict(zip(there, one_by_one(there, self._delete), strict=True))
            return [fates.get(one, Written(one)) for one in ids]
        failed = {
            one: Refused(problem.code or "refused", spoken(problem, ()))
            for problem in batch.errors
            if problem.category != "OBJECT_NOT_FOUND"
            for one in problem.named("ids")
        }
        return [failed.get(one, Written(one)) for one in ids]

    def _delete(self, record_id: str) -> Outcome:
        self._api.archive_one(record_id)
        return Written(record_id)


def _still(record: Record) -> Record:
    values = {name: value for name, value in record.values.items() if name not in _SELF_MOVING}
    return replace(record, values=values)


def _parts(values: Sequence[str]) -> Iterator[list[str]]:
    """Slices that fit into a search's body."""
    part: list[str] = []
    length = 0
    for value in values:
        width = len(value.encode()) + 3
        if part and (len(part) == _SEARCHED or length + width > _BODY):
            yield part
            part, length = [], 0
        part.append(value)
        length += width
    if part:
        yield part
