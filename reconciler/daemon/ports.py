"""What the daemon needs from the rest of the house: specs to keep running, and somebody who runs one cycle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from reconciler.errors import Problem
from reconciler.model.connection import Connection
from reconciler.model.record import Side
from reconciler.spec.account import AccountSpec

if TYPE_CHECKING:
    from reconciler.model.report import Report


class Stop(Protocol):
    """The wish that a running cycle ends soon; a ``threading.Event`` is one."""

    def is_set(self) -> bool:
        """True once the process is asked to end: finish the batch in hand, or abandon it safely."""
        ...

    def wait(self, timeout: float | None = None) -> bool:
        """Sleep up to ``timeout`` seconds, less when the wish comes; true when it came."""
        ...


@dataclass(frozen=True, slots=True)
class Resolved:
    """What the runner opens: the connection as the engine reads it, and the accounts of its sides."""

    connection: Connection
    accounts: Mapping[Side, AccountSpec]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One good connection, as far as the daemon looks into it.

    ``digest`` changes with the meaning of the spec, ``access`` with its accounts or their secret files. ``every`` is in
    seconds. ``file`` is its spec file, as problems name it; ``secrets`` are the secret files to look at. ``accounts``
    are names by side. ``spec`` is for the runner alone.
    """

    name: str
    digest: str
    every: float
    access: str = ""
    paused: bool = False
    file: str = ""
    secrets: frozenset[Path] = frozenset()
    accounts: Mapping[Side, str] = field(default_factory=dict)
    spec: Resolved | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Loaded:
    """One look at the folder: every connection that is good, and all that is wrong.

    ``named`` are the connections that readable files speak of, good or not. ``complete`` is false when the folder
    itself could not be read: then nothing is known to be gone.
    """

    connections: tuple[Wanted, ...] = ()
    problems: tuple[Problem, ...] = ()
    named: frozenset[str] = frozenset()
    complete: bool = True

    @property
    def broken(self) -> frozenset[str]:
        """The files with errors (warnings break nothing)."""
        return frozenset(problem.file for problem in self.problems if not problem.warning)


class Source(Protocol):
    """Where specs come from."""

    def load(self) -> Loaded:
        """Read everything anew. What is wrong with specs is in the answer, not raised."""
        ...


class Runner(Protocol):
    """Runs cycles. The daemon makes at most one call per connection at a time; connections run in parallel."""

    def use(self, wanted: Wanted) -> None:
        """From the next cycle on this is the connection: open or re-open what it needs. Never during its cycle.

        Raises a :class:`~reconciler.errors.ReconcilerError` when that is impossible.
        """
        ...

    def run(self, name: str, stop: Stop) -> Report:
        """One cycle, start to end. What went wrong is in the report, not raised."""
        ...

    def drop(self, name: str) -> None:
        """The connection is gone: close what it held. Its state stays."""
        ...
