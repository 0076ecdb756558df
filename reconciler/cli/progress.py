"""Bars for long steps, while a person is watching."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from reconciler.cli.screen import err
from reconciler.live import no_progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import TaskID

    from reconciler.model.connection import Connection
    from reconciler.model.record import Side

WORDS = {"read": "reading", "plan": "planning", "apply": "applying"}


@contextmanager
def watching(connection: Connection) -> Iterator[Callable[[str, Side | None, int, int | None], None]]:
    """What a live connection tells its progress to; nobody listens where standard error is not a terminal."""
    console = err()
    if not console.is_terminal:
        yield no_progress
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        yield _Bars(connection, bars)


class _Bars:
    """One bar per stage and side."""

    def __init__(self, connection: Connection, bars: Progress) -> None:
        self._connection, self._bars = connection, bars
        self._tasks: dict[tuple[str, Side | None], TaskID] = {}

    def __call__(self, stage: str, side: Side | None, done: int, total: int | None) -> None:
        task = self._tasks.get((stage, side))
        if task is None:
            where = f" {self._connection.end(side).name}" if side else ""
            said = f"{self._connection.name}: {WORDS.get(stage, stage)}{where}"
            task = self._tasks[stage, side] = self._bars.add_task(said, total=total)
        self._bars.update(task, completed=done, total=total)
