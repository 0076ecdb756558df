"""What a plan writes may begin or end the hold of a rule; the plan has thought of that already."""

from __future__ import annotations

from dataclasses import replace

from reconciler.engine.decision import Decision, Pair
from reconciler.engine.plan import plan_pair
from reconciler.model.connection import Membership, Not, SetField
from reconciler.model.connection import Test as Question
from reconciler.model.field import Field, FieldType
from reconciler.model.link import ContactState
from reconciler.model.record import Record
from tests.unit.engine.builders import EMAIL, LEFT, LISTS, MAIL, RIGHT, mapping, program, rule

OUT, STATUS = Field("Out", FieldType.BOOLEAN), Field("status")
MAILS = mapping(EMAIL, MAIL)
WELCOME = rule("welcome", LEFT, Question(OUT, "is", operand=False), [Membership(LISTS, ("News",))], revert=True)
BOUNCED = rule("bounced", RIGHT, Question(STATUS, "is", "bounced"), [SetField(OUT, value=True)], create=False)
UNDER = program([MAILS], [WELCOME, BOUNCED])
LEE = Record("1", {"Email": "a@x.org", "Out": False})
LEE_TOO = Record("11", {"mail": "a@x.org", "status": "normal", "lists": None})


def after(decision: Decision, pair: Pair) -> Pair:
    """The pair once the decision is written, and remembered as the apps show it."""
    said = {one.side: {each.field: each.new for each in one.changes} for one in decision.operations}
    left, right = (replace(pair.record(side), values={**pair.record(side).values, **said.get(side, {})})
                   for side in (LEFT, RIGHT))  # fmt: skip
    bases = {"left_base": UNDER.base(LEFT, left.values), "right_base": UNDER.base(RIGHT, right.values)}
    return Pair(left, right, replace(decision.link, **bases, link_id=7))


def welcomed() -> Pair:
    pair = Pair(LEE, LEE_TOO)
    pair = after(plan_pair(UNDER, pair), pair)
    assert pair.right.values["lists"] == ("News",)
    return pair


def test_a_rule_that_its_own_plan_ends_takes_its_part_back_at_once() -> None:
    pair = welcomed()
    pair = replace(pair, right=replace(pair.right, values={**pair.right.values, "status": "bounced"}))
    decision = plan_pair(UNDER, pair)
    pair = after(decision, pair)
    assert (pair.left.values["Out"], pair.right.values["lists"]) == (True, None)
    assert decision.link.rules == {"bounced"}
    assert plan_pair(UNDER, pair).operations == ()


def test_on_first_contact_nothing_is_given_that_would_be_taken_back() -> None:
    pair = Pair(LEE, replace(LEE_TOO, values={**LEE_TOO.values, "status": "bounced"}))
    decision = plan_pair(UNDER, pair)
    assert [one.side for one in decision.operations] == [LEFT]
    assert plan_pair(UNDER, after(decision, pair)).operations == ()


def test_a_rule_that_ends_itself_leaves_the_contact_excluded() -> None:
    leaver = rule("leaver", RIGHT, Question(STATUS, "is", "leaving"), [SetField(OUT, value=True)])
    stays = rule("stays", LEFT, Question(OUT, "is", operand=False), [SetField(STATUS, "gone")])
    under = program([MAILS], [stays, leaver])
    decision = plan_pair(under, Pair(LEE, replace(LEE_TOO, values={**LEE_TOO.values, "status": "leaving"})))
    assert [[one.new for one in each.changes] for each in decision.operations] == [[True], ["gone"]]
    assert {one.state for one in decision.standings.values()} == {ContactState.EXCLUDED}


def test_rules_that_undo_each_other_come_to_an_end() -> None:
    on_list = Question(LISTS, "contains", "News")
    leave = rule("leave", RIGHT, on_list, [SetField(OUT, value=True)])
    come = rule("come", RIGHT, Not(on_list), [SetField(OUT, value=False)])
    under = program([MAILS], [WELCOME, leave, come])
    pair = Pair(LEE, LEE_TOO)
    assert plan_pair(under, pair) == plan_pair(under, pair)
