"""A plan in numbers: what it would do on each side, and whom it leaves alone and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.cli.words import count
from reconciler.model.link import ContactState
from reconciler.model.plan import Verb
from reconciler.model.record import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.engine.decision import Decision
    from reconciler.model.connection import Connection

CAUSES = 200
"""How many different causes are told apart, so that counting stays small."""


def headline(connection: Connection, counts: Mapping[tuple[Side, Verb], int]) -> str:
    """``3 to create, 2 to update on crm; 1 to create on news``."""
    parts = []
    for side in Side:
        mine = [f"{counts[side, verb]:,} to {verb.value}" for verb in Verb if counts.get((side, verb))]
        if mine:
            parts.append(f"{', '.join(mine)} on {connection.end(side).name}")
    return "; ".join(parts) or "nothing to do"


@dataclass(slots=True)
class Standings:
    """How many contacts that this plan looked at are in which state, and why."""

    states: Counter[tuple[Side, ContactState]] = field(default_factory=Counter)
    causes: Counter[tuple[Side, ContactState, str]] = field(default_factory=Counter)
    examples: dict[tuple[Side, ContactState, str], str] = field(default_factory=dict)

    @classmethod
    def of(cls, decisions: Iterable[Decision]) -> Standings:
        """Count every conclusion."""
        found = cls()
        for decision in decisions:
            for side, standing in decision.standings.items():
                found.add(side, standing.state, standing.cause, decision.id(side) or "")
        return found

    def add(self, side: Side, state: ContactState, cause: str, record_id: str) -> None:
        """Count one contact."""
        self.states[side, state] += 1
        key = (side, state, cause)
        if key in self.causes or len(self.causes) < CAUSES:
            self.causes[key] += 1
            self.examples.setdefault(key, record_id)

    def out_of_sync(self, connection: Connection) -> list[tuple[str, str, str]]:
        """``(state in words, count and side, causes)`` of every state but in sync."""
        rows = []
        for (side, state), number in sorted(self.states.items()):
            if state is not ContactState.IN_SYNC:
                rows.append(
                    (word(state), f"{count(number, 'contact')} on {connection.end(side).name}", self._why(side, state))
                )
        return rows

    def _why(self, side: Side, state: ContactState, most: int = 3) -> str:
        mine = Counter({cause: many for (at, what, cause), many in self.causes.items() if (at, what) == (side, state)})
        said = [self._one(side, state, cause, many) for cause, many in mine.most_common(most)]
        more = len(mine) - len(said)
        return "; ".join(said) + (f"; {count(more, 'more cause')}" if more > 0 else "")

    def _one(self, side: Side, state: ContactState, cause: str, many: int) -> str:
        times = f"{many:,} times, " if many > 1 else ""
        return f"{cause} ({times}for example {self.examples[side, state, cause]})"


def word(state: ContactState) -> str:
    """A state as people say it."""
    return state.value.replace("_", " ")
