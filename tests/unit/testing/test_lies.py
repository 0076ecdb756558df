from __future__ import annotations

import pytest

from reconciler.errors import Retryable
from reconciler.model.field import Field
from reconciler.model.traits import Traits
from reconciler.testing.faults import Faulty
from reconciler.testing.lies import (
    broken_page,
    dropped_page,
    emptied,
    late_delta,
    missing_tail,
    moment,
    repeated_page,
    stale_find,
    stale_get,
    stale_listing,
    stale_membership,
    stale_values,
)
from reconciler.testing.memory import MemoryConnector
from reconciler.testing.world import World

TRAITS = Traits(delta=True, page_size=2, get_batch=9, searchable=("name",))


@pytest.fixture
def world() -> World:
    world = World((Field("name"),))
    for name in "abcde":
        world.add(name=name)
    return world


@pytest.fixture
def faulty(world: World) -> Faulty:
    return Faulty(MemoryConnector(world, TRAITS))


def told(pages) -> tuple[list[str], set[int | None], bool]:
    """Names in order, the totals that were said, and whether the listing was declared finished."""
    pages = list(pages)
    names = [record.values["name"] for page in pages for record in page.records]
    return names, {page.total for page in pages}, pages[-1].last if pages else False


@pytest.mark.parametrize(
    ("lie", "names", "totals", "finished"),
    [
        (dropped_page(0), "cde", {5}, True),
        (dropped_page(2), "abcd", {5}, True),
        (dropped_page(1, adjusted=True), "abe", {3}, True),
        (dropped_page(7), "abcde", {5}, True),
        (repeated_page(0), "ababe", {5}, True),
        (repeated_page(1), "abcdcd", {5}, True),
        (emptied(), "", {None}, True),
        (emptied(0), "", {0}, True),
        (missing_tail(2), "abcd", {5}, False),
    ],
)
def test_a_listing_lies_once(faulty: Faulty, lie, names: str, totals, finished) -> None:
    faulty.arm("list", lie)
    assert told(faulty.list()) == (list(names), totals, finished)
    assert told(faulty.list()) == (list("abcde"), {5}, True)


def test_a_cursor_survives_the_lie(faulty: Faulty) -> None:
    honest = list(faulty.list())[-1].cursor
    for lie in (dropped_page(2), repeated_page(1), emptied()):
        faulty.arm("list", lie)
        assert list(faulty.list())[-1].cursor == honest


def test_a_listing_breaks_in_the_middle(faulty: Faulty) -> None:
    faulty.arm("list", broken_page(1))
    pages = faulty.list()
    assert [record.values["name"] for record in next(pages).records] == ["a", "b"]
    with pytest.raises(Retryable):
        next(pages)


@pytest.fixture
def then(faulty: Faulty, world: World):
    """A moment, after which much happened."""
    remembered = moment(faulty)
    world.edit("1", name="A")
    world.delete("2")
    world.add(name="f")
    return remembered


@pytest.mark.parametrize(
    ("lie", "names", "total"),
    [(stale_values, "acdef", 5), (stale_membership, "Abcde", 5), (stale_listing, "abcde", 5)],
)
def test_a_listing_is_behind(faulty: Faulty, then, lie, names: str, total: int) -> None:
    faulty.arm("list", lie(then))
    assert told(faulty.list()) == (list(names), {total}, True)


def test_direct_reads_are_behind(faulty: Faulty, then) -> None:
    faulty.arm("get", stale_get(then))
    assert [record.values["name"] for record in faulty.get(["1", "2", "6"])] == ["a", "b"]
    assert [record.values["name"] for record in faulty.get(["1", "2", "6"])] == ["A", "f"]


def test_a_search_index_is_behind(faulty: Faulty, then) -> None:
    faulty.arm("find", stale_find(then), times=None)
    assert [record.id for record in faulty.find("name", ["B"])] == ["2"]
    assert faulty.find("name", ["f"]) == []


def test_a_delta_comes_late(faulty: Faulty, world: World) -> None:
    cursor = list(faulty.list())[-1].cursor
    world.edit("3", name="C")
    faulty.arm("list", late_delta())
    (page,) = faulty.list(cursor)
    assert (page.records, page.cursor, page.last) == ((), cursor, True)
    (page,) = faulty.list(page.cursor)
    assert [record.values["name"] for record in page.records] == ["C"]
