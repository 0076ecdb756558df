"""How Copper takes a whole name apart."""

from __future__ import annotations

_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof"})
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "phd", "md"})
_PARTS = ("prefix", "first_name", "middle_name", "last_name", "suffix")


def split(name: str, *, lead: bool) -> dict[str, str | None]:
    """Prefix, first, middle and last name, and suffix. What follows a comma is a suffix; a lead's name with brackets in
    it is not understood, and all of it becomes the first name."""
    if lead and "(" in name:
        return {**dict.fromkeys(_PARTS), "first_name": name}
    whole, _, after = name.partition(",")
    words, suffix = whole.split(), after.strip()
    prefix = words.pop(0) if len(words) > 1 and _bare(words[0]) in _TITLES else None
    if not suffix and len(words) > 1 and _bare(words[-1]) in _SUFFIXES:
        suffix = words.pop()
    first, middle, last = words[:1], words[1:-1], words[1:][-1:]
    found = (prefix, " ".join(first), " ".join(middle), " ".join(last), suffix)
    return {part: text or None for part, text in zip(_PARTS, found, strict=True)}


def _bare(word: str) -> str:
    return word.rstrip(".").casefold()
