"""The folder of specs, and which of its connections a person means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import Problem, ReconcilerError, SpecError
from reconciler.model.connection import Connection
from reconciler.model.record import Side
from reconciler.spec.account import AccountSpec
from reconciler.spec.check import Resolution, resolve
from reconciler.spec.findings import suggest
from reconciler.spec.load import Loaded, load_folder
from reconciler.wiring import Apps

if TYPE_CHECKING:
    from collections.abc import Sequence


class NoSuchConnection(ReconcilerError):
    """A person named a connection that no spec describes."""

    label = "spec"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A connection and the accounts of its sides."""

    connection: Connection
    accounts: Mapping[Side, AccountSpec]


@dataclass(frozen=True, slots=True)
class Specs:
    """What a folder (or one file) holds, and what it means."""

    path: Path
    files: Loaded
    resolution: Resolution

    def choose(self, names: Sequence[str]) -> list[Chosen]:
        """The named connections, or all that are not paused.

        Raises ``SpecError`` when one of them (without names: anything at all) is broken, and ``NoSuchConnection``.
        """
        if not names and self.resolution.problems:
            raise SpecError(self.resolution.problems)
        running = [name for name, one in self.resolution.connections.items() if not one.paused]
        return [self._one(name) for name in dict.fromkeys(names or running)]

    def _one(self, name: str) -> Chosen:
        connection = self.resolution.connections.get(name)
        if connection is None:
            raise self._absent(name)
        accounts = {side: self.resolution.accounts[connection.end(side).account] for side in Side}
        return Chosen(connection, accounts)

    def _absent(self, name: str) -> ReconcilerError:
        if name in self.files.connections or not self.resolution.connections:
            problems: Sequence[Problem] = self.resolution.problems
            if problems:
                return SpecError(problems)
        hint = suggest(name, self.resolution.connections) or "it holds none"
        return NoSuchConnection(f"{self.path} holds no connection called '{name}': {hint}")


def read_specs(path: Path) -> Specs:
    """Load and check, offline. Raises nothing for what is found."""
    files = load_folder(path)
    return Specs(path, files, resolve(files, Apps()))
