from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import hypothesis.strategies as st
import pytest
from hypothesis import assume, given

from reconciler.engine import canonical as form
from reconciler.engine.canonical import canonical, conform, empty
from reconciler.model.field import Field, FieldType
from tests.unit.engine.values import BELGIAN, EMAILS, INTEGERS, PHONES, TEXTS, WORDS, values_of

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
EARLY, LATE = (datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None) for year in (1900, 2200))
REGIONS = st.sampled_from([None, "BE", "US", "IT", "GB"])


def field(kind: FieldType, **more: object) -> Field:
    return Field("f", kind, **more)


@pytest.mark.parametrize("kind", FieldType)
@given(data=st.data(), region=REGIONS)
def test_the_canonical_form_is_its_own_canonical_form(kind: FieldType, data: st.DataObject, region: str | None) -> None:
    once = canonical(field(kind), data.draw(values_of(kind)), region)
    assert canonical(field(kind), once, region) == once


@given(TEXTS)
def test_how_letters_are_composed_does_not_count(text: str) -> None:
    composed, taken_apart = (unicodedata.normalize(way, text) for way in ("NFC", "NFD"))
    assert canonical(field(FieldType.TEXT), composed) == canonical(field(FieldType.TEXT), taken_apart)


@given(st.lists(WORDS, max_size=4), st.sampled_from(["\n", "\r\n", "\r"]), st.text(" \t\n", max_size=3))
def test_line_ends_and_space_around_do_not_count(lines: list[str], end: str, space: str) -> None:
    plain, dressed = "\n".join(lines), f"{space}{end.join(lines)}{space}"
    assert canonical(field(FieldType.TEXT), dressed) == canonical(field(FieldType.TEXT), plain)


@given(WORDS)
def test_the_case_of_plain_text_counts(word: str) -> None:
    assume(word.upper() != word)
    assert canonical(field(FieldType.TEXT), word) != canonical(field(FieldType.TEXT), word.upper())


@given(EMAILS)
def test_the_case_of_an_email_does_not_count(email: str) -> None:
    kind = field(FieldType.EMAIL)
    assert canonical(kind, f" {email.upper()} ") == canonical(kind, email.swapcase()) == canonical(kind, email)


@given(WORDS)
def test_case_does_not_count_where_the_app_is_known_to_lose_it(word: str) -> None:
    lowered = field(FieldType.TEXT, normalise=("lower",))
    assert canonical(lowered, conform(lowered, word)) == canonical(lowered, word)


@given(BELGIAN, st.sampled_from(["{}", "00{}", "0{}", "+{}"]), st.sampled_from(" .-/"))
def test_a_number_has_one_form_however_it_is_dialled(number: str, way: str, between: str) -> None:
    digits = number[3:] if way == "0{}" else number[1:]
    grouped = between.join([digits[:2], digits[2:5], digits[5:]])
    assume(way != "{}")
    assert canonical(field(FieldType.PHONE), way.format(grouped), "BE") == number


@given(PHONES, PHONES)
def test_numbers_with_other_digits_are_other_numbers(one: str, other: str) -> None:
    digits = ["".join(letter for letter in text if letter.isdigit()) for text in (one, other)]
    assume(all(len(found) < 6 for found in digits) and digits[0] != digits[1] and all(digits))
    kind = field(FieldType.PHONE)
    assert canonical(kind, one) != canonical(kind, other)


@pytest.mark.parametrize(
    ("text", "region", "shown"),
    [
        ("0470 12 34 56", "BE", "+32470123456"),
        ("0470 12 34 56", None, "0470123456"),
        ("+32 (0)470 12 34 56", None, "+32470123456"),
        ("02 555 12 34 ext. 7", "BE", "+3225551234;ext=7"),
        ("(202) 555-0123", "US", "+12025550123"),
        ("06 1234 5678", "IT", "+390612345678"),
        ("ask her sister", "BE", "ask her sister"),
        ("  ", "BE", None),
    ],
)
def test_phone_numbers(text: str, region: str | None, shown: str | None) -> None:
    assert canonical(field(FieldType.PHONE), text, region) == shown


@given(INTEGERS, st.sampled_from(["{}", "{}.0", " {} ", "{}.000", "{}e0"]))
def test_a_whole_number_has_one_form(number: int, spelling: str) -> None:
    kind = field(FieldType.NUMBER)
    assert canonical(kind, spelling.format(number)) == canonical(kind, number) == canonical(kind, f"{number:+015d}")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6), st.decimals(allow_nan=False, places=6))
def test_numbers_are_the_same_when_they_are_equal(one: object, other: object) -> None:
    kind = field(FieldType.NUMBER)
    assert (canonical(kind, str(one)) == canonical(kind, str(other))) == (one == other)


@pytest.mark.parametrize("text", ["1e999999999", "-1e-999999999", "sNaN", "NaN", "Infinity", "12 or so", "9" * 5000])
def test_a_strange_number_stays_the_text_it_is(text: str) -> None:
    assert canonical(field(FieldType.NUMBER), text) == text


@given(st.datetimes(EARLY, LATE), ZONES)
def test_a_moment_is_the_same_in_every_zone(moment: datetime, zone: timezone) -> None:
    kind, there = field(FieldType.DATETIME), moment.replace(tzinfo=UTC).astimezone(zone)
    assert canonical(kind, there.isoformat()) == canonical(kind, moment.isoformat())


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-05:00", "next Tuesday"])
def test_a_moment_that_no_calendar_holds_stays_text(text: str) -> None:
    assert canonical(field(FieldType.DATETIME), text) == text


@pytest.mark.parametrize(
    ("word", "meaning"),
    [("TRUE", True), ("1", True), ("yes", True), (" On ", True), ("No", False), ("0", False), ("off", False),
     ("maybe", "maybe"), ("", None), (True, True), (False, False)],
)  # fmt: skip
def test_yes_and_no(word: str, meaning: object) -> None:
    assert canonical(field(FieldType.BOOLEAN), word) == meaning


@given(st.lists(WORDS, max_size=5))
def test_a_list_is_a_set(items: list[str]) -> None:
    kind = field(FieldType.LIST)
    assert canonical(kind, tuple(items)) == canonical(kind, (*reversed(items), *items))


@pytest.mark.parametrize(
    ("role", "one", "other"),
    [("emails", "A@example.org", "a@EXAMPLE.org"), ("phones", "+32 470 123456", "0470/12.34.56")],
)
def test_items_of_a_list_take_the_form_of_its_role(role: str, one: str, other: str) -> None:
    kind = field(FieldType.LIST, role=role)
    assert canonical(kind, (one,), "BE") == canonical(kind, (other,), "BE")


def test_items_of_a_list_are_the_same_in_any_case() -> None:
    assert canonical(field(FieldType.LIST), ("VIP", "vip ", "Own")) == ("own", "vip")
    assert canonical(field(FieldType.TEXT), "VIP") != canonical(field(FieldType.TEXT), "vip")


@pytest.mark.parametrize("kind", FieldType)
@pytest.mark.parametrize("nothing", [None, "", "  \n", (), ("",), (" ",)])
def test_there_is_one_nothing(kind: FieldType, nothing: object) -> None:
    assert canonical(field(kind), nothing) is None


def test_false_and_zero_are_something() -> None:
    assert canonical(field(FieldType.BOOLEAN), value=False) is False
    assert canonical(field(FieldType.INTEGER), 0) == "0"
    assert not empty(value=False)
    assert not empty(0)


@pytest.mark.parametrize(
    ("habits", "kept"),
    [((), " Ann Lee "), (("trim",), "Ann Lee"), (("lower",), " ann lee "), (("lower", "trim"), "ann lee")],
)
def test_an_app_keeps_texts_as_its_catalogue_says(habits: tuple[str, ...], kept: str) -> None:
    assert conform(field(FieldType.TEXT, normalise=habits), " Ann Lee ") == kept


def test_the_cache_of_phones_knows_regions() -> None:
    assert form.phone("0470123456", "BE") != form.phone("0470123456", "FR")
