"""The connector over one file. Reading takes two passes, one to judge the file and one to give its pages; every write
is one new file."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from reconciler.connectors.base import Account
from reconciler.connectors.csv_folder.checks import lacks_ids
from reconciler.connectors.csv_folder.columns import Columns
from reconciler.connectors.csv_folder.edits import Edit, with_ids
from reconciler.connectors.csv_folder.sheet import Reading, Sheet
from reconciler.connectors.csv_folder.writes import Writes
from reconciler.connectors.tabular.columns import searchable
from reconciler.model.outcome import Outcome
from reconciler.model.record import Page, Record
from reconciler.model.traits import Traits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.connectors.csv_folder.options import Options
    from reconciler.model.field import Field
    from reconciler.model.outcome import Draft, Patch

Item = TypeVar("Item")
Plan = Callable[[Reading, Sequence[Item]], tuple[Sequence[Outcome], Edit]]

_NOTES = ("a file keeps no record of what changed: every read is complete",)


class Rows:
    """The connector. ``new_id`` makes ids of new rows."""

    def __init__(
        self, options: Options, names: tuple[str, ...] = (), new_id: Callable[[], uuid.UUID] = uuid.uuid4
    ) -> None:
        self._options = options
        self._sheet = Sheet(options)
        self._names = names
        self._new_id = new_id
        self._columns = Columns(options)
        self._writes = Writes(self._columns, names, new_id)
        self.traits = Traits(
            create_batch=options.batch,
            update_batch=options.batch,
            delete_batch=options.batch,
            get_batch=options.batch,
            find_batch=options.batch,
            page_size=options.page_size,
            searchable=searchable(names, options.roles, options.lists),
            notes=_NOTES,
        )

    def probe(self) -> Account:
        """Which file it is."""
        with self._sheet.reading():
            return Account(id=str(self._options.path))

    def describe(self) -> tuple[Field, ...]:
        """Every column that has a name; all but the id can be written."""
        with self._sheet.reading() as reading:
            return self._columns.fields(reading.header)

    def list(self, since: str | None = None) -> Iterator[Page]:
        """All rows in the order of the file, of which nothing is believed before the whole is judged."""
        del since
        size = self._options.page_size
        self._fill_ids()
        with self._sheet.reading() as reading:
            lacks_ids(reading, self._options)
            records = self._columns.records(reading, self._names)
            page = tuple(islice(records, size))
            while following := tuple(islice(records, size)):
                yield Page(page)
                page = following
            reading.as_it_was()
            yield Page(page, last=True)

    def get(self, ids: Sequence[str]) -> Sequence[Record]:
        """By a look through the file."""
        wanted = set(ids)
        return self._chosen(lambda record: record.id in wanted, self._names) if ids else ()

    def find(self, name: str, values: Sequence[str]) -> Sequence[Record]:
        """By a look through the file, whatever the case."""
        wanted = {value.casefold() for value in values if value}
        if not wanted:
            return ()
        names = (*self._names, name)
        found = self._chosen(lambda record: str(record.values[name] or "").casefold() in wanted, names)
        return [replace(one, values={key: one.values[key] for key in self._names}) for one in found]

    def create(self, drafts: Sequence[Draft]) -> Sequence[Outcome]:
        """New rows at the end of the file."""
        return self._written(drafts, self._writes.added)

    def update(self, patches: Sequence[Patch]) -> Sequence[Outcome]:
        """New cells in rows that are as they were read."""
        return self._written(patches, self._writes.changed)

    def delete(self, ids: Sequence[str]) -> Sequence[Outcome]:
        """Rows go."""
        return self._written(ids, self._writes.dropped)

    def _chosen(self, wanted: Callable[[Record], bool], names: Sequence[str]) -> Sequence[Record]:
        self._fill_ids()
        with self._sheet.reading() as reading:
            lacks_ids(reading, self._options)
            found = [record for record in self._columns.records(reading, names) if wanted(record)]
            reading.as_it_was()
        return found

    def _fill_ids(self) -> None:
        """Give rows their ids, where the options allow that."""
        if not self._options.make_ids:
            return
        with self._sheet.reading() as reading:
            missing = lacks_ids(reading, self._options)
        if missing:
            self._sheet.replace(self._with_ids)

    def _with_ids(self, reading: Reading) -> Iterator[str] | None:
        """Looked at once more: meanwhile somebody else may have done it."""
        missing = lacks_ids(reading, self._options)
        return with_ids(reading, self._options, lambda: str(self._new_id())) if missing else None

    def _written(self, items: Sequence[Item], plan: Plan[Item]) -> Sequence[Outcome]:
        """One new file for all items, none where nothing is to be written."""
        outcomes: Sequence[Outcome] = ()

        def produce(reading: Reading) -> Iterator[str] | None:
            nonlocal outcomes
            lacks_ids(reading, self._options)
            outcomes, edit = plan(reading, items)
            return edit.texts(reading, self._options) if edit.changed or edit.added else None

        if items:
            self._fill_ids()
            self._sheet.replace(produce)
        return outcomes
