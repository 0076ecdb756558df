"""Half-done work: one side of a pair written and the other not, a crash between a create and what it leads to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reconciler.cycle import run_cycle
from reconciler.errors import Rejected
from reconciler.model import connection
from reconciler.model.connection import Direction, Membership, Policy, SetField
from reconciler.model.outcome import Written
from reconciler.model.plan import Verb
from reconciler.model.record import Side
from reconciler.testing import faults, lies
from tests.property.bespoke import BATCHES, DELTA, FIELD, LEFT, RIGHT, desk, pair, respec, rule, settle, state_of, twin

if TYPE_CHECKING:
    from reconciler.model.traits import Traits
    from tests.property.desk import Desk

BACK = (Direction.BOTH, Direction.BOTH, Direction.BOTH, Direction.TO_LEFT, Direction.BOTH)


@pytest.mark.parametrize("broken", list(Side))
def test_two_people_add_to_a_list_and_one_write_fails(broken: Side) -> None:
    one = desk()
    left, right = pair(one, Tags=("a",))
    one.worlds[LEFT].edit(left, Tags=("a", "l"))
    one.worlds[RIGHT].edit(right, tags=("a", "r"))
    one.faulty[broken].arm("update", faults.refuses(lambda _: True, code="busy"))
    one.run()
    settle(one)
    assert set(one.worlds[LEFT].values(left)["Tags"]) == {"a", "l", "r"}
    assert set(one.worlds[RIGHT].values(right)["tags"]) == {"a", "l", "r"}


def listing(one: Desk) -> Desk:
    """Everybody whose title begins with k gets on a list, and comes off it again."""
    when = connection.Test(FIELD["Title"], "starts_with", "k")
    rules = (rule("listed", LEFT, when, (Membership(FIELD["tags"], ("ours",)),), revert=True), rule("right", RIGHT))
    mappings = tuple(each for each in one.program.connection.mappings if each.left[0].name != "Tags")
    return respec(one, rules=rules, mappings=mappings)


def test_what_a_rule_did_is_remembered_when_the_other_side_fails() -> None:
    one = listing(desk())
    left, right = pair(one, Title="k1")
    one.worlds[LEFT].edit(left, Title="x")
    settle(one)
    assert one.worlds[RIGHT].values(right).get("tags") is None
    one.worlds[LEFT].edit(left, Title="k2")
    one.worlds[RIGHT].edit(right, first="from the right")
    one.faulty[LEFT].arm("update", faults.refuses(lambda _: True, code="busy"))
    one.run()
    settle(one)
    assert one.worlds[RIGHT].values(right)["tags"] == ("ours",)
    one.worlds[LEFT].edit(left, Title="x")
    settle(one)
    assert one.worlds[RIGHT].values(right).get("tags") is None


@pytest.mark.parametrize("traits", [BATCHES, DELTA])
def test_a_crash_between_a_create_and_what_flows_back(traits: Traits) -> None:
    for step in range(2, 500, 2):  # between two calls nothing happens
        one = desk(traits, directions=BACK)
        pair(one)
        one.worlds[RIGHT].schema.defaults["job"] = "newcomer"
        bob = one.worlds[LEFT].add(Email="bob@example.org")
        if one.run(die_at=step) is not None:
            break
        one.run()
        one.run()
        assert one.worlds[LEFT].values(bob).get("Title") == "newcomer", f"killed at step {step}"
        assert len(one.worlds[RIGHT].rows) == 2


def test_a_follow_up_that_was_not_sent_is_sent_later() -> None:
    one = desk(directions=BACK)
    one.worlds[RIGHT].schema.defaults["job"] = "newcomer"
    left = one.worlds[LEFT].add(Email="ada@example.org")
    one.faulty[LEFT].arm("update", faults.fails())
    report = one.run()
    assert report is not None
    assert report.result == "failed"
    settle(one)
    assert one.worlds[LEFT].values(left)["Title"] == "newcomer"


def test_a_rule_that_holds_for_what_the_app_made_of_a_create_has_its_say() -> None:
    one = desk()
    when = connection.Test(FIELD["job"], "is", "newcomer")
    rules = (rule("left", LEFT), rule("newcomers", RIGHT, when, (SetField(FIELD["Title"], "welcome"),)))
    mappings = tuple(each for each in one.program.connection.mappings if each.left[0].name != "Title")
    respec(one, rules=rules, mappings=mappings)
    one.worlds[RIGHT].schema.defaults["job"] = "newcomer"
    left = one.worlds[LEFT].add(Email="ada@example.org")
    settle(one)
    assert one.worlds[LEFT].values(left).get("Title") == "welcome"


def test_one_poisonous_contact_does_not_hold_up_the_rest_of_its_batch() -> None:
    one = desk()
    for number in range(20):
        one.worlds[LEFT].add(Email=f"p{number}@example.org", Title=f"k{number}")

    def poisoned(call: faults.Call, proceed: faults.Proceed) -> faults.Answer:
        if any(draft.values.get("job") == "k7" for draft in call.items):
            raise Rejected("app", "a value in this request is not understood", code="400")
        return proceed(call.items)

    one.faulty[RIGHT].arm("create", poisoned, times=None)
    report = one.run()
    assert report is not None
    assert report.result == "ok"
    assert len(one.worlds[RIGHT].rows) == 19
    assert report.failures == {"400": 1}


def test_an_app_that_rejects_everything_ends_the_cycle_and_is_not_asked_for_each() -> None:
    one = desk()
    for number in range(40):
        one.worlds[LEFT].add(Email=f"p{number}@example.org")
    one.faulty[RIGHT].arm("create", faults.fails(Rejected("app", "no such field", code="400")), times=None)
    calls = []
    one.faulty[RIGHT].before = lambda call: calls.append(call) if call.method == "create" else None
    report = one.run()
    assert report is not None
    assert report.result == "failed"
    assert len(calls) < 12
    settle(one)
    assert len(one.worlds[RIGHT].rows) == 40


def test_a_create_that_is_confirmed_without_its_record_is_looked_for() -> None:
    one = desk()
    for number in range(3):
        one.worlds[LEFT].add(Email=f"p{number}@example.org")

    def silent(call: faults.Call, proceed: faults.Proceed) -> faults.Answer:
        return [replace(answer, record=None) for answer in proceed(call.items) if isinstance(answer, Written)]

    one.faulty[RIGHT].arm("create", silent, times=None)
    one.run()
    links = one.store.connection("desk").all_links()
    assert all(link.right_id for link in links)
    settle(one)
    assert len(one.worlds[RIGHT].rows) == 3
    assert one.store.connection("desk").link_count() == 3


@pytest.mark.parametrize("traits", [BATCHES, DELTA])
def test_a_create_without_answer_is_not_repeated_before_the_app_can_show_it(traits: Traits) -> None:
    one = desk(replace(traits, eventual_seconds=60.0))
    pair(one)
    bob = one.worlds[LEFT].add(Email="bob@example.org")
    before = lies.moment(one.faulty[RIGHT].inner)
    one.faulty[RIGHT].arm("create", faults.lost_answers())
    one.run()
    for method, lie in (("list", lies.late_delta() if traits.delta else lies.stale_listing(before)),
                        ("find", lies.stale_find(before)), ("get", lies.stale_get(before))):  # fmt: skip
        one.faulty[RIGHT].arm(method, lie, times=None)
    one.run()
    one.worlds[LEFT].edit(bob, Title="k2")
    one.run()
    settle(one)
    creates = [write for write in one.worlds[RIGHT].writes if write.verb is Verb.CREATE]
    assert len(creates) == 2
    assert one.worlds[RIGHT].values(twin(one, bob))["job"] == "k2"


@pytest.mark.parametrize("traits", [BATCHES, DELTA])
def test_a_create_without_answer_whose_person_changed_the_email_is_found_all_the_same(traits: Traits) -> None:
    one = desk(traits)
    pair(one)
    bob = one.worlds[LEFT].add(Email="bob@example.org")
    one.faulty[RIGHT].arm("create", faults.lost_answers())
    one.run()
    one.worlds[LEFT].edit(bob, Email="bob@new.example.org")
    settle(one)
    assert {side: len(one.worlds[side].rows) for side in Side} == {LEFT: 2, RIGHT: 2}
    assert one.worlds[RIGHT].values(twin(one, bob))["email"] == "bob@new.example.org"


@pytest.mark.parametrize("traits", [BATCHES, DELTA])
def test_a_create_without_answer_whose_person_was_deleted_makes_nobody(traits: Traits) -> None:
    one = desk(traits)
    pair(one)
    bob = one.worlds[LEFT].add(Email="bob@example.org")
    one.faulty[RIGHT].arm("create", faults.lost_answers())
    one.run()
    one.worlds[LEFT].delete(bob)
    settle(one)
    assert len(one.worlds[LEFT].rows) == 1, "the deleted contact was made again from its own twin"


def test_pending_writes_survive_a_clock_that_is_set_back() -> None:
    one = desk()
    left, right = pair(one, Title="k1")
    one.worlds[LEFT].edit(left, Title="k2")
    one.faulty[RIGHT].arm("update", faults.refuses(lambda _: True, code="moved", stale=True))
    one.run()
    one.clock.advance(-7200)
    one.run()
    assert one.worlds[RIGHT].values(right)["job"] == "k2"


@pytest.mark.parametrize("traits", [BATCHES, DELTA])
def test_a_refused_item_waits_while_the_rest_goes_on(traits: Traits) -> None:
    one = desk(traits)
    left, right = pair(one, Title="k1")
    other = one.worlds[LEFT].add(Email="bob@example.org", Title="k1")
    one.run()
    one.worlds[LEFT].edit(left, Title="bad")
    one.worlds[LEFT].edit(other, Title="good")
    one.faulty[RIGHT].arm("update", faults.refuses(lambda patch: patch.values.get("job") == "bad"), times=None)
    one.run()
    assert one.worlds[RIGHT].values(twin(one, other))["job"] == "good"
    assert state_of(one, LEFT, left) == "failed"
    one.worlds[RIGHT].edit(right, first="meanwhile")
    one.run()
    assert one.worlds[LEFT].values(left)["First"] == "meanwhile", "a refused write holds up the other direction"
    settle(one)
    assert one.worlds[RIGHT].values(right)["job"] == "bad"


def test_a_stop_between_two_batches_loses_nothing() -> None:
    one = desk(replace(BATCHES, create_batch=2), policies=(Policy.LEFT,) * 4)
    for number in range(9):
        one.worlds[LEFT].add(Email=f"p{number}@example.org")
    for _ in range(30):
        live = replace(one.live(), stop=lambda: len(one.worlds[RIGHT].rows) % 4 >= 2)
        with one.store.lease("desk") as lease:
            report = run_cycle(live, lease)
        if report.result == "abandoned":
            assert one.store.connection("desk").memory().cursors == {}
            break
    settle(one)
    assert len(one.worlds[RIGHT].rows) == 9
