"""What a cycle intends: operations with field-level changes, each with its cause. Data only, so it can be stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.model.connection import Origin
from reconciler.model.record import Side, Value


class Verb(StrEnum):
    """What is done to a record."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one operation; ``origin`` is the rule or the mapping that wants it."""

    field: str
    old: Value
    new: Value
    origin: Origin


@dataclass(frozen=True, slots=True)
class Operation:
    """One write to one record. ``id`` is None for a create; ``source_id`` is the counterpart that caused it.

    ``version`` is the target's precondition token as it was read for this plan, where the app has one.
    """

    side: Side
    verb: Verb
    id: str | None
    source_id: str | None
    changes: tuple[Change, ...]
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """The plan in numbers. ``counts`` maps ``(side, verb)`` to operations, ``states`` contact states to contacts.

    ``first_contact`` counts those updates that belong to links made by this plan. ``notices`` are sentences for a
    person (an incomplete listing, a capped look-up); ``refusals`` what the guard says, empty when it agrees.
    """

    connection: str
    plan_id: str
    counts: Mapping[tuple[Side, Verb], int] = field(default_factory=dict)
    first_contact: int = 0
    links: int = 0
    notices: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()

    @property
    def pending(self) -> int:
        """How many operations the plan holds."""
        return sum(self.counts.values())
