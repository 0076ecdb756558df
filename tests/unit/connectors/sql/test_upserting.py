"""Creates that meet a row with the same unique value, where the account says that they may write onto it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.dialects import mysql

from reconciler.connectors.sql.unique import others
from reconciler.connectors.sql.upserts import Upsert
from reconciler.errors import Rejected
from reconciler.model.outcome import Draft, Refused, Written

if TYPE_CHECKING:
    from tests.tables.people import Place

FIELDS = ("email", "nick", "name", "age")
TABLE = """CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT UNIQUE, nick TEXT UNIQUE, name TEXT, age INTEGER,
changed TIMESTAMP, gone BOOLEAN)"""
KEYS = st.sampled_from([None, "a", "b", "c"])
DRAFTS = st.lists(
    st.fixed_dictionaries({"email": KEYS}, optional={"nick": KEYS, "name": st.sampled_from("xyz"), "age": st.none()}),
    max_size=8,
)


@pytest.fixture
def people(place: Place) -> Place:
    place.sql(TABLE)
    return place


@pytest.fixture(params=["own way", "look, then write"])
def way(people: Place, request, monkeypatch) -> Place:
    if request.param != "own way":
        for able in ("insert_executemany_returning_sort_by_parameter_order", "insert_returning"):
            monkeypatch.setattr(people.database.engine.dialect, able, False)
    return people


def rows(place: Place, **options: object):
    return place.rows(*FIELDS, **{"table": "people", "deleted": "gone", "upsert_on": ["email"], **options})


def codes(outcomes) -> list[str]:
    return [one.code if isinstance(one, Refused) else "" for one in outcomes]


def held(place: Place) -> list[tuple[object, ...]]:
    with place.database.reading() as connection:
        return [
            tuple(row) for row in connection.exec_driver_sql("SELECT email, nick, name, age FROM people ORDER BY id")
        ]


def test_only_what_the_draft_says_is_written_onto_the_row_that_is_there(way: Place) -> None:
    way.sql("INSERT INTO people VALUES (7, 'a', 'al', 'Al', 40, NULL, 0)")
    (outcome,) = rows(way).create([Draft({"email": "a", "name": "Albert"})])
    assert (outcome.id, dict(outcome.record.values)) == ("7", {"email": "a", "nick": "al", "name": "Albert", "age": 40})
    assert held(way) == [("a", "al", "Albert", 40)]


def test_a_row_that_is_not_there_is_made(way: Place) -> None:
    one, two = rows(way).create([Draft({"email": "a", "age": 1}), Draft({"email": "b", "name": "B"})])
    assert (one.record.values["age"], two.record.values["name"]) == (1, "B")
    assert held(way) == [("a", None, None, 1), ("b", None, "B", None)]


@pytest.mark.parametrize("gone", ["1", "'since'"])
def test_a_row_that_counts_as_deleted_comes_back(way: Place, gone: str) -> None:
    if gone == "'since'":
        way.sql("ALTER TABLE people RENAME COLUMN gone TO flag", "ALTER TABLE people ADD COLUMN gone TIMESTAMP")
        way.sql("INSERT INTO people (id, email, gone) VALUES (7, 'a', '2020-01-01 00:00:00')")
    else:
        way.sql("INSERT INTO people (id, email, gone) VALUES (7, 'a', 1)")
    connector = rows(way)
    assert not connector.get(["7"])
    (outcome,) = connector.create([Draft({"email": "a", "name": "A"})])
    assert [one.values["name"] for one in connector.get([outcome.id])] == ["A"]
    assert outcome.id == "7"


@pytest.mark.parametrize("deleted", ["gone", None])
def test_what_marks_changes_is_set(way: Place, deleted) -> None:
    way.sql("INSERT INTO people (email, changed) VALUES ('a', '2001-01-01 00:00:00')")
    (outcome,) = rows(way, modified="changed", deleted=deleted).create([Draft({"email": "a"})])
    assert outcome.record.modified.year > 2001


def test_of_two_drafts_of_one_batch_the_first_is_written(way: Place) -> None:
    drafts = [Draft({"email": name, "name": str(n)}) for n, name in enumerate("abacab")]
    outcomes = rows(way).create(drafts)
    assert codes(outcomes) == ["", "", "unique", "", "unique", "unique"]
    assert [row[::2] for row in held(way)] == [("a", "0"), ("b", "1"), ("c", "3")]
    assert outcomes[2].message == "sql: another new record has the same value already (email)"


def test_the_database_says_what_is_the_same(place: Place) -> None:
    place.sql(TABLE.replace("email TEXT UNIQUE", "email TEXT COLLATE NOCASE UNIQUE"))
    outcomes = rows(place).create([Draft({"email": "a", "name": "1"}), Draft({"email": "A", "name": "2"})])
    assert codes(outcomes) == ["", "unique"]
    (again,) = rows(place).create([Draft({"email": "A"})])
    assert (again.id, again.record.values["email"]) == (outcomes[0].id, "A")


def test_nothing_is_never_the_same(way: Place) -> None:
    drafts = [Draft({"email": None, "name": "1"}), Draft({"email": "", "name": "2"}), Draft({"name": "3"})]
    assert codes(rows(way).create(drafts * 2)) == [""] * 6
    assert len(held(way)) == 6


def test_an_empty_text_that_stands_for_nothing_overwrites_nobody(place: Place) -> None:
    place.sql("CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT NOT NULL DEFAULT '' UNIQUE, name TEXT)")
    connector = place.rows("email", "name", table="people", upsert_on=["email"])
    assert codes(connector.create([Draft({"email": None, "name": "1"})])) == [""]
    assert codes(connector.create([Draft({"email": None, "name": "2"})])) == ["unique"]
    assert place.column("SELECT name FROM people") == ["1"]


def test_a_conflict_elsewhere_is_that_rows_own_failure(way: Place) -> None:
    way.sql("INSERT INTO people (email, nick) VALUES ('a', 'al'), ('b', 'bo')")
    drafts = [Draft({"email": "a", "age": 1}), Draft({"email": "b", "nick": "al"}), Draft({"email": "c", "nick": "bo"})]
    outcomes = rows(way).create([*drafts, Draft({"email": "d"})])
    assert codes(outcomes) == ["", "unique", "unique", ""]
    assert [row[0] for row in held(way)] == ["a", "b", "d"]
    assert outcomes[1].field == "nick"


def test_several_columns_may_be_the_key_together(way: Place) -> None:
    way.sql("CREATE TABLE staff (id INTEGER PRIMARY KEY, firm TEXT, name TEXT, age INTEGER, UNIQUE (firm, name))")
    connector = way.rows("firm", "name", "age", table="staff", upsert_on=["name", "firm"])
    connector.create([Draft({"firm": "x", "name": "A", "age": 1}), Draft({"firm": "y", "name": "A", "age": 2})])
    (outcome,) = connector.create([Draft({"firm": "x", "name": "A", "age": 3})])
    assert outcome.id == "1"
    assert way.column("SELECT age FROM staff ORDER BY id") == [3, 2]
    assert connector.traits.unique == ()


def test_a_row_that_is_met_keeps_its_key(way: Place) -> None:
    way.sql("CREATE TABLE badges (id TEXT PRIMARY KEY, email TEXT UNIQUE)", "INSERT INTO badges VALUES ('k', 'a')")
    connector = way.rows("id", "email", table="badges", upsert_on=["email"], writable=["id", "email"])
    outcomes = connector.create([Draft({"email": "a"}), Draft({"email": "b"})])
    assert (outcomes[0].id, len(outcomes[1].id)) == ("k", 36)
    (again,) = connector.create([Draft({"id": "other", "email": "a"})])
    assert again.id == "k"


@pytest.mark.parametrize(
    "index",
    ["CREATE INDEX one ON plain (email)", "CREATE UNIQUE INDEX one ON plain (email, name)",
     "CREATE UNIQUE INDEX one ON plain (email) WHERE name IS NULL"],
)  # fmt: skip
def test_without_a_unique_index_it_says_what_to_do(people: Place, index: str) -> None:
    people.sql("CREATE TABLE plain (id INTEGER PRIMARY KEY, email TEXT, name TEXT)", index)
    connector = people.rows("email", "name", table="plain", upsert_on=["email"])
    with pytest.raises(Rejected, match=r"CREATE UNIQUE INDEX some_name ON plain \(email\)"):
        connector.create([Draft({"email": "a"})])
    people.sql("CREATE UNIQUE INDEX some_name ON plain (email)")
    assert codes(connector.create([Draft({"email": "a"})])) == [""]


def test_a_column_that_is_not_there_is_named(people: Place) -> None:
    with pytest.raises(Rejected, match="did you mean 'email'"):
        rows(people, upsert_on=["e-mail"]).describe()


@pytest.mark.parametrize(("table", "met"), [("people", True), ("badges", False)])
def test_mysql_is_asked_only_where_it_cannot_take_another_value_for_it(people: Place, table: str, met) -> None:
    people.sql("CREATE TABLE badges (id INTEGER PRIMARY KEY, email TEXT UNIQUE, name TEXT, gone BOOLEAN)")
    shape = people.rows("email", table=table, deleted="gone", upsert_on=["email"])._shape
    assert others(shape.table, ["email"], ["email", "name"]) is met
    assert others(shape.table, ["email"], ["email", "id"])


@pytest.mark.parametrize("able", [True, False])
def test_a_database_that_returns_nothing_is_looked_at_first(people: Place, monkeypatch, able) -> None:
    engine, said = people.database.engine, []
    monkeypatch.setattr(engine.dialect, "insert_returning", able)
    event.listen(engine, "before_cursor_execute", lambda *args: said.append(args[2]))
    rows(people).create([Draft({"email": "a"})])
    assert any("ON CONFLICT (email) DO UPDATE" in one for one in said) is able


def test_a_look_holds_the_row(people: Place) -> None:
    look = Upsert(rows(people)._shape, ("email",), {})._look({"email": "a"})
    assert str(look.compile(dialect=mysql.dialect())).endswith("FOR UPDATE")


def test_the_statement_for_mysql(people: Place) -> None:
    upsert = Upsert(rows(people)._shape, ("email",), {})
    statement = upsert.on_duplicate(["email", "name"]).compile(dialect=mysql.dialect(), column_keys=["email", "name"])
    assert " ".join(str(statement).split()) == (
        "INSERT INTO people (email, name) VALUES (%s, %s) "
        "ON DUPLICATE KEY UPDATE email = VALUES(email), name = VALUES(name), gone = %s"
    )


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=DRAFTS, batch=DRAFTS)
def test_every_draft_is_one_row_or_refused(way: Place, before, batch) -> None:
    way.sql("DELETE FROM people")
    connector = rows(way)
    connector.create([Draft(one) for one in before])
    there = len(held(way))
    met = {row[0] for row in held(way)} - {None}
    outcomes = connector.create([Draft(one) for one in batch])
    done = [(one, draft) for one, draft in zip(outcomes, batch, strict=True) if isinstance(one, Written)]
    assert set(codes(outcomes)) <= {"", "unique"}
    assert len({one.id for one, _ in done}) == len(done)
    assert len(held(way)) == there + sum(draft["email"] not in met for _, draft in done)
    now = {record.id: dict(record.values) for record in connector.get([one.id for one, _ in done])}
    for one, draft in done:
        assert now[one.id] == dict(one.record.values)
        assert now[one.id].items() >= {name: value for name, value in draft.items() if value}.items()
