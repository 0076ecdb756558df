"""Hypothesis strategies: values of every field type in the spellings that apps really use."""

from __future__ import annotations

import string

import hypothesis.strategies as st

from reconciler.model.field import FieldType

WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=8)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=20)
MAILBOXES = st.text(string.ascii_letters + string.digits + "._-", min_size=1, max_size=10)
EMAILS = st.builds("{}@{}.example".format, MAILBOXES, st.text(string.ascii_letters, min_size=1, max_size=6))
MOMENTS = st.datetimes().map(lambda moment: f"{moment.isoformat()}+00:00")
DATES = st.dates().map(lambda date: date.isoformat())
INTEGERS = st.integers(-(10**12), 10**12)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=64)
BELGIAN = st.integers(10_000_000, 99_999_999).map(lambda rest: f"+324{rest}")
PHONES = BELGIAN | st.text("0123456789 +-()/.x#;", min_size=1, max_size=16)

SCALARS = {
    FieldType.TEXT: TEXTS,
    FieldType.EMAIL: EMAILS,
    FieldType.PHONE: PHONES,
    FieldType.URL: WORDS.map("https://example.org/{}".format),
    FieldType.DATE: DATES,
    FieldType.DATETIME: MOMENTS,
    FieldType.BOOLEAN: st.booleans(),
    FieldType.INTEGER: INTEGERS,
    FieldType.NUMBER: NUMBERS,
    FieldType.ENUM: st.sampled_from(["new", "open", "Closed", "won back"]),
}
LISTS = st.lists(WORDS, max_size=4, unique=True).map(tuple)


def values_of(kind: FieldType) -> st.SearchStrategy:
    """What a field of this type may hold, empty included."""
    return st.none() | (LISTS if kind is FieldType.LIST else SCALARS[kind])
