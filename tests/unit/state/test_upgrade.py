from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest
from alembic import command
from sqlalchemy import create_engine

from reconciler.errors import StateError
from reconciler.model.link import ContactState
from reconciler.model.record import Side
from reconciler.state import upgrade as upgrading
from reconciler.state.base import Memory, Observation
from reconciler.state.migrate import revisions, settings
from reconciler.state.store import open_store
from reconciler.state.tables import HEAD, metadata

SCHEMA = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version' ORDER BY name"


def opened(path):
    return open_store(str(path), bytes(32), environ={})


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state.sqlite"


def test_the_migrations_make_exactly_the_tables(path, tmp_path):
    opened(path).close()
    engine = create_engine(f"sqlite:///{tmp_path / 'wanted.sqlite'}")
    metadata.create_all(engine)
    engine.dispose()
    with closing(sqlite3.connect(path)) as made, closing(sqlite3.connect(tmp_path / "wanted.sqlite")) as wanted:
        assert tables(made) == tables(wanted)


def tables(db) -> dict[str, list[str]]:
    return {name: shape(sql) for name, sql in db.execute(SCHEMA)}


def shape(sql: str) -> list[str]:
    """The parts of a definition, whatever their order and white space."""
    return sorted(part.strip(" \t)") for part in re.split(r"[\n,]", sql) if part.strip(" \t)"))


def test_the_head_is_the_newest_migration():
    assert revisions(settings())[0] == HEAD


def test_what_was_remembered_is_there_after_opening_again(path):
    store = opened(path)
    store.connection("newsletter").record([Observation(Side.LEFT, "l1", b"f", (), ContactState.HELD)])
    store.close()
    again = opened(path)
    assert again.connection("newsletter").tallies() == {(Side.LEFT, ContactState.HELD): 1}
    again.close()


def test_a_state_at_the_head_is_opened_without_the_migrations(path, monkeypatch):
    opened(path).close()
    monkeypatch.setattr(upgrading, "import_module", None)
    again = opened(path)
    assert again.names() == []
    again.close()


def test_a_state_of_a_newer_version_is_left_alone(path):
    opened(path).close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StateError, match=r"newer version .* 9999"):
        opened(path)


def test_another_programs_database_is_left_alone(path):
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE songs (title TEXT)")
    with pytest.raises(StateError, match="not a state"):
        opened(path)


def test_a_file_that_is_no_database_is_left_alone(path):
    path.write_text("Dear diary, " * 1000)
    with pytest.raises(StateError, match=r"state\.sqlite cannot be used: file is not a database"):
        opened(path)
    assert path.read_text().startswith("Dear diary")


def test_a_migration_that_breaks_leaves_nothing_behind(path, monkeypatch):
    monkeypatch.setattr("alembic.op.create_index", None)
    with pytest.raises(TypeError):
        opened(path)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


def test_a_state_of_the_first_version_keeps_all_it_knows(path):
    with closing(sqlite3.connect(path)) as db, db:
        at_first(path)
        db.execute("INSERT INTO connection VALUES (1, 'newsletter', 'spec', 3, 0)")
        db.executemany("INSERT INTO side VALUES (?, 1, ?, ?)", [(1, "left", "cursor-7"), (2, "right", None)])
    store = opened(path)
    assert store.connection("newsletter").memory() == Memory("spec", {Side.LEFT: "cursor-7"})
    store.connection("newsletter").remember(Memory("spec", {}, {Side.LEFT: 12.5}))
    assert store.connection("newsletter").memory() == Memory("spec", {}, {Side.LEFT: 12.5})
    store.close()


def at_first(path) -> None:
    """The tables as the first version made them."""
    config = settings()
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as db:
        config.attributes["connection"] = db
        command.upgrade(config, "0001")
    engine.dispose()
