"""A database file of its own for every test."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.tables.people import Place, connected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.sqlite"
    with closing(sqlite3.connect(path)) as made:
        made.execute("PRAGMA journal_mode = WAL")  # an empty database is an empty file otherwise
    return path


@pytest.fixture
def place(file: Path) -> Iterator[Place]:
    with connected(f"sqlite:///{file}") as database:
        yield Place(database)


@pytest.fixture
def people(place: Place) -> Place:
    place.sql(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT UNIQUE, last_name VARCHAR(20) NOT NULL,"
        " age INTEGER CHECK (age < 150), tags TEXT)"
    )
    return place
