"""People who do not exist, in any number, the same every time.

Each person is computed from its number alone, so a million of them stream in bounded time and memory, and two worlds
overlap exactly where they are told to share numbers.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

# fmt: off
_FIRST = (
    "Anna", "Bram", "Cécile", "Dirk", "Élodie", "Femke", "Günther", "Hélène", "Ívar", "Joost", "Käthe", "Léa",
    "Maarten", "Noé", "Özlem", "Pieter", "Quinten", "Renée", "Søren", "Thérèse", "Ulrike", "Võ", "Wout", "Xavier",
    "Yasmine", "Zoë", "Nguyễn", "Łukasz", "Siân", "Björn", "Chloé", "Amélie", "Ruben", "Sanne", "Tom", "Ines",
)
# fmt: on
# fmt: off
_LAST = (
    "Peeters", "Müller", "Dupont", "Østergård", "García", "de Vries", "Janssens", "O'Brien", "Nowak", "Lefèvre",
    "Çelik", "Smith-Jones", "Andersson", "Rossi", "Willems", "Maes", "Hoffmann", "Núñez", "Dvořák", "Kowalczyk",
    "van den Berg", "Bakker", "Laurent", "Şahin", "Claes", "Wouters", "Moreau", "Fischer",
)
# fmt: on
_STREETS = ("Kerkstraat", "Rue de la Gare", "Hauptstraße", "High Street", "Calle Mayor", "Via Roma", "Nygade")
_TITLES = ("", "Engineer", "Buyer", "Head of Sales", "Office Manager", "Directrice", "Consultant")
_COMPANIES = ("", "Acme", "Globex", "Initech", "Umbrella & Zonen", "Soylent", "Hooli")
_DOMAINS = ("example.com", "example.org", "example.net")
_EMOJI = ("🎉", "🌻", "👩‍🚀")
_MAILED_IN_TEN = 7
_MASK = (1 << 64) - 1


class _Place(NamedTuple):
    country: str
    city: str
    state: str
    postal: str
    calling: str
    area: str
    digits: int


_PLACES = (
    _Place("Belgium", "Antwerpen", "VAN", "2000", "32", "3", 7),
    _Place("Belgium", "Liège", "WLG", "4000", "32", "4", 7),
    _Place("Netherlands", "Utrecht", "UT", "3511 AB", "31", "30", 7),
    _Place("Germany", "München", "BY", "80331", "49", "89", 8),
    _Place("France", "Paris", "IDF", "75001", "33", "1", 8),
    _Place("United States", "Boston", "MA", "02108", "1", "617", 7),
    _Place("United Kingdom", "Leeds", "LDS", "LS1 1UR", "44", "113", 7),
    _Place("Spain", "Málaga", "MA", "29001", "34", "952", 6),
)


class Person(NamedTuple):
    """Somebody, in plain words; empty text where a thing is not known."""

    number: int
    salutation: str
    first_name: str
    last_name: str
    email: str
    phone: str
    street: str
    city: str
    state: str
    postal_code: str
    country: str
    title: str
    company: str
    mailing: bool


def people(count: int, start: int = 0, seed: int = 1, duplicates: float = 0.0) -> Iterator[Person]:
    """``count`` people from number ``start`` on; the share ``duplicates`` (0..1) use their predecessor's email."""
    for number in range(start, start + count):
        somebody = person(number, seed)
        if duplicates and number and (_mix(number, seed + 1) % 10_000) < duplicates * 10_000:
            somebody = somebody._replace(email=person(number - 1, seed).email)
        yield somebody


def person(number: int, seed: int = 1) -> Person:
    """The person with this number."""
    bits = _mix(number, seed)
    first, ascii_first = _FIRST_NAMES[bits % len(_FIRST_NAMES)]
    last, ascii_last = _LAST_NAMES[(bits >> 8) % len(_LAST_NAMES)]
    place = _PLACES[(bits >> 16) % len(_PLACES)]
    title = _TITLES[(bits >> 24) % len(_TITLES)]
    if (bits >> 32) % 50 == 0:
        title = f"{title} {_EMOJI[(bits >> 40) % len(_EMOJI)]}".strip()
    return Person(
        number=number,
        salutation=("", "", "Mr.", "Ms.", "Dr.")[(bits >> 28) % 5],
        first_name=first,
        last_name=last,
        email=f"{ascii_first}.{ascii_last}.{number}@{_DOMAINS[(bits >> 36) % len(_DOMAINS)]}",
        phone=_phone(bits >> 20, place),
        street=f"{_STREETS[(bits >> 12) % len(_STREETS)]} {(bits >> 44) % 199 + 1}",
        city=place.city,
        state=place.state,
        postal_code=place.postal,
        country=place.country,
        title=title,
        company=_COMPANIES[(bits >> 48) % len(_COMPANIES)],
        mailing=(bits >> 52) % 10 < _MAILED_IN_TEN,
    )


def _phone(bits: int, place: _Place) -> str:
    """Nobody, or a number written in one of the ways in which people write them."""
    lowest = 2 * 10 ** (place.digits - 1)
    local = str(lowest + bits % (3 * lowest))
    style = (bits >> 28) % 6
    if style == 0:
        return ""
    return (
        f"+{place.calling}{place.area}{local}",
        f"+{place.calling} {place.area} {local[:3]} {local[3:]}",
        f"00{place.calling} {place.area} {local}",
        f"+{place.calling}-{place.area}-{local}",
        f"+{place.calling} ({place.area}) {local}",
    )[style - 1]


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.translate(str.maketrans("øØłŁ", "oOlL")))
    return "".join(letter for letter in plain.lower() if letter.isascii() and letter.isalpha())


_FIRST_NAMES = tuple((name, _ascii(name)) for name in _FIRST)
_LAST_NAMES = tuple((name, _ascii(name)) for name in _LAST)


def _mix(number: int, seed: int) -> int:
    """64 well-spread bits of a number (the finaliser of splitmix64)."""
    bits = (number + 1) * 0x9E3779B97F4A7C15 + seed * 0xD1B54A32D192ED03 & _MASK
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    bits = (bits ^ bits >> 27) * 0x94D049BB133111EB & _MASK
    return bits ^ bits >> 31
