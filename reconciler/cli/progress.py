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


STEP = 100
"""How many planned pairs pass between two looks at the bar."""


@contextmanager
def watching(
    connection: Connection, operations: int | None = None
) -> Iterator[Callable[[str, Side | None, int, int | None], None]]:
    """What a live connection tells its progress to; nobody listens where standard error is not a terminal.

    ``operations`` is how many writes are expected, if a plan was made before.
    """
    console = err()
    if not console.is_terminal:
        yield no_progress
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        yield _Bars(connection, bars, operations)


class _Bars:
    """One bar per stage and side; a stage is over when the next one begins."""

    def __init__(self, connection: Connection, bars: Progress, operations: int | None) -> None:
        self._connection, self._bars, self._operations = connection, bars, operations
        self._tasks: dict[tuple[str, Side | None], TaskID] = {}

    def __call__(self, stage: str, side: Side | None, done: int, total: int | None) -> None:
        total = self._operations if stage == "apply" else total
        task = self._tasks.get((stage, side))
        if task is None:
            self._finish()
            where = f" {self._connection.end(side).name}" if side else ""
            said = f"{self._connection.name}: {WORDS.get(stage, stage)}{where}"
            task = self._tasks[stage, side] = self._bars.add_task(said, total=total)
        if stage != "plan" or done % STEP == 0:
            self._bars.update(task, completed=done, total=total)

    def _finish(self) -> None:
        for task in self._bars.tasks:
            self._bars.update(task.id, total=task.completed)
