"""A table of a real PostgreSQL keeps the contract, and what only a real one does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.testing.contract import ConnectorContract, Subject
from tests.tables.people import Place, connected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.real.postgres import Postgres

pytestmark = pytest.mark.real

TABLE = """
CREATE TABLE crm.people (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email varchar(120), first_name varchar(60), last_name varchar(60) NOT NULL, company varchar(80), title text,
    phone text, website text, street text, city varchar(60), postal_code text, country char(20),
    birthday date, notes text NOT NULL DEFAULT '', tags text[], labels jsonb, groups text,
    opt_out boolean, score integer, weight double precision, balance numeric(12, 2),
    met_at timestamptz, seen_at timestamp, tea_time time, badge uuid, mood mood, nick nickname,
    full_name text GENERATED ALWAYS AS (coalesce(first_name, '') || ' ' || last_name) STORED,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    gone boolean NOT NULL DEFAULT false
)
"""
STAMP = (
    """CREATE FUNCTION crm.stamp() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN NEW.changed_at := clock_timestamp(); RETURN NEW; END $$""",
    "CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON crm.people FOR EACH ROW EXECUTE FUNCTION crm.stamp()",
)
OPTIONS = {
    "table": "crm.people",
    "modified": "changed_at",
    "deleted": "gone",
    "lists": ["labels", "groups"],
    "page_size": 20,
    "batch": 10,
}


@pytest.fixture(scope="module")
def server(postgres_server) -> Postgres:
    postgres_server.run(
        "CREATE TYPE mood AS ENUM ('sad', 'ok', 'glad')",
        "CREATE DOMAIN nickname AS varchar(30) CHECK (VALUE <> 'nobody')",
        TABLE,
        *STAMP,
        "GRANT SELECT, INSERT, UPDATE, DELETE ON crm.people TO clerk",
    )
    return postgres_server


@pytest.fixture(scope="module")
def place(server) -> Iterator[Place]:
    """As an ordinary user."""
    with connected(server.address("clerk:clerk")) as database:
        yield Place(database)


@pytest.fixture
def people(place) -> Place:
    place.sql("DELETE FROM crm.people")
    return place


class TestTable(ConnectorContract):
    @pytest.fixture
    def subject(self, people, server) -> Iterator[Subject]:
        with connected(server.address("clerk:wrong")) as locked:
            yield Subject(
                open=lambda names: people.rows(*names, **OPTIONS),
                fields=people.rows(**OPTIONS).describe(),
                hands=people.hands("people", schema="crm"),
                samples={
                    "nick": ["Ann", "Bob", "Cy"],
                    "badge": [f"00000000-0000-4000-8000-{n:012}" for n in range(10)],
                    "tea_time": ["16:00:00", "16:30:00"],
                },
                stranger=lambda: Place(locked).rows("email", **OPTIONS),
            )
