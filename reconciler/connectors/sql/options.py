"""What an account says of its table."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from reconciler.spec.catalogue import Role

_PART = r'(?:"[^"]+"|[^".]+)'


def _is_table(name: str) -> str:
    if not re.fullmatch(rf"{_PART}(\.{_PART})?", name):
        raise ValueError('write the name of a table or view, or schema.name; put a name with a dot in "quotes"')
    return name


class Options(BaseModel):
    """``options`` of an account. ``table``: a table or view, ``schema.name`` where it is in no usual schema. ``key``:
    the column that tells rows apart (the primary key). ``modified``: when a row was last changed, or a number that
    grows with every change. ``deleted``: a column that says that a row counts as deleted, yes or no or since when.
    ``writable``: the columns that may be written (all but key, ``modified``, ``deleted`` and generated ones).
    ``upsert_on``: columns that are unique together; a create that meets a row with the same values writes onto it.
    ``roles``: what columns mean, for default mappings. ``lists``: columns of text or JSON that hold several items.
    ``separator``: what stands between such items in a text. ``overlap``: how far a delta by ``modified`` reads back, in
    seconds or in the column's own unit. ``page_size`` and ``batch``: rows a page, rows a transaction."""

    model_config = ConfigDict(extra="forbid")

    table: Annotated[str, AfterValidator(_is_table)]
    key: str | None = None
    modified: str | None = None
    deleted: str | None = None
    writable: list[str] | None = None
    upsert_on: list[str] = []
    roles: dict[str, Role] = {}
    lists: list[str] = []
    separator: str = Field(default=",", min_length=1, max_length=1, pattern=r'[^"\r\n]')
    overlap: int = Field(default=60, ge=0)
    page_size: int = Field(default=1000, ge=1, le=10_000)
    batch: int = Field(default=500, ge=1, le=5000)

    @property
    def place(self) -> tuple[str | None, str]:
        """Schema (None: the usual one) and name of the table."""
        parts = [part.strip('"') for part in re.findall(_PART, self.table)]
        return (parts[0], parts[1]) if len(parts) > 1 else (None, parts[0])

    @property
    def named(self) -> tuple[str, ...]:
        """Every column that these options name."""
        single = (one for one in (self.key, self.modified, self.deleted) if one)
        return (*single, *(self.writable or ()), *self.upsert_on, *self.roles, *self.lists)
