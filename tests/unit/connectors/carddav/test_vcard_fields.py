"""Fields of a card: what was written is read, and no other line moves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.connectors.carddav.vcard import Card
from reconciler.connectors.carddav.vcard_contact import FIELDS, read_fields, write_fields
from tests.unit.connectors.carddav.vcards import EMAILS, PHONES, QUICK, WORDS, card_of, vcards, written

TEXT = WORDS.map(str.strip)
LISTS = {"emails": EMAILS, "phones": PHONES, "tags": TEXT}
SINGLES = {"email": EMAILS, **dict.fromkeys(("phone", "mobile", "home_phone", "fax"), PHONES)}
DATES = st.dates().map(str)
PROPERTIES = {
    "N": ("prefix", "first_name", "middle_name", "last_name", "suffix"),
    "FN": ("prefix", "first_name", "middle_name", "last_name", "suffix", "full_name"),
    "ORG": ("company", "department"),
    "EMAIL": ("email", "emails"),
    "TEL": ("phone", "mobile", "home_phone", "fax", "phones"),
    "ADR": ("street", "street2", "city", "region", "postal_code", "country"),
    "CATEGORIES": ("tags",),
    "URL": ("website",),
    "BDAY": ("birthday",),
}
NAMES = sorted({*FIELDS, "X-UNKNOWN"} - {"uid"})


def values_of(name: str) -> st.SearchStrategy[object]:
    if name in LISTS:
        return st.lists(LISTS[name], max_size=4, unique_by=str.casefold).map(tuple)
    return st.one_of(st.none(), DATES if name == "birthday" else SINGLES.get(name, TEXT))


CHANGES = st.sampled_from(NAMES).flatmap(lambda name: st.tuples(st.just(name), values_of(name)))


def same(name: str, wanted: object, found: object) -> bool:
    if name in LISTS:
        return set(wanted or ()) == set(found or ())
    return wanted == found


@QUICK
@given(vcards(), CHANGES)
def test_one_field_changes_its_own_lines_alone(data, change):
    name, value = change
    mine = {prop for prop, names in PROPERTIES.items() if name in names} or {name.upper()}
    mine.add("X-ABLABEL")  # it goes with the group that it labels
    card = Card.parse(data)
    before = [line.raw for line in card.lines if line.name not in mine]
    write_fields(card, {name: value})
    after = Card.parse(card.to_bytes())
    assert [line.raw for line in after.lines if line.name not in mine] == before


@QUICK
@given(vcards(), CHANGES.filter(lambda change: change[1] is not None))
def test_what_was_written_is_read(data, change):
    name, value = change
    card = Card.parse(data)
    write_fields(card, {name: value})
    assert same(name, value, read_fields(Card.parse(card.to_bytes()), [name])[name])


@QUICK
@given(vcards(), st.data())
def test_writing_what_was_read_writes_nothing(data, more):
    card = Card.parse(data)
    names = more.draw(st.lists(st.sampled_from(NAMES), unique=True))
    write_fields(card, read_fields(card, names))
    assert card.to_bytes() == data


def test_every_field_has_its_place():
    card = card_of(
        "N:Lee;Ann;Maria,Eva;Dr.;PhD",
        "FN:Ann Lee",
        "ORG:Acme\\; Sons;R&D;Lab",
        "ADR;TYPE=HOME:;;Home 1;Ghent;;9000;Belgium",
        "ADR;TYPE=WORK,PREF:;Floor 3;Main St 1\\nBack door;Brussels;BRU;1000;Belgium",
        "EMAIL:home@x.example",
        "EMAIL;TYPE=PREF:work@x.example",
        "TEL;TYPE=HOME,FAX:1",
        "TEL;TYPE=HOME:2",
        "TEL;TYPE=PAGER:3",
        "TEL;TYPE=work,CELL:4",
        "TEL:5",
        "TEL;TYPE=WORK,pref:6",
        "CATEGORIES:a,b\\,c",
        "CATEGORIES:a,d",
        "URL:https://x.example/?a\\,b",
        "X-Skype:ann",
    )
    expected = {
        "prefix": "Dr.",
        "first_name": "Ann",
        "middle_name": "Maria,Eva",
        "last_name": "Lee",
        "suffix": "PhD",
        "company": "Acme; Sons",
        "department": "R&D",
        "street2": "Floor 3",
        "street": "Main St 1\nBack door",
        "city": "Brussels",
        "postal_code": "1000",
        "email": "work@x.example",
        "emails": ("home@x.example", "work@x.example"),
        "fax": "1",
        "home_phone": "2",
        "mobile": "4",
        "phone": "6",
        "phones": ("1", "2", "3", "4", "5", "6"),
        "tags": ("a", "b,c", "d"),
        "website": "https://x.example/?a,b",
        "note": None,
        "X-Skype": "ann",
    }
    assert read_fields(card, expected) == expected
    assert read_fields(card, ["no_such_field"]) == {}


@pytest.mark.parametrize(
    ("lines", "birthday"),
    [
        ("BDAY:1985-04-12", "1985-04-12"),
        ("BDAY:19850412", "1985-04-12"),
        ("BDAY;VALUE=date-time:1985-04-12T23:10:00Z", "1985-04-12"),
        ("BDAY:--0412", "--04-12"),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-12", "--04-12"),
        ("BDAY:1985-13-45", "1985-13-45"),
        ("BDAY;VALUE=text:circa 1800", "circa 1800"),
        ("BDAY:", None),
    ],
)
def test_a_birthday_is_a_date_where_it_is_one(lines, birthday):
    assert read_fields(card_of(lines), ["birthday"]) == {"birthday": birthday}


@pytest.mark.parametrize(
    ("version", "before", "birthday", "after"),
    [
        ("3.0", "BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-12", "1985-04-12", "BDAY:1985-04-12"),
        ("4.0", "BDAY;VALUE=text:long ago", "1985-04-12", "BDAY:19850412"),
        ("4.0", "BDAY:19850412", "--05-13", "BDAY:--0513"),
        ("4.0", "BDAY:19850412", "1985-05", "BDAY:1985-05"),
        ("4.0", "BDAY:19850412", "---12", "BDAY:---12"),
        ("4.0", "BDAY:19850412", "long ago", "BDAY;VALUE=text:long ago"),
    ],
)
def test_a_birthday_is_written_as_its_version_wants(version, before, birthday, after):
    assert written(card_of(before, "FN:X", version=version), birthday=birthday) == [after, "FN:X"]


class TestLists:
    def test_values_that_stay_keep_their_lines(self):
        card = card_of(
            "FN:X", "EMAIL;TYPE=HOME;X-P=1:a@x", "item1.EMAIL:b@x", "item1.X-ABLabel:School", "NOTE:n", "EMAIL:c@x"
        )
        assert written(card, emails=("d@x", "c@x", "a@x")) == [
            "FN:X",
            "EMAIL;TYPE=HOME;X-P=1:a@x",
            "NOTE:n",
            "EMAIL:c@x",
            "EMAIL:d@x",
        ]

    def test_another_spelling_keeps_the_line(self):
        assert written(card_of("FN:X", "EMAIL;TYPE=HOME:Ann@X.Example"), emails=("ann@x.example",)) == [
            "FN:X",
            "EMAIL;TYPE=HOME:ann@x.example",
        ]

    def test_a_shared_group_keeps_its_label(self):
        card = card_of("FN:X", "item1.EMAIL:a@x", "item1.TEL:1", "item1.X-ABLabel:School")
        assert written(card, emails=None) == ["FN:X", "item1.TEL:1", "item1.X-ABLabel:School"]

    def test_tags_are_taken_from_where_they_stand(self):
        card = card_of("FN:X", "CATEGORIES:a,b\\,c", "CATEGORIES;LANGUAGE=fr:d,a", "CATEGORIES:e")
        assert written(card, tags=("b,c", "d", "new, tag")) == [
            "FN:X",
            "CATEGORIES:b\\,c,new\\, tag",
            "CATEGORIES;LANGUAGE=fr:d",
        ]


class TestPrimary:
    def test_only_the_preferred_one_is_replaced(self):
        card = card_of("FN:X", "EMAIL:a@x", "EMAIL;TYPE=HOME,pref:b@x")
        assert written(card, email="c@x") == ["FN:X", "EMAIL:a@x", "EMAIL;TYPE=HOME,pref:c@x"]

    def test_one_that_is_there_becomes_the_preferred_one(self):
        card = card_of("FN:X", "EMAIL;TYPE=HOME,pref:a@x", "EMAIL;TYPE=WORK:b@x")
        assert written(card, email="b@x") == ["FN:X", "EMAIL;TYPE=HOME:a@x", "EMAIL;TYPE=WORK;TYPE=pref:b@x"]
        card = card_of("FN:X", "EMAIL;PREF=1:a@x", "EMAIL;PREF=2:b@x", version="4.0")
        assert written(card, email="b@x") == ["FN:X", "EMAIL:a@x", "EMAIL;PREF=1:b@x"]

    def test_where_nothing_is_preferred_the_first_counts(self):
        assert written(card_of("FN:X", "EMAIL:a@x", "EMAIL:b@x"), email="b@x") == ["FN:X", "EMAIL:b@x", "EMAIL:a@x"]

    def test_clearing_takes_one_away(self):
        assert written(card_of("FN:X", "EMAIL:a@x", "EMAIL:b@x"), email=None) == ["FN:X", "EMAIL:b@x"]

    def test_each_kind_of_telephone_has_its_own_line(self):
        values = {"phone": "1", "mobile": "2", "home_phone": "3", "fax": "4"}
        card = card_of("FN:X")
        assert written(card, **values)[1:] == [
            "TEL;TYPE=VOICE:1",
            "TEL;TYPE=CELL:2",
            "TEL;TYPE=HOME:3",
            "TEL;TYPE=FAX:4",
        ]
        assert written(card, mobile="5")[2] == "TEL;TYPE=CELL:5"
        assert read_fields(card, values) == {**values, "mobile": "5"}

    def test_a_list_and_what_is_picked_from_it_make_no_doubles(self):
        card = card_of("FN:X")
        lines = written(card, phones=("1", "2", "3"), mobile="2", phone="3", emails=("a@x", "b@x"), email="b@x")
        assert lines == ["FN:X", "EMAIL:b@x", "EMAIL:a@x", "TEL:3", "TEL:1", "TEL;TYPE=CELL:2"]

    def test_a_number_as_an_address_stays_one_where_it_can(self):
        line = "TEL;VALUE=uri;TYPE=cell:tel:+1-555-0100"
        card = card_of("FN:X", line, version="4.0")
        assert read_fields(card, ["mobile"]) == {"mobile": "+1-555-0100"}
        assert written(card, mobile="+3225550123")[1] == "TEL;VALUE=uri;TYPE=cell:tel:+3225550123"
        assert written(card, mobile="02 555, ask Ann")[1] == "TEL;TYPE=cell:02 555\\, ask Ann"


def test_clearing_the_last_part_takes_the_line_away():
    card = card_of("FN:X", "ORG:Acme;R&D", "item1.ADR;TYPE=HOME:;;;Ghent;;;", "item1.X-ABADR:be", "NOTE:n")
    assert written(card, company=None) == [
        "FN:X",
        "ORG:;R&D",
        "item1.ADR;TYPE=HOME:;;;Ghent;;;",
        "item1.X-ABADR:be",
        "NOTE:n",
    ]
    assert written(card, department=None, city=None, note=None) == ["FN:X"]


def test_the_uid_is_nobodys_to_write():
    assert written(card_of("FN:X", "UID:1"), uid="2", no_such_field="x") == ["FN:X", "UID:1"]


@pytest.mark.parametrize(
    ("value", "line"),
    [(False, "X-VIP:false"), (True, "X-VIP:true"), (7, "X-VIP:7"), (0, "X-VIP:0"), (("a", "b"), "X-VIP:a\\, b")],
)
def test_what_is_no_text_is_spelt_out(value, line):
    assert written(card_of("FN:X", "X-VIP:old"), **{"X-VIP": value}) == ["FN:X", line]


@pytest.mark.parametrize("empty", [None, "", (), "  "])
@pytest.mark.parametrize("name", ["email", "emails", "phone", "tags"])
def test_empty_is_empty_however_it_is_said(name, empty):
    assert written(card_of("FN:X"), **{name: empty}) == ["FN:X"]
    assert written(card_of("FN:X", "EMAIL:a@x", "TEL:1", "CATEGORIES:a"), **{name: empty})[1:] != [
        "EMAIL:a@x",
        "TEL:1",
        "CATEGORIES:a",
    ]
