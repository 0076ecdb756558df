from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reconciler.errors import CursorExpired, Rejected
from reconciler.model.field import Field, FieldType
from reconciler.model.outcome import Draft, Patch, Refused, Written
from reconciler.model.plan import Verb
from reconciler.model.traits import Traits
from reconciler.testing.clock import FakeClock
from reconciler.testing.memory import MemoryConnector
from reconciler.testing.world import World

FIELDS = (
    Field("email", FieldType.EMAIL, required=True),
    Field("name"),
    Field("tags", FieldType.LIST),
    Field("secret", readable=False),
)
ALL = Traits(
    delta=True, tombstones=True, versions=True, modified=True, page_size=2, create_batch=3, update_batch=3,
    searchable=("email",),
)  # fmt: skip


def test_without_traits_every_plain_field_is_searchable() -> None:
    world = World(FIELDS, unique=("email",))
    assert MemoryConnector(world).traits == Traits(searchable=("email", "name", "secret"), unique=("email",))


def test_writes_and_calls_are_counted_refusals_are_not_writes() -> None:
    world = World(FIELDS)
    connector = MemoryConnector(world, ALL)
    outcomes = connector.create([Draft({"email": "a@x.org", "name": "Ada"}), Draft({"name": "Nobody"})])
    assert [type(each) for each in outcomes] == [Written, Refused]
    connector.update([Patch("1", {"name": None}, {"name": "Ada"})])
    connector.delete(["1"])
    assert [(write.verb, write.id, write.fields) for write in world.writes] == [
        (Verb.CREATE, "1", ("email", "name")),
        (Verb.UPDATE, "1", ("name",)),
        (Verb.DELETE, "1", ()),
    ]
    assert world.calls == {"create": 1, "update": 1, "delete": 1}


def test_pages_are_read_when_they_are_asked_for() -> None:
    world = World(FIELDS)
    ids = [world.add(email=f"{n}@x.org") for n in range(5)]
    pages = MemoryConnector(world, ALL).list()
    first = next(pages)
    world.edit(ids[4], name="late")
    world.delete(ids[2])
    late = world.add(email="late@x.org")
    rest = list(pages)
    assert [record.id for record in first.records] == ids[:2]
    assert [record.id for page in rest for record in page.records] == ids[3:]
    assert rest[-1].records[0].values["name"] == "late"
    assert {page.total for page in [first, *rest]} == {5}
    (changes,) = list(MemoryConnector(world, ALL).list(rest[-1].cursor))
    assert {record.id for record in changes.records} == {ids[4], late}
    assert changes.gone == (ids[2],)


def test_fields_that_were_not_asked_for_are_not_returned() -> None:
    world = World(FIELDS)
    world.add(email="a@x.org", secret="s")
    (record,) = MemoryConnector(world, fields=("name",)).get(["1"])
    assert record.values == {"name": None}
    (record,) = MemoryConnector(world).get(["1"])
    assert set(record.values) == {"email", "name", "tags"}


def test_times_are_as_coarse_as_the_traits_say() -> None:
    clock = FakeClock(1_000_000_123.75)
    world = World(FIELDS, clock=clock)
    world.add(email="a@x.org")
    traits = Traits(modified=True, modified_resolution=60.0)
    (record,) = MemoryConnector(world, traits).get(["1"])
    assert record.modified == datetime.fromtimestamp(1_000_000_080, UTC)


def test_items_that_others_added_to_a_list_stay() -> None:
    world = World(FIELDS)
    world.add(email="a@x.org", tags=("a", "b"))
    connector = MemoryConnector(world)
    world.edit("1", tags=("a", "b", "theirs"))
    connector.update([Patch("1", {"tags": ("b", "ours")}, {"tags": ("a", "b")})])
    assert set(world.values("1")["tags"]) == {"b", "theirs", "ours"}
    connector.update([Patch("1", {"tags": None}, {"tags": ("b", "ours")})])
    assert world.values("1")["tags"] == ("theirs",)


def test_an_old_version_changes_nothing() -> None:
    world = World(FIELDS)
    world.add(email="a@x.org")
    connector = MemoryConnector(world, ALL)
    (old,) = connector.get(["1"])
    world.edit("1", name="theirs")
    (outcome,) = connector.update([Patch("1", {"name": "ours"}, {"name": None}, old.version)])
    assert isinstance(outcome, Refused)
    assert outcome.stale
    assert world.values("1")["name"] == "theirs"


@pytest.mark.parametrize("cursor", ["x", "-1", "99", "", "1.0"])
def test_no_cursor_of_ours(cursor: str) -> None:
    with pytest.raises(CursorExpired):
        list(MemoryConnector(World(FIELDS), ALL).list(cursor))


def test_a_full_listing_has_no_cursors() -> None:
    with pytest.raises(CursorExpired):
        list(MemoryConnector(World(FIELDS)).list("0"))


@pytest.mark.parametrize(
    "call",
    [
        lambda each: each.create([Draft({})] * 4),
        lambda each: each.get(["1", "2"]),
        lambda each: each.find("email", ["a", "b"]),
        lambda each: each.find("name", ["a"]),
    ],
)
def test_what_the_traits_do_not_promise_is_rejected(call) -> None:
    with pytest.raises(Rejected):
        call(MemoryConnector(World(FIELDS), ALL))
