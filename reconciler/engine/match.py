"""Who belongs together: one key's worth of records, judged.

A *group* is everything that has the same fingerprint for one match key, on both sides. One left and one right that are
both free belong together. More than one on a side is ambiguous: nothing is written, the candidates are listed. A
linked record still occupies its key, so that its double is not created next to it. A record whose twin was deleted may
be adopted by a new twin, but never causes a create.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from reconciler.model.record import Side

if TYPE_CHECKING:
    from collections.abc import Sequence


class Bond(Enum):
    """How a record stands to the other side before matching."""

    FREE = "free"
    LINKED = "linked"
    TRASHED = "trashed"


@dataclass(frozen=True, slots=True)
class Member:
    """One record of a group. ``keys`` are its fingerprints for all match keys, in order."""

    side: Side
    id: str
    bond: Bond
    keys: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """These two belong together."""

    left_id: str
    right_id: str


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """This free record could be several, or is one of several; ``candidates`` are the first ``(side, id)``."""

    side: Side
    id: str
    candidates: tuple[tuple[Side, str], ...]


Judgement: TypeAlias = Match | Ambiguous

MOST_NAMED = 5
"""Candidates of one record. A key that thousands share (a placeholder) must not cost the square of them."""


def judge(group: Sequence[Member], ordinal: int, *, weak: bool) -> list[Judgement]:
    """Judge the free records of one group of key number ``ordinal``; those left out found nobody.

    ``weak`` keys (a phone is shared by a household) count only between records that do not contradict each other on
    an earlier key; for the others a contradiction is a reason to ask a person.
    """
    free = (member for member in group if member.bond is Bond.FREE)
    judgements = (_judge_one(member, group, ordinal, weak=weak) for member in free)
    return list(dict.fromkeys(judgement for judgement in judgements if judgement))


def _judge_one(member: Member, group: Sequence[Member], ordinal: int, *, weak: bool) -> Judgement | None:
    rivals = _rivals(member, group, ordinal, weak=weak)
    if not rivals:
        return None
    twin = rivals[0]
    sole = len(rivals) == 1 and twin.side is not member.side and twin.bond is not Bond.LINKED
    if sole and not _contradict(member, twin, ordinal) and _rivals(twin, group, ordinal, weak=weak) == [member]:
        left, right = sorted((member, twin), key=lambda one: one.side.value)
        return Match(left.id, right.id)
    return Ambiguous(member.side, member.id, tuple((other.side, other.id) for other in rivals))


def _rivals(member: Member, group: Sequence[Member], ordinal: int, *, weak: bool) -> list[Member]:
    """Others whom ``member`` could be, the first few. Two belong together only when neither could be anybody else."""
    others = (other for other in group if other is not member and not (weak and _contradict(member, other, ordinal)))
    return list(islice(others, MOST_NAMED))


def _contradict(one: Member, other: Member, ordinal: int) -> bool:
    """They disagree on an earlier key that both have."""
    pairs = zip(one.keys[:ordinal], other.keys[:ordinal], strict=True)
    return any(mine and theirs and mine != theirs for mine, theirs in pairs)
