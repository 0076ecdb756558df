"""What specs must know of the transforms: names, arities, types. The engine implements them under the same names."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.field import FieldType

_WORDS = frozenset({FieldType.TEXT, FieldType.ENUM})
_ANY = frozenset(FieldType) - {FieldType.LIST}
_MANY = range(2, 6)
_ONE = range(1, 2)


@dataclass(frozen=True, slots=True)
class Transform:
    """Facts of one transform, for its fields in the order of writing.

    ``first`` and ``second`` are how many fields either end may have, the types what they may be. ``mirror`` is the
    transform that does the same for the ends exchanged (None: either order will do). ``lossy`` transforms keep what
    they cannot say from the side that they write to.
    """

    first: range
    second: range
    first_types: frozenset[FieldType]
    second_types: frozenset[FieldType]
    lossy: bool = False
    mirror: str | None = None
    form: str = ""


_EMAIL = frozenset({FieldType.TEXT, FieldType.EMAIL})
_PHONE = frozenset({FieldType.TEXT, FieldType.PHONE})

TRANSFORMS = {
    "email": Transform(_ONE, _ONE, _EMAIL, _EMAIL, lossy=True, form="one address to one address"),
    "phone": Transform(_ONE, _ONE, _PHONE, _PHONE, lossy=True, form="one number to one number"),
    "full_name": Transform(
        _MANY, _ONE, _WORDS, _WORDS, lossy=True, form="two to five parts of a name to the whole name"
    ),
    "country_name": Transform(_ONE, _ONE, _WORDS, _WORDS, mirror="country_code", form="one name to one ISO code"),
    "country_code": Transform(_ONE, _ONE, _WORDS, _WORDS, mirror="country_name", form="one ISO code to one name"),
    "map": Transform(_ONE, _ONE, _ANY, _ANY, lossy=True, form="one value to one value"),
}

NAME_PARTS = ("prefix", "first_name", "middle_name", "last_name", "suffix")
"""The roles that ``full_name`` joins, in this order."""


def converts(source: FieldType, target: FieldType) -> bool:
    """Whether a value finds its way between two types without a transform (some values may still be refused)."""
    return source is target or FieldType.TEXT in {source, target} or frozenset({source, target}) in _KIN


_KIN = frozenset(
    frozenset(pair)
    for pair in (
        {FieldType.INTEGER, FieldType.NUMBER},
        {FieldType.DATE, FieldType.DATETIME},
        {FieldType.LIST, FieldType.ENUM},
        {FieldType.LIST, FieldType.EMAIL},
        {FieldType.LIST, FieldType.PHONE},
        {FieldType.LIST, FieldType.URL},
    )
)
