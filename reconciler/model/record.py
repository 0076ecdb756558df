"""One contact as its app holds it, and the pages it comes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

Value: TypeAlias = str | bool | int | float | tuple[str, ...] | None
"""A field's value. ``None`` is empty (connectors turn ``""`` and ``()`` into it); dates are ISO 8601 text."""


class Side(StrEnum):
    """One of the two ends of a connection."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def other(self) -> Side:
        """The opposite end."""
        return Side.RIGHT if self is Side.LEFT else Side.LEFT


SIDES = (Side.LEFT, Side.RIGHT)
"""For what runs once a field of a pair: going through the class itself takes six times as long."""


@dataclass(frozen=True, slots=True)
class Record:
    """A contact as read from an app.

    A field absent from ``values`` was not returned; ``None`` means that the app says it is empty.
    ``version`` is the app's own precondition token (ETag, revision), ``modified`` is timezone-aware.
    """

    id: str
    values: Mapping[str, Value]
    version: str | None = None
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing.

    ``gone`` are ids that the app itself reports as deleted (tombstones). ``total`` is the app's own count of the
    whole listing, where it gives one. ``cursor`` on the last page is where the next delta read begins; ``last`` says
    that the app declared the listing finished.
    """

    records: tuple[Record, ...]
    gone: tuple[str, ...] = ()
    total: int | None = None
    cursor: str | None = None
    last: bool = False
