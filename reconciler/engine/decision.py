"""A pair, and the conclusion on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.model.link import ContactState, Link
from reconciler.model.plan import Operation
from reconciler.model.record import Record, Side

AFTER_CREATE = "(known after the create)"
"""Stands in a plan for a value that only the app can say, once it made the record."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What belongs together: one or both records, their link if there is one. ``echo`` says on which side our own
    unanswered write may show."""

    left: Record | None = None
    right: Record | None = None
    link: Link | None = None
    echo: Side | None = None

    def record(self, side: Side) -> Record | None:
        """The record on ``side``."""
        return self.left if side is Side.LEFT else self.right


@dataclass(frozen=True, slots=True)
class Standing:
    """A contact's state and its cause in words."""

    state: ContactState
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The conclusion on one pair.

    ``link`` is the pair's memory once all ``operations`` are done (None: no link); ``before`` what it is until then.
    ``undo`` names, by the side of a failed operation, the base entries on both sides that must stay as they were.
    ``follow`` are operations on the source that a create leads to; their values may be known only afterwards.
    """

    left_id: str | None
    right_id: str | None
    standings: Mapping[Side, Standing]
    operations: tuple[Operation, ...] = ()
    follow: tuple[Operation, ...] = ()
    link: Link | None = None
    before: Link | None = None
    undo: Mapping[Side, Mapping[Side, tuple[str, ...]]] = field(default_factory=dict)

    def id(self, side: Side) -> str | None:
        """The id of the record on ``side``, if there is one."""
        return self.left_id if side is Side.LEFT else self.right_id
