"""Sorted numbers in 8 bytes each, so that a page of a million contacts is found by bisection."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LOW_BITS = 32
_LOW_MASK = (1 << _LOW_BITS) - 1


class SortedNumbers:
    """A dense ascending set of numbers below 2**64. Appending at the end is O(1), elsewhere a memory move."""

    __slots__ = ("_numbers",)

    def __init__(self, numbers: Iterable[int] = ()) -> None:
        self._numbers = array("Q", sorted(set(numbers)))

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[int]:
        return iter(self._numbers)

    def __contains__(self, number: int) -> bool:
        at = bisect_left(self._numbers, number)
        return at < len(self._numbers) and self._numbers[at] == number

    def add(self, number: int) -> None:
        """Put a number in its place; one that is there already stays."""
        if not self._numbers or number > self._numbers[-1]:
            self._numbers.append(number)
        elif number not in self:
            self._numbers.insert(bisect_left(self._numbers, number), number)

    def discard(self, number: int) -> None:
        """Take a number out, if it is there."""
        at = bisect_left(self._numbers, number)
        if at < len(self._numbers) and self._numbers[at] == number:
            del self._numbers[at]

    def page(self, offset: int, limit: int) -> list[int]:
        """At most ``limit`` numbers, the first ``offset`` skipped."""
        return self._numbers[offset : offset + limit].tolist()

    def since(self, number: int) -> Iterator[int]:
        """All numbers from ``number`` on, lazily."""
        for at in range(bisect_left(self._numbers, number), len(self._numbers)):
            yield self._numbers[at]


class Timeline:
    """Record numbers by the second of their last change: one sorted number of stamp and record number each."""

    __slots__ = ("_keys",)

    def __init__(self) -> None:
        self._keys = SortedNumbers()

    def __len__(self) -> int:
        return len(self._keys)

    def move(self, number: int, before: int | None, after: int | None) -> None:
        """A record's stamp went from ``before`` to ``after`` (epoch seconds; None: it was, or is, not there)."""
        if before is not None:
            self._keys.discard(before << _LOW_BITS | number)
        if after is not None:
            self._keys.add(after << _LOW_BITS | number)

    def since(self, stamp: int) -> Iterator[int]:
        """Record numbers changed at or after ``stamp``, oldest change first, ties by number."""
        return (key & _LOW_MASK for key in self._keys.since(max(stamp, 0) << _LOW_BITS))
