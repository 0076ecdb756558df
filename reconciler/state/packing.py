"""Fingerprints side by side in one blob: a length byte for each value, then the values.

A length of 255 or more is written as 255, and in full (4 bytes) after the length bytes. How many values there are is
known from elsewhere: the layout of a base, or the number of keys.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LONG = 255
WIDE = 4


def pack(values: Sequence[bytes]) -> bytes:
    """The values as one blob."""
    lengths = list(map(len, values))
    if max(lengths, default=0) < LONG:
        return bytes(lengths) + b"".join(values)
    wide = [length.to_bytes(WIDE, "big") for length in lengths if length >= LONG]
    return bytes(min(length, LONG) for length in lengths) + b"".join(wide) + b"".join(values)


def unpack(blob: bytes, count: int) -> list[bytes]:
    """The ``count`` values that were packed."""
    lengths, start = list(blob[:count]), count
    if LONG in lengths:
        for position in [position for position, length in enumerate(lengths) if length == LONG]:
            lengths[position] = int.from_bytes(blob[start : start + WIDE], "big")
            start += WIDE
    return [blob[begin:end] for begin, end in pairwise(accumulate(lengths, initial=start))]
