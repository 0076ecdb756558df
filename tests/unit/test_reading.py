from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import hypothesis.strategies as st
import pytest
from hypothesis import given

from reconciler.engine.match import Bond
from reconciler.errors import CursorExpired, Retryable
from reconciler.live import Stopped
from reconciler.model.traits import Traits
from reconciler.reading import Bitmap, Read, read_side
from reconciler.testing import faults, lies
from reconciler.workspace import Workspace
from tests.unit.bench import DELTA, QUICK, Bench
from tests.unit.engine.builders import LEFT, RIGHT

if TYPE_CHECKING:
    from reconciler.model.record import Side


@given(st.lists(st.integers(0, 20_000), max_size=50), st.integers(0, 20_000))
def test_a_bitmap_is_a_set(rows: list[int], other: int) -> None:
    bits, seen = Bitmap(), set[int]()
    for row in rows:
        assert bits.add(row) == (row not in seen)
        seen.add(row)
    assert all(row in bits for row in seen)
    assert (other in bits) == (other in seen)


class Look:
    """One read of one side, and what it kept."""

    def __init__(
        self, bench: Bench, cursor: str | None = None, side: Side = LEFT, wanted: tuple[str, ...] = ()
    ) -> None:
        with Workspace() as work:
            work.want(side, wanted)
            self.read: Read = read_side(bench.live, side, work, cursor)
            ids = [*bench.worlds[side].rows, *bench.worlds[side].graves]
            found = work.get(side, ids)
            self.kept = {one.id for one in found.values() if not one.gone}
            self.gone = {one.id for one in found.values() if one.gone}
            self.bonds = {one.id: one.bond for one in found.values()}
            self.forgotten = {record_id for _, record_id in work.forgotten()}


def settled(people: int = 12, **more: object) -> Bench:
    """A bench after its first cycle: everybody is linked and known."""
    bench = Bench(**more)
    bench.people(people)
    assert bench.run().result == "ok"
    return bench


def test_the_first_read_keeps_everybody() -> None:
    bench = Bench()
    bench.people(7)
    look = Look(bench)
    reading = look.read.reading
    assert (reading.mode, reading.records, reading.changed, reading.gone, reading.problem) == ("full", 7, 7, 0, None)
    assert look.kept == set(bench.left.rows)
    assert set(look.bonds.values()) == {Bond.FREE}


def test_an_unchanged_record_is_not_kept() -> None:
    bench = settled()
    bench.left.edit("l3", Title="CTO")
    look = Look(bench)
    assert look.kept == {"l3"}
    assert look.bonds == {"l3": Bond.LINKED}
    assert (look.read.reading.records, look.read.reading.changed) == (12, 1)


def test_a_field_that_nobody_asked_for_does_not_count() -> None:
    bench = settled()
    bench.left.edit("l3", Phone="+32470123456")
    assert Look(bench).kept == set()


def test_what_the_other_side_waits_for_is_kept() -> None:
    assert Look(settled(), wanted=("l2", "l5")).kept == {"l2", "l5"}


def test_a_changed_spec_makes_everybody_worth_a_look() -> None:
    bench = settled(4)
    connection = replace(bench.program.connection, digest="another")
    bench.live = replace(bench.live, program=replace(bench.program, connection=connection))
    assert len(Look(bench).kept) == 4


class TestDeltas:
    def test_only_what_changed_is_read(self) -> None:
        bench = settled(traits=DELTA)
        cursor = bench.live.state.memory().cursors[LEFT]
        bench.left.edit("l3", Title="CTO")
        look = Look(bench, cursor)
        assert (look.read.reading.mode, look.read.reading.records, look.kept) == ("delta", 1, {"l3"})
        assert look.read.cursor not in {None, cursor}

    def test_a_tombstone_is_proof(self) -> None:
        bench = settled(traits=DELTA)
        cursor = bench.live.state.memory().cursors[LEFT]
        bench.left.delete("l3")
        look = Look(bench, cursor)
        assert (look.gone, look.forgotten, look.read.reading.gone) == ({"l3"}, {"l3"}, 1)

    def test_an_expired_cursor_means_everything(self) -> None:
        bench = settled(traits=DELTA)
        cursor = bench.live.state.memory().cursors[LEFT]
        bench.left.forget_changes()
        look = Look(bench, cursor)
        assert (look.read.reading.mode, look.read.reading.records, look.read.trusted) == ("full", 12, True)

    def test_a_listing_that_expires_has_no_other_way(self) -> None:
        bench = settled(traits=DELTA)
        bench.faulty[LEFT].arm("list", faults.fails(CursorExpired("app", "too old")))
        with pytest.raises(CursorExpired):
            Look(bench)

    def test_what_is_due_is_fetched_although_nothing_happened_to_it(self) -> None:
        bench = settled(traits=DELTA)
        cursor = bench.live.state.memory().cursors[LEFT]
        bench.right.edit("r3", job="CTO")
        bench.faulty[LEFT].arm("update", faults.refuses(lambda _: True, code="busy"))
        bench.run()
        cursor = bench.live.state.memory().cursors[LEFT]
        assert Look(bench, cursor).kept == set()
        bench.clock.advance(60)
        assert Look(bench, cursor).kept == {"l3"}

    def test_a_list_of_changes_without_an_end_moves_no_cursor(self) -> None:
        bench = settled(traits=DELTA)
        cursor = bench.live.state.memory().cursors[LEFT]
        for number in range(9):
            bench.left.edit(f"l{number + 1}", Title="CTO")
        bench.faulty[LEFT].arm("list", lies.missing_tail(1))
        look = Look(bench, cursor)
        assert look.read.cursor is None
        assert not look.read.trusted
        assert len(look.kept) == 3, "what was shown may still be used"


class TestAbsence:
    @pytest.mark.parametrize(
        "lie",
        [lies.dropped_page(1), lies.missing_tail(2), lies.repeated_page(0), lies.emptied(), lies.emptied(0)],
        ids=["a page is missing", "the end is missing", "a page twice", "nothing at all", "nothing, and says so"],
    )
    def test_a_listing_that_does_not_add_up_buries_nobody(self, lie: faults.Fault) -> None:
        bench = settled()
        bench.faulty[LEFT].arm("list", lie, times=2)
        look = Look(bench)
        assert not look.read.trusted
        assert look.gone == set()
        assert look.read.cursor is None

    def test_nobody_at_all_is_asked_for_twice_and_then_believed(self) -> None:
        bench = Bench()
        look = Look(bench)
        assert (look.read.trusted, look.read.reading.records, bench.calls(LEFT, "list")) == (True, 0, 2)

    @pytest.mark.parametrize("total", [None, 0])
    def test_a_hiccup_on_the_first_day_makes_no_doubles(self, total: int | None) -> None:
        bench = Bench(traits=Traits(page_size=50))
        bench.people(3)
        bench.faulty[RIGHT].arm("list", lies.emptied(total))
        assert bench.run().result == "ok"
        assert (len(bench.left.rows), len(bench.right.rows), len(bench.links())) == (3, 3, 3)

    def test_absent_from_the_listing_and_gone_when_asked(self) -> None:
        bench = settled()
        bench.left.delete("l3")
        asked = bench.calls(LEFT, "get")
        look = Look(bench)
        assert (look.gone, look.read.trusted, bench.calls(LEFT, "get")) == ({"l3"}, True, asked + 1)

    def test_absent_from_the_listing_but_there_when_asked(self) -> None:
        bench = settled()
        bench.faulty[LEFT].arm("list", lies.dropped_page(1, adjusted=True))
        look = Look(bench)
        assert look.gone == set()
        assert look.read.reading.problem == "the listing left out 3 contacts that exist"

    def test_too_many_at_once_are_not_even_asked_for(self) -> None:
        bench = settled()
        for number in range(6):
            bench.left.delete(f"l{number + 1}")
        asked = bench.calls(LEFT, "get")
        look = Look(bench)
        assert (look.gone, bench.calls(LEFT, "get")) == (set(), asked)
        assert look.read.reading.problem == "the listing lacks 6 of 12 linked contacts"

    def test_asking_goes_by_the_size_that_the_app_allows(self) -> None:
        bench = settled(20, traits=replace(QUICK, get_batch=2, page_size=50))
        for number in range(5):
            bench.left.delete(f"l{number + 1}")
        asked = bench.calls(LEFT, "get")
        Look(bench)
        assert bench.calls(LEFT, "get") == asked + 3


def test_who_comes_back_from_the_dead_is_known_by_the_link() -> None:
    bench = settled()
    values = dict(bench.left.values("l3"))
    bench.left.delete("l3")
    bench.run()
    bench.left.insert(values, record_id="l3")
    look = Look(bench)
    assert (look.kept, look.bonds) == ({"l3"}, {"l3": Bond.LINKED})
    assert Look(bench, side=RIGHT, wanted=("r3",)).bonds == {"r3": Bond.TRASHED}


def test_an_error_of_the_app_is_not_swallowed() -> None:
    bench = settled()
    bench.faulty[LEFT].arm("list", lies.broken_page(1))
    with pytest.raises(Retryable):
        Look(bench)


def test_a_read_stops_when_asked() -> None:
    bench = settled()
    bench.live = replace(bench.live, stop=lambda: True)
    with pytest.raises(Stopped):
        Look(bench)


def test_progress_is_told_page_by_page() -> None:
    bench, told = settled(), []
    bench.live = replace(bench.live, progress=lambda *said: told.append(said))
    Look(bench)
    assert told == [("read", LEFT, done, 12) for done in (3, 6, 9, 12)]
