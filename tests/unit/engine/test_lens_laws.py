"""Every transform is a lens; and a transform that is broken on purpose is found out by the same laws."""

from __future__ import annotations

from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis.errors import NoSuchExample

from reconciler.engine import countries, names, transforms
from reconciler.engine.transforms import KEEP, Mirror, ValueMap
from reconciler.spec.transforms import TRANSFORMS as KNOWN
from tests.unit.engine.domains import CONVERSIONS, DOMAINS, TABLE, TRANSFORMS, A, B
from tests.unit.engine.laws import Domain, mirrored, obeyed

THOROUGH = settings(max_examples=400, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("name", DOMAINS)
@given(data=st.data())
def test_a_transform_is_a_lens(name: str, data: st.DataObject) -> None:
    domain = DOMAINS[name]
    left, right = data.draw(domain.lefts), data.draw(domain.rights)
    obeyed(domain, left, right)


def test_no_transform_is_left_out() -> None:
    tried = {name.split(" of ")[0] for name in TRANSFORMS}
    assert tried | {"country_code"} == set(KNOWN)


# -- mutants ---------------------------------------------------------------------------------------------------------


def broken(domain: Domain) -> bool:
    """Whether some values break a law."""

    def breaks(values: tuple) -> bool:
        try:
            obeyed(domain, *values)
        except AssertionError:
            return True
        return False

    try:
        find(st.tuples(domain.lefts, domain.rights), breaks, settings=THOROUGH)
    except NoSuchExample:
        return False
    return True


Sabotage = tuple[object, str, object]


def joined_in_the_wrong_order(parts: tuple) -> str | None:
    return " ".join(str(part) for part in reversed(parts) if part) or None


def split_anew(lens: names.FullName, right: tuple, now: tuple, known=names.FullName.backward) -> tuple:
    """A whole name that is split as if nothing were known of its parts."""
    return known(lens, right, (None,) * len(now))


def kept_twice(role: str, known: list, whole: list, parts: dict) -> list:
    parts[role] = " ".join(known)
    return whole


def some_words(words: list, roles: list) -> list:
    return [words[:1], words[-1:]][: len(roles)]


def normal_at_any_price(lens: transforms.Normal, value: object, _: object) -> object:
    return lens.normal(str(value)) if value else None


def never_normal(_: transforms.Normal, value: object, now: object) -> object:
    return now or value


def the_other_way_round(mirror: Mirror, left: tuple, right: tuple) -> tuple:
    return mirror.lens.forward(left, right)


def added_at_the_end(value: object, now: tuple | None) -> tuple:
    return (*(now or ())[1:], str(value))


NAMES = "full_name of first_name + last_name"
MUTANTS: dict[str, tuple[str, Sabotage]] = {
    "a list forgets the rest": ("list to phone", (transforms, "_first_replaced", lambda value, _: (str(value),))),
    "an item goes to the end of a list": ("list to text", (transforms, "_first_replaced", added_at_the_end)),
    "a spelling is lost": ("text to boolean", (transforms, "_converted", transforms.convert)),
    "no is yes": ("boolean to text", (transforms, "_as_text", lambda value: str(not value))),
    "a normal form takes over": ("phone", (transforms.Normal, "_put", normal_at_any_price)),
    "a normal form never gives way": ("email", (transforms.Normal, "_put", never_normal)),
    "a country loses its spelling": ("country_name", (countries, "_says", lambda *_: False)),
    "a country is not heard": ("country_name", (countries, "_says", lambda now, _: bool(now))),
    "a name is joined in the wrong order": (NAMES, (names, "_join", joined_in_the_wrong_order)),
    "a compound name is split anew": (NAMES, (names.FullName, "backward", split_anew)),
    "an affix is kept twice": (f"{NAMES} + suffix", (names, "_take", kept_twice)),
    "words get lost": (NAMES, (names, "_spread", some_words)),
    "a mirror shows the wrong way round": ("map", (Mirror, "forward", the_other_way_round)),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_laws_find_a_broken_transform(mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, sabotage = MUTANTS[mutant]
    monkeypatch.setattr(*sabotage)
    assert broken(DOMAINS[name])


class FirstOfMany(ValueMap):
    """A table that takes the first left value, whatever the left holds."""

    def backward(self, right, left_now):
        del left_now
        return (self._one(right[0], [key for key, value in self.table.items() if value == right[0]]),)


class Deaf(ValueMap):
    """A table that leaves everything as it is."""

    def forward(self, left, right_now):
        del left, right_now
        return (KEEP,)


@pytest.mark.parametrize("kind", [FirstOfMany, Deaf])
def test_the_laws_find_a_broken_table(kind: type[ValueMap]) -> None:
    assert broken(replace(DOMAINS["map"], lens=kind(A, B, TABLE)))


def test_conversions_that_people_need_are_all_tried() -> None:
    assert not broken(mirrored(DOMAINS["phone to list"]))
    assert {"list to phone", "phone to list", "datetime to date", "text to boolean"} <= set(CONVERSIONS)
