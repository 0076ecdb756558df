"""Creates that write onto rows of a real PostgreSQL, and the contract with it switched on."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import psycopg
import pytest

from reconciler.errors import Denied, Rejected
from reconciler.model.outcome import Draft, Refused
from reconciler.testing.contract import ConnectorContract, Subject
from tests.real.test_sql_postgres import STAMP
from tests.tables.people import Place, connected

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.real

TABLE = """CREATE TABLE crm.people (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
email citext CONSTRAINT one_email UNIQUE, nick varchar(30) CONSTRAINT one_nick UNIQUE, last_name varchar(60) NOT NULL,
tags text[], labels jsonb, badge uuid, changed_at timestamptz NOT NULL DEFAULT clock_timestamp(), gone boolean)"""
FIELDS = ("email", "nick", "last_name", "tags", "badge")
OPTIONS = {
    "table": "crm.people",
    "modified": "changed_at",
    "deleted": "gone",
    "lists": ["labels"],
    "upsert_on": ["email"],
    "page_size": 20,
    "batch": 10,
}


@pytest.fixture
def server(postgres_server):
    postgres_server.run(
        "CREATE EXTENSION IF NOT EXISTS citext",
        "DROP SCHEMA crm CASCADE",
        "CREATE SCHEMA crm",
        TABLE,
        *STAMP,
        "GRANT USAGE ON SCHEMA crm TO clerk",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON crm.people TO clerk",
    )
    return postgres_server


@pytest.fixture
def people(server) -> Iterator[Place]:
    with connected(server.address("clerk:clerk")) as database:
        yield Place(database)


def rows(place: Place, **options: object):
    return place.rows(*FIELDS, **{**OPTIONS, **options})


def person(email: str | None, **values: object) -> Draft:
    return Draft({"email": email, "last_name": "Name", **values})


def codes(outcomes) -> list[str]:
    return [one.code if isinstance(one, Refused) else "" for one in outcomes]


def test_a_row_that_is_there_takes_what_the_draft_says(people: Place) -> None:
    (first,) = rows(people).create([person("a@example.com", nick="al", tags=("x", "y"))])
    (outcome,) = rows(people).create([person("A@example.com", last_name="New", badge=None)])
    assert outcome.id == first.id
    assert outcome.record.version != first.record.version
    assert dict(outcome.record.values) == {
        "email": "A@example.com", "nick": "al", "last_name": "New", "tags": ("x", "y"), "badge": None,
    }  # fmt: skip


def test_a_deleted_row_comes_back_and_a_delta_shows_it(people: Place) -> None:
    connector = rows(people)
    (first,) = connector.create([person("a@example.com")])
    connector.delete([first.id])
    *_, page = connector.list()
    (outcome,) = connector.create([person("a@example.com", nick="al")])
    *_, delta = connector.list(page.cursor)
    assert [one.id for one in delta.records] == [outcome.id] == [first.id]


def test_each_draft_of_a_batch_has_its_own_fate(people: Place) -> None:
    rows(people).create([person("a@example.com", nick="al"), person("b@example.com", nick="bo")])
    drafts = [
        *(person("a@example.com", nick="ann"), person("b@example.com", nick="ann"), person("A@EXAMPLE.com")),
        *(person(None), person(None), person("c@example.com", nick="bo"), person("d@example.com")),
    ]
    outcomes = rows(people).create(drafts)
    assert codes(outcomes) == ["", "unique", "unique", "", "", "unique", ""]
    assert people.one("SELECT count(*) FROM crm.people") == 5
    assert "one_nick" in outcomes[1].message


def test_it_waits_for_whoever_is_making_the_same_row(people: Place, server) -> None:
    connector, outcomes = rows(people), []
    connector.describe()
    worker = threading.Thread(target=lambda: outcomes.extend(connector.create([person("a@example.com", nick="al")])))
    with psycopg.connect(server.address()) as other:
        other.execute("INSERT INTO crm.people (email, last_name) VALUES ('a@example.com', 'Other')")
        worker.start()
        worker.join(0.5)
        assert worker.is_alive()
    worker.join(10)
    assert codes(outcomes) == [""]
    assert people.column("SELECT nick FROM crm.people") == ["al"]


@pytest.mark.parametrize("index", ["(lower(email))", "(email) WHERE NOT gone", "(email, nick)", "(lower(nick), email)"])
def test_without_a_plain_unique_index_it_says_what_to_do(people: Place, server, index: str) -> None:
    server.run("ALTER TABLE crm.people DROP CONSTRAINT one_email", f"CREATE UNIQUE INDEX one ON crm.people {index}")
    with pytest.raises(Rejected, match=r"CREATE UNIQUE INDEX some_name ON crm\.people"):
        rows(people).create([person("a@example.com")])
    server.run("CREATE UNIQUE INDEX two ON crm.people (email)")
    assert codes(rows(people).create([person("a@example.com")])) == [""]


def test_a_constraint_that_is_checked_late_stops_the_account(people: Place, server) -> None:
    late = "ADD CONSTRAINT one_email UNIQUE (email) DEFERRABLE"
    server.run("ALTER TABLE crm.people DROP CONSTRAINT one_email", f"ALTER TABLE crm.people {late}")
    with pytest.raises(Denied, match="55000"):
        rows(people).create([person("a@example.com")])


class TestUpserting(ConnectorContract):
    @pytest.fixture
    def subject(self, people, server) -> Iterator[Subject]:
        with connected(server.address("clerk:wrong")) as locked:
            options = {**OPTIONS, "writable": ["email", "last_name", "tags", "labels", "badge"]}
            yield Subject(
                open=lambda names: people.rows(*names, **options),
                fields=people.rows(**options).describe(),
                hands=people.hands("people", schema="crm"),
                samples={"badge": [f"00000000-0000-4000-8000-{n:012}" for n in range(10)]},
                stranger=lambda: Place(locked).rows("email", **options),
            )
