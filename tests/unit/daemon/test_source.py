from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel, ConfigDict

from reconciler.daemon.source import FolderSource
from reconciler.model.record import Side
from reconciler.spec.catalogue import load_catalogue
from reconciler.spec.check import AppFacts

if TYPE_CHECKING:
    from pathlib import Path

CATALOGUE = """
app: book
label: Book
entities:
  people:
    label: People
    fields:
      - {name: name, role: full_name}
      - {name: email, type: email, role: email}
"""

ACCOUNT = """
version: 1
kind: account
name: %s
app: book
base_url: https://book.example
auth: {password: {file: %s}}
"""

CONNECTION = """
version: 1
kind: connection
name: %s
sync: a <-> b
every: 1m
sides:
  a: {app: book, account: one, entity: people}
  b: {app: book, account: two, entity: people}
"""


class Login(BaseModel):
    model_config = ConfigDict(extra="forbid")

    password: str


class NoOptions(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Folder:
    def __init__(self, path: Path) -> None:
        self.path = path / "connections.d"
        self.path.mkdir()
        self.secret = path / "secret"
        self.secret.write_text("s3cr3t-value")
        self.write("accounts.yaml", "---".join(ACCOUNT % (name, self.secret) for name in ("one", "two")))
        self.write("friends.yaml", CONNECTION % "friends")
        self.source = FolderSource(self.path, {"book": AppFacts(load_catalogue(CATALOGUE), Login, NoOptions)})

    def write(self, name: str, text: str) -> None:
        (self.path / name).write_text(text)

    def only(self):
        [wanted] = self.source.load().connections
        return wanted


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_a_good_connection_as_the_daemon_sees_it(folder):
    loaded = folder.source.load()
    [wanted] = loaded.connections
    assert (wanted.name, wanted.every, wanted.paused) == ("friends", 60.0, False)
    assert wanted.file == str(folder.path / "friends.yaml")
    assert wanted.accounts == {Side.LEFT: "one", Side.RIGHT: "two"}
    assert wanted.secrets == {folder.secret}
    assert wanted.spec.connection.name == "friends"
    assert wanted.spec.accounts[Side.RIGHT].name == "two"
    assert loaded.complete
    assert not loaded.broken


def test_loading_twice_gives_the_same(folder):
    assert folder.only() == folder.only()


def test_a_comment_changes_nothing_and_a_meaning_changes_the_digest(folder):
    before = folder.only()
    folder.write("friends.yaml", "# hello\n" + CONNECTION % "friends")
    assert folder.only() == before
    folder.write("friends.yaml", CONNECTION % "friends" + "match: [name]\n")
    assert folder.only().digest != before.digest


def test_a_new_secret_file_changes_the_access_and_not_the_digest(folder):
    before = folder.only()
    fresh = folder.path.parent / "fresh"
    fresh.write_text("n3w-s3cr3t")
    fresh.rename(folder.secret)
    after = folder.only()
    assert after.digest == before.digest
    assert after.access != before.access


def test_a_changed_account_changes_the_access(folder):
    before = folder.only()
    folder.write("accounts.yaml", (folder.path / "accounts.yaml").read_text() + "rate: 2\n")
    assert folder.only().access != before.access


def test_a_broken_account_file_neither_stops_nor_freezes_its_connections(folder):
    before = folder.only()
    folder.write("accounts.yaml", "kind: [")
    assert folder.only() == before
    folder.write("friends.yaml", CONNECTION % "friends" + "paused: true\n")
    assert folder.only().paused
    assert str(folder.path / "accounts.yaml") in folder.source.load().broken


def test_a_connection_with_a_problem_is_named_but_not_given(folder):
    folder.write("friends.yaml", CONNECTION % "friends" + "match: [nmae]\n")
    loaded = folder.source.load()
    assert loaded.connections == ()
    assert loaded.named == {"friends"}
    assert loaded.broken == {str(folder.path / "friends.yaml")}


def test_a_folder_that_is_not_there_is_not_an_empty_one(folder):
    folder.path.rename(folder.path.parent / "elsewhere")
    loaded = folder.source.load()
    assert not loaded.complete
    assert [problem.file for problem in loaded.problems] == [str(folder.path)]
    folder.path.mkdir()
    assert folder.source.load().complete
