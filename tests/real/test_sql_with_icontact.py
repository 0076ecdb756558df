"""A table of a real PostgreSQL and an emulated newsletter service, kept in step both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from reconciler.testing.clock import FakeClock
from tests.e2e.house import House
from tests.e2e.town import ENVIRON, town

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.town import Town
    from tests.real.postgres import Postgres

pytestmark = pytest.mark.real

SIZE = 300
TABLE = """CREATE TABLE crm.customers (no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email varchar(80) UNIQUE,
first_name text, last_name text, phone text, city text, tags text[])"""
PUT = "INSERT INTO crm.customers (email, first_name, last_name, city) VALUES (%s, %s, %s, %s)"
ACCOUNT = """\
version: 1
kind: account
name: shop
app: sql
auth: {url: {env: DATABASE_URL}}
options: {table: crm.customers}
---
version: 1
kind: connection
name: customers
sync: db <-> news
sides:
  db: {app: sql, account: shop, entity: rows}
  news: {app: icontact, account: mail, entity: contacts}
match: [email]
winner: db
limits: {update: 100%, create: 10000}
"""


@pytest.fixture
def shop(postgres_server) -> Postgres:
    postgres_server.run(TABLE, "GRANT SELECT, INSERT, UPDATE ON crm.customers TO clerk")
    with psycopg.connect(postgres_server.address()) as connection:
        rows = [(f"p{n}@example.com", f"First{n}", f"Last{n}", f"Town {n}") for n in range(200)]
        connection.cursor().executemany(PUT, rows)
    return postgres_server


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def apps(clock: FakeClock) -> Iterator[Town]:
    with town(clock) as both:
        for number in range(100, SIZE):
            name = {"firstName": f"First{number}", "lastName": f"Last{number}"}
            both.folder.put({"email": f"p{number}@example.com", "city": f"Stad {number}", **name})
        yield both


@pytest.fixture
def house(tmp_path, apps: Town, shop: Postgres, clock: FakeClock) -> Iterator[House]:
    environ = {**ENVIRON, "DATABASE_URL": shop.address("clerk:clerk")}
    with House(tmp_path, environ, clock) as one:
        one.write("accounts.yaml", apps.accounts)
        one.write("customers.yaml", ACCOUNT)
        yield one


def in_both(apps: Town, shop: Postgres) -> tuple[dict[str, tuple], dict[str, tuple]]:
    with psycopg.connect(shop.address()) as connection:
        found = connection.execute("SELECT email, first_name, last_name, city FROM crm.customers").fetchall()
    news = apps.folder.contacts().values()
    return (
        {email: rest for email, *rest in found},
        {str(one["email"]): [one.get("firstName"), one.get("lastName"), one.get("city")] for one in news},
    )


def test_both_have_everybody_and_edits_meet(house: House, apps: Town, shop: Postgres) -> None:
    report = house.run("customers")
    assert (report.result, report.failures) == ("ok", {}), report.message
    house.settle("customers")
    table, news = in_both(apps, shop)
    assert table == news
    assert len(table) == SIZE
    shop.run("UPDATE crm.customers SET city = 'Brugge' WHERE no % 10 = 0")
    for record_id in apps.folder.ids()[::7]:
        apps.folder.edit(record_id, {"firstName": "Edited"})
    house.settle("customers")
    table, news = in_both(apps, shop)
    assert table == news
    assert sum(city == "Brugge" for *_, city in table.values()) >= 30
    assert sum(first == "Edited" for first, *_ in table.values()) >= 40
    for _ in range(2):
        assert house.plan("customers") == []
        house.clock.advance(3600)
        house.run("customers")
