from __future__ import annotations

import pytest

from reconciler.engine.program import Arrow, lens_of
from reconciler.model.connection import All, AnyOf, Direction, Key, Linked, Membership, Not, SetField
from reconciler.model.connection import Test as Question
from reconciler.model.field import Field
from reconciler.model.record import Side
from tests.unit.engine.builders import (
    EMAIL,
    LEFT,
    LISTS,
    MAIL,
    MAILS,
    RIGHT,
    TITLE,
    TITLES,
    mapping,
    program,
    record,
    rule,
)

A, B, C, STATUS = Field("a"), Field("b"), Field("c"), Field("status", required=True)
NAMES = Field("F", role="first_name"), Field("L", role="last_name")
Fields = Field | tuple[Field, ...]
WHOLE = Field("whole", role="full_name")


@pytest.mark.parametrize(
    ("left", "right", "via", "says", "shown"),
    [
        (A, B, None, ("x ",), ("x ",)),
        (A, B, "email", (" X@Y.org",), ("x@y.org",)),
        (A, B, "phone", ("+32 470 12 34 56",), ("+32470123456",)),
        (A, B, "country_name", ("Belgium",), ("BE",)),
        (A, B, "country_code", ("BE",), ("Belgium",)),
        (NAMES, WHOLE, "full_name", ("Ann", "Lee"), ("Ann Lee",)),
        (WHOLE, NAMES, "full_name", ("Ann Lee",), ("Ann", "Lee")),
    ],
)
def test_the_named_transform_joins_the_fields(left: Fields, right: Fields, via: str, says: tuple, shown: tuple) -> None:
    lens = lens_of(mapping(left, right, via=via))
    assert lens.forward(says, (None,) * len(shown)) == shown
    assert lens.backward(shown, says) == says


@pytest.mark.parametrize(("own", "shown"), [(None, "+12025550123"), ("BE", "+3220255501")])
def test_a_mapping_may_have_a_region_of_its_own(own: str | None, shown: str) -> None:
    options = {"region": own} if own else {}
    lens = lens_of(mapping(A, B, via="phone", options=options), "US")
    number = "(202) 555-0123" if own is None else "02 025 55 01"
    assert lens.forward((number,), (None,)) == (shown,)


@pytest.mark.parametrize(("mirrored", "left", "right"), [(False, "x", "y"), (True, "y", "x")])
def test_a_table_reads_as_its_arrow_was_written(*, mirrored: bool, left: str, right: str) -> None:
    options: dict[str, object] = {"map": {"x": "y"}, "mirrored": mirrored}
    lens = lens_of(mapping(A, B, via="map", options=options))
    assert lens.forward((left,), (None,)) == (right,)
    assert lens.backward((right,), (None,)) == (left,)


@pytest.mark.parametrize("direction", Direction)
def test_arrows_know_where_they_point(direction: Direction) -> None:
    made = mapping(A, B, direction)
    arrow = Arrow(made, lens_of(made))
    pointed = {side for side in Side if arrow.flows_to(side)}
    assert pointed == {Direction.BOTH: {LEFT, RIGHT}, Direction.TO_LEFT: {LEFT}, Direction.TO_RIGHT: {RIGHT}}[direction]
    assert arrow.two_way == (direction is Direction.BOTH)


BUSY = program(
    [MAILS, TITLES],
    [
        rule("there", LEFT, All((Question(A, "is", "1"), Not(AnyOf((Question(B, "is", "1"), Linked(wanted=True))))))),
        rule("back", RIGHT, Question(C, "is", "1"), [SetField(STATUS, "x"), Membership(LISTS, ("x",))]),
    ],
    keys=[Key(Field("Ext__c"), Field("extid")), Key(EMAIL, MAIL)],
)


def test_exactly_the_fields_that_are_needed_are_read() -> None:
    assert set(BUSY.fields[LEFT]) == {"Ext__c", "Email", "Title", "a", "b", "status", "lists"}
    assert set(BUSY.fields[RIGHT]) == {"extid", "mail", "job", "c"}
    assert all(len(set(names)) == len(names) for names in BUSY.fields.values())


def test_bases_are_kept_for_what_may_be_written() -> None:
    assert set(BUSY.base_fields[LEFT]) == {"Email", "Title", "status", "lists"}
    assert set(BUSY.base(RIGHT, {"mail": "a@x.org", "extid": "7"})) == {"mail"}
    assert BUSY.required(LEFT) == ("status",)


def test_keys_stand_in_their_order() -> None:
    left = BUSY.keys(LEFT, record("1", Ext__c="7", Email="a@x.org"))
    right = BUSY.keys(RIGHT, record("11", extid=None, mail="A@x.org"))
    assert [len(key) for key in left] == [8, 8]
    assert right == (b"", left[1])


def test_rules_hold_for_their_own_side() -> None:
    one = record("1", a="1", b=None, c="1")
    assert [found.name for found in BUSY.rules_holding(LEFT, one, linked=False)] == ["there"]
    assert [found.name for found in BUSY.rules_holding(LEFT, one, linked=True)] == []
    assert [found.name for found in BUSY.rules_holding(RIGHT, one, linked=True)] == ["back"]


def test_a_rule_that_cannot_be_judged_holds_where_it_held() -> None:
    one = record("1", a="1", c="1")
    assert BUSY.rules_holding(LEFT, one, linked=False) == []
    assert [found.name for found in BUSY.rules_holding(LEFT, one, linked=True, held={"there"})] == ["there"]
    assert BUSY.unanswered(LEFT, one) == "rule 'there' asks about b, which crm does not return"
    assert BUSY.unanswered(RIGHT, one) == ""


def test_a_record_looks_the_same_until_a_field_that_matters_changes() -> None:
    one = {"Email": "a@x.org", "Title": "CEO"}
    mark = BUSY.fingerprint(LEFT, record("1", **one))
    assert BUSY.fingerprint(LEFT, record("2", **one, Fax="1")) == mark
    assert BUSY.fingerprint(LEFT, record("1", **{**one, "Title": "CTO"})) != mark
    assert TITLE.name in BUSY.fields[LEFT]
