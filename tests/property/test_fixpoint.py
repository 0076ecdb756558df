"""A decision is pure, and once it is carried out there is nothing more to decide, whatever the apps make of a value."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import hypothesis.strategies as st
from hypothesis import assume, event, given, note

from reconciler.aftermath import final_link
from reconciler.engine.decision import Decision, Pair
from reconciler.engine.plan import plan_pair
from reconciler.model.connection import Direction, Drift, Membership, OnClear, Policy, SetField
from reconciler.model.connection import Test as Question
from reconciler.model.field import Field, FieldType
from reconciler.model.link import Link
from reconciler.model.outcome import Written
from reconciler.model.plan import Verb
from reconciler.model.record import Record, Side
from tests.unit.engine.builders import EMAIL, LEFT, MAIL, RIGHT, mapping, program, rule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.engine.program import Program
    from reconciler.model.connection import FieldMapping
    from reconciler.model.plan import Operation
    from reconciler.model.record import Value

ORDER = ("normal", "bounced", "donotcontact")
FIRST, LAST = Field("First", role="first_name"), Field("Last", role="last_name")
FIELDS = {
    LEFT: (EMAIL, Field("Title"), FIRST, LAST, Field("Phone", FieldType.PHONE), Field("Tags", FieldType.LIST),
           Field("Out", FieldType.BOOLEAN, strictness=("false", "true")), Field("Score", FieldType.INTEGER),
           Field("Phones", FieldType.LIST, role="phones"), Field("Country")),
    RIGHT: (MAIL, Field("job", max_length=12), Field("name"), Field("phone"), Field("tags", FieldType.LIST),
            Field("status", FieldType.ENUM, values=ORDER, strictness=ORDER), Field("score"),
            Field("mobile", FieldType.PHONE), Field("land")),
}  # fmt: skip
BY_NAME = {side: {field.name: field for field in FIELDS[side]} for side in Side}
TEXTS = st.sampled_from(
    [None, "a", "A", " a ", "Ann Lee", "Ann van den Berg", "Lee", "yes", "7", "007", "b b", "Belgium"]
)
PHONES = st.sampled_from([None, "0470 12 34 56", "+32470123456", "0471/00.00.00", "none"])
LISTS = st.lists(st.sampled_from(["a", "b", "News", "news", "0470123456", "+32470123456"]), max_size=3, unique=True)
VALUES = {
    FieldType.EMAIL: st.sampled_from([None, "a@example.org", "A@Example.org", "b@example.org"]),
    FieldType.TEXT: TEXTS | PHONES,
    FieldType.PHONE: PHONES,
    FieldType.LIST: LISTS.map(lambda items: tuple(items) or None),
    FieldType.BOOLEAN: st.sampled_from([None, True, False]),
    FieldType.INTEGER: st.sampled_from([None, 0, 7, 12]),
    FieldType.ENUM: st.sampled_from([None, *ORDER]),
}
BENDS: dict[str, Callable[[str], str]] = {
    "as given": str,
    "lower": str.lower,
    "trim": str.strip,
    "short": lambda text: text[:4],
    "digits together": lambda text: text.replace(" ", "").replace("/", "").replace(".", ""),
}


def said(side: Side) -> st.SearchStrategy[dict[str, Value]]:
    return st.fixed_dictionaries({field.name: VALUES[field.type] for field in FIELDS[side]})


@st.composite
def mappings(draw: st.DrawFn) -> tuple[FieldMapping, ...]:
    def one(left: tuple[str, ...], right: str, **more: object) -> FieldMapping:
        policies = [Policy.LEFT, Policy.RIGHT, Policy.NON_EMPTY, Policy.NEWEST, Policy.HOLD]
        more = {"policy": draw(st.sampled_from(policies)), **more}
        lefts = tuple(BY_NAME[LEFT][name] for name in left)
        how = {"on_clear": draw(st.sampled_from(OnClear)), "drift": draw(st.sampled_from(Drift))}
        return mapping(lefts, BY_NAME[RIGHT][right], draw(st.sampled_from(Direction)), **how, **more)

    table = {"map": {True: "donotcontact", False: "normal"}}
    return (
        mapping(EMAIL, MAIL),
        one(("Title",), "job"),
        one(("First", "Last"), "name", via="full_name"),
        one(("Phone",), "phone", via="phone"),
        one(("Tags",), "tags", policy=draw(st.sampled_from([Policy.UNION, Policy.LEFT]))),
        one(("Out",), "status", policy=Policy.STRICTEST, via="map", options=table),
        one(("Score",), "score"),
        one(("Phones",), "mobile"),
        one(("Country",), "land", via="country_name"),
    )


@st.composite
def programs(draw: st.DrawFn) -> Program:
    adding = [Membership(BY_NAME[RIGHT]["tags"], ("News",))] if draw(st.booleans()) else []
    setting = [SetField(BY_NAME[LEFT]["Title"], "Boss")] if draw(st.booleans()) else []
    when = draw(st.sampled_from([None, Question(BY_NAME[LEFT]["Title"], "exists", operand=True)]))
    there = rule("there", LEFT, when, adding, revert=draw(st.booleans()))
    back = rule("back", RIGHT, None, setting)
    chosen = mappings()
    made = draw(chosen)
    if setting:
        made = tuple(one for one in made if one.left[0].name != "Title")
    if adding:
        made = tuple(one for one in made if one.right[0].name != "tags")
    return program(made, (there, back), region="BE")


@st.composite
def pairs(draw: st.DrawFn, under: Program) -> Pair:
    """Two records and what was remembered of them: nothing, all of it, or some fields."""
    sides = {}
    for side in Side:
        now = draw(said(side))
        before = draw(st.sampled_from([now, {}]) | said(side))
        sides[side] = now, under.base(side, {name: value for name, value in before.items() if draw(st.integers(0, 9))})
    link = Link("l", "r", sides[LEFT][1], sides[RIGHT][1], draw(st.sampled_from([frozenset(), frozenset({"there"})])))
    effects = {"there": {"tags": ("News",)}} if link.rules and draw(st.booleans()) else {}
    return Pair(Record("l", sides[LEFT][0]), Record("r", sides[RIGHT][0]), replace(link, effects=effects, link_id=1))


@st.composite
def bends(draw: st.DrawFn) -> Callable[[str, Value], Value]:
    """What an app makes of the values that it is given, field by field."""
    names = {field.name: draw(st.sampled_from(sorted(BENDS))) for side in Side for field in FIELDS[side]}
    untouched = {"Email", "mail", "status"}

    def bend(name: str, value: Value) -> Value:
        if isinstance(value, str) and name not in untouched:
            return BENDS[names[name]](value) or None
        return value

    return bend


def carried_out(
    under: Program, pair: Pair, decision: Decision, bend: Callable[[str, Value], Value]
) -> tuple[Pair, Decision]:
    """The pair after its operations, and the decision that is due then."""
    records: Mapping[Side, Record | None] = {LEFT: pair.left, RIGHT: pair.right}
    after = {**records, **{one.side: _written(one, records[one.side], bend) for one in decision.operations}}
    outcomes = {one.side: Written(after[one.side].id, after[one.side]) for one in decision.operations}
    link = final_link(under, decision, outcomes)
    then = Pair(after[LEFT], after[RIGHT], replace(link, link_id=1) if link else None)
    return then, plan_pair(under, then)


def _written(operation: Operation, record: Record | None, bend: Callable[[str, Value], Value]) -> Record:
    values = {one.field: bend(one.field, one.new) for one in operation.changes}
    if operation.verb is Verb.CREATE or record is None:
        nothing = dict.fromkeys(field.name for field in FIELDS[operation.side])
        return Record(operation.side.value[0], {**nothing, **values})
    return replace(record, values={**record.values, **values})


@given(data=st.data())
def test_a_decision_is_pure(data: st.DataObject) -> None:
    under = data.draw(programs())
    pair = data.draw(pairs(under))
    kept = dict(pair.left.values), dict(pair.right.values), pair.link
    assert plan_pair(under, pair) == plan_pair(under, pair)
    assert (dict(pair.left.values), dict(pair.right.values), pair.link) == kept


@given(data=st.data())
def test_once_carried_out_nothing_is_left(data: st.DataObject) -> None:
    under = data.draw(programs())
    pair, bend = data.draw(pairs(under)), data.draw(bends())
    first = plan_pair(under, pair)
    event(f"{len(first.operations)} operations")
    _, second = carried_out(under, pair, first, bend)
    note(f"first: {first.operations}")
    assert second.operations == ()


@given(data=st.data())
def test_a_new_counterpart_leads_to_one_follow_up_at_most(data: st.DataObject) -> None:
    under = data.draw(programs())
    side, bend = data.draw(st.sampled_from(Side)), data.draw(bends())
    record = Record(side.value[0], data.draw(said(side)))
    lone = Pair(record if side is LEFT else None, record if side is RIGHT else None)
    create = plan_pair(under, lone)
    assume(create.operations)
    pair, follow = carried_out(under, lone, create, bend)
    note(f"create: {create.operations} follow: {follow.operations}")
    foreseen = {one.field for each in create.follow for one in each.changes}
    assert all(one.side is side for one in follow.operations), "the new record was written twice"
    assert {one.field for each in follow.operations for one in each.changes} <= foreseen
    _, last = carried_out(under, pair, follow, bend)
    assert last.operations == ()
