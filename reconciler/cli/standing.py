"""What the state says of a connection, for ``status``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reconciler.cli.report_text import refusal_counts
from reconciler.model.connection import Connection
from reconciler.model.link import ContactState
from reconciler.model.record import Side
from reconciler.state.base import Cycle

if TYPE_CHECKING:
    from reconciler.cli.specs import Specs
    from reconciler.state.base import ConnectionState, Store


@dataclass(frozen=True, slots=True)
class Standing:
    """One connection. ``connection`` is None when no good spec describes it; ``known`` is false before its first cycle.

    ``retry_at`` is when the first refused contact is tried again, POSIX seconds.
    """

    name: str
    connection: Connection | None = None
    known: bool = False
    cycles: tuple[Cycle, ...] = ()
    states: Mapping[tuple[Side, ContactState], int] = field(default_factory=dict)
    links: int = 0
    unanswered: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    retry_at: float | None = None

    def side(self, side: Side) -> str:
        """The side's name, as far as it is known."""
        return self.connection.end(side).name if self.connection else side.value

    @property
    def stalled(self) -> bool:
        """Whether the daemon waits for another spec or secret."""
        return bool(self.cycles) and self.cycles[0].result == "stalled"

    @property
    def next_at(self) -> float | None:
        """When a daemon would begin the next cycle at the latest; None when it would not, or waits for a person."""
        if self.connection is None or self.connection.paused or not self.cycles or self.stalled:
            return None
        return self.cycles[0].started_at + self.connection.every

    def plain(self) -> dict[str, object]:
        """The same as JSON values; times in UTC."""
        states: dict[str, dict[str, int]] = {self.side(side): {} for side in Side}
        for (side, state), number in self.states.items():
            states[self.side(side)][state.value] = number
        return {
            "connection": self.name,
            "paused": self.connection.paused if self.connection else None,
            "described": self.connection is not None,
            "cycles": [self._cycle(one) for one in self.cycles],
            "states": states,
            "links": self.links,
            "unanswered_writes": self.unanswered,
            "refused": dict(self.refused),
            "retry_at": _time(self.retry_at),
            "next_at": _time(self.next_at),
        }

    def written(self, cycle: Cycle) -> dict[str, dict[str, int]]:
        """What a cycle wrote, by side and verb."""
        found: dict[str, dict[str, int]] = {}
        for name, number in cycle.counts.items():
            verb, _, side = name.rpartition("_")
            found.setdefault(self.side(Side(side)), {})[verb] = number
        return found

    def _cycle(self, one: Cycle) -> dict[str, object]:
        return {
            "cycle": one.cycle,
            "started_at": _time(one.started_at),
            "finished_at": _time(one.finished_at),
            "result": one.result,
            "message": one.message,
            "written": self.written(one),
        }


def standings(specs: Specs, store: Store, cycles: int) -> list[Standing]:
    """Every connection that the specs describe or the state knows, by name."""
    known, described = store.names(), specs.resolution.connections
    names = sorted({*known, *described, *specs.files.connections})
    return [
        _standing(name, described.get(name), store.connection(name), cycles)
        if name in known
        else Standing(name, described.get(name))
        for name in names
    ]


def _standing(name: str, connection: Connection | None, state: ConnectionState, cycles: int) -> Standing:
    retries = [one.due_at for one in state.due(float("inf"), limit=1000) if one.due_at is not None and one.attempts]
    return Standing(
        name=name,
        connection=connection,
        known=True,
        cycles=tuple(state.cycles(cycles)),
        states=state.tallies(),
        links=state.link_count(),
        unanswered=len(state.open_intents()),
        refused=refusal_counts(state),
        retry_at=min(retries, default=None),
    )


def _time(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
