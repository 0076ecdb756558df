"""A patch against a row as it stands now: whether somebody came between, and what remains to be set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.connectors.tabular.lists import rearranged
from reconciler.connectors.tabular.words import as_items
from reconciler.model.outcome import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.model.outcome import Patch
    from reconciler.model.record import Value


def gone(app: str) -> Refused:
    """The row is not there any more."""
    return Refused("gone", f"{app}: the row is not there any more", stale=True)


def moved_on(app: str) -> Refused:
    """Somebody else changed the row."""
    return Refused("moved_on", f"{app}: the row was changed since it was read", stale=True)


def differs(patch: Patch, now: Mapping[str, Value], is_list: Callable[[str], bool]) -> bool:
    """Whether a value that is to be changed is not what the patch was made from. Lists may differ: of those, only the
    difference is written."""
    named = (name for name in patch.values if name in patch.old and not is_list(name))
    return any(now.get(name) != patch.old[name] for name in named)


def onto(patch: Patch, now: Mapping[str, Value], is_list: Callable[[str], bool]) -> dict[str, Value]:
    """What to set: a list is changed by its difference, whoever else has added to it."""
    lists: dict[str, Value] = {
        name: tuple(rearranged(as_items(now.get(name)), as_items(patch.old[name]), as_items(value)))
        for name, value in patch.values.items()
        if name in patch.old and is_list(name)
    }
    return {**patch.values, **lists}
