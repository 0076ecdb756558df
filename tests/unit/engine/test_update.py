from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reconciler.engine.decision import Decision, Pair
from reconciler.engine.plan import plan_pair
from reconciler.model.connection import Direction, Drift, Linked, Membership, Policy, SetField
from reconciler.model.connection import Test as Question
from reconciler.model.field import Field
from reconciler.model.link import ContactState, Link
from reconciler.model.record import Record, Side
from tests.unit.engine.builders import JOB, LEFT, LISTS, MAILS, RIGHT, TITLE, TITLES, mapping, program, record, rule

if TYPE_CHECKING:
    from reconciler.engine.program import Program

CITY, TOWN = Field("City"), Field("town", max_length=5)
PLAIN = program()


def linked(under: Program, left: dict, right: dict, **more: object) -> Link:
    """A link after a quiet cycle in which the sides showed these values."""
    bases = under.base(LEFT, left), under.base(RIGHT, right)
    return Link("1", "11", *bases, rules=frozenset(one.rule.name for one in under.rules), link_id=7, **more)


def decided(under: Program, left: dict, right: dict, link: Link | None = None, echo: Side | None = None) -> Decision:
    return plan_pair(under, Pair(record("1", **left), record("11", **right), link, echo=echo))


def changes(decision: Decision) -> dict:
    return {one.side: {each.field: each.new for each in one.changes} for one in decision.operations}


LEE, LEE_TOO = {"Email": "a@x.org", "Title": "CEO"}, {"mail": "a@x.org", "job": "CEO"}


def test_both_sides_may_be_updated_at_once() -> None:
    under = program([MAILS, TITLES, mapping(CITY, Field("town"))])
    link = linked(under, {**LEE, "City": "Ghent"}, {**LEE_TOO, "town": "Ghent"})
    decision = decided(under, {**LEE, "City": "Bruges"}, {**LEE_TOO, "job": "CTO", "town": "Ghent"}, link)
    assert changes(decision) == {LEFT: {"Title": "CTO"}, RIGHT: {"town": "Bruges"}}
    assert {one.source_id for one in decision.operations} == {"1", "11"}


def test_an_update_says_what_was_there_and_for_which_version() -> None:
    right = Record("11", LEE_TOO, version="v3")
    decision = plan_pair(PLAIN, Pair(record("1", **{**LEE, "Title": "CTO"}), right, linked(PLAIN, LEE, LEE_TOO)))
    (operation,) = decision.operations
    assert operation.version == "v3"
    assert [(one.field, one.old, one.new, one.origin.text) for one in operation.changes] == [
        ("job", "CEO", "CTO", "Title <-> job")
    ]


def test_first_contact_links_and_fills() -> None:
    decision = decided(PLAIN, LEE, {"mail": "A@X.org", "job": None})
    assert changes(decision) == {RIGHT: {"job": "CEO"}}
    assert decision.before is None
    assert decision.link is not None
    assert (decision.link.left_id, decision.link.right_id) == ("1", "11")
    assert set(decision.link.right_base) == {"mail", "job"}


def test_a_field_that_an_app_does_not_return_is_not_empty() -> None:
    decision = decided(PLAIN, {"Email": "a@x.org"}, LEE_TOO, linked(PLAIN, LEE, LEE_TOO))
    assert decision.operations == ()
    assert decision.link is not None
    assert decision.link.left_base == PLAIN.base(LEFT, LEE), "what it said before is not forgotten"


def test_one_that_fails_does_not_hold_up_the_others() -> None:
    under = program([MAILS, TITLES, mapping(CITY, TOWN)])
    before = linked(under, {**LEE, "City": "Ghent"}, {**LEE_TOO, "town": "Ghent"})
    decision = decided(under, {**LEE, "Title": "CTO", "City": "Brussels"}, {**LEE_TOO, "town": "Ghent"}, before)
    assert changes(decision) == {RIGHT: {"job": "CTO"}}
    assert decision.standings[LEFT].state is decision.standings[RIGHT].state is ContactState.FAILED
    assert decision.link is not None
    assert decision.link.left_base["City"] == before.left_base["City"]


def test_one_that_is_held_does_not_hold_up_the_others() -> None:
    under = program([MAILS, TITLES, mapping(CITY, TOWN, Direction.TO_RIGHT, drift=Drift.REPORT)])
    before = linked(under, {**LEE, "City": "Ghent"}, {**LEE_TOO, "town": "Ghent"})
    decision = decided(under, {**LEE, "Title": "CTO", "City": "Ghent"}, {**LEE_TOO, "town": "Paris"}, before)
    assert changes(decision) == {RIGHT: {"job": "CTO"}}
    assert decision.standings[RIGHT].state is ContactState.HELD


def test_an_excluded_pair_keeps_both_records_and_its_link() -> None:
    under = program(rules=[rule("bosses", when=Question(TITLE, "is", "CEO"))])
    decision = decided(under, {**LEE, "Title": "Clerk"}, LEE_TOO, linked(under, LEE, LEE_TOO))
    assert decision.operations == ()
    assert {one.state for one in decision.standings.values()} == {ContactState.EXCLUDED}
    assert decision.link is not None
    assert decision.link.rules == frozenset()
    assert decision.link.left_base == under.base(LEFT, LEE), "what changed meanwhile is still to be merged"


def test_an_excluded_pair_that_was_never_linked_stays_unlinked() -> None:
    assert decided(program(rules=[]), LEE, LEE_TOO).link is None


def test_coming_back_catches_up() -> None:
    under = program(rules=[rule("bosses", when=Question(TITLE, "is", "CEO"))])
    left = decided(under, {**LEE, "Title": "Clerk"}, LEE_TOO, linked(under, LEE, LEE_TOO)).link
    decision = decided(under, LEE, {**LEE_TOO, "mail": "new@x.org"}, left)
    assert changes(decision) == {LEFT: {"Email": "new@x.org"}}


def test_a_pair_is_in_sync_when_a_rule_of_either_side_matches() -> None:
    under = program(rules=[rule("none", when=Question(TITLE, "is", "x")), rule("readers", RIGHT, Linked(wanted=True))])
    assert decided(under, LEE, LEE_TOO).standings[LEFT].cause == "rule 'readers'"


def test_leaving_takes_back_what_the_rule_added_and_no_more() -> None:
    adding = rule("bosses", when=Question(TITLE, "is", "CEO"), actions=[Membership(LISTS, ("VIP",))], revert=True)
    under = program([MAILS], [adding])
    before = replace(linked(under, LEE, {"mail": "a@x.org"}), effects={"bosses": {"lists": ("VIP",)}})
    right = {"mail": "a@x.org", "lists": ("VIP", "Own")}
    left = {"Email": "a@x.org", "Title": "Clerk"}
    decision = decided(under, left, right, before)
    assert changes(decision) == {RIGHT: {"lists": ("Own",)}}
    assert decision.link is not None
    assert decision.link.effects == {}
    keeping = program([MAILS], [replace(adding, revert=False)])
    assert decided(keeping, left, right, before).operations == ()


def test_a_rule_that_takes_over_keeps_what_both_want() -> None:
    actions = [Membership(LISTS, ("VIP",))]
    rules = [
        rule("bosses", when=Question(TITLE, "is", "CEO"), actions=actions, revert=True),
        rule("all", actions=actions),
    ]
    under = program([MAILS], rules)
    before = replace(linked(under, LEE, {}), effects={"bosses": {"lists": ("VIP",)}, "all": {"lists": ()}})
    decision = decided(under, {"Email": "a@x.org", "Title": "Clerk"}, {"mail": "a@x.org", "lists": ("VIP",)}, before)
    assert decision.operations == ()


@pytest.mark.parametrize(("job", "written"), [("Boss", {}), ("CEO", {RIGHT: {"job": "Boss"}})])
def test_a_constant_outweighs_a_mapping_without_a_quarrel(job: str, written: dict) -> None:
    under = program([MAILS, mapping(TITLE, JOB, policy=Policy.LEFT)], [rule(actions=[SetField(JOB, "Boss")])])
    decision = decided(under, LEE, {**LEE_TOO, "job": job})
    assert changes(decision) == written


def test_memory_does_not_grow_with_the_history_of_a_spec() -> None:
    before = linked(program([MAILS, TITLES, mapping(CITY, TOWN)]), {**LEE, "City": "x"}, {**LEE_TOO, "town": "x"})
    link = decided(PLAIN, LEE, LEE_TOO, before).link
    assert link is not None
    assert set(link.left_base) == {"Email", "Title"}


def test_what_a_failed_write_would_settle_is_named() -> None:
    decision = decided(PLAIN, {**LEE, "Title": "CTO"}, LEE_TOO, linked(PLAIN, LEE, LEE_TOO))
    assert {side: set(names) for side, names in decision.undo[RIGHT].items()} == {LEFT: {"Title"}, RIGHT: {"job"}}


def test_our_own_unanswered_write_is_no_edit() -> None:
    before = linked(PLAIN, LEE, LEE_TOO)
    left, right = {**LEE, "Title": "Head of Sales"}, {**LEE_TOO, "job": "HEAD OF SALES"}
    assert decided(PLAIN, left, right, before, echo=RIGHT).operations == ()
    assert changes(decided(PLAIN, left, right, before)) == {RIGHT: {"job": "Head of Sales"}}
