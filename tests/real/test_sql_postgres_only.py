"""What only a real PostgreSQL does: late commits, rights, constraints with names, broken connections."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import psycopg
import pytest

from reconciler.connectors.sql.database import Database
from reconciler.connectors.sql.failures import RowRefused
from reconciler.errors import CursorExpired, Denied, Retryable
from reconciler.model.outcome import Draft, Lost, Patch, Refused, Written
from tests.tables.people import Place, connected

if TYPE_CHECKING:
    from collections.abc import Iterator


pytestmark = pytest.mark.real

TABLE = """CREATE TABLE crm.people (id serial PRIMARY KEY, email text CONSTRAINT one_email UNIQUE,
last_name varchar(20) NOT NULL, age integer CONSTRAINT a_life CHECK (age < 150),
boss integer CONSTRAINT known_boss REFERENCES crm.people (id))"""
RIGHTS = (
    "GRANT USAGE ON SCHEMA crm TO clerk",
    "GRANT ALL ON ALL TABLES IN SCHEMA crm TO clerk",
    "GRANT ALL ON ALL SEQUENCES IN SCHEMA crm TO clerk",
)
FRESH = ("DROP SCHEMA crm CASCADE", "CREATE SCHEMA crm", TABLE, *RIGHTS)
FIELDS = ("email", "last_name", "age")
LATE = "INSERT INTO crm.people (last_name) VALUES ('late')"


class Crm(Place):
    """A place with a table of people."""

    def people(self, **options: object):
        return self.rows(*FIELDS, **{"table": "crm.people", **options})

    def delta(self, since: str | None = None, **options: object) -> tuple[list[str], str]:
        pages = list(self.people(**options).list(since))
        return [str(one.values["last_name"]) for page in pages for one in page.records], pages[-1].cursor


@pytest.fixture
def crm(postgres_server) -> Iterator[Crm]:
    postgres_server.run(*FRESH)
    with connected(postgres_server.address("clerk:clerk")) as database:
        yield Crm(database)


def named(*names: str) -> list[Draft]:
    return [Draft({"last_name": name}) for name in names]


def test_a_transaction_that_commits_late_is_not_missed(crm: Crm, postgres_server) -> None:
    crm.people().create(named("first"))
    with psycopg.connect(postgres_server.address()) as late:
        late.execute(LATE)
        crm.people().create(named("second"))
        seen, cursor = crm.delta()
        assert seen == ["first", "second"]
        late.commit()
    seen, cursor = crm.delta(cursor)
    assert set(seen) >= {"late"}
    assert "first" not in seen
    assert crm.delta(cursor)[0] == []


def test_a_late_part_of_a_transaction_is_not_missed(crm: Crm, postgres_server) -> None:
    with psycopg.connect(postgres_server.address()) as late:
        late.execute("SELECT 1")
        _, cursor = crm.delta()
        with late.transaction():
            late.execute(LATE)
        late.commit()
    assert crm.delta(cursor)[0] == ["late"]


def test_a_delta_needs_no_column_and_shows_what_changed_alone(crm: Crm) -> None:
    one, *_ = crm.people().create(named(*(f"n{n}" for n in range(20))))
    _, cursor = crm.delta()
    crm.people().update([Patch(one.id, {"age": 5}, {"age": None})])
    assert crm.delta(cursor)[0] == ["n0"]


def test_the_cursor_of_another_table_has_expired(crm: Crm, postgres_server) -> None:
    _, cursor = crm.delta()
    _, place, table, horizon = cursor.split()
    postgres_server.run(*FRESH)
    for bad in (cursor, f"xid {place} {table} {int(horizon) + 10**6}", f"xid {place} {table} -5"):
        with pytest.raises(CursorExpired):
            crm.delta(bad)


def test_refusals_name_the_constraint_and_never_the_value(crm: Crm) -> None:
    crm.people().create([Draft({"email": "ann@example.com", "last_name": "Ann"})])
    drafts = [
        {"email": "ann@example.com", "last_name": "Twin"},
        {"email": "bob@example.com"},
        {"email": "cy@example.com", "last_name": "Cy", "age": 200},
        {"email": "di@example.com", "last_name": "D" * 21},
        {"email": "ed@example.com", "last_name": "Ed", "age": 2**40},
        {"email": "f\0y@example.com", "last_name": "Fy"},
        {"email": "gy@example.com", "last_name": "Gy"},
    ]
    outcomes = crm.people().create([Draft(draft) for draft in drafts])
    said = [(one.code, one.message) for one in outcomes if isinstance(one, Refused)]
    assert said == [
        ("unique", "sql: another row has the same value already (one_email)"),
        ("not_null", "sql: the column must not be empty (last_name)"),
        ("check", "sql: a check of the database refuses the value (a_life)"),
        ("too_long", "sql: the column 'last_name': at most 20 characters fit here"),
        ("not_a_value", "sql: the value does not fit the column's type"),
        ("not_a_value", "sql: the value does not fit the column's type"),
    ]
    assert isinstance(outcomes[-1], Written)


def test_a_delete_that_others_refer_to_names_the_constraint(crm: Crm) -> None:
    boss, other = crm.people().create(named("Boss", "Other"))
    crm.rows("last_name", "boss", table="crm.people").create([Draft({"last_name": "Clerk", "boss": int(boss.id)})])
    refused, done = crm.people().delete([boss.id, other.id])
    assert (refused.code, "known_boss" in refused.message) == ("foreign_key", True)
    assert done == Written(other.id)


def test_a_trigger_that_says_a_name_is_not_repeated(crm: Crm, postgres_server) -> None:
    postgres_server.run(
        "CREATE FUNCTION crm.no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not %', NEW.email; END $$",
        "CREATE TRIGGER no BEFORE INSERT ON crm.people FOR EACH ROW WHEN (NEW.age = 66) EXECUTE FUNCTION crm.no()",
    )
    bad = Draft({"email": "ann@example.com", "last_name": "Ann", "age": 66})
    outcomes = crm.people().create([*named("one"), bad, *named("two")])
    assert [getattr(one, "code", "") for one in outcomes] == ["", "trigger", ""]
    assert "ann" not in outcomes[1].message


def test_a_constraint_that_is_checked_at_the_end_is_found_as_well(crm: Crm, postgres_server) -> None:
    postgres_server.run(
        "ALTER TABLE crm.people ADD CONSTRAINT one_name UNIQUE (last_name) DEFERRABLE INITIALLY DEFERRED"
    )
    outcomes = crm.people().create(named("a", "b", "a", "c"))
    assert [getattr(one, "code", "") for one in outcomes] == ["", "", "unique", ""]


def test_a_connection_that_breaks_while_committing_leaves_it_open_what_happened(crm: Crm, postgres_server) -> None:
    postgres_server.run(
        "CREATE FUNCTION crm.die() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS"
        " $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$",
        "CREATE CONSTRAINT TRIGGER die AFTER INSERT ON crm.people DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
        " WHEN (NEW.age = 13) EXECUTE FUNCTION crm.die()",
    )
    outcomes = crm.people().create([Draft({"last_name": "Ann", "age": 13}), *named("Bob")])
    assert [type(one) for one in outcomes] == [Lost, Lost]
    assert isinstance(crm.people().create(named("Cy"))[0], Written), "the next batch has a new connection"


def test_a_connection_that_was_cut_before_is_made_anew(crm: Crm, postgres_server) -> None:
    people = crm.people()
    people.create(named("Ann"))
    postgres_server.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'clerk'")
    assert isinstance(people.create(named("Bob"))[0], Written)


def test_a_row_that_somebody_holds_is_tried_later(crm: Crm, postgres_server) -> None:
    (one,) = crm.people().create(named("Ann"))
    hurried = Crm(Database(postgres_server.address("clerk:clerk"), patience=0.05))
    with psycopg.connect(postgres_server.address()) as other:
        other.execute("SELECT 1 FROM crm.people FOR UPDATE")
        with pytest.raises(Retryable, match="55P03"):
            hurried.people().update([Patch(one.id, {"age": 5}, {"age": None})])
        other.rollback()
    assert isinstance(hurried.people().update([Patch(one.id, {"age": 5}, {"age": None})])[0], Written)
    hurried.database.close()


def test_a_missing_right_is_told_by_probe_and_denied(crm: Crm, postgres_server) -> None:
    postgres_server.run(
        "CREATE USER reader PASSWORD 'reader'",
        "GRANT USAGE ON SCHEMA crm TO reader",
        "GRANT SELECT ON crm.people TO reader",
    )
    with connected(postgres_server.address("reader:reader")) as database:
        people = Place(database).rows(*FIELDS, table="crm.people")
        assert (people.probe().scopes, people.probe().missing) == (("SELECT",), ("INSERT", "UPDATE"))
        assert Place(database).rows(table="crm.people", writable=[]).probe().missing == ()
        assert [page.records for page in people.list()] == [()]
        with pytest.raises(Denied, match="lacks a permission"):
            people.create(named("Ann"))
    postgres_server.run("REVOKE ALL ON crm.people FROM clerk")
    with pytest.raises(Denied, match="lacks a permission"):
        list(crm.people().list())


@pytest.mark.parametrize("login", ["clerk:wrong", "nobody:pw"])
def test_a_wrong_login_is_denied(postgres_server, login: str) -> None:
    with (
        connected(postgres_server.address(login)) as database,
        pytest.raises(Denied, match="refuses this user") as error,
    ):
        Place(database).rows(table="x").probe()
    assert login.partition(":")[2] not in str(error.value).split()


def test_a_database_that_is_not_there_is_denied(postgres_server) -> None:
    with connected(postgres_server.address("clerk:clerk", "nowhere")) as database, pytest.raises(Denied):
        Place(database).rows(table="x").probe()


def test_a_simple_view_can_be_written_and_gives_no_delta(crm: Crm, postgres_server) -> None:
    postgres_server.run(
        "CREATE VIEW crm.view AS SELECT id, email, last_name, age FROM crm.people WHERE age IS NULL OR age < 100",
        *RIGHTS,
    )
    people = crm.rows(*FIELDS, table="crm.view", key="id")
    (made,) = people.create(named("Ann"))
    (page,) = people.list()
    assert (page.cursor, [one.id for one in page.records], page.records[0].version) == (None, [made.id], None)
    (left,) = people.update([Patch(made.id, {"age": 120}, {"age": None})])
    assert left.record.values == {"age": 120}, "it left the view by what was written"


def test_a_view_that_cannot_be_written_denies(crm: Crm, postgres_server) -> None:
    postgres_server.run(
        "CREATE VIEW crm.view AS SELECT last_name, max(age) AS age FROM crm.people GROUP BY last_name",
        *RIGHTS,
    )
    crm.people().create(named("Ann"))
    people = crm.rows("last_name", "age", table="crm.view", key="last_name")
    assert [one.values["last_name"] for page in people.list() for one in page.records] == ["Ann"]
    with pytest.raises(Denied):
        people.update([Patch("Ann", {"age": 5}, {"age": None})])


def test_a_partitioned_table_is_read_completely(crm: Crm, postgres_server) -> None:
    postgres_server.run(
        "CREATE TABLE crm.parts (id serial PRIMARY KEY, last_name text) PARTITION BY RANGE (id)",
        "CREATE TABLE crm.part PARTITION OF crm.parts DEFAULT",
        *RIGHTS,
    )
    people = crm.rows("last_name", table="crm.parts")
    people.create(named("Ann", "Bob"))
    (page,) = people.list()
    assert ([one.values["last_name"] for one in page.records], page.cursor) == (["Ann", "Bob"], None)


def test_a_table_with_keys_of_its_own_kind_works(crm: Crm, postgres_server) -> None:
    postgres_server.run(
        "CREATE TABLE crm.keyed (id uuid PRIMARY KEY, last_name text)",
        *RIGHTS,
    )
    people = crm.rows("last_name", table="crm.keyed", page_size=1)
    one, two = people.create(named("Ann", "Bob"))
    assert {record.id for page in people.list() for record in page.records} == {one.id, two.id}
    assert [record.values["last_name"] for record in people.get([two.id, "no uuid"])] == ["Bob"]


def test_a_column_of_fixed_words_is_found_and_written_by_them_alone(crm: Crm, postgres_server) -> None:
    postgres_server.run(
        "CREATE TYPE crm.mood AS ENUM ('sad', 'Glad')",
        "ALTER TABLE crm.people ADD mood crm.mood",
    )
    people = crm.rows("last_name", "mood", table="crm.people")
    one, two = people.create([Draft({"last_name": "Ann", "mood": "Glad"}), Draft({"last_name": "Bob", "mood": "mad"})])
    assert (one.record.values["mood"], two.code) == ("Glad", "not_a_value")
    assert [record.id for record in people.find("mood", ["glad", "mad"])] == [one.id]


def test_nothing_of_a_person_is_in_what_was_raised(crm: Crm) -> None:
    crm.people().create([Draft({"email": "ann@example.com", "last_name": "Ann"})])
    with pytest.raises(RowRefused) as error, crm.database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO crm.people (email, last_name) VALUES ('ann@example.com', 'Twin')")
    assert "ann@" not in "".join(traceback.format_exception(error.value))


def test_a_cursor_is_of_no_use_once_nothing_tells_what_changed(crm: Crm, postgres_server) -> None:
    _, cursor = crm.delta()
    postgres_server.run("CREATE VIEW crm.view AS SELECT * FROM crm.people", *RIGHTS)
    with pytest.raises(CursorExpired):
        crm.delta(cursor, table="crm.view", key="id")


def test_rows_are_held_from_the_look_to_the_write(crm: Crm, postgres_server) -> None:
    (one,) = crm.people().create(named("Ann"))
    reader = crm.people()._reader
    with crm.database.writing() as connection, psycopg.connect(postgres_server.address()) as other:
        assert set(reader.locked(connection, [one.id])) == {one.id}
        with pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute("SELECT 1 FROM crm.people FOR UPDATE NOWAIT")
