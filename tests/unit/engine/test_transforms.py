from __future__ import annotations

from functools import partial

import pytest

from reconciler.engine import canonical as form
from reconciler.engine.transforms import KEEP, Convert, Mirror, Normal, Unmappable, ValueMap
from reconciler.model.field import Field, FieldType

NEVER = object()


def there(left: FieldType, right: FieldType, value: object, now: object = None) -> object:
    return Convert(Field("l", left), Field("r", right)).forward((value,), (now,))[0]


@pytest.mark.parametrize(
    ("source", "target", "value", "now", "then"),
    [
        ("boolean", "text", True, None, "true"),
        ("boolean", "text", False, "no", "no"),
        ("boolean", "text", True, "no", "true"),
        ("text", "boolean", " Yes", None, True),
        ("text", "boolean", "perhaps", None, NEVER),
        ("text", "integer", "007", None, 7),
        ("text", "integer", "7.0", None, 7),
        ("text", "integer", "7.5", None, NEVER),
        ("text", "integer", "seven", None, NEVER),
        ("text", "number", "7.50", None, 7.5),
        ("text", "number", "1e999999999", None, NEVER),
        ("integer", "text", 7, None, "7"),
        ("integer", "text", 7, "007", "007"),
        ("number", "text", 7.0, None, "7"),
        ("text", "date", "2026-03-01T23:30:00-02:00", None, "2026-03-02"),
        ("text", "date", "1 March", None, NEVER),
        ("text", "date", "2026-13-01", None, NEVER),
        ("text", "date", "abcd-efgh-ij", None, NEVER),
        ("datetime", "date", "2026-03-01T10:00:00Z", None, "2026-03-01"),
        ("date", "datetime", "2026-03-01", "2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"),
        ("date", "datetime", "2026-03-02", "2026-03-01T10:00:00Z", "2026-03-02"),
        ("phone", "list", "+321", ("+329", "+322", "+323"), ("+321", "+322", "+323")),
        ("phone", "list", "+322", ("+321", "+322", "+323"), ("+322", "+323")),
        ("phone", "list", "+321", None, ("+321",)),
        ("list", "phone", ("+321", "+322"), "+329", "+321"),
        ("list", "phone", (), "+329", None),
        ("list", "list", ("a", "b"), ("c",), ("a", "b")),
        ("text", "text", None, "there", None),
    ],
)
def test_conversions_by_type(source: str, target: str, value: object, now: object, then: object) -> None:
    kinds = FieldType(source), FieldType(target)
    if then is NEVER:
        with pytest.raises(Unmappable):
            there(*kinds, value, now)
    else:
        assert there(*kinds, value, now) == then


def test_what_cannot_be_mapped_is_not_repeated() -> None:
    with pytest.raises(Unmappable) as caught:
        there(FieldType.TEXT, FieldType.INTEGER, "my secret")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "now", "then"),
    [
        ("0470 12 34 56", None, "+32470123456"),
        ("0470 12 34 56", "+32 470/12.34.56", "+32 470/12.34.56"),
        ("0470 12 34 57", "+32 470/12.34.56", "+32470123457"),
        (" ", "+32470123456", None),
    ],
)
def test_a_number_that_is_there_already_keeps_its_looks(value: str, now: str | None, then: str | None) -> None:
    lens = Normal(partial(form.phone, region="BE"))
    assert lens.forward((value,), (now,)) == lens.backward((value,), (now,)) == (then,)


KIND, STATUS = Field("Kind", FieldType.ENUM), Field("status", FieldType.ENUM)
TABLE = {"Customer": "normal", "Partner": "normal", "Left": "donotcontact"}


@pytest.mark.parametrize(
    ("value", "now", "then"),
    [("Customer", "donotcontact", "normal"), ("Left", None, "donotcontact"), (" Left ", None, "donotcontact"),
     ("Rival", "normal", KEEP), (None, "normal", None)],
)  # fmt: skip
def test_a_table_is_read_from_left_to_right(value: str | None, now: str | None, then: object) -> None:
    assert ValueMap(KIND, STATUS, TABLE).forward((value,), (now,)) == (then,)


@pytest.mark.parametrize(
    ("value", "now", "then"),
    [("normal", "Partner", "Partner"), ("normal", "Left", "Customer"), ("normal", None, "Customer"),
     ("donotcontact", "Customer", "Left"), ("bounced", "Customer", KEEP), (None, "Left", None)],
)  # fmt: skip
def test_and_back_to_what_is_there_where_several_would_do(value: str | None, now: str | None, then: object) -> None:
    assert ValueMap(KIND, STATUS, TABLE).backward((value,), (now,)) == (then,)
    assert Mirror(ValueMap(KIND, STATUS, TABLE)).forward((value,), (now,)) == (then,)


def test_a_strict_table_refuses_what_it_does_not_list() -> None:
    strict = ValueMap(KIND, STATUS, TABLE, strict=True)
    with pytest.raises(Unmappable):
        strict.forward(("Rival",), ("normal",))
    with pytest.raises(Unmappable):
        strict.backward(("bounced",), (None,))
    assert strict.forward((None,), ("normal",)) == (None,)


def test_a_table_knows_other_types_than_text() -> None:
    lens = ValueMap(Field("ok", FieldType.BOOLEAN), Field("stars", FieldType.INTEGER), {True: 5, False: 1})
    assert lens.forward(("yes",), (None,)) == (5,)
    assert lens.backward(("01",), (None,)) == (False,)
