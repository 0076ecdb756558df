from __future__ import annotations

import pycountry
import pytest

from reconciler.engine.countries import Country, country_code, country_name
from reconciler.engine.transforms import Unmappable

CODES = [country.alpha_2 for country in pycountry.countries]


def test_every_country_comes_back_from_its_name() -> None:
    assert [country_code(country_name(code)) for code in CODES] == CODES


def test_no_two_countries_share_a_name() -> None:
    assert len({country_name(code).casefold() for code in CODES}) == len(CODES)


@pytest.mark.parametrize("spelling", ["Belgium", "BELGIUM", " belgium ", "Kingdom of Belgium", "BEL", "be", "056"])
def test_a_country_is_known_by_many_names(spelling: str) -> None:
    assert Country().forward((spelling,), (None,)) == ("BE",)


@pytest.mark.parametrize(
    ("code", "held", "name"),
    [
        ("BE", None, "Belgium"),
        ("BE", "Kingdom of Belgium", "Kingdom of Belgium"),
        ("NL", "Kingdom of Belgium", "Netherlands"),
        ("BE", "the old country", "Belgium"),
        ("BO", None, "Bolivia"),
        (None, "Belgium", None),
        ("  ", "Belgium", None),
    ],
)
def test_a_name_of_the_same_country_stays_as_it_is(code: str | None, held: str | None, name: str | None) -> None:
    assert Country().backward((code,), (held,)) == (name,)


def test_a_code_of_the_same_country_stays_as_it_is() -> None:
    assert Country().forward(("Belgium",), ("bel",)) == ("bel",)
    assert Country().forward(("Belgium",), ("nl",)) == ("BE",)


@pytest.mark.parametrize("text", ["Atlantis", "XX", "Belgiumm", "12"])
def test_what_is_no_country(text: str) -> None:
    for go in (Country().forward, Country().backward):
        with pytest.raises(Unmappable):
            go((text,), (None,))
