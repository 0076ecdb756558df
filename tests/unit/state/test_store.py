from __future__ import annotations

import sqlite3
from contextlib import closing
from threading import Thread

import pytest

from reconciler.errors import StateError
from reconciler.model.link import ContactState
from reconciler.model.plan import Verb
from reconciler.model.record import Side
from reconciler.state.base import Intent, Observation
from reconciler.state.sqlite import memory_engine
from reconciler.state.store import memory_store, open_store

KEY = bytes(32)


def opened(url):
    return open_store(str(url), KEY, environ={})


def mode(path) -> int:
    return path.stat().st_mode & 0o777


def test_folder_and_file_are_for_their_owner_only(tmp_path):
    path = tmp_path / "deep" / "state" / "state.sqlite"
    store = opened(path)
    store.connection("newsletter")
    assert mode(path.parent) == 0o700
    assert {mode(file) for file in path.parent.iterdir()} == {0o600}
    assert len(list(path.parent.iterdir())) == 3
    store.close()


@pytest.mark.parametrize("name", ["state.sqlite", "with blank ? and % and #.sqlite"])
def test_a_path_or_a_url_name_the_same_state(tmp_path, name):
    opened(tmp_path / name).close()
    opened(f"sqlite:///{tmp_path / name}").close()
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("url", ["postgresql://db/state", "sqlite://", "sqlite:///", "sqlite://host/state"])
def test_another_kind_of_url_is_refused_with_the_allowed_ones(url):
    with pytest.raises(StateError, match="sqlite:///relative"):
        opened(url)


def test_a_password_in_a_url_is_not_repeated():
    with pytest.raises(StateError) as raised:
        opened("postgresql://me:hunter2@db/state")
    assert "hunter2" not in str(raised.value)


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="cannot be opened"):
        opened(tmp_path / "file" / "state.sqlite")


def test_two_stores_see_each_others_commits_and_readers_do_not_wait(tmp_path):
    one, two = opened(tmp_path / "s.sqlite"), opened(tmp_path / "s.sqlite")
    state = one.connection("newsletter")
    with closing(sqlite3.connect(tmp_path / "s.sqlite", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE connection SET digest = 'half done'")
        assert two.connection("newsletter").memory().digest == ""
        writer.execute("COMMIT")
    assert state.memory().digest == "half done"
    one.close()
    two.close()


def test_an_intent_is_on_disk_before_it_is_sent(tmp_path):
    """What a power cut leaves: the files as they were synced, here told by what SQLite was asked for."""
    store = opened(tmp_path / "s.sqlite")
    state = store.connection("newsletter")
    levels = []
    with state._database.write(durable=True) as db:
        levels.append(db.exec_driver_sql("PRAGMA synchronous").scalar())
    with state._database.write() as db:
        levels.append(db.exec_driver_sql("PRAGMA synchronous").scalar())
    assert levels == [2, 1]
    store.close()


def test_no_half_of_a_failed_transaction_is_left(tmp_path):
    store = opened(tmp_path / "s.sqlite")
    state = store.connection("newsletter")
    good = Observation(Side.LEFT, "l1", b"f", (), ContactState.HELD)
    bad = Observation(Side.RIGHT, "r1", None, (), ContactState.HELD)
    with pytest.raises(StateError, match=r"contact\.fingerprint"):
        state.record([good, bad])
    assert (state.tallies(), state.known(Side.LEFT, ["l1"])) == ({}, {})
    state.record([good])
    assert state.tallies() == {(Side.LEFT, ContactState.HELD): 1}
    store.close()


def test_shared_texts_of_a_failed_transaction_are_stored_again(tmp_path):
    store = opened(tmp_path / "s.sqlite")
    state = store.connection("newsletter")
    told = Intent(Side.RIGHT, Verb.CREATE, None, "l1", {"email": "why"})
    with pytest.raises(AttributeError):
        state.intend(1, 1.0, [told, None])
    state.intend(1, 1.0, [told])
    assert [intent.fields for intent in state.open_intents()] == [{"email": "why"}]
    store.close()


def test_an_error_never_shows_what_was_being_written(tmp_path):
    store = opened(tmp_path / "s.sqlite")
    with pytest.raises(StateError) as raised:
        store.connection("newsletter").record([Observation(Side.LEFT, "l-secret", None, (), ContactState.HELD)])
    assert "l-secret" not in f"{raised.value} {raised.value.__cause__}"
    store.close()


def test_stores_in_memory_share_nothing():
    one, two = memory_store(), memory_store()
    one.connection("newsletter")
    assert (one.names(), two.names()) == (["newsletter"], [])
    one.close()
    two.close()


def test_two_first_uses_at_once_make_one_connection(tmp_path):
    store = opened(tmp_path / "s.sqlite")
    threads = [Thread(target=store.connection, args=["newsletter"]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.names() == ["newsletter"]
    store.close()


def test_an_old_sqlite_is_said(monkeypatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 30, 0))
    with pytest.raises(StateError, match="too old"):
        memory_engine()
