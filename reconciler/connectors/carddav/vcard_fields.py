"""What the properties of a vCard mean as fields, and how a field's new value changes as few lines as possible.

Kinds of telephone are disjoint (fax, pager, mobile, home, and all the rest is ``phone``), so that writing one never
changes what another reads. A write whose value already reads the same leaves its lines alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote

from reconciler.connectors.carddav.vcard import escape, split, unescape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.connectors.carddav.vcard import Card, Line
    from reconciler.model.record import Value

_ISO_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ].*)?")
_PARTIAL_DATE = re.compile(r"--\d\d(?:-?\d\d)?|---\d\d|\d{4}(?:-\d\d)?")
_YEARLESS = re.compile(r"\A--(\d\d)-?(\d\d)\Z")
_GLOBAL_NUMBER = re.compile(r"\+[0-9().-]+")
_KINDS = {"fax": "fax", "pager": "pager", "cell": "mobile", "mobile": "mobile", "iphone": "mobile", "home": "home"}
_TYPES = {"mobile": "CELL", "home": "HOME", "fax": "FAX", "phone": "VOICE"}


class Property(Protocol):
    """One field of a card."""

    def read(self, card: Card) -> Value:
        """The value; None when there is none."""
        ...

    def write(self, card: Card, value: Value) -> None:
        """Make ``read`` answer ``value``, which is not what it answers now."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """A property of one text: the preferred line. ``special`` are the characters its values escape."""

    name: str
    special: str = ",;"

    def read(self, card: Card) -> Value:
        """The unescaped text of the preferred line."""
        line = card.preferred(self.name)
        return (unescape(line.value) or None) if line else None

    def write(self, card: Card, value: Value) -> None:
        """Replace the text; an empty one takes the line away."""
        line, text = card.preferred(self.name), escape(_text(value), self.special)
        if line and text:
            card.replace(line, text)
        elif line:
            card.remove(line)
        elif text:
            card.add(self.name, text)


@dataclass(frozen=True, slots=True)
class Part:
    """One component of a structured property; the others keep their very characters."""

    name: str
    index: int
    parts: int

    def read(self, card: Card) -> Value:
        """The unescaped component."""
        line = card.preferred(self.name)
        parts = split(line.value, ";") if line else []
        return (unescape(parts[self.index]) or None) if self.index < len(parts) else None

    def write(self, card: Card, value: Value) -> None:
        """Replace one component; a line without any is taken away."""
        line = card.preferred(self.name)
        parts = split(line.value, ";") if line else []
        parts += [""] * (self.parts - len(parts))
        parts[self.index] = escape(_text(value))
        while self.name == "ORG" and parts and not parts[-1]:
            parts.pop()
        whole = ";".join(parts)
        if line and (any(parts) or self.name == "N"):
            card.replace(line, whole)
        elif line:
            card.remove(line)
        elif any(parts):
            card.add(self.name, whole)


@dataclass(frozen=True, slots=True)
class Birthday:
    """``BDAY`` as an ISO date where it is a whole one, ``--MM-DD`` without a year, else the text as it was written."""

    def read(self, card: Card) -> Value:
        """``YYYY-MM-DD``, ``--MM-DD``, or the text as it stands."""
        line = card.preferred("BDAY")
        if line is None:
            return None
        text = unescape(line.value).strip()
        found = _whole_date(text)
        if not found:
            return _YEARLESS.sub(r"--\1-\2", text) or None
        year, month, day = found.groups()
        # Apple writes a birthday without its year as one in 1604, and says so beside it.
        return f"--{month}-{day}" if line.params.get("X-APPLE-OMIT-YEAR") == (year,) else f"{year}-{month}-{day}"

    def write(self, card: Card, value: Value) -> None:
        """Write in the basic form in vCard 4, in the extended form in vCard 3."""
        line, text = card.preferred("BDAY"), escape(_text(value))
        modern = card.version.startswith("4")
        head = line.head_without("VALUE", "X-APPLE-OMIT-YEAR") if line else "BDAY"
        if modern and (_whole_date(text) or _PARTIAL_DATE.fullmatch(text)):
            text = _basic(text)
        elif modern:
            head += ";VALUE=text"
        if line and text:
            card.replace(line, text, head=head)
        elif line:
            card.remove(line)
        elif text:
            card.add(head, text)


@dataclass(frozen=True, slots=True)
class Primary:
    """The preferred value, or the first, of a repeated property; of one ``kind`` of telephone only, where given."""

    name: str
    kind: str | None = None

    def lines(self, card: Card) -> list[Line]:
        """The lines it speaks for, the most preferred first."""
        mine = (line for line in card.all(self.name) if self.kind in {None, kind_of(line)} and plain(line))
        return sorted(mine, key=lambda line: line.preference)

    def read(self, card: Card) -> Value:
        """The first of the most preferred lines."""
        return next((plain(line) for line in self.lines(card)), None)

    def write(self, card: Card, value: Value) -> None:
        """Replace that one value, or prefer the line that holds it already."""
        text, mine = _text(value).strip(), self.lines(card)
        again = next((line for line in mine if plain(line) == text), None)
        if not text:
            for line in mine[:1]:
                card.remove(line)
        elif again:
            _promote(card, again, mine)
        elif mine:
            _replace(card, mine[0], text)
        else:
            self._add(card, text)

    def _add(self, card: Card, text: str) -> None:
        """A new line of this kind. A number that stands there without any type, as when the list of all numbers was
        written just before, gets the type instead of a double."""
        kinds = f";TYPE={_TYPES[self.kind]}" if self.kind else ""
        bare = next((line for line in card.all(self.name) if plain(line) == text and not line.types), None)
        if bare and kinds:
            card.replace(bare, bare.value, head=bare.head_without() + kinds)
        else:
            card.add(self.name + kinds, _speak(text))


@dataclass(frozen=True, slots=True)
class Many:
    """All values of a repeated property. Lines of values that stay are not touched."""

    name: str

    def read(self, card: Card) -> Value:
        """The values in the order of the file, each once."""
        return tuple(dict.fromkeys(text for text in map(plain, card.all(self.name)) if text)) or None

    def write(self, card: Card, value: Value) -> None:
        """Remove what is not wanted, add what is missing."""
        wanted = dict.fromkeys(_texts(value))
        present = {plain(line) for line in card.all(self.name)}
        missing = [text for text in wanted if text not in present]
        for line in card.all(self.name):
            if plain(line) not in wanted:
                self._drop(card, line, missing)
        for text in missing:
            card.add(self.name, _speak(text))

    @staticmethod
    def _drop(card: Card, line: Line, missing: list[str]) -> None:
        """Away with the line, unless a new value is the same but for its case: that is the same address or number."""
        respelt = next((text for text in missing if text.casefold() == plain(line).casefold()), None)
        if respelt is None:
            card.remove(line)
        else:
            missing.remove(respelt)
            _replace(card, line, respelt)


@dataclass(frozen=True, slots=True)
class Tags:
    """All items of all ``CATEGORIES`` lines."""

    def read(self, card: Card) -> Value:
        """The items in the order of the file, each once."""
        items = (unescape(item).strip() for line in card.all("CATEGORIES") for item in split(line.value, ","))
        return tuple(dict.fromkeys(item for item in items if item)) or None

    def write(self, card: Card, value: Value) -> None:
        """Remove items where they stand; add the new ones to the first line."""
        wanted = _texts(value)
        present = self.read(card)
        missing = [escape(item) for item in wanted if not isinstance(present, tuple) or item not in present]
        for line in card.all("CATEGORIES"):
            items = split(line.value, ",")
            kept = [item for item in items if unescape(item).strip() in wanted] + missing
            missing = []
            if kept and kept != items:
                card.replace(line, ",".join(kept))
            elif not kept:
                card.remove(line)
        if missing:
            card.add("CATEGORIES", ",".join(missing))


def _whole_date(text: str) -> re.Match[str] | None:
    """Year, month and day, where they are a day of the calendar; a time after them is let go."""
    found = _ISO_DATE.fullmatch(text)
    try:
        return found if found and date.fromisoformat("-".join(found.groups())) else None
    except ValueError:
        return None


def _basic(text: str) -> str:
    """A date without its separators, as vCard 4 wants it; ``YYYY-MM`` keeps its own (RFC 6350 section 4.3.1)."""
    if re.fullmatch(r"\d{4}-\d\d|---\d\d", text):
        return text
    return text[:2] + text[2:].replace("-", "")


def kind_of(line: Line) -> str:
    """``fax``, ``pager``, ``mobile``, ``home``, or ``phone`` for every other telephone."""
    return next((kind for mark, kind in _KINDS.items() if mark in line.types), "phone")


def plain(line: Line) -> str:
    """The address or number that a line holds; a ``tel:`` URI as the number in it."""
    text = unescape(line.value).strip()
    return unquote(text[4:]) if line.name == "TEL" and text[:4].lower() == "tel:" else text


def _speak(text: str) -> str:
    return escape(text.strip())


def _replace(card: Card, line: Line, text: str) -> None:
    """Another value in the same line; in a URI's place comes a URI where the number can be one, else a text."""
    if line.params.get("VALUE", ("text",))[0].lower() != "uri" or line.name != "TEL":
        card.replace(line, _speak(text))
    elif _GLOBAL_NUMBER.fullmatch(text):
        card.replace(line, f"tel:{text}")
    else:
        card.replace(line, _speak(text), head=line.head_without("VALUE"))


def _promote(card: Card, chosen: Line, lines: list[Line]) -> None:
    """Make a line that is there already the preferred one: it takes over the marks, or the place where none is."""
    marked = [line for line in lines if line.head_with_preference(card.version, preferred=False) != line.head]
    for line in marked:
        if line is not chosen:
            card.replace(line, line.value, head=line.head_with_preference(card.version, preferred=False))
    if marked:
        card.replace(chosen, chosen.value, head=chosen.head_with_preference(card.version, preferred=True))
    else:
        card.move_before(chosen, lines[0])


def _text(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case tuple():
            return ", ".join(value)
        case _:
            return str(value)


def _texts(value: Value) -> list[str]:
    items: Iterable[str] = value if isinstance(value, tuple) else [_text(value)]
    return [item.strip() for item in items if item.strip()]
