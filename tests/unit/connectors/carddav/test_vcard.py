"""Content lines: everything survives that nobody changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.connectors.carddav.vcard import Card, NotAVCard, escape, fold, split, unescape
from tests.unit.connectors.carddav.vcards import QUICK, vcards

TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"))


def card_of(*lines: str) -> Card:
    return Card.parse("\r\n".join(["BEGIN:VCARD", *lines, "END:VCARD", ""]).encode())


@QUICK
@given(vcards())
def test_a_card_that_was_only_read_is_the_same_bytes(data):
    assert Card.parse(data).to_bytes() == data


@QUICK
@given(
    st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([b"BEGIN:VCARD\r\n", b"\n ", b"END:VCARD\n", b"=\n"])))
)
def test_no_bytes_are_lost_even_if_they_are_no_card(pieces):
    data = b"BEGIN:VCARD\nFN:X\n" + b"".join(pieces) + b"\nEND:VCARD\n"
    try:
        assert Card.parse(data).to_bytes() == data
    except NotAVCard:
        assert b"=" in data or b"BEGIN" in b"".join(pieces)


@QUICK
@given(TEXTS)
def test_a_text_survives_escaping_and_folding(text):
    card = card_of("VERSION:3.0")
    card.add("NOTE", escape(text))
    again = Card.parse(card.to_bytes())
    assert unescape(again.all("NOTE")[0].value) == text


@QUICK
@given(TEXTS)
def test_folded_lines_are_short_and_whole_characters(text):
    pieces = fold(text.encode(), b"\r\n").split(b"\r\n")
    assert all(len(piece) <= 75 for piece in pieces)
    assert "".join(piece.decode() for piece in pieces[:1]) == text[: len(pieces[0].decode())]
    assert "".join(piece.decode()[1:] for piece in pieces[1:-1]) == text[len(pieces[0].decode()) :]


@QUICK
@given(st.lists(TEXTS, min_size=1))
def test_parts_are_split_where_they_were_joined(parts):
    assert [unescape(part) for part in split(";".join(map(escape, parts)), ";")] == parts


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("NOTE:caf\u00e9", "caf\u00e9"),
        ("note;x=1:lower case", "lower case"),
        ('NOTE;X-P="a:b;c":after quotes', "after quotes"),
        ("item1.NOTE:in a group", "in a group"),
        ("NOTE:folded\r\n  twice\r\n\t here", "folded twice here"),
        ("NO\r\n TE:folded name", "folded name"),
        ("NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:caf=C3=A9=\r\n au lait", "café au lait"),
        ("NOTE;QUOTED-PRINTABLE:one=0D=0Atwo", "one\\ntwo"),
        ('NOTE;X-P="never closed:still read', "still read"),
    ],
)
def test_a_value_is_read_however_it_is_written(line, value):
    (note,) = card_of("VERSION:3.0", line).all("NOTE")
    assert note.value == value


def test_a_character_set_of_its_own_is_read():
    data = "BEGIN:VCARD\nNOTE;CHARSET=ISO-8859-1:caf\u00e9\nTITLE:\u00e9\nEND:VCARD\n".encode("latin-1")
    card = Card.parse(data)
    assert [card.all(name)[0].value for name in ("NOTE", "TITLE")] == ["café", "é"]
    assert card.to_bytes() == data


def test_a_new_value_leaves_the_old_encoding_behind():
    card = card_of("NOTE;LANGUAGE=fr;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:caf=C3=A9")
    card.replace(card.all("NOTE")[0], "thé")
    assert "NOTE;LANGUAGE=fr:thé\r\n".encode() in card.to_bytes()


def test_types_are_read_with_and_without_their_name():
    card = card_of("TEL;HOME;CELL:1", 'TEL;TYPE=home;type="WORK,pref":2', "TEL;PREF=20:3")
    assert [sorted(line.types) for line in card.all("TEL")] == [["cell", "home"], ["home", "pref", "work"], []]
    assert [line.preference for line in card.all("TEL")] == [101, 1, 20]


def test_what_is_nested_or_follows_is_not_the_card():
    card = card_of("FN:Outer", "AGENT:", "BEGIN:VCARD", "FN:Inner", "END:VCARD", "NOTE:outer")
    assert [line.value for line in card.all("FN")] == ["Outer"]
    two = Card.parse(card.to_bytes() + b"BEGIN:VCARD\r\nFN:Second\r\nEND:VCARD\r\n")
    assert [line.value for line in two.all("FN")] == ["Outer"]
    two.add("TITLE", "Boss")
    assert two.to_bytes().index(b"TITLE") < two.to_bytes().index(b"Second")


def test_a_mark_at_the_start_of_the_file_is_kept():
    data = b"\xef\xbb\xbfBEGIN:VCARD\nFN:X\nEND:VCARD\n"
    assert Card.parse(data).to_bytes() == data


@pytest.mark.parametrize("data", [b"", b"<html>", b"BEGIN:VCARD\nFN:cut off\n", b"BEGIN:VCALENDAR\nEND:VCALENDAR\n"])
def test_what_is_no_card_is_refused(data):
    with pytest.raises(NotAVCard):
        Card.parse(data)


def test_control_characters_are_left_out_and_newlines_kept():
    assert escape("a\x00b\x1b[0m\r\nc\rd\ud800\tend") == "ab[0m\\nc\\nd\tend"
