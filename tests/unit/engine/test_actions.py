from __future__ import annotations

import pytest

from reconciler.engine.actions import Target, apply_rule, take_back
from reconciler.engine.fingerprint import Fingerprinter
from reconciler.model.connection import Membership, SetField
from reconciler.model.field import Field, FieldType
from reconciler.model.link import Link
from tests.unit.engine.builders import KEY, LISTS, rule

PRINTS = Fingerprinter(KEY)
STATUS, FLAG = Field("status", FieldType.ENUM), Field("flag", FieldType.BOOLEAN)
ADD = rule("buyers", actions=[Membership(LISTS, ("Customers", "News"))])
DROP = rule("leavers", actions=[Membership(LISTS, ("Prospects",), present=False)])
SET = rule("buyers", actions=[SetField(STATUS, "normal")])


def target(now: object, base: object = "(as it is)", field: Field = LISTS) -> Target:
    """A counterpart that shows ``now`` where we last saw ``base``."""
    mark = PRINTS.value(field, now if base == "(as it is)" else base)
    return Target({field.name: now}, {field.name: mark}, PRINTS)


def wanted(on: Target) -> dict:
    return {name: value for name, (value, _) in on.wanted.items()}


@pytest.mark.parametrize(
    ("now", "then", "ours"),
    [
        (None, ("Customers", "News"), ("Customers", "News")),
        (("Own",), ("Own", "Customers", "News"), ("Customers", "News")),
        (("News",), ("News", "Customers"), ("Customers",)),
        (("News", "Customers"), None, ()),
        (("Customers ", " News"), None, ()),
    ],
)
def test_missing_items_are_added_and_only_those_are_ours(now: tuple | None, then: tuple | None, ours: tuple) -> None:
    on = target(now)
    assert apply_rule(ADD, on, None) == {"lists": ours}
    assert wanted(on) == ({"lists": then} if then else {})


@pytest.mark.parametrize(
    ("now", "base", "then"),
    [
        (("Customers", "News"), ("Customers", "News"), {}),
        # somebody took one away: it is put back
        (("News",), ("Customers", "News"), {"lists": ("News", "Customers")}),
        # the app never kept it: it is not written again and again
        (("News",), ("News",), {}),
        (None, None, {}),
        # somebody else added another
        (("News", "Own"), ("News",), {"lists": ("News", "Own", "Customers")}),
    ],
)
def test_while_a_rule_holds_its_items_are_watched(now: tuple | None, base: tuple | None, then: dict) -> None:
    on = target(now, base)
    assert apply_rule(ADD, on, {"lists": ("Customers", "News")}) == {"lists": ("Customers", "News")}
    assert wanted(on) == then


def test_an_item_that_the_spec_named_later_is_added_to_a_quiet_field() -> None:
    on = target(("Customers",))
    assert apply_rule(ADD, on, {"lists": ("Customers",)}) == {"lists": ("Customers", "News")}
    assert wanted(on) == {"lists": ("Customers", "News")}


def test_an_item_that_the_spec_no_longer_names_is_no_longer_ours() -> None:
    on = target(("Customers", "News", "Old"))
    assert apply_rule(ADD, on, {"lists": ("Customers", "News", "Old")}) == {"lists": ("Customers", "News")}


@pytest.mark.parametrize(
    ("now", "then"),
    [(("Prospects", "Own"), {"lists": ("Own",)}), (("Prospects",), {"lists": None}), (("Own",), {}), (None, {})],
)
def test_unwanted_items_are_taken_away(now: tuple | None, then: dict) -> None:
    on = target(now)
    assert apply_rule(DROP, on, None) == {}
    assert wanted(on) == then


@pytest.mark.parametrize(
    ("now", "base", "before", "then"),
    [
        ("pending", "pending", None, {"status": "normal"}),
        ("normal", "normal", None, {}),
        ("pending", "normal", {"status": ("normal",)}, {"status": "normal"}),
        # the app made something else of our constant, and nobody touched it since
        ("pending", "pending", {"status": ("normal",)}, {}),
        # the spec says another constant now
        ("pending", "pending", {"status": ("bounced",)}, {"status": "normal"}),
    ],
)
def test_a_constant(now: str, base: str, before: dict | None, then: dict) -> None:
    on = target(now, base, STATUS)
    assert apply_rule(SET, on, before) == {"status": ("normal",)}
    assert wanted(on) == then


def test_an_empty_checkbox_is_set_to_false_once() -> None:
    on = target(None, field=FLAG)
    clear = rule("reset", actions=[SetField(FLAG, value=False)])
    effects = apply_rule(clear, on, None)
    assert wanted(on) == {"flag": False}
    again = target(None, field=FLAG)
    apply_rule(clear, again, effects)
    assert wanted(again) == {}


# -- leaving ---------------------------------------------------------------------------------------------------------


def leaving(effects: dict, now: tuple, holding: tuple = ()) -> dict:
    on = target(now)
    link = Link("l", "r", rules=frozenset({"buyers"}), effects=effects)
    take_back(link, [ADD], holding, on)
    return wanted(on)


@pytest.mark.parametrize(
    ("ours", "now", "then"),
    [
        (("Customers", "News"), ("Customers", "News", "Own"), {"lists": ("Own",)}),
        (("Customers",), ("Customers", "News"), {"lists": ("News",)}),
        (("Customers", "News"), ("Customers", "News"), {"lists": None}),
        (("Customers",), ("Own",), {}),
        ((), ("Customers", "News"), {}),
    ],
)
def test_exactly_what_was_added_is_taken_back(ours: tuple, now: tuple, then: dict) -> None:
    assert leaving({"buyers": {"lists": ours}}, now) == then


def test_what_was_never_done_is_not_undone() -> None:
    assert leaving({}, ("Customers", "News")) == {}


def test_what_another_rule_wants_stays() -> None:
    readers = rule("readers", actions=[Membership(LISTS, ("News",))])
    both = {"buyers": {"lists": ("Customers", "News")}}
    assert leaving(both, ("Customers", "News"), (readers,)) == {"lists": ("News",)}


def test_what_another_rule_unwants_goes_anyway() -> None:
    against = rule("readers", actions=[Membership(LISTS, ("News",), present=False)])
    both = {"buyers": {"lists": ("Customers", "News")}}
    assert leaving(both, ("Customers", "News"), (against,)) == {"lists": None}
