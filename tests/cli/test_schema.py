from __future__ import annotations

from pathlib import Path

import pytest

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"


@pytest.mark.parametrize("name", ["connection", "account", "plan"])
def test_it_prints_what_the_repository_holds(cli, name):
    assert cli("schema", name).out == (SCHEMAS / f"{name}.v1.json").read_text()


def test_without_a_name_it_says_which_there_are(cli):
    names = [line.split("\t")[1] for line in cli("schema").out.splitlines()]
    assert set(names) == {path.name for path in SCHEMAS.iterdir()}


def test_it_writes_files_beside_the_specs(cli, home):
    assert cli("schema", "--write", "schemas").code == 0
    assert {path.name: path.read_text() for path in (home / "schemas").iterdir()} == {
        path.name: path.read_text() for path in SCHEMAS.iterdir()
    }


def test_a_folder_that_cannot_be_written_is_an_error_in_words(cli, home):
    (home / "file").write_text("")
    said = cli("schema", "--write", "file/below")
    assert said.code == 1
    assert "cannot be written" in said.err


def test_a_misspelt_name_is_answered_with_the_nearest(cli):
    said = cli("schema", "conection")
    assert said.code == 1
    assert "did you mean 'connection'?" in said.err
