"""Constants that a spec says itself, against the type and the values of the field that they meet."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING

from reconciler.model.field import Field, FieldType
from reconciler.spec.findings import Unfit, suggest

if TYPE_CHECKING:
    from reconciler.model.record import Value

_NUMBERS = frozenset({FieldType.INTEGER, FieldType.NUMBER})


def typed(field: Field, raw: object) -> Value:
    """``raw`` as a value of ``field``. Raises ``Unfit`` with a message and a hint on its second line."""
    if field.type is FieldType.BOOLEAN:
        return _boolean(field, raw)
    if field.type in _NUMBERS:
        return _number(field, raw)
    if not isinstance(raw, str):
        raise Unfit(f"'{field.name}' is of type {field.type}, which {_shown(raw)} is not", _quoted(raw))
    if field.type in {FieldType.DATE, FieldType.DATETIME}:
        _moment(field, raw)
    if field.values and raw not in field.values:
        raise Unfit(f"'{field.name}' never holds '{raw}'", suggest(raw, field.values))
    return raw


def settable(field: Field, raw: object) -> Value:
    """``typed``, for a value that is to be written. Raises ``Unfit``."""
    value = typed(field, raw)
    if field.writable_values and value not in field.writable_values:
        allowed = ", ".join(field.writable_values)
        raise Unfit(f"'{field.name}' cannot be set to '{value}'", f"the app lets one set: {allowed}")
    if field.max_length and isinstance(value, str) and len(value) > field.max_length:
        raise Unfit(f"'{field.name}' holds at most {field.max_length} characters, this has {len(value)}", "shorten it")
    return value


def _boolean(field: Field, raw: object) -> bool:
    if not isinstance(raw, bool):
        raise Unfit(f"'{field.name}' is true or false, not {_shown(raw)}", "write it without quotes")
    return raw


def _number(field: Field, raw: object) -> int | float:
    whole = field.type is FieldType.INTEGER
    if isinstance(raw, bool) or not isinstance(raw, (int, float)) or (whole and not isinstance(raw, int)):
        raise Unfit(
            f"'{field.name}' is a {'whole ' if whole else ''}number, not {_shown(raw)}", "write it without quotes"
        )
    return raw


def _moment(field: Field, raw: str) -> None:
    try:
        date.fromisoformat(raw) if field.type is FieldType.DATE else datetime.fromisoformat(raw)
    except ValueError:
        form = "2026-01-31" if field.type is FieldType.DATE else "2026-01-31T12:00:00Z"
        raise Unfit(f"'{field.name}' is a {field.type}, not '{raw}'", f"write it like {form}") from None


def pattern(raw: object) -> str:
    """A regular expression. Raises ``Unfit``."""
    try:
        re.compile(raw if isinstance(raw, str) else "(")
    except re.error:
        raise Unfit("this is not a regular expression", "write Python's regular expressions, in quotes") from None
    return str(raw)


def _shown(raw: object) -> str:
    if isinstance(raw, bool):
        return str(raw).lower()
    return f"'{raw}'" if isinstance(raw, (str, int, float)) else "a list" if isinstance(raw, list) else "a mapping"


def _quoted(raw: object) -> str:
    if isinstance(raw, bool):
        return f'quote it if it is text: "{str(raw).lower()}"'
    return f'quote it if it is text: "{raw}"' if isinstance(raw, (int, float)) else "write a single plain value"
