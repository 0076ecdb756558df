"""What an account says of its file."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from reconciler.model.field import FieldType
from reconciler.spec.catalogue import Role


def _plain_name(name: str) -> str:
    if Path(name).name != name or name in {"", ".", ".."}:
        raise ValueError("write the name of a file in the folder, without a path")
    return name


def _known_encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name.removesuffix("-sig")
    except LookupError:
        raise ValueError(f"no encoding is called '{name}'; the usual ones are utf-8 and cp1252") from None


Character = Annotated[str, Field(min_length=1, max_length=1, pattern=r'[^"\r\n]')]


class Options(BaseModel):
    """``options`` of an account. ``folder`` and ``file``: where it is. ``key``: the column that tells rows apart.
    ``make_ids``: write an id into rows that have none; this is done whenever the file is read, also for a plan.
    ``roles``: what columns mean, for default mappings. ``types``: what columns hold that is no text. ``lists``: columns
    that hold several items, with ``separator`` between them. ``guard``: keep spreadsheets from taking a text for a
    formula. ``encoding``: a mark at the beginning of the file (BOM) is found and kept. ``page_size``: rows a
    page. ``batch``: rows a new file."""

    model_config = ConfigDict(extra="forbid")

    folder: str
    file: Annotated[str, AfterValidator(_plain_name)]
    key: str = "id"
    make_ids: bool = False
    delimiter: Character = ","
    encoding: Annotated[str, AfterValidator(_known_encoding)] = "utf-8"
    roles: dict[str, Role] = {}
    types: dict[str, FieldType] = {}
    lists: list[str] = []
    separator: Character = ","
    guard: bool = True
    page_size: int = Field(default=1000, ge=1, le=100_000)
    batch: int = Field(default=5000, ge=1, le=100_000)

    @property
    def path(self) -> Path:
        """The file itself, behind links."""
        return Path(self.folder, self.file).resolve()

    @property
    def named(self) -> tuple[str, ...]:
        """Every column beside the key that these options name."""
        return (*self.roles, *self.types, *self.lists)
