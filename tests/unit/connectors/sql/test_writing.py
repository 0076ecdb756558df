"""Batches: one transaction, an outcome for every row, and nothing of a person in any message."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import Denied, Rejected, Retryable
from reconciler.model.outcome import Draft, Patch, Refused, Written
from tests.tables.people import Place, connected

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = ("email", "last_name", "age", "tags")


def person(number: int, **changes: object) -> Draft:
    return Draft({"email": f"p{number}@example.com", "last_name": f"Name {number}", **changes})


def rows(place: Place, **options: object):
    return place.rows(*FIELDS, table="people", **options)


def codes(outcomes) -> list[str]:
    return [one.code if isinstance(one, Refused) else "" for one in outcomes]


def test_one_bad_row_in_a_batch_is_found_and_the_others_are_written(people: Place) -> None:
    drafts = [person(n) for n in range(50)]
    drafts[17], drafts[18], drafts[44] = person(3), person(18, last_name=None), person(44, age=200)
    outcomes = rows(people).create(drafts)
    assert {n: code for n, code in enumerate(codes(outcomes)) if code} == {17: "unique", 18: "not_null", 44: "check"}
    assert people.one("SELECT count(*) FROM people") == 47
    assert [one.record.values["email"] for one in outcomes[45:]] == [f"p{n}@example.com" for n in range(45, 50)]


def test_a_refusal_names_the_column_and_never_the_value(people: Place) -> None:
    rows(people).create([person(1)])
    outcomes = rows(people).create([person(1), person(2, last_name=None), person(3, age=200), person(4, age="old")])
    assert [one.message for one in outcomes] == [
        "sql: another row has the same value already (people.email)",
        "sql: the column must not be empty (people.last_name)",
        "sql: a check of the database refuses the value",
        "sql: the column 'age': only a whole number fits here",
    ]
    assert [one.field for one in outcomes] == ["email", "last_name", None, "age"]


def test_a_row_that_is_there_is_not_overwritten_by_a_create(people: Place) -> None:
    rows(people).create([person(1, age=40)])
    rows(people).create([person(1, age=50)])
    assert people.one("SELECT age FROM people") == 40


def test_a_row_that_moved_on_is_left_alone(people: Place) -> None:
    one, two = rows(people).create([person(1, age=1), person(2, age=1)])
    people.sql("UPDATE people SET age = 9 WHERE id = 1")
    patches = [Patch(each.id, {"age": 5}, {"age": 1}) for each in (one, two)]
    outcomes = rows(people).update(patches)
    assert (codes(outcomes), outcomes[0].stale) == (["moved_on", ""], True)
    assert people.column("SELECT age FROM people ORDER BY id") == [9, 5]


def test_another_column_may_have_moved(people: Place) -> None:
    (one,) = rows(people).create([person(1, age=1)])
    people.sql("UPDATE people SET last_name = 'Else'")
    (outcome,) = rows(people).update([Patch(one.id, {"age": 5}, {"age": 1})])
    assert outcome.record.values["last_name"] == "Else"


def test_a_list_is_changed_by_its_difference(people: Place) -> None:
    (one,) = rows(people).create([person(1, tags=("a", "b, c"))])
    assert people.one("SELECT tags FROM people") == 'a,"b, c"'
    people.sql("UPDATE people SET tags = 'z, a'")
    (outcome,) = rows(people).update([Patch(one.id, {"tags": ("b, c", "d")}, {"tags": ("a", "b, c")})])
    assert outcome.record.values["tags"] == ("d", "z")
    assert people.one("SELECT tags FROM people") == "z,d"


def test_what_a_trigger_makes_of_it_is_what_was_written(people: Place) -> None:
    people.sql(
        "CREATE TRIGGER lowered AFTER UPDATE ON people BEGIN"
        " UPDATE people SET email = lower(NEW.email) WHERE id = NEW.id; END"
    )
    (one,) = rows(people).create([person(1)])
    (outcome,) = rows(people).update([Patch(one.id, {"email": "NEW@Example.com"}, {"email": "p1@example.com"})])
    assert outcome.record.values["email"] == "new@example.com"


def test_what_a_trigger_refuses_is_the_rows_own_failure(people: Place) -> None:
    people.sql(
        "CREATE TRIGGER no_joe BEFORE INSERT ON people WHEN NEW.last_name = 'Joe' BEGIN"
        " SELECT raise(ABORT, 'no joe@example.com here'); END"
    )
    outcomes = rows(people).create([person(1), person(2, last_name="Joe"), person(3)])
    assert codes(outcomes) == ["", "trigger", ""]
    assert "joe" not in outcomes[1].message


def test_a_key_is_made_where_the_database_makes_none(place: Place) -> None:
    place.sql("CREATE TABLE people (id TEXT PRIMARY KEY, email TEXT, last_name TEXT, age INTEGER, tags TEXT)")
    one, two = rows(place).create([person(1), person(2)])
    assert len(one.id) == len(two.id) == 36
    assert [record.values["email"] for record in rows(place).get([two.id])] == ["p2@example.com"]


def test_a_database_that_returns_nothing_is_written_row_by_row(people: Place, monkeypatch) -> None:
    dialect = people.database.engine.dialect
    for able in ("insert_executemany_returning_sort_by_parameter_order", "insert_returning"):
        monkeypatch.setattr(dialect, able, False)
    outcomes = rows(people).create([person(1), person(1), person(2)])
    assert codes(outcomes) == ["", "unique", ""]
    assert [one.record.values["email"] for one in outcomes[::2]] == ["p1@example.com", "p2@example.com"]


def test_a_column_that_may_not_be_written_is_refused_by_name(people: Place) -> None:
    outcomes = rows(people, writable=["age"]).create([person(1)])
    assert codes(outcomes) == ["read_only"]


def test_a_view_is_read_and_says_that_it_cannot_be_written(people: Place) -> None:
    people.sql("CREATE VIEW adults AS SELECT * FROM people WHERE age >= 18")
    rows(people).create([person(1, age=20), person(2, age=2)])
    view = people.rows(*FIELDS, table="adults", key="id")
    (page,) = view.list()
    assert [record.values["age"] for record in page.records] == [20]
    with pytest.raises(Denied, match="cannot be written"):
        view.update([Patch(page.records[0].id, {"age": 21}, {"age": 20})])


def test_a_delete_that_others_refer_to_is_refused_alone(people: Place) -> None:
    people.sql("CREATE TABLE orders (id INTEGER PRIMARY KEY, person INTEGER REFERENCES people (id))")
    one, two = rows(people).create([person(1), person(2)])
    people.many("INSERT INTO orders (person) VALUES (?)", (one.id,))
    outcomes = rows(people).delete([one.id, two.id, "999", "nobody"])
    assert codes(outcomes) == ["foreign_key", "", "", ""]
    assert people.one("SELECT count(*) FROM people") == 1


def test_a_database_that_another_writer_holds_is_tried_later(people: Place, file: Path) -> None:
    with connected(f"sqlite:///{file}?timeout=0") as database:
        hurried = rows(Place(database))
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(Retryable, match="SQLITE_BUSY"):
                hurried.create([person(1)])
        assert isinstance(hurried.create([person(1)])[0], Written)
    assert people.one("SELECT count(*) FROM people") == 1


def test_a_write_holds_the_database_from_its_first_look(people: Place, file: Path) -> None:
    with (
        closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as other,
        people.database.writing(),
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("BEGIN IMMEDIATE")


def test_a_database_that_may_only_be_read_denies_writes(people: Place) -> None:
    people.sql("PRAGMA query_only = ON")
    with pytest.raises(Denied, match="cannot be written"):
        rows(people).create([person(1)])


def test_a_table_that_changed_under_the_connector_is_named_as_such(people: Place) -> None:
    connector = rows(people)
    connector.describe()
    people.sql("ALTER TABLE people DROP COLUMN age")
    with pytest.raises(Rejected, match="as it was described"):
        connector.get(["1"])
    with pytest.raises(Rejected, match="no column 'age'"):
        list(connector.list())


def test_a_table_that_was_mended_is_seen_without_a_restart(people: Place) -> None:
    connector = people.rows("email", "city", table="people")
    with pytest.raises(Rejected, match="no column 'city'"):
        list(connector.list())
    people.sql("ALTER TABLE people ADD COLUMN city TEXT")
    assert [page.records for page in connector.list()] == [()]


def test_half_a_character_is_refused(people: Place) -> None:
    assert codes(rows(people).create([person(1, last_name="\ud800")])) == ["not_a_value"]


def test_stamps_are_set_for_tables_that_do_not_do_it(place: Place) -> None:
    place.sql("CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, last_name TEXT, changed TIMESTAMP)")
    connector = place.rows("email", "last_name", table="people", modified="changed")
    (one,) = connector.create([person(1)])
    assert one.record.modified is not None
    place.sql("UPDATE people SET changed = '2001-01-01 00:00:00'")
    (two,) = connector.update([Patch(one.id, {"last_name": "New"}, {"last_name": "Name 1"})])
    assert two.record.modified.year > 2001
