"""A remembered pair, and what can be the matter with a contact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from reconciler.model.record import Side

Base: TypeAlias = "Mapping[str, bytes]"
"""What a side last said, by field: a keyed fingerprint of 8 bytes, ``b""`` for empty, and for a list field the sorted
fingerprints of its items, concatenated. A field that is absent has never been seen: that is first contact."""


class ContactState(StrEnum):
    """The one state that each contact of a connection is in."""

    IN_SYNC = "in_sync"
    PENDING = "pending"
    EXCLUDED = "excluded"
    UNMATCHED_KEY = "unmatched_key"
    AMBIGUOUS = "ambiguous"
    HELD = "held"
    FROZEN = "frozen"
    FAILED = "failed"
    TRASHED = "trashed"


@dataclass(frozen=True, slots=True)
class Link:
    """A left id and a right id that belong together, with a base for each side.

    ``rules`` are the names of the rules that held at the last record; ``effects`` what those rules added to the
    counterpart (``{rule: {field: items}}``, constants of the spec), so that leaving can undo exactly that.
    ``gone`` names the side whose record was deleted with evidence: the pair is trashed and never created again.
    """

    left_id: str
    right_id: str
    left_base: Base = field(default_factory=dict)
    right_base: Base = field(default_factory=dict)
    rules: frozenset[str] = frozenset()
    effects: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    gone: Side | None = None
    link_id: int | None = None

    def id(self, side: Side) -> str:
        """The record's id on ``side``."""
        return self.left_id if side.value == "left" else self.right_id

    def base(self, side: Side) -> Base:
        """What ``side`` last said."""
        return self.left_base if side.value == "left" else self.right_base
