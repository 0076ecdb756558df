"""A table whose deleted rows stay marked and hold their address: with and without creates that may write onto them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.e2e.house import House

if TYPE_CHECKING:
    from pathlib import Path

SPEC = """\
version: 1
kind: account
name: shop
app: sql
auth: {{url: {{env: DATABASE_URL}}}}
options: {{table: customers, deleted: gone{upsert}}}
---
version: 1
kind: account
name: sheet
app: csv
options: {{folder: {folder}, file: people.csv, make_ids: true}}
---
version: 1
kind: connection
name: tables
sync: db <-> file
sides:
  db: {{app: sql, account: shop, entity: rows}}
  file: {{app: csv, account: sheet, entity: rows}}
match: [email]
winner: db
"""
TABLE = """CREATE TABLE customers (no INTEGER PRIMARY KEY, email VARCHAR(80) UNIQUE, first_name TEXT, last_name TEXT,
phone TEXT, gone BOOLEAN NOT NULL DEFAULT FALSE)"""
GONE = "INSERT INTO customers (email, first_name, phone, gone) VALUES ('p1@example.com', 'Old', '+3225550101', 1)"
SHEET = "id,email,first_name,last_name\n,p1@example.com,New,One\n,p2@example.com,Second,Two\n"


def held(folder: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "shop.sqlite")) as database:
        return database.execute("SELECT no, email, first_name, phone, gone FROM customers ORDER BY no").fetchall()


@pytest.mark.parametrize(
    ("upsert", "failures", "first"),
    [
        ("", {"unique": 1}, (1, "p1@example.com", "Old", "+3225550101", 1)),
        (", upsert_on: [email]", {}, (1, "p1@example.com", "New", "+3225550101", 0)),
    ],
)
def test_an_address_that_a_marked_row_holds(tmp_path: Path, upsert, failures, first) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.sqlite")) as database, database:
        database.execute(TABLE)
        database.execute(GONE)
    (tmp_path / "people.csv").write_text(SHEET)
    with House(tmp_path, {"DATABASE_URL": f"sqlite:///{tmp_path}/shop.sqlite"}) as house:
        house.write("tables.yaml", SPEC.format(folder=tmp_path, upsert=upsert))
        assert dict(house.run("tables").failures) == failures
        assert held(tmp_path) == [first, (2, "p2@example.com", "Second", None, 0)]
        house.clock.advance(90_000)
        assert dict(house.run("tables").failures) == failures
        assert len(held(tmp_path)) == 2
