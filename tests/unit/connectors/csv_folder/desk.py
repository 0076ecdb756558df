"""A file on a desk, and connectors over it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.connectors.csv_folder.options import Options
from reconciler.connectors.csv_folder.rows import Rows

if TYPE_CHECKING:
    from reconciler.model.record import Record


def new_id(number: int) -> str:
    """What the connector makes as its ``number``th id (from 0)."""
    return str(uuid.UUID(int=number))


@dataclass
class Desk:
    """``text`` and ``bytes`` are the file as it is."""

    path: Path

    def write(self, text: str, encoding: str = "utf-8") -> None:
        self.path.write_bytes(text.encode(encoding))

    @property
    def text(self) -> str:
        return self.path.read_bytes().decode()

    def rows(self, *names: str, **options: object) -> Rows:
        numbers = count()
        found = Options.model_validate({"folder": str(self.path.parent), "file": self.path.name, **options})
        return Rows(found, names, lambda: uuid.UUID(int=next(numbers)))

    def records(self, *names: str, **options: object) -> dict[str, Record]:
        pages = list(self.rows(*names, **options).list())
        return {record.id: record for page in pages for record in page.records}
