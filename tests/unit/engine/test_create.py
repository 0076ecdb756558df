from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.engine.decision import AFTER_CREATE, Decision, Pair
from reconciler.engine.plan import plan_pair
from reconciler.model.connection import Direction, Membership, SetField
from reconciler.model.connection import Test as Question
from reconciler.model.field import Field, FieldType
from reconciler.model.link import ContactState
from reconciler.model.plan import Verb
from tests.unit.engine.builders import (
    LEFT,
    LISTS,
    MAILS,
    RIGHT,
    TITLE,
    mapping,
    program,
    record,
    rule,
)

if TYPE_CHECKING:
    from reconciler.engine.program import Program
    from reconciler.model.record import Side

NAME = Field("name", required=True)
SHORT = Field("job", max_length=5)
STATUS, NOTE = Field("status"), Field("Note")


def on_create(under: Program, side: Side = LEFT, **values: object) -> Decision:
    one = record("1", **values)
    return plan_pair(under, Pair(one if side is LEFT else None, one if side is RIGHT else None))


def fields(decision: Decision, *, follow: bool = False) -> list[dict]:
    return [
        {one.field: one.new for one in each.changes} for each in (decision.follow if follow else decision.operations)
    ]


def test_a_counterpart_holds_what_the_mappings_say() -> None:
    decision = on_create(program(), Email="A@example.org", Title="CEO")
    (operation,) = decision.operations
    assert (operation.side, operation.verb, operation.id, operation.source_id) == (RIGHT, Verb.CREATE, None, "1")
    assert fields(decision) == [{"mail": "A@example.org", "job": "CEO"}]
    assert decision.standings[LEFT].state is ContactState.IN_SYNC


def test_it_works_from_the_right_too() -> None:
    decision = on_create(program(), RIGHT, mail="a@example.org", job="CEO")
    assert (decision.left_id, decision.right_id) == (None, "1")
    assert fields(decision) == [{"Email": "a@example.org", "Title": "CEO"}]


def test_nothing_empty_is_written() -> None:
    decision = on_create(program(), Email="a@example.org", Title="  ")
    assert fields(decision) == [{"mail": "a@example.org"}]


BOSSES = rule("bosses", when=Question(TITLE, "is", "CEO"))


@pytest.mark.parametrize(
    ("rules", "values", "state", "cause"),
    [
        ([], {"Email": "a@x.org"}, "excluded", "no rule matches"),
        ([BOSSES], {"Email": "a@x.org", "Title": None}, "excluded", "no rule matches"),
        ([BOSSES], {"Email": "a@x.org"}, "held", "rule 'bosses' asks about Title, which crm does not return"),
        ([rule("known", create=False)], {"Email": "a@x.org"}, "excluded", "rule 'known' creates nothing"),
        ([rule("all")], {"Email": None, "Title": "CEO"}, "unmatched_key", "no Email to match by"),
        ([rule("all")], {"Title": "CEO"}, "unmatched_key", "no Email to match by"),
    ],
)
def test_who_gets_no_counterpart_and_why(rules: list, values: dict, state: str, cause: str) -> None:
    decision = on_create(program(rules=rules), **values)
    assert (decision.operations, decision.link) == ((), None)
    assert (decision.standings[LEFT].state.value, decision.standings[LEFT].cause) == (state, cause)


def test_one_creating_rule_among_those_that_hold_is_enough() -> None:
    decision = on_create(program(rules=[rule("known", create=False), rule("new")]), Email="a@x.org")
    assert decision.standings[LEFT].cause == "rule 'new'"
    assert decision.link is not None
    assert decision.link.rules == {"known", "new"}


def test_a_spec_may_ask_for_counterparts_without_a_key() -> None:
    assert fields(on_create(program(create_without_key=True), Title="CEO")) == [{"job": "CEO"}]


def test_a_required_field_that_nothing_fills_holds_it() -> None:
    under = program([MAILS, mapping(TITLE, NAME)])
    decision = on_create(under, Email="a@x.org", Title=None)
    assert (decision.operations, decision.link) == ((), None)
    assert decision.standings[LEFT].state is ContactState.HELD
    assert "name" in decision.standings[LEFT].cause
    assert fields(on_create(under, Email="a@x.org", Title="x")) == [{"mail": "a@x.org", "name": "x"}]


def test_a_rule_may_fill_what_is_required() -> None:
    under = program([MAILS, mapping(TITLE, NAME)], [rule(actions=[SetField(NAME, "Unknown")])])
    assert fields(on_create(under, Email="a@x.org", Title=None)) == [{"mail": "a@x.org", "name": "Unknown"}]


def test_a_value_that_cannot_be_mapped_fails_visibly_and_the_rest_is_made() -> None:
    under = program([MAILS, mapping(TITLE, SHORT)])
    decision = on_create(under, Email="a@x.org", Title="Chief")
    assert fields(decision) == [{"mail": "a@x.org", "job": "Chief"}]
    decision = on_create(under, Email="a@x.org", Title="Director")
    assert fields(decision) == [{"mail": "a@x.org"}]
    assert decision.standings[LEFT].state is ContactState.FAILED
    assert "Director" not in decision.standings[LEFT].cause
    assert decision.link is not None
    assert "Title" not in decision.link.left_base, "it must be asked again"


def test_an_arrow_that_only_flows_back_is_known_after_the_create() -> None:
    under = program([MAILS, mapping(NOTE, STATUS, Direction.TO_LEFT)])
    decision = on_create(under, Email="a@x.org", Note=None)
    assert fields(decision) == [{"mail": "a@x.org"}]
    assert fields(decision, follow=True) == [{"Note": AFTER_CREATE}]
    assert decision.link is not None
    assert set(decision.link.left_base) == {"Email"}


def test_a_rule_of_the_other_side_that_will_hold_is_foreseen() -> None:
    back = rule("back", RIGHT, actions=[SetField(NOTE, "gets mail")])
    decision = on_create(program([MAILS], [rule("there"), back]), Email="a@x.org", Note=None)
    assert fields(decision, follow=True) == [{"Note": "gets mail"}]
    decision = on_create(program([MAILS], [rule("there"), back]), Email="a@x.org", Note="gets mail")
    assert decision.follow == ()


def test_actions_are_laid_over_mappings_and_remembered() -> None:
    adding = rule("buyers", actions=[Membership(LISTS, ("News",)), SetField(STATUS, "normal")])
    decision = on_create(program([MAILS], [adding]), Email="a@x.org")
    assert fields(decision) == [{"mail": "a@x.org", "lists": ("News",), "status": "normal"}]
    assert decision.link is not None
    assert decision.link.effects == {"buyers": {"lists": ("News",), "status": ("normal",)}}


def test_fields_that_the_app_did_not_return_are_left_out() -> None:
    assert fields(on_create(program(), Email="a@x.org")) == [{"mail": "a@x.org"}]


def test_the_whole_list_goes_over() -> None:
    tags = Field("Tags", FieldType.LIST)
    decision = on_create(program([MAILS, mapping(tags, LISTS)]), Email="a@x.org", Tags=("a", "b"))
    assert fields(decision) == [{"mail": "a@x.org", "lists": ("a", "b")}]
