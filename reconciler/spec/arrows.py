"""The arrow grammar: ``crm <-> news`` between sides, ``crm.Title -> news.jobtitle`` between fields.

    sync   = side ARROW side
    arrow  = fields ARROW fields
    fields = side "." field { "+" [side "."] field }
    ARROW  = "<->" | "->" | "<-"

Everything after the first dot is the field's name, so names may hold dots and blanks, but no ``+`` and no arrow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, WithJsonSchema

from reconciler.model.connection import Direction
from reconciler.spec.findings import Unfit

_ARROW = re.compile(r"\s*(<->|->|<-)\s*")
_SYNC_HINT = "write two side names with an arrow between: crm <-> news, crm -> news or crm <- news"
_ARROW_HINT = "write side.field, an arrow (<->, -> or <-), and side.field: crm.Title -> news.jobtitle"

MIRRORED = {
    Direction.BOTH: Direction.BOTH,
    Direction.TO_RIGHT: Direction.TO_LEFT,
    Direction.TO_LEFT: Direction.TO_RIGHT,
}


@dataclass(frozen=True, slots=True)
class Sync:
    """The two sides in the order of writing: the first is the left one from here on."""

    left: str
    direction: Direction
    right: str


@dataclass(frozen=True, slots=True)
class Fields:
    """One end of an arrow: fields of one side."""

    side: str
    names: tuple[str, ...]

    def __str__(self) -> str:
        return " + ".join(f"{self.side}.{name}" for name in self.names)


@dataclass(frozen=True, slots=True)
class Arrow:
    """A mapping's fields in the order of writing."""

    first: Fields
    direction: Direction
    second: Fields

    def __str__(self) -> str:
        return f"{self.first} {self.direction.value} {self.second}"

    def mirrored(self) -> Arrow:
        """The same arrow, read from its other end."""
        return Arrow(self.second, MIRRORED[self.direction], self.first)


def parse_sync(raw: object) -> Sync:
    """Two sides and a direction. Raises ``Unfit``."""
    if isinstance(raw, Sync):
        return raw
    left, direction, right = _split(raw, _SYNC_HINT)
    if left == right:
        raise Unfit("a side cannot be in sync with itself", _SYNC_HINT)
    return Sync(left, direction, right)


def parse_arrow(raw: object) -> Arrow:
    """Fields, a direction, fields. Raises ``Unfit``."""
    if isinstance(raw, Arrow):
        return raw
    first, direction, second = _split(raw, _ARROW_HINT)
    arrow = Arrow(_fields(first), direction, _fields(second))
    if arrow.first.side == arrow.second.side:
        raise Unfit(f"both ends of this arrow are on side '{arrow.first.side}'", _ARROW_HINT)
    return arrow


def _split(raw: object, hint: str) -> tuple[str, Direction, str]:
    parts = _ARROW.split(raw.strip()) if isinstance(raw, str) else []
    match parts:
        case [first, arrow, second] if first and second:
            return first, Direction(arrow), second
    raise Unfit("this is not an arrow", hint)


def _fields(text: str) -> Fields:
    side, dot, rest = text.partition(".")
    names = [name.strip() for name in rest.split("+")]
    names = [name.removeprefix(f"{side}.") for name in names]
    if not dot or not side.strip() or not all(names):
        raise Unfit(f"'{text}' is not a field of a side", _ARROW_HINT)
    if len(set(names)) != len(names):
        raise Unfit(f"'{text}' names a field twice")
    return Fields(side.strip(), tuple(names))


SyncText: TypeAlias = Annotated[
    Sync, BeforeValidator(parse_sync), WithJsonSchema({"type": "string", "pattern": r"^\S+\s*(<->|->|<-)\s*\S+$"})
]
ArrowText: TypeAlias = Annotated[
    Arrow, BeforeValidator(parse_arrow), WithJsonSchema({"type": "string", "pattern": r"^.+\..+(<->|->|<-).+\..+$"})
]
