from __future__ import annotations

from itertools import product

import pytest

from reconciler.engine.fingerprint import Fingerprinter
from reconciler.engine.merge import View, merge
from reconciler.engine.transforms import KEEP
from reconciler.model.connection import Direction, OnClear, Policy
from reconciler.model.field import Field, FieldType
from tests.unit.engine.builders import KEY, LEFT, RIGHT, arrow

PRINTS = Fingerprinter(KEY)
ORDER = ("normal", "pending", "bounced", "donotcontact")
OPT_OUT = Field("OptOut", FieldType.BOOLEAN, strictness=("false", "true"))
OTHER_OUT = Field("optout", FieldType.BOOLEAN, strictness=("false", "true"))
STATUS = Field("status", FieldType.ENUM, values=ORDER, strictness=ORDER)
MIRROR = Field("Status__c")
TABLE = {False: "normal", True: "donotcontact"}
UNSEEN = "(never seen)"

SHAPES = {
    "two checkboxes": (OPT_OUT, OTHER_OUT, {}),
    "a checkbox and a status": (OPT_OUT, STATUS, {"via": "map", "options": {"map": TABLE}}),
    "a status and a text": (STATUS, MIRROR, {}),
}
TICKS, WORDS = (None, False, True), (None, *ORDER)
VALUES = {"OptOut": TICKS, "optout": TICKS, "status": WORDS, "Status__c": WORDS}


def strict(field: Field, value: object) -> int:
    """How strict a value is, said again: more is stricter, an empty one is not strict at all."""
    order = [False, True] if field.type is FieldType.BOOLEAN else list(ORDER)
    return order.index(value) + 1 if value in order else 0


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("on_clear", OnClear)
@pytest.mark.parametrize("direction", Direction)
def test_a_consent_is_never_weakened(shape: str, on_clear: OnClear, direction: Direction) -> None:
    left, right, more = SHAPES[shape]
    made = arrow(left, right, direction, Policy.STRICTEST, on_clear=on_clear, **more)
    for now_left, base_left in product(VALUES[left.name], (*VALUES[left.name], UNSEEN)):
        for now_right, base_right in product(VALUES[right.name], (*VALUES[right.name], UNSEEN)):
            now = {LEFT: now_left, RIGHT: now_right}
            views = {
                LEFT: View((now_left,), (None if base_left == UNSEEN else PRINTS.value(left, base_left),)),
                RIGHT: View((now_right,), (None if base_right == UNSEEN else PRINTS.value(right, base_right),)),
            }
            for side, (written,) in merge(made, views, PRINTS).writes.items():
                field = left if side is LEFT else right
                assert written is KEEP or strict(field, written) > strict(field, now[side])


@pytest.mark.parametrize(
    ("left", "right", "written"),
    [
        ((True, False), ("normal", "normal"), {RIGHT: ("donotcontact",)}),
        ((False, False), ("donotcontact", "normal"), {LEFT: (True,)}),
        ((False, True), ("donotcontact", "donotcontact"), {}),
        ((True, UNSEEN), ("normal", UNSEEN), {RIGHT: ("donotcontact",)}),
        ((False, UNSEEN), ("donotcontact", UNSEEN), {LEFT: (True,)}),
        ((None, UNSEEN), ("donotcontact", UNSEEN), {LEFT: (True,)}),
        ((True, False), ("pending", "normal"), {RIGHT: ("donotcontact",)}),
        ((False, True), ("bounced", "normal"), {}),
    ],
)
def test_an_opt_out_arrives(left: tuple, right: tuple, written: dict) -> None:
    shape = SHAPES["a checkbox and a status"]
    made = arrow(*shape[:2], Direction.BOTH, Policy.STRICTEST, **shape[2])
    views = {
        LEFT: View((left[0],), (None if left[1] == UNSEEN else PRINTS.value(OPT_OUT, left[1]),)),
        RIGHT: View((right[0],), (None if right[1] == UNSEEN else PRINTS.value(STATUS, right[1]),)),
    }
    assert merge(made, views, PRINTS).writes == written
