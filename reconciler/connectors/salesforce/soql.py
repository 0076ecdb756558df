"""Salesforce's query language as far as a sync needs it, with every value quoted; and its two spellings of an id."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_ESCAPES = str.maketrans(
    {
        "\\": "\\\\",
        "'": "\\'",
        '"': '\\"',
        "\n": "\\n",
        "\r": "\\r",
        "\t": "\\t",
        "\b": "\\b",
        "\f": "\\f",
        "\0": "",
    }
)
_LONGEST = 6000
"""Characters of an ``IN`` list: with the percent-encoding the URL stays far below its limit of about 16,000."""

_SHORT, _BLOCK = 15, 5
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def quoted(text: str) -> str:
    """A string literal."""
    return f"'{text.translate(_ESCAPES)}'"


def select(fields: Iterable[str], entity: str, where: Iterable[str] = (), order: str = "") -> str:
    """A query; the parts of ``where`` must all hold."""
    conditions = " AND ".join(filter(None, where))
    clauses = ["SELECT", ",".join(fields), "FROM", entity]
    clauses += ["WHERE", conditions] if conditions else []
    clauses += ["ORDER BY", order] if order else []
    return " ".join(clauses)


def in_lists(field: str, literals: Sequence[str], most: int) -> Iterator[str]:
    """Conditions ``field IN (…)`` that hold ``literals`` between them, none too long for a URL."""
    chunk: list[str] = []
    length = 0
    for literal in literals:
        if chunk and (len(chunk) == most or length + len(literal) > _LONGEST):
            yield f"{field} IN ({','.join(chunk)})"
            chunk, length = [], 0
        chunk.append(literal)
        length += len(literal) + 1
    if chunk:
        yield f"{field} IN ({','.join(chunk)})"


def long_id(record_id: str) -> str:
    """The 18-character spelling of an id: each of the last three tells which of five characters are capitals."""
    if len(record_id) != _SHORT:
        return record_id
    blocks = (record_id[start : start + _BLOCK] for start in range(0, _SHORT, _BLOCK))
    sums = (sum(1 << place for place, letter in enumerate(block) if "A" <= letter <= "Z") for block in blocks)
    return record_id + "".join(_CHECK[capitals] for capitals in sums)
