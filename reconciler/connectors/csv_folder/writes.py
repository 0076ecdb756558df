"""What a batch makes of a file: an outcome for every item, and the edit that brings it about."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.connectors.csv_folder.columns import Columns
from reconciler.connectors.csv_folder.edits import Edit
from reconciler.connectors.csv_folder.sheet import APP, Reading
from reconciler.connectors.tabular.patches import differs, gone, moved_on, onto
from reconciler.connectors.tabular.words import NoFit
from reconciler.model.field import FieldType
from reconciler.model.outcome import Draft, Outcome, Patch, Refused, Written

if TYPE_CHECKING:
    from reconciler.model.record import Value


@dataclass(frozen=True, slots=True)
class Writes:
    """Plans writes to one file. ``names`` are the columns that records show, ``new_id`` makes ids of new rows."""

    columns: Columns
    names: tuple[str, ...]
    new_id: Callable[[], uuid.UUID]

    def added(self, reading: Reading, drafts: Sequence[Draft]) -> tuple[list[Outcome], Edit]:
        """New rows for the end of the file."""
        added: list[list[str]] = []
        outcomes: list[Outcome] = []
        for draft in drafts:
            cells = [""] * len(reading.header)
            cells[reading.header.index(self.columns.key)] = str(self.new_id())
            outcome = self._set(reading, cells, draft.values)
            outcomes.append(outcome)
            if isinstance(outcome, Written):
                added.append(cells)
        return outcomes, Edit(added=added)

    def changed(self, reading: Reading, patches: Sequence[Patch]) -> tuple[list[Outcome], Edit]:
        """New cells in rows that are as they were read."""
        place, wanted = reading.header.index(self.columns.key), {patch.id for patch in patches}
        held = {row.cells[place]: row.cells for row in reading.records() if row.cells[place] in wanted}
        outcomes = [self._patched(reading, patch, held.get(patch.id)) for patch in patches]
        done = [one.id for one in outcomes if isinstance(one, Written)]
        return outcomes, Edit({one: held[one] for one in done})

    def dropped(self, reading: Reading, ids: Sequence[str]) -> tuple[list[Outcome], Edit]:
        """Rows that go."""
        place, wanted = reading.header.index(self.columns.key), set(ids)
        there = [row.cells[place] for row in reading.records() if row.cells[place] in wanted]
        return [Written(one) for one in ids], Edit(dict.fromkeys(there))

    def _patched(self, reading: Reading, patch: Patch, cells: list[str] | None) -> Outcome:
        if cells is None:
            return gone(APP)
        names = tuple(name for name in patch.values if name in reading.header)
        now = self.columns.record(reading.header, cells, names).values
        if differs(patch, now, self._is_list):
            return moved_on(APP)
        return self._set(reading, cells, onto(patch, now, self._is_list))

    def _is_list(self, name: str) -> bool:
        return self.columns.kind(name) is FieldType.LIST

    def _set(self, reading: Reading, cells: list[str], values: Mapping[str, Value]) -> Written | Refused:
        """Put values into the cells of one row; nothing is put where one does not fit."""
        new: dict[int, str] = {}
        for name, value in values.items():
            if name not in reading.header or name == self.columns.key:
                return Refused("read_only", f"{APP}: '{name}' is not a column that can be written", field=name)
            try:
                new[reading.header.index(name)] = self.columns.cells.write(self.columns.kind(name), value)
            except NoFit as error:
                return Refused(error.code, f"{APP}: the column '{name}': {error}", field=name)
        for place, cell in new.items():
            cells[place] = cell
        record = self.columns.record(reading.header, cells, tuple(dict.fromkeys((*self.names, *values))))
        return Written(record.id, record)
