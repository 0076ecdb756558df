"""What became of each item of a write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from reconciler.errors import AppError
from reconciler.model.record import Record, Value


@dataclass(frozen=True, slots=True)
class Draft:
    """A record to create."""

    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Patch:
    """Fields to change on an existing record. ``old`` holds the same fields as they were read for the plan, so that a
    connector can turn a list into additions and removals. ``version`` is the precondition token, if the app has one."""

    id: str
    values: Mapping[str, Value]
    old: Mapping[str, Value]
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """Done; ``record`` holds the values as the server holds them now (None for a delete)."""

    id: str
    record: Record | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The app refused this one item. ``code`` is the app's own word for it; ``message`` is free of personal data.

    ``stale`` says that the record moved on since it was read (a failed precondition, a vanished record): plan it anew.
    """

    code: str
    message: str
    field: str | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Lost:
    """Sent, and no answer came: it may have happened."""

    message: str


@dataclass(frozen=True, slots=True)
class Unsent:
    """Never sent, because ``error`` ended the batch before this item."""

    error: AppError


Outcome: TypeAlias = Written | Refused | Lost | Unsent
