"""Values, counts, times and causes in words."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reconciler.engine.decision import AFTER_CREATE

if TYPE_CHECKING:
    from reconciler.model.connection import Connection, Origin
    from reconciler.model.record import Value

NOTHING = "(empty)"
PRECISE = 10.0  # seconds, below which tenths are of interest


def count(number: int, noun: str) -> str:
    """``1 error``, ``2 errors``, ``1,000 errors``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def shown(value: Value) -> str:
    """A contact's value on one line. What an app holds cannot move the cursor or hide text: such characters are
    spelled out."""
    if value is None:
        return NOTHING
    if value == AFTER_CREATE:
        return AFTER_CREATE
    if isinstance(value, tuple):
        return f"[{', '.join(shown(item) for item in value)}]"
    return _printable(json.dumps(value, ensure_ascii=False))


def _printable(text: str) -> str:
    """Without characters that a screen obeys instead of showing (emoji joiners stay)."""
    return "".join(one if one.isprintable() or one == "\u200d" else _spelled(one) for one in text)


def _spelled(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def cause(connection: Connection, origin: Origin) -> str:
    """Who wants a change: ``rule 'name' file:line`` or ``mapping a <-> b file:line``."""
    ruled = any(rule.origin == origin for rule in connection.rules)
    said = f"rule '{origin.text}'" if ruled else f"mapping {origin.text}"
    return f"{said} {origin.file}:{origin.line}" if origin.line else said


def moment(at: float | None) -> str:
    """A time in UTC, to the second."""
    return "-" if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def duration(seconds: float) -> str:
    """``0.4 s``, ``12 s``, ``5 min``, ``2 h``."""
    if seconds < PRECISE:
        return f"{seconds:.1f} s"
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
