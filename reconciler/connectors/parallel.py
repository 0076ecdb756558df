"""Single writes by a few threads, for apps without batch calls: results in order, and one error stops the rest."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

from reconciler.connectors.outcomes import refused
from reconciler.errors import AppError, NoAnswer, Rejected
from reconciler.model.outcome import Lost, Refused, Unsent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
R = TypeVar("R")


class _Gate(Generic[T, R]):
    """Lets items through until an error says that none of the others would fare better."""

    def __init__(self, write: Callable[[T], R]) -> None:
        self._write = write
        self._lock = Lock()
        self._closed: AppError | None = None

    def __call__(self, item: T) -> R | Refused | Lost | Unsent:
        if self._closed:
            return Unsent(self._closed)
        try:
            return self._write(item)
        except Rejected as error:
            return refused(error)
        except NoAnswer as error:
            self._close(error)
            return Lost(str(error))
        except AppError as error:
            return Unsent(self._close(error))

    def _close(self, error: AppError) -> AppError:
        with self._lock:
            self._closed = self._closed or error
            return self._closed


def in_parallel(items: Sequence[T], write: Callable[[T], R], threads: int) -> list[R | Refused | Lost | Unsent]:
    """Call ``write`` for each item, ``threads`` at a time; one result per item, in order.

    Raises the ``AppError`` that stopped everything when nothing at all was sent.
    """
    gate = _Gate(write)
    with ThreadPoolExecutor(max_workers=max(1, min(threads, len(items)))) as pool:
        results = list(pool.map(gate, items))
    if results and all(isinstance(result, Unsent) for result in results):
        raise next(result.error for result in results if isinstance(result, Unsent))
    return results
