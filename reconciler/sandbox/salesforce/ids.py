"""Record ids: a key prefix, a number in base 62, and three letters that repeat the case of the rest."""

from __future__ import annotations

from functools import cache

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHORT, _LONG = 15, 18
_MIDDLE = "Sb000"
_VALUE = {digit: value for value, digit in enumerate(_DIGITS)}
_PAIRS = tuple(left + right for left in _DIGITS for right in _DIGITS)
_PAIR_COUNT = len(_PAIRS)


def _check(chunk: str) -> str:
    return _CHECKS[sum(1 << place for place, letter in enumerate(chunk) if letter.isupper())]


_PAIR_BITS = tuple(pair[0].isupper() | pair[1].isupper() << 1 for pair in _PAIRS)
_DIGIT_BITS = tuple(int(digit.isupper()) for digit in _DIGITS)


@cache
def _heads(prefix: str) -> tuple[tuple[str, str], ...]:
    """The first ten letters of every id, with the two check letters that they give."""
    bodies = (f"{prefix}{_MIDDLE}{pair}" for pair in _PAIRS)
    return tuple((body, _check(body[:5]) + _check(body[5:])) for body in bodies)


class Ids:
    """Ids of one object. They sort as their numbers do."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self._heads = _heads(prefix)

    def text(self, number: int) -> str:
        """The id of 18 letters of a record number below 62**7."""
        rest, last = divmod(number, _PAIR_COUNT)
        rest, middle = divmod(rest, _PAIR_COUNT)
        pair, first = divmod(rest, 62)
        body, checks = self._heads[pair]
        bits = _DIGIT_BITS[first] | _PAIR_BITS[middle] << 1 | _PAIR_BITS[last] << 3
        return f"{body}{_DIGITS[first]}{_PAIRS[middle]}{_PAIRS[last]}{checks}{_CHECKS[bits]}"

    def number(self, text: str) -> int | None:
        """The record number of an id of 15 or 18 letters, or None where it is not an id of this object."""
        full = complete(text)
        if full is None or not full.startswith(self.prefix + _MIDDLE):
            return None
        number = 0
        for digit in full[8:_SHORT]:
            number = number * 62 + _VALUE[digit]
        return number


def complete(text: str) -> str | None:
    """Any id in its form of 18 letters, or None where it is not an id."""
    if len(text) not in {_SHORT, _LONG} or not all(letter in _VALUE for letter in text):
        return None
    body = text[:_SHORT]
    full = body + "".join(_check(body[at : at + 5]) for at in (0, 5, 10))
    return full if len(text) == _SHORT or full == text else None
