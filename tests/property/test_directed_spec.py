"""A spec that is edited while its connection lives, and rules that let contacts in and out."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from reconciler.model import connection as spec
from reconciler.model.connection import Limit, Membership, SetField
from reconciler.model.plan import Verb
from reconciler.model.record import Side
from reconciler.state.store import open_store
from tests.property.bespoke import BATCHES, DELTA, FIELD, LEFT, RIGHT, desk, pair, respec, rule, settle, state_of, twin
from tests.property.desk import Desk, Setup

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.traits import Traits


def without(one: Desk, *names: str) -> tuple[spec.FieldMapping, ...]:
    """The mappings, without those of these left fields."""
    return tuple(each for each in one.program.connection.mappings if each.left[0].name not in names)


def test_an_excluded_pair_comes_back_with_the_edits_made_meanwhile() -> None:
    one = desk(DELTA, filtered=True)
    respec(one, rules=one.program.connection.rules[:1])
    left, right = pair(one, Title="k1", First="a")
    one.worlds[LEFT].edit(left, Title="x")
    one.run()
    assert state_of(one, LEFT, left) == "excluded"
    one.worlds[LEFT].edit(left, First="left says")
    one.worlds[RIGHT].edit(right, last="right says")
    one.run()
    assert "first" not in one.worlds[RIGHT].values(right) or one.worlds[RIGHT].values(right)["first"] == "a"
    one.worlds[LEFT].edit(left, Title="k2")
    settle(one)
    assert one.worlds[RIGHT].values(right)["first"] == "left says"
    assert one.worlds[LEFT].values(left)["Last"] == "right says"


def test_a_list_given_by_hand_stays_when_its_rule_leaves() -> None:
    one = desk()
    when = spec.Test(FIELD["Title"], "starts_with", "k")
    rules = (rule("listed", LEFT, when, (Membership(FIELD["tags"], ("ours", "hand")),), revert=True),)
    respec(one, rules=rules, mappings=without(one, "Tags"))
    left = one.worlds[LEFT].add(Email="ada@example.org", Title="k1")
    right = one.worlds[RIGHT].add(email="ada@example.org", tags=("hand",))
    settle(one)
    assert set(one.worlds[RIGHT].values(right)["tags"]) == {"hand", "ours"}
    one.worlds[LEFT].edit(left, Title="x")
    settle(one)
    assert one.worlds[RIGHT].values(right)["tags"] == ("hand",)


@pytest.mark.parametrize("traits", [BATCHES, DELTA])
def test_a_constant_that_is_edited_in_the_spec_reaches_everybody(traits: Traits) -> None:
    one = desk(traits)
    rules = (rule("left", LEFT, None, (SetField(FIELD["job"], "old"),)),)
    respec(one, rules=rules, mappings=without(one, "Title"))
    _, right = pair(one)
    respec(one, rules=(rule("left", LEFT, None, (SetField(FIELD["job"], "new"),)),))
    one.run()
    assert one.worlds[RIGHT].values(right)["job"] == "new"
    one.worlds[RIGHT].edit(right, job="by hand")
    settle(one)
    assert one.worlds[RIGHT].values(right)["job"] == "new"


@pytest.mark.parametrize("traits", [BATCHES, DELTA])
def test_a_mapping_that_is_added_later_fills_what_is_empty(traits: Traits) -> None:
    one = desk(traits)
    every = one.program.connection.mappings
    respec(one, mappings=without(one, "Title"))
    left, right = pair(one, Title="k1")
    other = one.worlds[LEFT].add(Email="bob@example.org")
    one.run()
    one.worlds[RIGHT].edit(twin(one, other), job="from the right")
    one.run()
    respec(one, mappings=every)
    one.run()
    assert one.worlds[RIGHT].values(right)["job"] == "k1"
    assert one.worlds[LEFT].values(other)["Title"] == "from the right"
    assert one.plan() == []
    assert left


def test_rules_that_create_nothing_still_link_and_update() -> None:
    one = Desk(Setup(traits=dict.fromkeys(Side, BATCHES), create=dict.fromkeys(Side, False)))
    left = one.worlds[LEFT].add(Email="ada@example.org", Title="k1")
    settle(one)
    assert state_of(one, LEFT, left) == "excluded"
    right = one.worlds[RIGHT].add(email="ADA@example.org")
    settle(one)
    assert twin(one, left) == right
    assert one.worlds[RIGHT].values(right)["job"] == "k1"


def test_a_rule_for_those_without_a_counterpart_creates_once() -> None:
    one = desk()
    respec(one, rules=(rule("newcomers", LEFT, spec.Linked(wanted=False)),))
    left, right = pair(one, Title="k1")
    one.worlds[LEFT].edit(left, Title="k2")
    settle(one)
    assert one.worlds[RIGHT].values(right)["job"] == "k1"
    assert state_of(one, LEFT, left) == "excluded"
    assert [write.verb for write in one.worlds[RIGHT].writes] == [Verb.CREATE]


# -- the guard, and the plan


@pytest.mark.parametrize("traits", [BATCHES, DELTA])
@pytest.mark.parametrize("limit", [Limit("update", share=0.3), Limit("update", count=3)])
def test_a_plan_over_the_limit_loses_nothing_until_somebody_approves(traits: Traits, limit: Limit) -> None:
    one = respec(desk(traits), limits=(limit,))
    people = [one.worlds[LEFT].add(Email=f"p{number}@example.org", Title="k") for number in range(12)]
    one.run()
    for left in people:
        one.worlds[LEFT].edit(left, Title="k2")
    before = one.store.connection("desk").memory()
    writes = one.writes()
    for _ in range(2):
        report = one.run(approve=False)
        assert report is not None
        assert report.result == "refused"
        assert one.store.connection("desk").memory() == before
    assert one.writes() == writes
    planned = one.plan()
    one.run(approve=True)
    assert len(planned) == 12 == one.writes() - writes
    assert {row.values["job"] for row in one.worlds[RIGHT].rows.values()} == {"k2"}


def test_a_preview_leaves_the_state_as_it_was_to_the_byte(tmp_path: Path) -> None:
    one = desk(DELTA)
    one.store = open_store(str(tmp_path / "state.sqlite"), bytes(32), clock=one.clock)
    respec(one)
    left, _ = pair(one, Title="k1")
    one.worlds[LEFT].edit(left, Title="k2")
    one.worlds[LEFT].add(Email="bob@example.org")
    one.store.close()
    before = (tmp_path / "state.sqlite").read_bytes()
    one.store = open_store(str(tmp_path / "state.sqlite"), bytes(32), clock=one.clock)
    assert len(one.plan()) == 2
    one.store.close()
    assert (tmp_path / "state.sqlite").read_bytes() == before


ASK = """
from reconciler.engine.decision import Decision
from reconciler.model.link import Link
from reconciler.workspace import Workspace
rules = frozenset(f"rule {number}" for number in range(9))
print(Workspace().keep("quiet", Decision("1", "2", {}, link=Link("1", "2", rules=rules))))
"""


def test_a_plan_has_the_same_name_in_every_process() -> None:
    """What a person approved in one process is applied by another."""
    names = {
        subprocess.run(
            [sys.executable, "-c", ASK], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(names) == 1
