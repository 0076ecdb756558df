"""From errors to outcomes: what concerns one item stays with that item, what ends a batch leaves the rest unsent."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from reconciler.errors import AppError, NoAnswer, Rejected
from reconciler.model.outcome import Lost, Outcome, Refused, Unsent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")


def refused(error: AppError) -> Refused:
    """The app refused what was asked for one item."""
    return Refused(code=error.code or "rejected", message=str(error))


def one_by_one(items: Sequence[T], write: Callable[[T], Outcome]) -> list[Outcome]:
    """Write each item with its own call. An error that concerns more than its item ends the batch; it is raised where
    nothing was written before it, and is the cause of the unsent rest where something was."""
    outcomes: list[Outcome] = []
    for item in items:
        try:
            outcomes.append(_outcome(item, write))
        except AppError as error:
            if not outcomes:
                raise
            return [*outcomes, *(Unsent(error) for _ in items[len(outcomes) :])]
    return outcomes


def _outcome(item: T, write: Callable[[T], Outcome]) -> Outcome:
    try:
        return write(item)
    except NoAnswer as error:
        return Lost(str(error))
    except Rejected as error:
        return refused(error)
