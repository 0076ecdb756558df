"""Times and change budgets in the short forms that people write."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema

from reconciler.spec.findings import Unfit

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*([smhd]?)")
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,3})?)\s*%")
_WHOLE = 100.0
_SHORTEST, _LONGEST = 1.0, 7 * 86400.0


def duration(raw: object) -> float:
    """Seconds from ``5m``, ``30s``, ``1h`` or a plain number of seconds. Raises ``Unfit``."""
    found = None if isinstance(raw, bool) else _DURATION.fullmatch(str(raw).strip())
    if found is None:
        raise Unfit("this is not a length of time", "write 30s, 5m, 1h, 1d or a number of seconds")
    seconds = float(found[1]) * _UNITS[found[2] or "s"]
    if not _SHORTEST <= seconds <= _LONGEST:
        raise Unfit("this length of time is out of range", "write one between 1s and 7d")
    return seconds


Duration: TypeAlias = Annotated[
    float,
    BeforeValidator(duration),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": r"^\d+(\.\d+)?\s*[smhd]?$"}, {"type": "number", "minimum": 1}]}
    ),
]


@dataclass(frozen=True, slots=True)
class Budget:
    """At most this share (0..1) of the linked pairs, or at most this many operations."""

    share: float | None = None
    count: int | None = None


def budget(raw: object) -> Budget:
    """A budget from ``30%`` or a whole number. Raises ``Unfit``."""
    if isinstance(raw, Budget):
        return raw
    if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0:
        return Budget(count=raw)
    found = _PERCENT.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if found is None or float(found[1]) > _WHOLE:
        raise Unfit("this is not a limit", "write a percentage of the linked pairs (30%) or a whole number (50)")
    return Budget(share=float(found[1]) / _WHOLE)


BudgetText: TypeAlias = Annotated[
    Budget,
    BeforeValidator(budget),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": r"^\d+(\.\d+)?\s*%$"}, {"type": "integer", "minimum": 0}]}),
    Field(description="A percentage of the linked pairs, or a number of operations."),
]
