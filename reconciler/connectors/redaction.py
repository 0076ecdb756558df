"""A server may repeat what it was sent: personal data goes out of its words before they reach a person or a log."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST = 256
"""Characters of a server's own words that an error message may hold."""

_EMAIL = re.compile(r"[^\s\"'<>(),;:=/]+@[^\s\"'<>(),;:=/]+")
_DIGITS = re.compile(r"\+?\d(?:[\s().\-/]{0,2}\d){5,}")
_TAG = re.compile(r"<[^>]*>")
_QUOTED = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""")
_SHORTEST = 2
_CODE = re.compile(r"[\w.:{}-]{1,64}", re.ASCII)


def redact(text: str, sent: Iterable[str] = ()) -> str:
    """``text`` without emails, long digit runs and the values in ``sent``, on one line, cut at 256 characters."""
    clean = _TAG.sub(" ", text)
    for value in sorted(set(sent), key=len, reverse=True):
        if len(value.strip()) >= _SHORTEST:
            clean = re.sub(rf"(?<!\w){re.escape(value.strip())}(?!\w)", "[value]", clean, flags=re.IGNORECASE)
    clean = _DIGITS.sub("[number]", _EMAIL.sub("[email]", clean))
    clean = " ".join(clean.split())
    return clean if len(clean) <= LONGEST else clean[: LONGEST - 1] + "…"


def is_code(text: str) -> bool:
    """Whether ``text`` is a word of an app's own for what happened, and not a sentence or something it was sent."""
    return bool(_CODE.fullmatch(text)) and redact(text) == text


def without_emails(text: str) -> str:
    """``text`` with email addresses replaced: for a path, whose ids may stay."""
    return _EMAIL.sub("[email]", text)


def leaves(payload: object) -> Iterator[str]:
    """Every text inside a JSON-like payload, without the keys; also what stands in quotes inside such a text."""
    if isinstance(payload, str):
        yield payload
        for single, double in _QUOTED.findall(payload):
            yield single or double
    elif isinstance(payload, dict):
        for value in payload.values():
            yield from leaves(value)
    elif isinstance(payload, list | tuple):
        for value in payload:
            yield from leaves(value)
