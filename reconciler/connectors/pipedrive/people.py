"""The persons of an account as rows: what its fields are, and how they are found for certain.

The search index is some seconds behind: somebody made a moment ago is not in it, somebody deleted may still be. So a
search is believed for ids only. Those are read directly, and whoever changed within the last minute is listed besides,
which does not go by the index; what counts is the value that a record holds now.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from reconciler.connectors.budget import Budget
from reconciler.connectors.pipedrive import points
from reconciler.connectors.pipedrive.api import V2, fold, living, number, stamp
from reconciler.connectors.pipedrive.columns import (
    Column,
    Writing,
    all_points,
    as_is,
    as_object,
    as_whole,
    moment,
    one_point,
    part,
    text,
    values_of,
    write_point,
    write_points,
)
from reconciler.connectors.pipedrive.fields import Definitions, Told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.connectors.pipedrive.api import Api, Row
    from reconciler.connectors.pipedrive.choices import Choices
    from reconciler.connectors.pipedrive.columns import Read, Write
    from reconciler.connectors.pipedrive.organisations import Organisations
    from reconciler.connectors.pipedrive.settings import Settings
    from reconciler.model.field import Field
    from reconciler.model.record import Value

PATH = f"{V2}/persons"
MARKETING = "marketing_status"
_SYNCED = ("job_title", "birthday", "notes", "im", "postal_address")
_SEARCHES = {"email": "email", "emails": "email", "phone": "phone", "mobile": "phone", "home_phone": "phone"}
_SEARCHES |= {"phones": "phone", "name": "name"}
_SEARCHABLE_TYPES = frozenset({"varchar", "varchar_auto", "text", "double", "phone", "monetary"})
_SEARCHES_A_SECOND = 4.9
"""Ten in two seconds, a limit of their own."""

CONTACT: Mapping[str, tuple[Read, Write | None, bool]] = {
    "name": (text("name"), as_is("name"), False),
    "first_name": (text("first_name"), None, False),
    "last_name": (text("last_name"), None, False),
    "email": (one_point("emails", points.ANY), write_point("emails", points.ANY), True),
    "emails": (all_points("emails"), write_points("emails"), True),
    "phone": (one_point("phones", points.PHONE), write_point("phones", points.PHONE), True),
    "mobile": (one_point("phones", points.MOBILE), write_point("phones", points.MOBILE), True),
    "home_phone": (one_point("phones", points.HOME), write_point("phones", points.HOME), True),
    "phones": (all_points("phones"), write_points("phones"), True),
}
"""What a person brings into a lead, too: how it is read and written, and whether a write needs what is stored."""

_PLAIN: Mapping[str, tuple[Read, Write | None, bool]] = {
    **CONTACT,
    "id": (text("id"), None, False),
    "org_id": (text("org_id"), None, False),
    "owner_id": (text("owner_id"), as_whole("owner_id", "owner_id"), False),
    "visible_to": (text("visible_to"), as_whole("visible_to", "visible_to"), False),
    MARKETING: (text(MARKETING), as_is(MARKETING), True),
    "job_title": (text("job_title"), as_is("job_title"), False),
    "birthday": (text("birthday"), as_is("birthday"), False),
    "notes": (text("notes"), as_is("notes"), False),
    "im": (all_points("im"), write_points("im"), True),
    "postal_address": (part("postal_address", "value"), as_object("postal_address"), False),
    "picture_id": (text("picture_id"), None, False),
    "add_time": (moment("add_time"), None, False),
    "update_time": (moment("update_time"), None, False),
}


class People:
    """``known`` are the catalogue's fields."""

    def __init__(self, api: Api, known: Mapping[str, Field], organisations: Organisations, settings: Settings) -> None:
        self._api = api
        self._known = known
        self._organisations = organisations
        self._lag = settings.lag
        self._synced = settings.contact_sync
        self.definitions = Definitions(api, f"{V2}/personFields")
        http = api.http
        clock = http.budget.clock if http.budget else http.clock
        self._turns = Budget(http.app, per_second=_SEARCHES_A_SECOND, burst=1, clock=clock, sleep=http.sleep)

    @cached_property
    def standard(self) -> dict[str, Column]:
        """The catalogue's fields; what needs the account's options is asked for when it is used."""
        return {name: column for name in self._known if (column := self._standard(name)) is not None}

    def _standard(self, name: str) -> Column | None:
        field = self._known[name]
        if name in _PLAIN:
            read, write, merges = _PLAIN[name]
            return Column(field, read, write, merges)
        if name.startswith("postal_address."):
            return Column(field, part(*name.split(".")))
        if name == "organization":
            return Column(field, self._organisations.reads("org_id"), self._organisations.writes("org_id"))
        return Column(field, self._read_labels, self._write_labels, merges=True) if name == "labels" else None

    @cached_property
    def everywhere(self) -> dict[str, Column]:
        """The fields that every account has, so that nobody needs to ask for them."""
        return {name: one for name, one in self.standard.items() if name.split(".")[0] not in _SYNCED}

    @cached_property
    def columns(self) -> dict[str, Column]:
        """All fields of the account; those of contact sync only where it was set up."""
        there = {one.field_code for one in self.definitions.told}
        absent = set(_SYNCED) - there if self._synced is None else set() if self._synced else set(_SYNCED)
        standard = {name: one for name, one in self.standard.items() if name.split(".")[0] not in absent}
        return {**standard, **self.definitions.columns(self._known)}

    @cached_property
    def labels(self) -> Choices:
        """The labels that a person may have."""
        told = next((one for one in self.definitions.told if one.field_code == "label_ids"), None)
        return self.definitions.choices(told or Told("label_ids", "labels"))

    def _read_labels(self, row: Row) -> Value:
        return self.labels.reads(row["label_ids"]) if row["label_ids"] else None

    def _write_labels(self, writing: Writing, value: Value) -> None:
        writing.body["label_ids"] = self.labels.moved(writing.latest("label_ids"), value, writing.before)

    def find(self, column: Column, values: Sequence[str], **params: str | int | None) -> list[Row]:
        """Whoever has one of these values in this field, now. ``params`` are of the listings."""
        wanted = {fold(value) for value in values} - {""}
        fields = self._searched(column)
        if not wanted:
            return []
        terms = sorted({value.strip() for value in values} - {""})
        rows = self._candidates(terms, fields, params) if fields else self._api.rows(PATH, **params)
        found = {number(row["id"]): row for row in rows if living(row) and wanted & _folded(column, row)}
        return list(found.values())

    def _searched(self, column: Column) -> str | None:
        """Where the index keeps this field; None where it does not, and everybody must be read."""
        if not column.code:
            return _SEARCHES.get(column.field.name)
        types = {one.field_code: one.field_type for one in self.definitions.told}
        return "custom_fields" if types.get(column.code) in _SEARCHABLE_TYPES else None

    def _candidates(self, terms: Sequence[str], fields: str, params: Mapping[str, str | int | None]) -> list[Row]:
        ids: set[int] = set()
        began = None
        for term in terms:
            self._turns.acquire()
            hits, response = self._api.search(f"{PATH}/search", term, fields)
            began = began or self._api.now(response)
            ids |= set(hits)
        since = stamp((began or self._api.now()) - self._lag)
        recent = list(self._api.rows(PATH, updated_since=since, **params))
        return [*self.read(sorted(ids), **params), *recent]

    def read(self, ids: Sequence[int], **params: str | int | None) -> list[Row]:
        """These persons, a hundred a call. Who is not in the answer is asked for alone: hidden is not deleted."""
        found = self._api.by_ids(PATH, ids, **params)
        alone = (self._api.one(f"{PATH}/{each}", **params) for each in ids if each not in found)
        return [*found.values(), *(row for row in alone if row is not None)]


def _folded(column: Column, row: Row) -> set[str]:
    value = values_of({"": column}, row).get("")
    each = value if isinstance(value, tuple) else (value,)
    return {fold(one) for one in each if one is not None}
