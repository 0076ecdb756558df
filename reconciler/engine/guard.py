"""The change budget: what goes over it is not applied without a person's word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.model.plan import Verb
from reconciler.model.record import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.model.connection import Limit

FEW = 10
"""So few operations, or so few links, are never too large a share; absolute limits always count."""
MAX_VANISHED = 0.3
"""The share of linked records that may be missing from a complete listing before it is not believed."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a plan would do, in the numbers that limits speak of.

    ``counts`` are operations by side and verb; ``first_contact`` the updates among them on links made by this plan,
    which shares leave out (a first sync fills what was empty); ``links`` is the established population.
    """

    counts: Mapping[tuple[Side, Verb], int]
    first_contact: Mapping[Side, int]
    links: int


def guard(limits: Sequence[Limit], exposure: Exposure) -> tuple[str, ...]:
    """One sentence per limit that the plan goes over; nothing when it may be applied."""
    return tuple(sentence for limit in limits for sentence in _judge(limit, exposure))


def _judge(limit: Limit, exposure: Exposure) -> Iterable[str]:
    for (side, verb), count in sorted(exposure.counts.items()):
        if verb != limit.verb:
            continue
        if limit.count is not None and count > limit.count:
            yield f"{count} {verb.value}s on the {side.value}, the limit is {limit.count}"
        if limit.share is not None:
            yield from _judge_share(limit.share, side, verb, count, exposure)


def _judge_share(share: float, side: Side, verb: Verb, count: int, exposure: Exposure) -> Iterable[str]:
    settled = count - (exposure.first_contact.get(side, 0) if verb is Verb.UPDATE else 0)
    few = FEW if share else 0
    if exposure.links >= FEW and settled > max(few, share * exposure.links):
        yield (
            f"{settled} {verb.value}s on the {side.value} are {settled / exposure.links:.0%} of"
            f" {exposure.links} linked contacts, the limit is {share:.0%}"
        )


def believable(missing: int, population: int) -> bool:
    """Whether a complete listing that lacks ``missing`` of ``population`` linked records can be believed."""
    return population < FEW or missing <= MAX_VANISHED * population
