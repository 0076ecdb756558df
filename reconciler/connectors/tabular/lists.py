"""Several items in one text: separated, and in quotes where an item holds the separator. Any list of texts survives."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def join_list(items: Iterable[str], separator: str) -> str:
    """One text of all items; empty for none."""
    return separator.join(quoted(item, separator) for item in items)


def quoted(item: str, separator: str, *, always: bool = False) -> str:
    """An item, in quotes where it could be mistaken for something else without them (or ``always``)."""
    if always or item != item.strip() or any(mark in item for mark in (separator, '"', "\r", "\n")):
        doubled = item.replace('"', '""')
        return f'"{doubled}"'
    return item


def split_list(text: str, separator: str) -> tuple[str, ...]:
    """The items of a text, sorted, each once; white space around them does not count."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    return tuple(sorted({item for row in rows for one in row if (item := one.strip())}))


def rearranged(before: Sequence[str], old: Iterable[str], new: Iterable[str]) -> list[str]:
    """A list as it stands now, with the difference between ``old`` and ``new`` made to it; its order stays."""
    wanted, taken = set(new), set(old) - set(new)
    kept = [item for item in before if item not in taken]
    return [*kept, *sorted(wanted - set(old) - set(kept))]
