"""vCards as content lines: read some, change some, keep every other byte.

The layer is our own because an untouched line must survive exactly: its folds, its parameters, its odd escapes, a
photo, an extension nobody knows (see ``docs/decisions/vcard-lines.md``). Syntax: RFC 6350 section 3 and RFC 2425
section 5.8; what vCard 2.1 writers leave behind (bare ``TEL;HOME``, quoted-printable) is read, never written.
"""

from __future__ import annotations

import quopri
import re
from codecs import BOM_UTF8
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_LIMIT = 75
_TOP_BITS, _CONTINUES = 0xC0, 0x80  # the bits that mark a byte inside a UTF-8 sequence
_NO_PREFERENCE = 101
_LOGICAL = re.compile(rb"[^\n]*(?:\n[ \t][^\n]*)*(?:\n|\Z)")
_SOFT_BREAK = re.compile(rb"=\r?\n")
_FOLD = re.compile(rb"\r?\n[ \t]")
_NAME = re.compile(rb"(?:([A-Za-z0-9-]+)\.)?([A-Za-z0-9-]+)[;:]")
_HEAD = re.compile(rb'((?:[^":]|"[^"]*")*):')
_PARAM = re.compile(r'(?:[^";]|"[^"]*"|")+')
_TOKEN = re.compile(r"\\.|.", re.DOTALL)
_ESCAPE = re.compile(r"\\([nN,;:\\])")
_NEWLINE = re.compile(r"\r\n?|\n")
_NEWLINE_BYTES = re.compile(rb"\r\n?|\n")
# What neither a content line nor the XML around it can hold; a server would store it and never list again.
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_QUOTED_PRINTABLE = b"QUOTED-PRINTABLE"


class NotAVCard(ValueError):
    """The text has no complete card: no ``BEGIN:VCARD``, or no ``END:VCARD``."""


def speakable(text: str) -> str:
    """Text without what neither a content line nor XML can hold."""
    return _UNSPEAKABLE.sub("", text)


def escape(text: str, special: str = ",;") -> str:
    """Text as a value: backslashes, newlines and the ``special`` separators escaped, control characters left out."""
    text = speakable(_NEWLINE.sub("\n", text)).replace("\\", "\\\\").replace("\n", "\\n")
    for separator in special:
        text = text.replace(separator, f"\\{separator}")
    return text


def unescape(value: str) -> str:
    """A value as text. A backslash before anything that needs none is kept."""
    if "\\" not in value:
        return value
    return _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)


def split(value: str, separator: str) -> list[str]:
    """The parts between unescaped separators, still escaped."""
    if "\\" not in value:
        return value.split(separator)
    parts: list[list[str]] = [[]]
    for token in _TOKEN.findall(value):
        if token == separator:
            parts.append([])
        else:
            parts[-1].append(token)
    return ["".join(part) for part in parts]


def fold(line: bytes, ending: bytes) -> bytes:
    """One content line, folded at 75 octets, never inside a UTF-8 sequence."""
    pieces, start, room = [], 0, _LIMIT
    while len(line) - start > room:
        stop = start + room
        while line[stop] & _TOP_BITS == _CONTINUES:
            stop -= 1
        pieces.append(line[start:stop])
        start, room = stop, _LIMIT - 1
    pieces.append(line[start:])
    return (ending + b" ").join(pieces) + ending


@dataclass(frozen=True, eq=False)
class Line:
    """One logical line. ``raw`` is what stood in the file, folds and line end included.

    ``group`` and ``name`` are empty where the line is not a property of the card itself: a blank line, noise, the
    inside of a nested card. ``name`` is in upper case.
    """

    raw: bytes
    group: str = ""
    name: str = ""

    @cached_property
    def _halves(self) -> tuple[str, bytes]:
        soft = _QUOTED_PRINTABLE in self.raw.partition(b":")[0].upper()
        unfolded = _FOLD.sub(b"", _SOFT_BREAK.sub(b"", self.raw) if soft else self.raw).rstrip(b"\r\n")
        found = _HEAD.match(unfolded)
        head = found[1] if found else unfolded.partition(b":")[0]
        return _decode(head, "utf-8"), unfolded[len(head) + 1 :]

    @property
    def head(self) -> str:
        """Everything before the colon: group, name and parameters as they were written."""
        return self._halves[0]

    @cached_property
    def params(self) -> Mapping[str, tuple[str, ...]]:
        """Parameters by upper-case name; a bare one, as in ``TEL;HOME``, counts as a ``TYPE``."""
        found: dict[str, tuple[str, ...]] = {}
        for text in _PARAM.findall(self.head)[1:]:
            name, equals, value = text.partition("=")
            key = name.strip().upper() if equals else "TYPE"
            values = (value if equals else name).replace('"', "").split(",")
            found[key] = found.get(key, ()) + tuple(one.strip() for one in values)
        return found

    @cached_property
    def types(self) -> frozenset[str]:
        """The ``TYPE`` values in lower case."""
        return frozenset(one.lower() for one in self.params.get("TYPE", ()))

    @property
    def preference(self) -> int:
        """1 is the most preferred, 101 says nothing: ``PREF`` of vCard 4, ``TYPE=pref`` of vCard 3."""
        said = self.params.get("PREF", ("",))[0]
        if said.isdecimal():
            return int(said)
        return 1 if "pref" in self.types else _NO_PREFERENCE

    @cached_property
    def value(self) -> str:
        """The value as text, unfolded and decoded, its escapes still in it."""
        data = self._halves[1]
        if ";" not in self.head:
            return _decode(data, "utf-8")
        if _QUOTED_PRINTABLE in self.head.upper().encode():
            data = _NEWLINE_BYTES.sub(rb"\\n", quopri.decodestring(data))
        return _decode(data, self.params.get("CHARSET", ("utf-8",))[0])

    def head_without(self, *names: str) -> str:
        """The head without these parameters; what described the old value's encoding always goes."""
        dropped = {"CHARSET", *names}
        first, *texts = _PARAM.findall(self.head)
        return ";".join([first, *(text for text in texts if not _names(text, dropped))])

    def head_with_preference(self, version: str, *, preferred: bool) -> str:
        """The head with, or without, the mark of the preferred value."""
        first, *texts = _PARAM.findall(self.head_without("PREF"))
        kept = [text for text in map(_without_pref, texts) if text]
        mark = ["PREF=1" if version.startswith("4") else "TYPE=pref"] if preferred else []
        return ";".join([first, *kept, *mark])


def _decode(data: bytes, charset: str) -> str:
    """Text in the named charset, else UTF-8, else Latin-1, which no byte can offend."""
    for attempt in (charset, "utf-8"):
        try:
            return data.decode(attempt)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("latin-1")


def _names(param: str, names: set[str]) -> bool:
    """Whether a parameter is one of ``names``, or says that the value is quoted-printable."""
    return param.partition("=")[0].strip().upper() in names or _QUOTED_PRINTABLE.decode() in param.upper()


def _without_pref(param: str) -> str:
    name, equals, value = param.partition("=")
    if not equals:
        return "" if name.upper() == "PREF" else param
    values = value.strip('"').split(",")
    kept = [one for one in values if one.strip().lower() != "pref"]
    if name.strip().upper() != "TYPE" or len(kept) == len(values):
        return param
    quote = '"' if value.startswith('"') else ""
    return f"{name}={quote}{','.join(kept)}{quote}" if kept else ""


class Card:
    """One vCard that can be changed line by line."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.lines = list(lines)
        self.ending = b"\n" if self.lines and not self.lines[0].raw.endswith(b"\r\n") else b"\r\n"

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Raises ``NotAVCard`` for a text without a card; every other text parses and serialises to itself."""
        card = cls(_read(data))
        kinds = {line.value.strip().upper() for line in card.all("BEGIN") + card.all("END")}
        if kinds != {"VCARD"} or not card.all("END"):
            raise NotAVCard("this text has no BEGIN:VCARD with its END:VCARD")
        return card

    @classmethod
    def new(cls, version: str, uid: str) -> Self:
        """An empty card. ``N`` stands in it because vCard 3 requires the property, ``FN`` comes with the names."""
        head = f"BEGIN:VCARD\r\nVERSION:{version}\r\nUID:{uid}\r\nN:;;;;\r\nEND:VCARD\r\n"
        return cls.parse(head.encode())

    def to_bytes(self) -> bytes:
        """The card as it is stored."""
        return b"".join(line.raw for line in self.lines)

    @property
    def version(self) -> str:
        """``3.0``, ``4.0``; ``3.0`` where the card does not say."""
        return next((line.value.strip() for line in self.all("VERSION")), "3.0")

    def all(self, name: str) -> list[Line]:
        """The lines of one property, in the order of the file."""
        return [line for line in self.lines if line.name == name]

    def preferred(self, name: str) -> Line | None:
        """The line with the best preference, the first of equals."""
        lines = self.all(name)
        return min(lines, key=lambda line: line.preference) if len(lines) > 1 else next(iter(lines), None)

    def add(self, head: str, value: str) -> Line:
        """A new property after its like, or at the card's end. ``value`` is already escaped."""
        line = self._line(head, value)
        like = [index for index, other in enumerate(self.lines) if other.name == line.name]
        end = next((index for index, other in enumerate(self.lines) if other.name == "END"), len(self.lines))
        self.lines.insert(like[-1] + 1 if like else end, line)
        return line

    def replace(self, line: Line, value: str, *, head: str | None = None) -> Line:
        """The same property with another value (already escaped); its parameters stay unless ``head`` is given."""
        new = self._line(line.head_without() if head is None else head, value)
        self.lines[self.lines.index(line)] = new
        return new

    def move_before(self, line: Line, other: Line) -> None:
        """Put a property right before another."""
        self.lines.remove(line)
        self.lines.insert(self.lines.index(other), line)

    def remove(self, line: Line) -> None:
        """Take a property away, and what Apple's address book hung on its group (``item1.X-ABLabel``)."""
        self.lines.remove(line)
        group = [other for other in self.lines if line.group and other.group == line.group]
        if all(other.name.startswith("X-AB") for other in group):
            self.lines = [other for other in self.lines if other not in group]

    def _line(self, head: str, value: str) -> Line:
        name, group = _name(head.encode() + b":")
        return Line(fold(f"{head}:{value}".encode(), self.ending), group, name)


def _name(raw: bytes) -> tuple[str, str]:
    """The upper-case name and the group of a content line; twice nothing when it is none."""
    found = _NAME.match(raw) or _NAME.match(_FOLD.sub(b"", raw).removeprefix(BOM_UTF8))
    if not found:
        return "", ""
    return found[2].decode().upper(), (found[1] or b"").decode()


def _logical(data: bytes) -> Iterator[bytes]:
    """Logical lines; a quoted-printable value that ends in ``=`` goes on in the next line, without a fold."""
    pending = b""
    for raw in _LOGICAL.findall(data):
        pending += raw
        head = pending.partition(b":")[0].upper()
        if _QUOTED_PRINTABLE in head and raw and pending.rstrip(b"\r\n").endswith(b"="):
            continue
        if pending:
            yield pending
        pending = b""
    if pending:
        yield pending


def _read(data: bytes) -> Iterator[Line]:
    """Lines of the first card with their names; what is nested in it, or comes after it, stays nameless."""
    depth, ended = 0, False
    for raw in _logical(data):
        name, group = _name(raw)
        depth += name == "BEGIN"
        live = depth == 1 and not ended
        yield Line(raw, group, name) if live else Line(raw)
        if name == "END":
            depth -= 1
            ended = depth == 0
