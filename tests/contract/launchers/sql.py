from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from reconciler.testing.contract import Subject
from tests.tables.people import Place, connected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.contract.launchers.launch import Fresh

TABLE = """
CREATE TABLE people (
    id INTEGER PRIMARY KEY,
    email VARCHAR(120),
    first_name VARCHAR(60), last_name VARCHAR(60) NOT NULL, company VARCHAR(80), title TEXT,
    phone TEXT, website TEXT, street TEXT, city VARCHAR(60), postal_code TEXT, country TEXT,
    birthday DATE, notes TEXT, tags TEXT, opt_out BOOLEAN,
    score INTEGER, weight REAL, balance NUMERIC(12, 2), met_at TIMESTAMP, labels JSON,
    made_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    changed_at TIMESTAMP NOT NULL DEFAULT '2000-01-01 00:00:00',
    gone_at TIMESTAMP
)
"""
ACCOUNT = {
    "table": "people",
    "modified": "changed_at",
    "deleted": "gone_at",
    "writable": [
        *("email", "first_name", "last_name", "company", "title", "phone", "website", "street", "city", "postal_code"),
        *("country", "birthday", "notes", "tags", "opt_out", "score", "weight", "balance", "met_at", "labels"),
    ],
    "lists": ["labels"],
    "overlap": 0,
    "page_size": 20,
    "batch": 10,
}
STAMP = "UPDATE people SET changed_at = (SELECT now FROM clock) WHERE id = NEW.id"
CLOCK = (
    "CREATE TABLE clock (now TEXT)",
    "INSERT INTO clock VALUES ('2020-01-01 00:00:00')",
    *(f"CREATE TRIGGER stamp_{event} AFTER {event} ON people BEGIN {STAMP}; END" for event in ("INSERT", "UPDATE")),
)
"""The table stamps its rows itself, by a clock that the test moves."""


@contextmanager
def sqlite(folder: Path) -> Iterator[Fresh]:
    path = folder / "people.sqlite"
    with closing(sqlite3.connect(path)) as made:
        made.execute(TABLE)
    with connected(f"sqlite:///{path}") as database, connected(f"sqlite:///{folder}/nothing.sqlite") as nowhere:
        place, stranger = Place(database), Place(nowhere)
        place.sql(*CLOCK)

        def fresh() -> Subject:
            place.sql("DELETE FROM people")
            return Subject(
                open=lambda names: place.rows(*names, **ACCOUNT),
                fields=place.rows(**ACCOUNT).describe(),
                hands=place.hands("people"),
                wait=lambda _seconds: place.sql("UPDATE clock SET now = datetime(now, '+1 seconds')"),
                stranger=lambda: stranger.rows("email", **ACCOUNT),
            )

        yield fresh


LAUNCHERS = {"rows": sqlite}
