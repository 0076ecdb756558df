"""What should run now, from what was found and what runs already. Pure.

A file that breaks takes nothing down: its connections go on as they last were, until the file is whole again or gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from reconciler.daemon.ports import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.daemon.ports import Loaded


class Kind(StrEnum):
    """What happens to a connection."""

    ADD = "added"
    CHANGE = "changed"
    REOPEN = "reopened"
    PAUSE = "paused"
    RESUME = "resumed"
    REMOVE = "removed"


@dataclass(frozen=True, slots=True)
class Action:
    """One step from what runs to what should run; ``wanted`` is the new version, the old one for a removal."""

    kind: Kind
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Desired:
    """What should run. ``kept`` names the connections that go on in their last good version."""

    connections: Mapping[str, Wanted]
    actions: tuple[Action, ...]
    kept: frozenset[str]


def merge(running: Mapping[str, Wanted], loaded: Loaded) -> Desired:
    """Bring what runs in line with what was loaded."""
    found = {wanted.name: wanted for wanted in loaded.connections}
    kept = {name: was for name, was in running.items() if name not in found and _broken(was, loaded)}
    return Desired(connections=found | kept, actions=tuple(_actions(running, found | kept)), kept=frozenset(kept))


def _broken(was: Wanted, loaded: Loaded) -> bool:
    """Not usable, but not known to be gone: it is still spoken of, or what may speak of it cannot be read."""
    return not loaded.complete or was.name in loaded.named or was.file in loaded.broken


def _actions(running: Mapping[str, Wanted], desired: Mapping[str, Wanted]) -> Iterator[Action]:
    for name, was in running.items():
        if name not in desired:
            yield Action(Kind.REMOVE, was)
    for name, wanted in desired.items():
        if kind := _kind(running.get(name), wanted):
            yield Action(kind, wanted)


def _kind(was: Wanted | None, wanted: Wanted) -> Kind | None:
    if was is None:
        return Kind.ADD
    if was.paused != wanted.paused:
        return Kind.PAUSE if wanted.paused else Kind.RESUME
    if was.access != wanted.access:
        return Kind.REOPEN
    return Kind.CHANGE if _meaning(was) != _meaning(wanted) else None


def _meaning(wanted: Wanted) -> tuple[object, ...]:
    """What makes a connection another one; moving it to another file does not."""
    return wanted.digest, wanted.every, dict(wanted.accounts)
