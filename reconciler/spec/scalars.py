"""Plain YAML values: text that can be printed, truth, whole numbers of 64 bits, finite fractions, nothing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Scalar: TypeAlias = str | bool | int | float | None

_LARGEST = 1 << 63


def _bool(text: str) -> bool:
    if text.lower() not in {"true", "false", "yes", "no", "on", "off"}:
        raise ValueError(text)
    return text.lower() in {"true", "yes", "on"}


def _int(text: str) -> int:
    number = int(text.replace("_", ""), 0 if text.lstrip("+-").lower().startswith(("0x", "0o", "0b")) else 10)
    if abs(number) > _LARGEST:
        raise ValueError(text[:20])
    return number


def _float(text: str) -> float:
    number = float(text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _text(text: str) -> str:
    text.encode()  # half of a surrogate pair can be escaped into YAML, but never printed or sent
    return text


def _null(_text: str) -> None:
    return None


SCALARS: dict[str, Callable[[str], Scalar]] = {
    "str": _text,
    "timestamp": _text,
    "bool": _bool,
    "int": _int,
    "float": _float,
    "null": _null,
}
"""By YAML 1.2 tag. Dates stay text; each raises ``ValueError`` for a text that is no such value."""
