"""People as address books really hold them: accents, emoji, several addresses, long notes, photos, strangers' lines.

Everybody follows from a number alone. The reading here is our own and small on purpose: it shares no code with what it
is used to judge.
"""

from __future__ import annotations

import base64
import random
from dataclasses import dataclass
from functools import cache

import vobject

FIRST = ("Zoé", "Søren", "Łukasz", "Nguyễn", "Björk", "Ólafur", "Chloë", "Jürgen", "Ana", "Иван", "美咲", "Thérèse")
LAST = ("Østergård", "Müller-Lüdenscheidt", "O'Brien", "de la Cruz, jr.", "Şahin", "Dvořák", "Peeters", "山田", "Lee")
EMOJI = ("🎉", "👩‍🚀", "🌻", "🇧🇪")
OURS = frozenset(
    {
        *("BEGIN", "VERSION", "PRODID", "REV", "UID", "END"),
        *("N", "FN", "NICKNAME", "EMAIL", "TEL", "ADR", "ORG", "TITLE", "ROLE", "NOTE", "BDAY", "URL", "CATEGORIES"),
    }
)
"""Properties that the mapped fields live in; every other one belongs to somebody else."""


@dataclass(frozen=True)
class Line:
    """One content line, unfolded: ``whole`` is all of it, ``name`` its property without group, in capitals."""

    whole: str
    name: str
    value: str


def read_lines(card: str) -> list[Line]:
    """Every content line of a card."""
    unfolded = card.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "")
    return [_line(whole) for whole in unfolded.split("\n") if whole]


def _line(whole: str) -> Line:
    quoted = False
    for at, letter in enumerate(whole):
        quoted ^= letter == '"'
        if letter == ":" and not quoted:
            return Line(whole, whole[:at].partition(";")[0].rpartition(".")[2].upper(), whole[at + 1 :])
    return Line(whole, "", "")


def values(card: str, name: str) -> list[str]:
    """The raw values of a property."""
    return [line.value for line in read_lines(card) if line.name == name]


def value(card: str, name: str) -> str:
    """The only value of a property; empty when it is not there."""
    found = values(card, name)
    assert len(found) < 2, f"{name} stands {len(found)} times"
    return found[0] if found else ""


def of_others(card: str) -> list[str]:
    """The lines that are none of a contact sync's business, in their order: photos, extensions, labels."""
    return [line.whole for line in read_lines(card) if line.name not in OURS]


def emails(card: str) -> set[str]:
    return {one.casefold() for one in values(card, "EMAIL")}


def phones(card: str) -> set[str]:
    """Numbers without their punctuation."""
    return {"".join(sign for sign in one if sign.isdigit() or sign == "+") for one in values(card, "TEL")}


def key(number: int) -> str:
    """The address by which a person is known on both sides."""
    return f"person{number}@example.org"


def differs(number: int) -> bool:
    """Whether the two sides know different things of a person."""
    return number % 29 == 0


def card(number: int, side: str) -> str:
    """A person's card on one side, as a Radicale server itself would store it."""
    body = [f"UID:{side}-{number}", *_lines(number), f"X-SEEN-BY:{side} {number}"]
    if differs(number):
        body += _own_lines(number, side)
    else:
        body += [
            f"TITLE:Engineer {number}",
            _address(f"Gent {number}"),
            f"TEL;TYPE=WORK,VOICE:+32 3 {1000000 + number}",
        ]
    return stored("\r\n".join(["BEGIN:VCARD", "VERSION:3.0", *body, "END:VCARD", ""]))


def _own_lines(number: int, side: str) -> list[str]:
    """The left knows a phone, the right another email; the two disagree on title and town."""
    shared = [f"TITLE:{side} title {number}", _address(f"{side} town {number}")]
    if side == "left":
        return [*shared, f"TEL;TYPE=WORK,VOICE:+32 3 {1000000 + number}"]
    return [*shared, f"EMAIL;TYPE=HOME:right{number}@home.example"]


def _address(town: str) -> str:
    return f"ADR;TYPE=WORK:;;Kerkstraat 1\\, bus 2;{town};;9000;Belgium"


@cache
def _lines(number: int) -> tuple[str, ...]:
    """What both sides agree on."""
    dice = random.Random(number)
    first, last = dice.choice(FIRST), f"{dice.choice(LAST)} {number}".replace(",", "\\,")
    found = [f"N:{last};{first};;;", f"FN:{first} {last}", f"EMAIL;TYPE=WORK,PREF:{key(number)}"]
    if number % 3 == 0:
        found.append(f"EMAIL;TYPE=HOME:Second.{number}@Example.net")
    if number % 4 == 0:
        found += [f"item1.X-SKYPE:live:{first}.{number}", "item1.X-ABLabel:_$!<Other>!$_"]
    if number % 5 == 0:
        found.append(f"PHOTO;ENCODING=b;TYPE=JPEG:{base64.b64encode(dice.randbytes(3000)).decode()}")
    if number % 6 == 0:
        found.append(f"X-SOCIALPROFILE;TYPE=mastodon;X-USER={number}:https://social.example/@{number}")
    if number % 7 == 0:
        found.append(f"NOTE:{_note(dice)}")
    if number % 10 == 0:
        found.append(f"GEO:{dice.uniform(-90, 90):.4f};{dice.uniform(-180, 180):.4f}")
    return tuple(found)


def _note(dice: random.Random) -> str:
    words = [dice.choice([*FIRST, *EMOJI, "met\\, then wrote", "said\\; promised", "line\\nbreak"]) for _ in range(300)]
    return " ".join(words)


def stored(text: str) -> str:
    """The card as the server's own library writes it, so that an upload changes no letter of what it leaves alone."""
    for _ in range(2):
        text = vobject.readOne(text).serialize()
    return text


def edited_line(text: str, name: str, line: str) -> str:
    """The card with its only line of this property replaced, as a person's program would write it."""
    kept = [one.whole for one in read_lines(text) if one.name not in {name, "END"}]
    return "\r\n".join([*kept, line, "END:VCARD", ""])
