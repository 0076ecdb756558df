"""Canonical forms: two spellings of one value compare equal.

Comparison and fingerprints use these; what is written keeps its own spelling. A value that is only white space is
empty, because no app shows the difference.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING

import phonenumbers

from reconciler.model.field import Field, FieldType

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.model.record import Value

TRUE = frozenset({"true", "1", "yes", "on"})
FALSE = frozenset({"false", "0", "no", "off"})
MOST_DIGITS = 400
"""A float has fewer; a text like ``1e999999999`` must not become a gigabyte of zeros."""


def text(value: str) -> str:
    """NFC, one kind of line end, no white space around."""
    if value.isascii() and "\r" not in value:  # nearly all of them
        return value.strip()
    return unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n").strip()


def email(value: str) -> str:
    """Trimmed and case-folded."""
    return text(value).casefold()


@lru_cache(maxsize=8192)
def phone(value: str, region: str | None = None) -> str:
    """E.164 where the number can be understood (``region`` helps with national forms), else its digits.

    A text without any digit stays as it is, so that nothing is taken for empty.
    """
    try:
        parsed = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        digits = "".join(letter for letter in value if letter.isdigit() or letter == "+")
        return phone(digits, region) if digits and digits != value else text(value)
    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return f"{number};ext={parsed.extension}" if parsed.extension else number


def boolean(value: str) -> bool | str:
    """The usual words for true and false; any other text stays text."""
    word = value.strip().casefold()
    if word in TRUE:
        return True
    return False if word in FALSE else text(value)


def number(value: Value) -> str:
    """Equal numbers have equal texts: ``1``, ``1.0`` and ``"01"`` are the same. What is no number, or has more digits
    than anybody counts, stays text."""
    try:
        decimal = Decimal(str(value).strip())
    except InvalidOperation:
        return text(str(value))
    if not decimal.is_finite() or abs(decimal.adjusted()) > MOST_DIGITS:
        return text(str(value))
    digits = format(decimal, "f") if decimal else "0"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def moment(value: str) -> str:
    """A time as UTC text; a time without a zone is taken as UTC; what is no time stays text."""
    try:
        parsed = datetime.fromisoformat(value.strip())
        aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
        return aware.astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return text(value)


def canonical(field: Field, value: Value, region: str | None = None) -> Value:
    """The form of ``value`` in which ``field`` is compared; ``None`` for empty.

    Lists become sorted tuples without repetition, their items in the form that the field's role suggests and without
    regard to case: apps that keep ``VIP`` as ``vip`` are many, and two tags that differ in nothing else are rare.
    """
    if value is None:
        return None
    if isinstance(value, tuple):
        items = {_scalar(_item_type(field), item, region) for item in value}
        return tuple(sorted({str(item).casefold() for item in items if item not in {"", None}})) or None
    form = _scalar(field.type, value, region)
    if form == "":
        return None
    return form.casefold() if isinstance(form, str) and "lower" in field.normalise else form


def _item_type(field: Field) -> FieldType:
    return {"emails": FieldType.EMAIL, "phones": FieldType.PHONE}.get(field.role or "", FieldType.TEXT)


_BY_TYPE: dict[FieldType, Callable[[str], str | bool]] = {
    FieldType.EMAIL: email,
    FieldType.BOOLEAN: boolean,
    FieldType.DATETIME: moment,
    FieldType.INTEGER: number,
    FieldType.NUMBER: number,
}
_COUNTED = frozenset({FieldType.INTEGER, FieldType.NUMBER})


def _scalar(kind: FieldType, value: str | bool | float, region: str | None) -> str | bool:  # noqa: FBT001 - a value
    if not isinstance(value, str):
        return value if isinstance(value, bool) and kind not in _COUNTED else number(value)
    if kind is FieldType.PHONE:
        return phone(value, region) if value.strip() else ""
    return _BY_TYPE.get(kind, text)(value)


def conform(field: Field, value: Value) -> Value:
    """``value`` as the app is known to keep it in ``field``: lower-cased or trimmed where its catalogue says so."""
    if not isinstance(value, str):
        return value
    kept = value.strip() if "trim" in field.normalise else value
    return kept.lower() if "lower" in field.normalise else kept


def empty(value: Value) -> bool:
    """Nothing there: ``None``, an empty list, or only white space."""
    return value is None or value == () or (isinstance(value, str) and not value.strip())
