"""Whole names against their parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.engine.canonical import empty
from reconciler.engine.transforms import Unmappable

if TYPE_CHECKING:
    from reconciler.engine.transforms import Keep, Mapped, Values
    from reconciler.model.record import Value

INNER = ("first_name", "middle_name", "last_name")
KEPT = ("prefix", "suffix", "last_name")
"""Parts that are found again at the ends of a whole name, from the outside in."""


@dataclass(frozen=True, slots=True)
class FullName:
    """Parts of a name (any of prefix, first, middle, last, suffix, in this order) against the whole name.

    Splitting keeps every part that the whole still begins or ends with, so that ``van der Berg`` stays a last name
    once somebody said so; without such knowledge the last word is the last name. Lossy by nature: the complement is
    what the parts hold now.
    """

    roles: tuple[str, ...]

    def forward(self, left: Values, right_now: Values) -> Mapped:
        """The parts joined by single spaces."""
        del right_now
        return (_join(left),)

    def backward(self, right: Values, left_now: Values) -> Mapped:
        """The whole split over the parts."""
        whole = _words(right[0])
        if whole == _words(_join(left_now)):
            return left_now
        held = {role: _words(value) for role, value in zip(self.roles, left_now, strict=True)}
        parts: dict[str, str | None] = dict.fromkeys(self.roles)
        for role in KEPT if len(set(self.roles) & set(INNER)) > 1 else KEPT[:2]:
            whole = _take(role, held.get(role, []), whole, parts)
        return self._rest(whole, parts)

    def _rest(self, whole: list[str], parts: dict[str, str | None]) -> Values:
        inner = [role for role in self.roles if role in INNER and not parts[role]]
        if whole and not inner:
            raise Unmappable("a name, where only what stands around it is mapped")
        for role, words in zip(inner, _spread(whole, inner), strict=False):
            parts[role] = " ".join(words) or None
        return tuple(parts[role] for role in self.roles)


def _take(role: str, known: list[str], whole: list[str], parts: dict[str, str | None]) -> list[str]:
    """Set ``role`` aside where the whole still shows what it held; only affixes and compound last names count."""
    if not known or len(known) >= len(whole):
        return whole
    if role == "prefix" and whole[: len(known)] == known:
        parts[role] = " ".join(known)
        return whole[len(known) :]
    if role != "prefix" and whole[-len(known) :] == known:
        parts[role] = " ".join(known)
        return whole[: -len(known)]
    return whole


def _spread(words: list[str], roles: list[str]) -> list[list[str]]:
    """The last word to the last name, the first to the first name, what is between to the middle (or to the first)."""
    if len(roles) <= 1 or not words:
        return [words, *([] for _ in roles[1:])]
    if len(words) == 1:
        return [*([] for _ in roles[1:]), words] if roles[-1] == "last_name" else [words, *([] for _ in roles[1:])]
    if len(roles) == 2:  # noqa: PLR2004 - two parts
        return [words[:-1], words[-1:]] if roles[-1] == "last_name" else [words[:1], words[1:]]
    return [words[:1], words[1:-1], words[-1:]]


def _words(value: Value | Keep) -> list[str]:
    return str(value).split() if value else []


def _join(parts: Values) -> str | None:
    return " ".join(" ".join(_words(part)) for part in parts if not empty(part)) or None
