from __future__ import annotations

import pytest

from reconciler.errors import CursorExpired, Denied, NoAnswer, Retryable
from reconciler.model.field import Field
from reconciler.model.outcome import Draft, Lost, Refused, Unsent, Written
from reconciler.model.traits import Traits
from reconciler.testing.faults import (
    Call,
    Crash,
    Faulty,
    breaks_at,
    cursor_expired,
    denied,
    fails,
    fails_after,
    lost_answers,
    refuses,
)
from reconciler.testing.memory import MemoryConnector
from reconciler.testing.world import World

TRAITS = Traits(delta=True, page_size=2, create_batch=4, searchable=("name",))
DRAFTS = [Draft({"name": name}) for name in "abcd"]


@pytest.fixture
def world() -> World:
    return World((Field("name"),))


@pytest.fixture
def faulty(world: World) -> Faulty:
    return Faulty(MemoryConnector(world, TRAITS))


def names(world: World) -> list[object]:
    return [values["name"] for values in world.snapshot().values()]


def kinds(outcomes) -> list[type]:
    return [type(each) for each in outcomes]


def test_without_a_fault_it_is_the_inner_connector(faulty: Faulty) -> None:
    assert faulty.probe() == faulty.inner.probe()
    assert faulty.describe() == faulty.inner.describe()
    assert kinds(faulty.create(DRAFTS)) == [Written] * 4
    assert list(faulty.list()) == list(faulty.inner.list())
    assert [each.id for each in faulty.find("name", ["b"])] == ["2"]
    assert kinds(faulty.delete(["1"])) == [Written]
    assert faulty.get(["1"]) == ()


def test_a_fault_before_the_write_leaves_nothing(faulty: Faulty, world: World) -> None:
    faulty.arm("create", fails())
    with pytest.raises(Retryable):
        faulty.create(DRAFTS)
    assert names(world) == []
    faulty.create(DRAFTS)
    assert names(world) == list("abcd")


def test_a_fault_after_the_write_leaves_everything(faulty: Faulty, world: World) -> None:
    faulty.arm("create", fails_after())
    with pytest.raises(NoAnswer):
        faulty.create(DRAFTS)
    assert names(world) == list("abcd")


def test_lost_answers_were_written(faulty: Faulty, world: World) -> None:
    faulty.arm("create", lost_answers())
    assert kinds(faulty.create(DRAFTS)) == [Lost] * 4
    assert names(world) == list("abcd")


@pytest.mark.parametrize(("happened", "there"), [(True, "abc"), (False, "ab")])
def test_a_broken_batch_has_three_parts(faulty: Faulty, world: World, happened, there: str) -> None:
    faulty.arm("create", breaks_at(2, happened=happened))
    assert kinds(faulty.create(DRAFTS)) == [Written, Written, Lost, Unsent]
    assert names(world) == list(there)


def test_a_batch_that_is_too_short_to_break_goes_through(faulty: Faulty) -> None:
    faulty.arm("create", breaks_at(4, happened=True))
    assert kinds(faulty.create(DRAFTS)) == [Written] * 4


def test_refused_items_keep_their_places(faulty: Faulty, world: World) -> None:
    faulty.arm("create", refuses(lambda draft: draft.values["name"] in "bd", code="nope"))
    assert kinds(faulty.create(DRAFTS)) == [Written, Refused, Written, Refused]
    assert names(world) == ["a", "c"]


def test_faults_wait_are_used_up_and_can_be_healed(faulty: Faulty) -> None:
    faulty.arm("probe", denied(), skip=1, times=2)
    faulty.arm("get", fails(), times=None)
    faulty.probe()
    for _ in range(2):
        with pytest.raises(Denied):
            faulty.probe()
    faulty.probe()
    for _ in range(3):
        with pytest.raises(Retryable):
            faulty.get(["1"])
    assert faulty.armed == 1
    faulty.heal()
    assert faulty.get(["1"]) == ()


def test_an_expired_cursor_does_not_harm_a_full_listing(faulty: Faulty) -> None:
    cursor = list(faulty.list())[-1].cursor
    faulty.arm("list", cursor_expired(), times=None)
    with pytest.raises(CursorExpired):
        list(faulty.list(cursor))
    assert list(faulty.list())[-1].last


def test_a_person_can_work_between_two_pages(faulty: Faulty, world: World) -> None:
    faulty.create(DRAFTS)
    turns: list[Call] = []

    def meddle(call: Call) -> None:
        turns.append(call)
        if call.method == "list" and call.page == 1:
            world.edit("4", name="changed")

    faulty.before = meddle
    records = [record.values["name"] for page in faulty.list() for record in page.records]
    assert records == ["a", "b", "c", "changed"]
    assert [turn.page for turn in turns] == [0, 1]


@pytest.mark.parametrize(("when", "there"), [("before", []), ("after", list("abcd"))])
def test_the_process_can_die_before_and_after_a_write(faulty: Faulty, world: World, when: str, there) -> None:
    def die(call: Call) -> None:
        if call.method == "create":
            raise Crash

    setattr(faulty, when, die)
    with pytest.raises(Crash):
        faulty.create(DRAFTS)
    assert names(world) == there
