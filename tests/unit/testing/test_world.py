from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.field import Field, FieldType
from reconciler.testing.clock import FakeClock
from reconciler.testing.schema import Refusal
from reconciler.testing.world import World

FIELDS = (
    Field("email", FieldType.EMAIL, required=True, normalise=("lower",)),
    Field("name"),
    Field("status", FieldType.ENUM, values=("on", "bounced"), writable_values=("on",)),
)


def test_a_person_adds_edits_clears_and_deletes() -> None:
    world = World(FIELDS, prefix="L")
    ada = world.add(email="Ada@X.org", name="Ada")
    bob = world.add(name="Bob", status="bounced")
    world.edit(ada, name="Ada L.")
    world.clear(bob, "name", "status")
    assert world.snapshot() == {"L1": {"email": "ada@x.org", "name": "Ada L."}, "L2": {}}
    world.delete(ada)
    assert (ada, bob) == ("L1", "L2")
    assert set(world.snapshot()) == {bob}
    assert set(world.graves) == {ada}
    assert world.writes == []


@pytest.mark.parametrize("act", [lambda w: w.edit("9", name="x"), lambda w: w.delete("9"), lambda w: w.move("9")])
def test_nobody_edits_who_is_gone(act) -> None:
    with pytest.raises(KeyError):
        act(World(FIELDS))


def test_a_moved_record_is_another_one() -> None:
    world = World(FIELDS)
    old = world.add(email="a@x.org", name="Ada")
    new = world.move(old)
    assert world.snapshot() == {new: {"email": "a@x.org", "name": "Ada"}}
    assert old != new
    assert old in world.graves


def test_a_merge_keeps_the_winner_and_fills_its_gaps() -> None:
    world = World(FIELDS, unique=("email",))
    winner, loser = world.add(email="a@x.org"), world.add(email="b@x.org", name="Ada")
    world.merge(winner, loser)
    assert world.snapshot() == {winner: {"email": "a@x.org", "name": "Ada"}}


def test_unique_values_are_kept_apart_in_any_case() -> None:
    world = World((Field("email"), Field("name")), unique=("email",))
    ada, bob = world.add(email="a@x.org"), world.add(email="b@x.org")
    with pytest.raises(Refusal, match="already"):
        world.add(email="A@X.ORG")
    with pytest.raises(Refusal, match="already"):
        world.edit(bob, email="A@x.org")
    world.edit(ada, email="c@x.org")
    world.edit(bob, email="A@x.org")
    assert world.matching("email", "a@X.org") == (bob,)


def test_an_upsert_is_an_update_of_the_first() -> None:
    world = World(FIELDS, unique=("email",), upsert=True)
    ada = world.add(email="a@x.org", name="Ada")
    assert world.insert({"email": "A@x.org", "status": "on"}) == ada
    assert world.snapshot() == {ada: {"email": "a@x.org", "name": "Ada", "status": "on"}}


def test_rows_that_were_handed_out_do_not_change() -> None:
    world = World(FIELDS)
    ada = world.add(name="Ada")
    before = world.values(ada)
    world.edit(ada, name="Eve")
    assert before == {"name": "Ada"}


def test_every_save_moves_version_and_time() -> None:
    clock = FakeClock()
    world = World(FIELDS, clock=clock)
    ada, bob = world.add(name="Ada"), world.add(name="Bob")
    clock.advance(10)
    world.edit(ada, name="Ada")
    assert world.rows[ada].version > world.rows[bob].version
    assert world.rows[ada].modified - world.rows[bob].modified == 10


def test_forgotten_changes_cannot_be_asked_for() -> None:
    world = World(FIELDS)
    start = world.position()
    world.add(name="Ada")
    world.forget_changes()
    now = world.position()
    with pytest.raises(LookupError):
        world.changed_since(start)
    with pytest.raises(LookupError):
        world.changed_since(now + 1)
    bob = world.add(name="Bob")
    assert world.changed_since(now) == [bob]


NAMES = st.sampled_from(["a", "A", "b", "ß", "SS"])
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), NAMES),
        st.tuples(st.just("edit"), NAMES, st.integers(0, 5)),
        st.tuples(st.just("clear"), st.integers(0, 5)),
        st.tuples(st.just("delete"), st.integers(0, 5)),
        st.tuples(st.just("look")),
    ),
    max_size=30,
)


def play(world: World, act: tuple) -> None:
    ids = list(world.rows)
    pick = ids[act[-1] % len(ids)] if ids and isinstance(act[-1], int) else None
    match act:
        case ("add", name):
            world.add(name=name)
        case ("edit", name, _) if pick:
            world.edit(pick, name=name)
        case ("clear", _) if pick:
            world.clear(pick, "name")
        case ("delete", _) if pick:
            world.delete(pick)
        case ("look",):
            world.matching("name", "a")


@given(ACTS)
def test_the_index_finds_what_a_scan_finds(acts) -> None:
    world = World(FIELDS)
    for act in acts:
        play(world, act)
        for name in ("a", "b", "ss"):
            scanned = {each for each, row in world.rows.items() if row.values.get("name", "").casefold() == name}
            if ("look",) in acts:
                assert set(world.matching("name", name)) == scanned
    assert len(set(world.matching("name", "a"))) == len(world.matching("name", "a"))


@given(ACTS, st.data())
def test_changes_replayed_on_an_old_copy_give_the_present(acts, data) -> None:
    world = World(FIELDS)
    cut = data.draw(st.integers(0, len(acts)))
    for act in acts[:cut]:
        play(world, act)
    copy, position = world.snapshot(), world.position()
    for act in acts[cut:]:
        play(world, act)
    for each in world.changed_since(position):
        copy.pop(each, None)
        if each in world.rows:
            copy[each] = dict(world.values(each))
    assert copy == world.snapshot()
