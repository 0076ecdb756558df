from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import hypothesis.strategies as st
import pytest
from hypothesis import given

from reconciler.engine.fingerprint import Fingerprinter
from reconciler.engine.merge import Verdict, View, merge
from reconciler.model.connection import Direction, Drift, OnClear, Policy
from reconciler.model.field import Field, FieldType
from tests.unit.engine.builders import JOB, KEY, LEFT, LISTS, RIGHT, TAGS, TITLE, arrow
from tests.unit.engine.merge_table import (
    EXAMPLES,
    HOLD,
    NEVER_SEEN,
    NOTHING,
    RULES,
    TO_LEFT,
    TO_RIGHT,
    Case,
    every_case,
    rule_for,
)

PRINTS = Fingerprinter(KEY)
SHORT = Field("job", max_length=4)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def view(field: Field, now: object, base: object, modified: datetime | None = None) -> View:
    mark = None if base == NEVER_SEEN else PRINTS.value(field, base)
    return View((now,), (mark,), modified)


def verdict_on(case: Case) -> Verdict:
    made = arrow(TITLE, JOB, case.direction, case.policy, on_clear=case.on_clear, drift=case.drift)
    later = {case.newer: NOON + timedelta(hours=1)}
    views = {
        LEFT: view(TITLE, case.left, case.left_base, later.get("left", NOON)),
        RIGHT: view(JOB, case.right, case.right_base, later.get("right", NOON)),
    }
    return merge(made, views, PRINTS)


def result_of(case: Case) -> str:
    verdict = verdict_on(case)
    if verdict.held:
        assert not verdict.writes
        assert not verdict.settled, "what waits for a person must be asked again"
        return HOLD
    assert verdict.settled
    if not verdict.writes:
        return NOTHING
    (side, written), *_ = verdict.writes.items()
    assert len(verdict.writes) == 1
    assert written == ((case.left,) if side is RIGHT else (case.right,)), "what is written is what the other side says"
    return TO_RIGHT if side is RIGHT else TO_LEFT


def test_every_case_of_the_table() -> None:
    wrong = [(case, rule.says) for case in every_case() if result_of(case) != (rule := rule_for(case)).then(case)]
    assert wrong == []


def test_every_rule_of_the_table_decides_something() -> None:
    assert {rule_for(case).says for case in every_case()} == {rule.says for rule in RULES}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.why)
def test_examples(example) -> None:
    assert result_of(example.case) == example.result == rule_for(example.case).then(example.case)


def test_nobody_overwrites_an_edit_without_being_told_to() -> None:
    """Whatever is lost was either not an edit, or lost by the policy, the owner, or a clear that may follow."""
    for case in every_case():
        result = result_of(case)
        if result in {TO_LEFT, TO_RIGHT} and not case.one_way:
            losing = case.moves[0 if result == TO_LEFT else 1]
            winning = case.moves[1 if result == TO_LEFT else 0]
            assert losing != "changed" or winning in {"changed", "cleared", "first"}
            assert (case.left if result == TO_LEFT else case.right) is None or losing != "same" or winning != "same"


@pytest.mark.parametrize("times", [(None, None), (NOON, None), (None, NOON), (NOON, NOON)])
def test_where_nobody_knows_who_was_later_the_left_wins(times: tuple) -> None:
    views = {LEFT: view(TITLE, "a", "c", times[0]), RIGHT: view(JOB, "b", "c", times[1])}
    assert merge(arrow(TITLE, JOB, policy=Policy.NEWEST), views, PRINTS).writes == {RIGHT: ("a",)}


# -- values that cannot be written -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "value"),
    [
        (Field("job", max_length=3), "long"),
        (Field("job", FieldType.INTEGER), "seven"),
        (Field("job", FieldType.ENUM, values=("new", "old")), "spare"),
        (Field("job", FieldType.ENUM, values=("new", "old"), writable_values=("new",)), "old"),
    ],
)
def test_a_value_that_does_not_fit_fails_visibly_and_is_tried_again(target: Field, value: str) -> None:
    views = {LEFT: view(TITLE, value, "before"), RIGHT: view(target, None, None)}
    verdict = merge(arrow(TITLE, target), views, PRINTS)
    assert verdict.failed
    assert value not in verdict.failed
    assert (dict(verdict.writes), verdict.settled) == ({}, False)


def test_a_value_that_just_fits_is_written() -> None:
    views = {LEFT: view(TITLE, "Boss", "x"), RIGHT: view(SHORT, "x", "x")}
    assert merge(arrow(TITLE, SHORT), views, PRINTS).writes == {RIGHT: ("Boss",)}
    number = Field("n", FieldType.INTEGER, max_length=4)
    views = {LEFT: view(number, 12345, 1), RIGHT: view(number, 1, 1)}
    assert merge(arrow(number, number), views, PRINTS).writes == {RIGHT: (12345,)}


def test_what_the_app_is_known_to_make_of_it_is_no_difference() -> None:
    lowered = Field("job", normalise=("lower", "trim"))
    views = {LEFT: view(TITLE, " CEO", "x"), RIGHT: view(lowered, "ceo", "y")}
    assert merge(arrow(TITLE, lowered), views, PRINTS).writes == {}


def test_several_fields_move_together() -> None:
    first, last, whole = Field("F", role="first_name"), Field("L", role="last_name"), Field("n", role="full_name")
    made = arrow((first, last), whole, via="full_name")
    base = PRINTS.value(first, "Ann"), PRINTS.value(last, "Lee")
    right = View(("Ann Lee",), (PRINTS.value(whole, "Ann Lee"),))
    assert merge(made, {LEFT: View(("Ann", "Ray"), base), RIGHT: right}, PRINTS).writes == {RIGHT: ("Ann Ray",)}
    assert merge(made, {LEFT: View(("Ann", None), base), RIGHT: right}, PRINTS).writes == {RIGHT: ("Ann",)}
    moved = View(("Ann van Lee",), right.base)
    assert merge(made, {LEFT: View(("Ann", "Lee"), base), RIGHT: moved}, PRINTS).writes == {LEFT: ("Ann van", "Lee")}
    assert merge(made, {LEFT: View(("Ann", "Lee"), (base[0], None)), RIGHT: right}, PRINTS).writes == {}


def test_a_value_outside_a_table_leaves_the_other_side_alone() -> None:
    made = arrow(TITLE, JOB, via="map", options={"map": {"a": "b"}})
    verdict = merge(made, {LEFT: view(TITLE, "z", "a"), RIGHT: view(JOB, "b", "b")}, PRINTS)
    assert verdict == Verdict()


# -- lists -----------------------------------------------------------------------------------------------------------

ITEMS = ("a", "b", "c")
SUBSETS = [tuple(item for item, there in zip(ITEMS, mask, strict=True) if there) for mask in product((0, 1), repeat=3)]


def union(left: tuple, right: tuple, bases: tuple, **said: object) -> dict:
    made = arrow(TAGS, LISTS, policy=Policy.UNION, **said)
    views = {LEFT: view(TAGS, left or None, bases[0]), RIGHT: view(LISTS, right or None, bases[1])}
    return {side: set(written[0] or ()) for side, written in merge(made, views, PRINTS).writes.items()}


def test_lists_take_the_additions_and_removals_of_both_sides() -> None:
    for left, right, base in product(SUBSETS, SUBSETS, SUBSETS):
        if not left or not right:
            continue
        wanted = {
            item
            for item in ITEMS
            if (item in left and item in right) or (item in left or item in right) > (item in base)
        }
        written = union(left, right, (base, base))
        then = {LEFT: set(left), RIGHT: set(right)} | written
        if (left, right) != (base, base):
            assert then == {LEFT: wanted, RIGHT: wanted}, (left, right, base)


def test_a_list_that_both_sides_emptied_in_part_is_empty() -> None:
    base = ("a", "b")
    views = {LEFT: view(TAGS, ("a",), base), RIGHT: view(LISTS, ("b",), base)}
    assert merge(arrow(TAGS, LISTS, policy=Policy.UNION), views, PRINTS).writes == {LEFT: (None,), RIGHT: (None,)}


@given(st.sets(st.sampled_from("abcdef"), min_size=1), st.sets(st.sampled_from("abcdef"), min_size=1))
def test_lists_grow_together_on_first_contact(left: set, right: set) -> None:
    written = union(tuple(left), tuple(right), (NEVER_SEEN, NEVER_SEEN))
    assert {LEFT: left, RIGHT: right} | written == {LEFT: left | right, RIGHT: left | right}


def test_the_receiver_of_a_one_way_list_keeps_its_own_items() -> None:
    assert union(("a", "b"), ("c",), (("a",), ("c",)), direction=Direction.TO_RIGHT) == {RIGHT: {"b", "c"}}


@pytest.mark.parametrize(("drift", "written"), [(Drift.CORRECT, {RIGHT: {"a", "b"}}), (Drift.REPORT, {})])
def test_and_gets_back_what_was_taken_away_there(drift: Drift, written: dict) -> None:
    assert union(("a", "b"), ("a",), (("a", "b"), ("a", "b")), direction=Direction.TO_RIGHT, drift=drift) == written


@pytest.mark.parametrize(
    ("on_clear", "written"), [(OnClear.IGNORE, {}), (OnClear.PROPAGATE, {RIGHT: set()})]
)  # fmt: skip
def test_an_emptied_list_is_a_clear(on_clear: OnClear, written: dict) -> None:
    assert union((), ("a",), (("a",), ("a",)), on_clear=on_clear) == written


# -- our own hand ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "written"),
    [("Head of Sales", {}), ("HEAD OF SALES", {}), ("Head of", {}), ("head-of-sales", {}),
     ("Baker", {LEFT: ("Baker",)}), (None, {RIGHT: ("Head of Sales",)})],
)  # fmt: skip
def test_an_unanswered_write_is_known_again(shown: str | None, written: dict) -> None:
    views = {LEFT: view(TITLE, "Head of Sales", NEVER_SEEN), RIGHT: view(JOB, shown, NEVER_SEEN)}
    assert merge(arrow(TITLE, JOB, policy=Policy.RIGHT), views, PRINTS, RIGHT).writes == written
