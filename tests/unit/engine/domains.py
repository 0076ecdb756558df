"""Every transform with the values on which it is defined."""

from __future__ import annotations

from functools import partial

import hypothesis.strategies as st
import pycountry

from reconciler.engine import canonical as form
from reconciler.engine.countries import Country
from reconciler.engine.names import FullName
from reconciler.engine.transforms import Convert, Normal, ValueMap
from reconciler.model.field import Field, FieldType
from reconciler.spec.transforms import NAME_PARTS, converts
from tests.unit.engine.laws import Domain
from tests.unit.engine.values import DATES, EMAILS, INTEGERS, MOMENTS, PHONES, WORDS, values_of

A, B = Field("a"), Field("b")
TABLE = {"Customer": "normal", "Partner": "normal", "Left": "donotcontact", "3": "pending"}
NAME = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
SPELT = {
    FieldType.BOOLEAN: st.sampled_from(["true", "Yes", "1", " on", "false", "NO", "0", "off "]),
    FieldType.INTEGER: INTEGERS.map(lambda number: f"{number:+06d}"),
    FieldType.NUMBER: INTEGERS.map(lambda number: f"{number / 1000:.3f}0"),
    FieldType.DATE: MOMENTS | DATES,
}
COUNTRIES = tuple(pycountry.countries)
SHAPES = [
    ("first_name", "last_name"),
    ("first_name", "middle_name", "last_name"),
    ("prefix", "last_name"),
    ("first_name", "last_name", "suffix"),
    ("prefix", "first_name"),
    ("last_name", "suffix"),
    ("prefix", "suffix"),
    NAME_PARTS,
]


def one(values: st.SearchStrategy) -> st.SearchStrategy:
    return values.map(lambda value: (value,))


def convert(left: FieldType, right: FieldType) -> Domain:
    fields = Field("left", left), Field("right", right)
    return Domain(Convert(*fields), fields[:1], fields[1:], one(_meeting(left, right)), one(_meeting(right, left)))


def _meeting(mine: FieldType, other: FieldType) -> st.SearchStrategy:
    """A text is tried in the spellings that the other type can read."""
    return st.none() | SPELT[other] if mine is FieldType.TEXT and other in SPELT else values_of(mine)


def full_name(roles: tuple[str, ...]) -> Domain:
    parts = st.tuples(*(st.none() | NAME for _ in roles))
    return Domain(FullName(roles), tuple(Field(role, role=role) for role in roles), (B,), parts, one(st.none() | NAME))


@st.composite
def country_names(draw: st.DrawFn) -> str:
    country = draw(st.sampled_from(COUNTRIES))
    spelling = draw(st.sampled_from([country.name, getattr(country, "official_name", country.name), country.alpha_3]))
    return draw(st.sampled_from([spelling, spelling.upper(), f" {spelling.lower()}"]))


CODES = st.sampled_from([country.alpha_2 for country in COUNTRIES] + ["be", "nl", "USA"])
TRANSFORMS = {
    "email": Domain(Normal(form.email), (A,), (B,), one(st.none() | EMAILS), one(st.none() | EMAILS)),
    "phone": Domain(
        Normal(partial(form.phone, region="BE")), (A,), (B,), one(st.none() | PHONES), one(st.none() | PHONES)
    ),
    "country_name": Domain(Country(), (A,), (B,), one(st.none() | country_names()), one(st.none() | CODES)),
    "map": Domain(
        ValueMap(A, B, TABLE), (A,), (B,), one(st.sampled_from(list(TABLE))), one(st.sampled_from([*TABLE.values()]))
    ),
}
TRANSFORMS |= {f"full_name of {' + '.join(roles)}": full_name(roles) for roles in SHAPES}
CONVERSIONS = {
    f"{left.value} to {right.value}": convert(left, right)
    for left in FieldType
    for right in FieldType
    if converts(left, right)
}
DOMAINS = TRANSFORMS | CONVERSIONS
