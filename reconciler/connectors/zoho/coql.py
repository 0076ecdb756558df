"""Zoho's query language as far as a sync needs it. It reads what is stored, not an index that lags behind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PAGE = 200
"""Rows a query may bring."""

_MOST = 50
"""Values that one ``in`` may hold."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def quoted(text: str) -> str:
    """A string literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def askable(values: Iterable[str]) -> list[str]:
    """Those that can be searched for, once as written and once in lower case: whether ``in`` looks at the case is not
    documented. No field that is searched holds control characters."""
    kept = [value for value in values if value.strip() and not _CONTROL.search(value)]
    return list(dict.fromkeys(spelling for value in kept for spelling in (value, value.lower())))


def in_lists(field: str, values: Sequence[str]) -> Iterator[str]:
    """Conditions ``field in (…)`` that hold all values between them."""
    for start in range(0, len(values), _MOST):
        yield f"{field} in ({', '.join(map(quoted, values[start : start + _MOST]))})"


def select(columns: Iterable[str], module: str, where: str, offset: int = 0, rows: int = PAGE) -> str:
    """A query for rows in the order of their ids."""
    clauses = ("select", ", ".join(columns), "from", module, "where", where)
    return " ".join((*clauses, f"order by id asc limit {offset}, {rows}"))
