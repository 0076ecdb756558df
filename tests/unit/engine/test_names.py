from __future__ import annotations

import pytest

from reconciler.engine.names import FullName
from reconciler.engine.transforms import Unmappable
from reconciler.spec.transforms import NAME_PARTS

TWO = ("first_name", "last_name")
THREE = ("first_name", "middle_name", "last_name")


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        (("Dr", "Ann", "M.", "Lee", "PhD"), "Dr Ann M. Lee PhD"),
        ((None, "Ann", None, "Lee", None), "Ann Lee"),
        (("", "  Ann ", " ", "van  den Berg", None), "Ann van den Berg"),
        ((None,) * 5, None),
    ],
)
def test_parts_are_joined_by_single_spaces(parts: tuple, whole: str | None) -> None:
    assert FullName(NAME_PARTS).forward(parts, ("whatever",)) == (whole,)


@pytest.mark.parametrize(
    ("roles", "whole", "held", "parts"),
    [
        # nothing known: the last word is the last name
        (TWO, "Ann Lee", (None, None), ("Ann", "Lee")),
        (TWO, "Ann Mary Lee", (None, None), ("Ann Mary", "Lee")),
        (TWO, "Lee", (None, None), (None, "Lee")),
        (THREE, "Ann Lee", (None, None, None), ("Ann", None, "Lee")),
        (THREE, "Ann Mary Jo Lee", (None, None, None), ("Ann", "Mary Jo", "Lee")),
        (TWO, None, ("Ann", "Lee"), (None, None)),
        # what is known stays where it is
        (TWO, "Ann  van den Berg", ("Ann", "van den Berg"), ("Ann", "van den Berg")),
        (TWO, "Anna van den Berg", ("Ann", "van den Berg"), ("Anna", "van den Berg")),
        (TWO, "Ann Mary van den Berg", ("Ann", "van den Berg"), ("Ann Mary", "van den Berg")),
        (THREE, "Anna van den Berg", ("Ann", None, "van den Berg"), ("Anna", None, "van den Berg")),
        (THREE, "Anna M. van den Berg", ("Ann", "M.", "van den Berg"), ("Anna", "M.", "van den Berg")),
        (NAME_PARTS, "Dr Ann van Dyk PhD", ("Dr", "A", None, "van Dyk", "PhD"), ("Dr", "Ann", None, "van Dyk", "PhD")),
        # what does not show any more is let go
        (NAME_PARTS, "Anna Lee", ("Dr", "Ann", None, "Lee", "PhD"), (None, "Anna", None, "Lee", None)),
        (TWO, "Ann Smith", ("Ann", "van den Berg"), ("Ann", "Smith")),
        (("prefix", "last_name"), "Dr X van Dyk", (None, "van Dyk"), (None, "Dr X van Dyk")),
        (("prefix", "last_name"), "Dr van Dyk", ("Dr", "Lee"), ("Dr", "van Dyk")),
        (("prefix", "first_name"), "Dr", ("Dr", "Ann"), (None, "Dr")),
    ],
)  # fmt: skip
def test_a_whole_name_is_split(roles: tuple, whole: str | None, held: tuple, parts: tuple) -> None:
    assert FullName(roles).backward((whole,), held) == parts


def test_a_name_without_a_place_for_it() -> None:
    with pytest.raises(Unmappable):
        FullName(("prefix", "suffix")).backward(("Dr Lee",), ("Dr", None))
