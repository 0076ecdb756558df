from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.connectors.apps.csv import APP
from reconciler.connectors.base import Opening
from reconciler.connectors.http import Http
from reconciler.connectors.tabular.lists import join_list
from reconciler.testing.contract import Subject

if TYPE_CHECKING:
    from reconciler.model.record import Value
    from tests.contract.launchers.launch import Fresh

COLUMNS = (
    *("id", "email", "first_name", "last_name", "company", "title", "phone", "website", "street", "city", "country"),
    *("postal_code", "birthday", "notes", "tags", "opt_out", "score", "weight", "met_at", "favourites"),
)
ACCOUNT = {
    "folder": "people",
    "file": "people.csv",
    "types": {"score": "integer", "weight": "number", "met_at": "datetime"},
    "lists": ["favourites"],
    "page_size": 20,
    "batch": 10,
}


@dataclass
class Editor:
    """A person with a text editor."""

    path: Path
    numbers: Iterator[int]

    def add(self, **values: Value) -> str:
        made = str(next(self.numbers))
        with self.path.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file).writerow([{**_cells(values), "id": made}.get(name, "") for name in COLUMNS])
        return made

    def edit(self, record_id: str, **values: Value) -> None:
        self._save([{**row, **_cells(values)} if row["id"] == record_id else row for row in self._rows()])

    def delete(self, record_id: str) -> None:
        self._save([row for row in self._rows() if row["id"] != record_id])

    def _rows(self) -> list[dict[str, Value]]:
        with self.path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def _save(self, rows: list[dict[str, Value]]) -> None:
        with self.path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)


def _cells(values: dict[str, Value]) -> dict[str, Value]:
    return {name: join_list(value, ",") if isinstance(value, tuple) else value for name, value in values.items()}


@contextmanager
def folder_of_files(folder: Path) -> Iterator[Fresh]:
    path = folder / "people.csv"
    options = {**ACCOUNT, "folder": str(folder)}
    with Http(app="csv", base_url="") as http:

        def open_it(names):
            return APP.open(Opening(http, "rows", options, tuple(names)))

        def fresh() -> Subject:
            path.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
            return Subject(open=open_it, fields=open_it(()).describe(), hands=Editor(path, count(1)))

        yield fresh


LAUNCHERS = {"rows": folder_of_files}
