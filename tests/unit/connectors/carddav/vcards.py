"""Random vCards as people's address books hold them: folded anywhere, grouped, with photos and unknown properties."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st

from reconciler.connectors.carddav.vcard import Card
from reconciler.connectors.carddav.vcard_contact import write_fields

QUICK = settings(max_examples=40, deadline=None)

WORDS = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Cn"), exclude_characters='\\\r\n;,:"\ufeff'), min_size=1, max_size=30
).filter(str.strip)
VALUES = st.lists(st.one_of(WORDS, st.sampled_from(["\\n", "\\,", "\\;", "\\\\", "🎉", " "])), max_size=5).map("".join)
TYPES = st.sampled_from(
    ["", ";TYPE=HOME", ";TYPE=work,pref", ";HOME;PREF", ';TYPE="cell,voice"', ";TYPE=FAX", ";PREF=2"]
)
EMAILS = st.from_regex(r"[a-zA-Z0-9.+-]{1,12}@[a-z]{1,9}\.example", fullmatch=True)
PHONES = st.from_regex(r"\+?[0-9][0-9 ()./-]{3,14}[0-9]", fullmatch=True)
PHOTOS = st.binary(max_size=120).map(lambda data: "PHOTO;ENCODING=b;TYPE=JPEG:" + data.hex())


def _line(name: str, value: st.SearchStrategy[str], params: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    groups = st.sampled_from(["", "", "item1.", "Item2."])
    return st.builds("{}{}{}:{}".format, groups, st.sampled_from([name, name.lower()]), params, value)


NOTHING = st.just("")
LINES = st.one_of(
    _line("EMAIL", EMAILS, TYPES),
    _line("TEL", PHONES, TYPES),
    _line("TEL", PHONES.map(lambda number: "tel:" + number.replace(" ", "")), st.just(";VALUE=uri;TYPE=cell")),
    _line("NOTE", VALUES, NOTHING),
    _line("TITLE", VALUES, NOTHING),
    _line("ORG", st.lists(VALUES, min_size=1, max_size=3).map(";".join), NOTHING),
    _line("ADR", st.lists(VALUES, min_size=7, max_size=7).map(";".join), TYPES),
    _line("CATEGORIES", st.lists(VALUES, min_size=1, max_size=3).map(",".join), NOTHING),
    _line("URL", st.just("https://example.com/a?b=1,2"), TYPES),
    _line("BDAY", st.sampled_from(["1985-04-12", "19850412", "--0412", "1985", "long ago"]), NOTHING),
    _line("X-UNKNOWN", VALUES, st.sampled_from(["", ';X-P="a;b:c"', ";X-Q=^n"])),
    _line("IMPP", VALUES, NOTHING),
    PHOTOS,
    st.sampled_from(
        ["item1.X-ABLabel:_$!<Other>!$_", "", "a line that is none", "UID:urn:uuid:1", "REV:20200101T000000Z"]
    ),
)


@st.composite
def folded(draw: st.DrawFn, line: str, ending: bytes) -> bytes:
    """A content line with folds anywhere after its name, also inside a character, as careless writers do."""
    data = line.encode()
    first = data.find(b":") + 1
    cuts = draw(st.lists(st.integers(first, len(data)), max_size=2, unique=True)) if first and len(data) > first else []
    places = [0, *sorted(cuts), len(data)]
    return (ending + b" ").join(data[start:stop] for start, stop in pairwise(places)) + ending


@st.composite
def vcards(draw: st.DrawFn) -> bytes:
    """A card with its required properties and anything else, in any order."""
    ending = draw(st.sampled_from([b"\r\n", b"\r\n", b"\n"]))
    version = draw(st.sampled_from(["3.0", "4.0"]))
    names = draw(st.lists(VALUES, min_size=5, max_size=5))
    needed = [f"N:{';'.join(names)}", f"FN:{draw(WORDS)}"]
    body = draw(st.permutations([*needed, *draw(st.lists(LINES, max_size=7))]))
    lines = [draw(folded(line, ending)) for line in body]
    head, tail = [b"BEGIN:VCARD" + ending, f"VERSION:{version}".encode() + ending], [b"END:VCARD" + ending]
    return b"".join([*head, *lines, *tail])


def card_of(*lines: str, version: str = "3.0") -> Card:
    return Card.parse("\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""]).encode())


def lines_of(card: Card) -> list[str]:
    return card.to_bytes().decode().split("\r\n")[2:-2]


def written(card: Card, **values: object) -> list[str]:
    write_fields(card, values)
    return lines_of(card)
