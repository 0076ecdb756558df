"""A connection made live: its program, its two connectors, its memory and its clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reconciler.connectors.base import Connector
from reconciler.engine.program import Program
from reconciler.model.record import Side
from reconciler.state.base import ConnectionState


def never() -> bool:
    """The stop flag of somebody who waits for the end."""
    return False


def no_progress(stage: str, side: Side | None, done: int, total: int | None) -> None:
    """The progress of somebody who does not watch."""


@dataclass(frozen=True, slots=True)
class Live:
    """What a cycle needs. ``clock`` gives POSIX seconds; ``stop`` asks the cycle to end at the next safe point;
    ``progress(stage, side, done, total)`` is told about long steps; ``calls`` counts the requests of each side so far.
    """

    program: Program
    connectors: Mapping[Side, Connector]
    state: ConnectionState
    clock: Callable[[], float]
    stop: Callable[[], bool] = never
    progress: Callable[[str, Side | None, int, int | None], None] = no_progress
    calls: Callable[[], Mapping[Side, int]] = dict

    @property
    def name(self) -> str:
        """The connection's name."""
        return self.program.connection.name


class Stopped(Exception):
    """The cycle was asked to stop and left off at a safe point."""
