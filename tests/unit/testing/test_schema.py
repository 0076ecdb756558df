from __future__ import annotations

import pytest

from reconciler.model.field import Field, FieldType
from reconciler.testing.schema import Refusal, Schema, lower, trim, truncate

FIELDS = (
    Field("email", FieldType.EMAIL, required=True, normalise=("lower", "trim")),
    Field("name", max_length=5),
    Field("age", FieldType.INTEGER),
    Field("ok", FieldType.BOOLEAN),
    Field("status", FieldType.ENUM, values=("on", "off", "gone"), writable_values=("on", "off")),
    Field("tags", FieldType.LIST),
    Field("made", FieldType.DATETIME, writable=False),
)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"email": "  A@B.C "}, {"email": "a@b.c"}),
        ({"email": "   "}, {"email": None}),
        ({"name": ""}, {"name": None}),
        ({"name": None}, {"name": None}),
        ({"tags": ()}, {"tags": None}),
        ({"tags": ("b", "a", "b")}, {"tags": ("b", "a", "b")}),
        ({"age": 0}, {"age": 0}),
        ({"ok": False}, {"ok": False}),
    ],
)
def test_values_are_bent(given, kept) -> None:
    assert Schema(FIELDS).bend(given) == kept


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": 5}, "bad_type"),
        ({"age": True}, "bad_type"),
        ({"ok": 1}, "bad_type"),
        ({"tags": "a"}, "bad_type"),
        ({"name": "sixsix"}, "too_long"),
        ({"status": "maybe"}, "bad_value"),
        ({"nome": "x"}, "unknown_field"),
    ],
)
def test_what_does_not_fit_is_refused(given, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        Schema(FIELDS).bend(given)
    assert refusal.value.code == code
    assert refusal.value.field == next(iter(given))


def test_normalisers_come_after_the_catalogue_s_own() -> None:
    schema = Schema(FIELDS, normalise={"email": lambda text: f"<{text}>", "name": (trim, truncate(3)), "tags": lower})
    bent = schema.bend({"email": " X@Y.Z", "name": "  abcdefgh", "tags": ("A", "a", "b")})
    assert bent == {"email": "<x@y.z>", "name": "abc", "tags": ("a", "b")}


@pytest.mark.parametrize(("given", "code"), [({"made": "2024-01-01"}, "read_only"), ({"status": "gone"}, "bad_value")])
def test_the_api_may_less_than_a_person(given, code: str) -> None:
    schema = Schema(FIELDS)
    assert schema.bend(given) == given
    with pytest.raises(Refusal) as refusal:
        schema.permit(given)
    assert refusal.value.code == code


def test_only_touched_fields_are_required_of_an_update() -> None:
    schema = Schema(FIELDS)
    schema.require({"name": "x"}, among=["name"])
    with pytest.raises(Refusal, match="email"):
        schema.require({"name": "x"})
