"""Words that must not be found anywhere at rest, and a search for them in every spelling that we could think of."""

from __future__ import annotations

import base64
import html
import json
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

SHORTEST = 6
"""Bytes: anything shorter turns up by chance."""


def spellings(word: str) -> set[bytes]:
    """The bytes by which a word could betray itself."""
    found: set[bytes] = set()
    for cased in {word, word.lower(), word.upper(), word.casefold(), word.title()}:
        for text in _escaped(cased):
            for encoding in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le"):
                plain = text.encode(encoding)
                found |= {plain, plain.hex().encode(), *_base64(plain)}
            found |= {text.encode("latin-1", "ignore"), text.encode("utf-7")}
    return {one for one in found if len(one) >= SHORTEST}


def _escaped(word: str) -> Iterator[str]:
    yield word
    yield quote(word)
    yield quote(word, safe="")
    yield quote_plus(word)
    yield json.dumps(word)[1:-1]
    yield repr(word)[1:-1]
    yield html.escape(word)
    yield repr(word.encode())[2:-1]


def _base64(plain: bytes) -> Iterator[bytes]:
    """At each of the three places where it may begin in a longer text, without what its neighbours change."""
    for shift in range(3):
        coded = base64.b64encode(bytes(shift) + plain)
        inner = coded[0 if not shift else shift + 1 : len(coded) // 4 * 4 - 4]
        yield inner
        yield inner.replace(b"+", b"-").replace(b"/", b"_")


def betrayed(words: Iterable[str], places: Iterable[tuple[str, bytes]]) -> list[tuple[str, str, bytes]]:
    """``(place, word, spelling)`` of everything found."""
    known = {word: spellings(word) for word in words}
    return [
        (name, word, spelling)
        for name, content in places
        for word, forms in known.items()
        for spelling in forms
        if spelling in content
    ]


def files(folder: Path, but: Iterable[str] = ()) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder, raw."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in set(but):
            yield str(path.relative_to(folder)), path.read_bytes()
