from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import assume, given

from reconciler.engine.canonical import canonical
from reconciler.engine.fingerprint import EMPTY, SIZE, Fingerprinter, keys_of
from reconciler.model.field import Field, FieldType
from tests.unit.engine.builders import EMAIL, KEY, LISTS, MAIL, TITLE, record
from tests.unit.engine.values import EMAILS, TEXTS, WORDS, values_of

PRINTS = Fingerprinter(KEY)
KEYS = st.binary(min_size=16, max_size=32)
ITEMS = st.lists(WORDS, min_size=1, max_size=5, unique=True).map(tuple)


@pytest.mark.parametrize("kind", FieldType)
@given(data=st.data())
def test_values_share_a_fingerprint_exactly_when_they_are_the_same(kind: FieldType, data: st.DataObject) -> None:
    field = Field("f", kind)
    one, other = data.draw(values_of(kind)), data.draw(values_of(kind))
    same = canonical(field, one) == canonical(field, other)
    assert (PRINTS.value(field, one) == PRINTS.value(field, other)) == same


def test_thirty_thousand_values_and_no_two_alike() -> None:
    marks = {PRINTS.value(TITLE, f"value {number}") for number in range(30_000)}
    assert len(marks) == 30_000


@given(TEXTS.filter(str.strip), KEYS, KEYS)
def test_another_key_gives_other_bytes(text: str, one: bytes, other: bytes) -> None:
    assume(one.rstrip(b"\0") != other.rstrip(b"\0"))
    assert Fingerprinter(one).value(TITLE, text) != Fingerprinter(other).value(TITLE, text)


@given(TEXTS.filter(str.strip))
def test_equal_values_of_two_fields_do_not_look_equal(text: str) -> None:
    assert PRINTS.value(Field("one"), text) != PRINTS.value(Field("other"), text)


@given(st.randoms(), ITEMS)
def test_a_list_is_remembered_whatever_its_order(random, items: tuple[str, ...]) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)
    assert PRINTS.value(LISTS, tuple(shuffled)) == PRINTS.value(LISTS, items)


@given(ITEMS)
def test_a_list_is_remembered_item_by_item(items: tuple[str, ...]) -> None:
    whole = PRINTS.value(LISTS, items)
    marks = {whole[at : at + SIZE] for at in range(0, len(whole), SIZE)}
    assert marks == {PRINTS.value(LISTS, (item,)) for item in items} == set(PRINTS.items(LISTS, items))


@pytest.mark.parametrize(("value", "size"), [("x", SIZE), (("x", "y"), 2 * SIZE), ((), 0), (" ", 0), (None, 0)])
def test_sizes(value: object, size: int) -> None:
    assert len(PRINTS.value(LISTS, value)) == size


def test_items_go_by_their_first_spelling() -> None:
    emails = Field("all", FieldType.LIST, role="emails")
    assert list(PRINTS.items(emails, ("A@example.org", "a@example.org", " ")).values()) == ["A@example.org"]


@given(EMAILS)
def test_keys_compare_across_the_two_sides(email: str) -> None:
    assert PRINTS.key_of(0, EMAIL, email.upper()) == PRINTS.key_of(0, MAIL, f" {email}") != EMPTY


@given(WORDS)
def test_names_as_keys_are_folded(word: str) -> None:
    assert PRINTS.key_of(0, TITLE, word.lower()) == PRINTS.key_of(0, Field("other"), word.lower().casefold())


def test_the_first_item_of_a_list_is_its_key() -> None:
    emails = Field("all", FieldType.LIST, role="emails")
    assert PRINTS.key_of(0, emails, ("z@example.org", "a@example.org")) == PRINTS.key_of(0, MAIL, "z@example.org")


def test_each_match_key_has_bytes_of_its_own() -> None:
    assert PRINTS.key_of(0, EMAIL, "a@example.org") != PRINTS.key_of(1, EMAIL, "a@example.org")


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_an_empty_key_is_no_key(nothing: str | None) -> None:
    assert PRINTS.key_of(0, EMAIL, nothing) == EMPTY
    assert keys_of(PRINTS, (EMAIL, TITLE), record("1", Email=nothing)) == (EMPTY, EMPTY)


def test_national_numbers_are_read_in_their_region() -> None:
    phone = Field("p", FieldType.PHONE)
    belgian = Fingerprinter(KEY, "BE")
    assert belgian.key_of(0, phone, "0470 12 34 56") == belgian.key_of(0, phone, "+32470123456")
    assert belgian.value(phone, "0470 12 34 56") == PRINTS.value(phone, "+32470123456")


class TestWholeRecords:
    NAMES = ("a", "b")

    @pytest.mark.parametrize(
        "values",
        [{"a": "x"}, {"a": "x", "b": None}, {"a": "x", "b": ""}, {"b": "x", "a": None}, {"a": "X", "b": None}, {}],
    )
    def test_every_difference_shows(self, values: dict) -> None:
        shown = {"a": "x", "b": "y"}
        assert PRINTS.record("digest", self.NAMES, values) != PRINTS.record("digest", self.NAMES, shown)

    def test_not_returned_is_not_empty(self) -> None:
        assert PRINTS.record("", self.NAMES, {"a": None}) != PRINTS.record("", self.NAMES, {"a": None, "b": None})

    def test_only_the_fields_of_the_spec_count(self) -> None:
        assert PRINTS.record("", self.NAMES, {"a": 1, "z": 1}) == PRINTS.record("", self.NAMES, {"a": 1, "z": 2})

    def test_a_changed_spec_makes_every_record_look_changed(self) -> None:
        assert PRINTS.record("one", self.NAMES, {"a": 1}) != PRINTS.record("other", self.NAMES, {"a": 1})
