"""Countries by name and by code."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import pycountry

from reconciler.engine.canonical import empty
from reconciler.engine.transforms import Unmappable

if TYPE_CHECKING:
    from reconciler.engine.transforms import Mapped, Values
    from reconciler.model.record import Value


@dataclass(frozen=True, slots=True)
class Country:
    """A country's name on the left, its ISO 3166-1 alpha-2 code on the right. What says the same country in another
    spelling stays as it is."""

    def forward(self, left: Values, right_now: Values) -> Mapped:
        """The code of the left name."""
        if empty(left[0]):
            return (None,)
        code = country_code(str(left[0]))
        return right_now if _says(right_now[0], code) else (code,)

    def backward(self, right: Values, left_now: Values) -> Mapped:
        """The name for the right code."""
        if empty(right[0]):
            return (None,)
        code = country_code(str(right[0]))
        return left_now if _says(left_now[0], code) else (country_name(code),)


def _says(now: Value, code: str) -> bool:
    try:
        return not empty(now) and country_code(str(now)) == code
    except Unmappable:
        return False


@lru_cache(maxsize=1024)
def country_code(name: str) -> str:
    """The alpha-2 code of a country's name, official name or code, in any case. Raises ``Unmappable``."""
    try:
        found = pycountry.countries.lookup(name.strip())
    except LookupError:
        raise Unmappable("not a country that ISO 3166 knows") from None
    return str(found.alpha_2)


def country_name(code: str) -> str:
    """The short English name for an alpha-2 code."""
    found = pycountry.countries.get(alpha_2=code)
    return code if found is None else str(getattr(found, "common_name", found.name))
