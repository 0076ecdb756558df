"""What becomes of values: fields that an app stops returning, lists, clears, chains of arrows, one-way connections."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reconciler.model import connection as spec
from reconciler.model.connection import Direction, Drift, Membership, OnClear, SetField
from reconciler.model.field import Field, FieldType
from reconciler.model.record import Side
from reconciler.testing.schema import lower
from tests.property.bespoke import BATCHES, DELTA, FIELD, LEFT, RIGHT, desk, pair, respec, rule, settle, state_of

if TYPE_CHECKING:
    from reconciler.model.traits import Traits
    from tests.property.desk import Desk


def without(one: Desk, *names: str) -> tuple[spec.FieldMapping, ...]:
    """The mappings, without those of these left fields."""
    return tuple(each for each in one.program.connection.mappings if each.left[0].name not in names)


def hide(one: Desk, side: Side, *names: str) -> None:
    """The account loses the right to read these fields."""
    inner = one.faulty[side].inner
    inner.fields = tuple(name for name in inner.fields if name not in names)


def show(one: Desk) -> None:
    """It gets it back."""
    for side in Side:
        one.faulty[side].inner.fields = one.program.fields[side]


# -- fields that are not returned


def test_a_rule_about_a_field_that_is_not_returned_lets_nobody_in() -> None:
    """Losing the right to read the opt-out box must not opt everybody in."""
    one = desk()
    box = Field("Title", FieldType.BOOLEAN)
    consent = rule("with consent", LEFT, spec.Test(box, "is", operand=False))
    respec(one, rules=(consent,), mappings=without(one, "Title"))
    hide(one, LEFT, "Title")
    left = one.worlds[LEFT].add(Email="ada@example.org")
    one.run()
    assert one.worlds[RIGHT].rows == {}
    assert state_of(one, LEFT, left) == "held"
    show(one)
    one.run()
    assert len(one.worlds[RIGHT].rows) == 1


def test_a_rule_that_cannot_be_judged_takes_nothing_back() -> None:
    one = desk()
    when = spec.Test(FIELD["Title"], "starts_with", "k")
    rules = (rule("listed", LEFT, when, (Membership(FIELD["tags"], ("ours",)),), revert=True),)
    respec(one, rules=rules, mappings=without(one, "Tags", "Title"))
    left, right = pair(one, Title="k1")
    assert one.worlds[RIGHT].values(right)["tags"] == ("ours",)
    hide(one, LEFT, "Title")
    one.worlds[LEFT].edit(left, First="Ada")
    one.run()
    assert one.worlds[RIGHT].values(right)["tags"] == ("ours",)
    show(one)
    settle(one)
    assert one.worlds[RIGHT].values(right)["first"] == "Ada"


@pytest.mark.parametrize("field", ["tags", "job"])
def test_a_rule_does_not_write_a_field_that_is_not_returned(field: str) -> None:
    """What stands there is not known: a list would be replaced, and nothing would ever confirm the write."""
    one = desk()
    action = Membership(FIELD["tags"], ("ours",)) if field == "tags" else SetField(FIELD["job"], "customer")
    respec(one, rules=(rule("left", LEFT), rule("right", RIGHT)), mappings=without(one, "Tags", "Title"))
    left, right = pair(one)
    one.worlds[RIGHT].edit(right, **{field: ("own",) if field == "tags" else "own"})
    respec(one, rules=(rule("left", LEFT, None, (action,)), rule("right", RIGHT)))
    hide(one, RIGHT, field)
    one.worlds[LEFT].edit(left, First="Ada")
    before = one.writes()
    for _ in range(3):
        one.run()
    assert [one.fields for one in one.worlds[RIGHT].writes[-1:]] == [("first",)]
    assert one.writes() == before + 1
    show(one)
    settle(one)
    assert "own" in one.worlds[RIGHT].values(right)["tags"] if field == "tags" else True


@pytest.mark.parametrize("side", list(Side))
def test_a_field_that_comes_back_goes_on_where_it_was(side: Side) -> None:
    one = desk()
    left, right = pair(one, Title="k1")
    hide(one, side, "Title", "job")
    one.run()
    one.worlds[LEFT].edit(left, Title="k2")
    one.run()
    show(one)
    settle(one)
    assert one.worlds[RIGHT].values(right)["job"] == "k2"


# -- lists


def test_clearing_a_list_and_adding_to_it_elsewhere_loses_neither() -> None:
    one = desk(on_clear=OnClear.PROPAGATE)
    left, right = pair(one, Tags=("a", "b"))
    one.worlds[LEFT].clear(left, "Tags")
    one.worlds[RIGHT].edit(right, tags=("a", "b", "new"))
    settle(one)
    assert one.worlds[LEFT].values(left)["Tags"] == ("new",)
    assert one.worlds[RIGHT].values(right)["tags"] == ("new",)


@pytest.mark.parametrize("together", [True, False])
def test_an_ignored_clear_of_a_list_is_the_same_however_it_is_timed(*, together: bool) -> None:
    one = desk(on_clear=OnClear.IGNORE)
    left, right = pair(one, Tags=("a", "b"))
    one.worlds[LEFT].clear(left, "Tags")
    if not together:
        one.run()
    one.worlds[RIGHT].edit(right, tags=("a", "b", "new"))
    settle(one)
    assert one.worlds[LEFT].values(left)["Tags"] == ("new",)
    assert one.worlds[RIGHT].values(right)["tags"] == ("a", "b", "new")


def test_a_removal_and_an_addition_of_other_items_both_arrive() -> None:
    one = desk()
    left, right = pair(one, Tags=("a", "b"))
    one.worlds[LEFT].edit(left, Tags=("b",))
    one.worlds[RIGHT].edit(right, tags=("a", "b", "c"))
    settle(one)
    assert set(one.worlds[LEFT].values(left)["Tags"]) == {"b", "c"} == set(one.worlds[RIGHT].values(right)["tags"])


def test_an_app_that_lowers_the_items_of_a_list_gets_removals_and_gives_no_doubles() -> None:
    one = desk(bends={LEFT: {}, RIGHT: {"tags": lower}})
    left, right = pair(one, Tags=("VIP", "Own"))
    assert set(one.worlds[RIGHT].values(right)["tags"]) == {"vip", "own"}
    one.lose_state()
    settle(one)
    assert one.worlds[LEFT].values(left)["Tags"] == ("VIP", "Own"), "the same items again in small letters"
    one.worlds[LEFT].edit(left, Tags=("Own",))
    settle(one)
    assert one.worlds[RIGHT].values(right)["tags"] == ("own",)
    one.worlds[RIGHT].edit(right, tags=("own", "more"))
    settle(one)
    assert one.worlds[LEFT].values(left)["Tags"] == ("Own", "more")


# -- chains: what one thing writes, another one carries on


def test_what_a_rule_sets_is_carried_on_by_an_arrow() -> None:
    one = desk()
    when = spec.Test(FIELD["last"], "is", "bounced")
    rules = (rule("left", LEFT), rule("bounced", RIGHT, when, (SetField(FIELD["First"], "no"),)))
    mappings = tuple(
        replace(each, direction=Direction.TO_RIGHT) if each.left[0].name == "First" else each
        for each in without(one, "Last")
    )
    respec(one, rules=rules, mappings=mappings)
    left, right = pair(one, First="yes")
    one.worlds[RIGHT].edit(right, last="bounced")
    settle(one)
    assert one.worlds[LEFT].values(left)["First"] == "no"
    assert one.worlds[RIGHT].values(right)["first"] == "no"


# -- one way


@pytest.mark.parametrize("traits", [BATCHES, DELTA])
@pytest.mark.parametrize("drift", list(Drift))
def test_a_foreign_change_in_a_one_way_sync(traits: Traits, drift: Drift) -> None:
    one = desk(traits, directions=(Direction.TO_RIGHT,) * 5)
    mappings = tuple(replace(each, drift=drift) for each in one.program.connection.mappings)
    respec(one, direction=Direction.TO_RIGHT, rules=(rule("left", LEFT),), mappings=mappings)
    _, right = pair(one, Title="k1", Tags=("a",))
    one.worlds[RIGHT].edit(right, job="foreign", tags=("foreign",))
    one.worlds[RIGHT].add(email="own@example.org")
    settle(one)
    assert len(one.worlds[LEFT].rows) == 1
    assert not one.worlds[LEFT].writes
    assert one.worlds[RIGHT].values(right)["job"] == ("k1" if drift is Drift.CORRECT else "foreign")
    if drift is Drift.REPORT:
        assert state_of(one, RIGHT, right) == "held"
        one.worlds[RIGHT].edit(right, job="k1", tags=("a",))
        settle(one)
        assert state_of(one, RIGHT, right) == "in_sync"


# -- one of several


def phones(one: Desk, **more: object) -> Desk:
    """A text on the left is the first of a list on the right."""
    mapping = next(each for each in one.program.connection.mappings if each.left[0].name == "Title")
    joined = replace(mapping, right=(FIELD["tags"],), **more)
    return respec(one, mappings=(*without(one, "Title", "Tags"), joined))


def test_a_clear_against_several_erases_none_of_them() -> None:
    one = phones(desk(on_clear=OnClear.PROPAGATE))
    left = one.worlds[LEFT].add(Email="ada@example.org")
    right = one.worlds[RIGHT].add(email="ada@example.org", tags=("1", "2", "3"))
    settle(one)
    assert one.worlds[LEFT].values(left)["Title"] == "1"
    one.worlds[LEFT].clear(left, "Title")
    settle(one)
    assert one.worlds[RIGHT].values(right)["tags"] == ("1", "2", "3")
    assert state_of(one, LEFT, left) == "failed"
    one.worlds[RIGHT].edit(right, tags=("1",))
    one.run()
    one.worlds[RIGHT].clear(right, "tags")
    settle(one)
    assert state_of(one, LEFT, left) == "in_sync"
