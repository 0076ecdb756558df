"""The change budget: what goes over it is not applied without a person's word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.model.plan import Verb
from reconciler.model.record import Side

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.connection import Connection, Limit

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


def guard(connection: Connection, exposure: Exposure) -> tuple[str, ...]:
    """One sentence per limit that the plan goes over; nothing when it may be applied."""
    return tuple(sentence for limit in connection.limits for sentence in _judge(connection, limit, exposure))


def _judge(connection: Connection, limit: Limit, exposure: Exposure) -> Iterable[str]:
    for (side, verb), count in sorted(exposure.counts.items()):
        if verb != limit.verb:
            continue
        name = connection.end(side).name
        if limit.count is not None and count > limit.count:
            yield f"{count} {verb.value}s on {name}, the limit is {limit.count}"
        if limit.share is not None:
            first = exposure.first_contact.get(side, 0) if verb is Verb.UPDATE else 0
            yield from _judge_share(limit.share, count - first, f"{verb.value}s on {name}", exposure.links)


def _judge_share(share: float, settled: int, what: str, links: int) -> Iterable[str]:
    few = FEW if share else 0
    if links >= FEW and settled > max(few, share * links):
        yield f"{settled} {what} are {settled / links:.0%} of {links} linked contacts, the limit is {share:.0%}"


def believable(missing: int, population: int) -> bool:
    """Whether a complete listing that lacks ``missing`` of ``population`` linked records can be believed."""
    return population < FEW or missing <= MAX_VANISHED * population
