"""From values to what a column holds, and back, where both are simple; ``Unfit`` says what does not fit."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.model.record import Value

_WORDS = {
    **dict.fromkeys(("true", "1", "yes", "on", "t", "y"), True),
    **dict.fromkeys(("false", "0", "no", "off", "f", "n"), False),
}
_LARGEST = 2**63


class NoFit(Exception):
    """A value that a column cannot hold. The message says what it can hold, and never the value."""

    def __init__(self, message: str, code: str = "not_a_value") -> None:
        super().__init__(message)
        self.code = code


def as_text(value: Value) -> str:
    """The text of any value; raises ``NoFit`` for halves of characters, which no file and no database takes."""
    text = ("false", "true")[value] if isinstance(value, bool) else str(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NoFit("it is not proper Unicode") from None
    return text


def as_boolean(value: Value) -> bool:
    """Yes or no, also from the usual words."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in _WORDS:
        raise NoFit("only yes or no fits here")
    return _WORDS[word]


def as_integer(value: Value) -> int:
    """A whole number of 64 bits."""
    try:
        number = int(value) if isinstance(value, (int, str)) else int(as_number(value))
    except ValueError:
        raise NoFit("only a whole number fits here") from None
    if number != value and isinstance(value, float):
        raise NoFit("only a whole number fits here")
    if not -_LARGEST <= number < _LARGEST:
        raise NoFit("the number is too large", "out_of_range")
    return number


def as_number(value: Value) -> float:
    """A number."""
    if isinstance(value, tuple) or value is None:
        raise NoFit("only a number fits here")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise NoFit("only a number fits here") from None
    if not math.isfinite(number):
        raise NoFit("only a number fits here")
    return number


def as_date(value: Value) -> date:
    """A day; the time of a moment is dropped."""
    try:
        return date.fromisoformat(str(value).strip()[:10])
    except ValueError:
        raise NoFit("only a date like 2024-02-29 fits here") from None


def as_moment(value: Value) -> datetime:
    """A moment with its zone; one without is taken as UTC."""
    try:
        moment = datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise NoFit("only a time like 2024-02-29T12:00:00+00:00 fits here") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def as_time(value: Value) -> time:
    """A time of day."""
    try:
        return time.fromisoformat(str(value).strip())
    except ValueError:
        raise NoFit("only a time of day like 12:30 fits here") from None


def as_items(value: Value) -> tuple[str, ...]:
    """The items of a list; a single value is a list of one."""
    if value is None:
        return ()
    return tuple(as_text(item) for item in value) if isinstance(value, tuple) else (as_text(value),)
