"""Pages, deltas by stamps, soft deletes, and searches."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import CursorExpired

if TYPE_CHECKING:
    from tests.tables.people import Place

STAMPED = "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, changed {stamp}, gone {gone})"
EARLY, NOON, LATE = "2024-05-01 08:00:00", "2024-05-01 12:00:00", "2024-05-01 12:00:30"


def stamped(place: Place, *rows: tuple[object, ...], stamp: str = "TIMESTAMP", gone: str = "TEXT"):
    place.sql(STAMPED.format(stamp=stamp, gone=gone))
    put(place, *rows)


def put(place: Place, *rows: tuple[object, ...]) -> None:
    place.many("INSERT OR REPLACE INTO people VALUES (?, ?, ?, ?)", *((*row, None)[:4] for row in rows))


def read(place: Place, since: str | None = None, **options: object):
    pages = list(place.rows("email", **{"table": "people", "modified": "changed", **options}).list(since))
    ids = [record.id for page in pages for record in page.records]
    return ids, [one for page in pages for one in page.gone], pages[-1].cursor


def test_pages_follow_the_key_and_the_last_one_says_so(people: Place) -> None:
    people.many("INSERT INTO people (id, last_name) VALUES (?, 'Doe')", (3,), (1,), (2,), (5,), (4,))
    pages = list(people.rows("last_name", table="people", page_size=2).list())
    assert [[record.id for record in page.records] for page in pages] == [["1", "2"], ["3", "4"], ["5"]]
    assert [page.last for page in pages] == [False, False, True]


def test_an_empty_table_says_that_it_is_empty(people: Place) -> None:
    (page,) = people.rows("email", table="people").list()
    assert (page.total, page.last, page.cursor) == (0, True, None)


def test_rows_that_are_written_between_two_pages_are_neither_lost_nor_doubled(people: Place) -> None:
    people.many("INSERT INTO people (id, last_name) VALUES (?, 'Doe')", (10,), (20,), (30,))
    pages = people.rows("last_name", table="people", page_size=2).list()
    seen = [record.id for record in next(pages).records]
    people.sql("DELETE FROM people WHERE id = 10", "INSERT INTO people (id, last_name) VALUES (5, 'Doe'), (40, 'Doe')")
    seen += [record.id for page in pages for record in page.records]
    assert seen == ["10", "20", "30", "40"]


def test_a_delta_reads_back_by_the_overlap(place: Place) -> None:
    stamped(place, (1, "a", EARLY), (2, "b", NOON))
    _, _, cursor = read(place)
    put(place, (3, "late, and stamped before the cursor", "2024-05-01 11:59:30"), (4, "new", LATE))
    assert read(place, cursor)[0] == ["2", "3", "4"]
    assert read(place, cursor, overlap=0)[0] == ["2", "4"]


@pytest.mark.parametrize("late", ["2024-05-01 12:00:00.250000", "2024-05-01T12:00:00Z", "2024-05-01T12:00:00.5"])
def test_a_delta_knows_every_spelling_of_a_moment(place: Place, late: str) -> None:
    stamped(place, (1, "a", NOON))
    _, _, cursor = read(place)
    put(place, (2, "b", late))
    assert "2" in read(place, cursor, overlap=0)[0]


@pytest.mark.parametrize(("before", "after"), [(5, 6), (1_700_000_000, 1_700_000_001), (1_700_000_000_000,) * 2])
def test_a_number_that_grows_is_a_stamp_too(place: Place, before: int, after: int) -> None:
    stamped(place, (1, "a", before - 1), (2, "b", before), stamp="INTEGER")
    _, _, cursor = read(place)
    put(place, (3, "c", after))
    assert read(place, cursor, overlap=0)[0] == ["2", "3"]


def test_a_row_without_a_stamp_is_always_read(place: Place) -> None:
    stamped(place, (1, "a", NOON), (2, "b", None))
    assert read(place, read(place)[2], overlap=0)[0] == ["1", "2"]


def test_a_stamp_in_the_future_does_not_hide_what_comes_before_it(place: Place) -> None:
    stamped(place, (1, "a", NOON), (2, "b", "2999-01-01 00:00:00"))
    _, _, cursor = read(place)
    put(place, (3, "c", LATE))
    assert "3" in read(place, cursor)[0]


def test_nothing_yet_is_a_cursor_as_well(place: Place) -> None:
    stamped(place)
    _, _, cursor = read(place)
    put(place, (1, "a", EARLY))
    assert read(place, cursor)[0] == ["1"]


@pytest.mark.parametrize("cursor", ["at other 2024-05-01T12:00:00+00:00", "at changed soon", "xid 1 2 3", ""])
def test_a_cursor_of_something_else_has_expired(place: Place, cursor: str) -> None:
    stamped(place, (1, "a", NOON))
    with pytest.raises(CursorExpired):
        read(place, cursor)


@pytest.mark.parametrize(
    ("kind", "alive", "dead"), [("TIMESTAMP", None, NOON), ("BOOLEAN", 0, 1), ("BOOLEAN", None, 1), ("INTEGER", 0, 1)]
)
def test_a_row_that_is_marked_as_deleted_is_gone(place: Place, kind: str, alive: object, dead: object) -> None:
    stamped(place, (1, "a", EARLY, alive), (2, "b", EARLY, dead), (3, "c", EARLY, alive), gone=kind)
    ids, gone, cursor = read(place, deleted="gone")
    assert (ids, gone) == (["1", "3"], [])
    put(place, (1, "a", NOON, dead))
    ids, gone, _ = read(place, cursor, deleted="gone", overlap=0)
    assert (set(ids), set(gone)) == ({"3"}, {"1", "2"})
    rows = place.rows("email", table="people", deleted="gone", modified="changed")
    assert [record.id for record in rows.get(["1", "2", "3"])] == ["3"]
    assert list(rows.find("email", ["a"])) == []


@pytest.mark.parametrize(("kind", "marked"), [("TIMESTAMP", True), ("BOOLEAN", 1), ("INTEGER", 1)])
def test_deleting_marks_where_there_is_a_column_for_it(place: Place, kind: str, marked: object) -> None:
    stamped(place, (1, "a", EARLY), gone=kind)
    rows = place.rows("email", table="people", deleted="gone", modified="changed")
    rows.delete(["1", "77"])
    assert place.one("SELECT count(*) FROM people") == 1
    held = place.one("SELECT gone FROM people")
    assert held == marked or (kind == "TIMESTAMP" and held)
    assert place.one("SELECT changed FROM people") != EARLY, "a delta must show it"


def test_modified_is_told_with_its_zone(place: Place) -> None:
    stamped(place, (1, "a", NOON))
    (page,) = place.rows("email", table="people", modified="changed").list()
    assert page.records[0].modified == datetime(2024, 5, 1, 12, tzinfo=UTC)


def test_texts_are_found_whatever_their_case(people: Place) -> None:
    put = "INSERT INTO people (email, last_name) VALUES (?, ?)"
    people.many(put, ("Ann@Example.com", "Ünal"), ("bob@example.com", "O'Neil"))
    rows = people.rows("email", "last_name", "age", table="people")
    assert [one.values["last_name"] for one in rows.find("email", ["ann@example.COM", "%"])] == ["Ünal"]
    assert [one.values["last_name"] for one in rows.find("last_name", ["Ünal", "o'neil"])] == ["Ünal", "O'Neil"]
    assert list(rows.find("age", ["no number"])) == []


def test_ids_that_the_key_cannot_hold_are_nobodys(people: Place) -> None:
    people.sql("INSERT INTO people (id, last_name) VALUES (7, 'Doe')")
    rows = people.rows("last_name", table="people")
    assert [one.id for one in rows.get(["seven", "7", "8", str(2**70)])] == ["7"]
