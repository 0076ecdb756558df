from __future__ import annotations

import json

from reconciler.cli.init import contents
from reconciler.cli.specs import read_specs


def test_what_it_writes_is_valid_without_a_warning(cli, home):
    said = cli("init")
    assert said.code == 0
    assert {name for name in contents() if not (home / name).is_file()} == set()
    assert cli("validate").out == "Valid: 1 connection and 2 accounts in connections.d.\n"


def test_the_editor_finds_the_schemas_that_the_specs_name(cli, home):
    cli("init", "deep/down")
    for spec in (home / "deep" / "down" / "connections.d").iterdir():
        first = spec.read_text().splitlines()[0]
        schema = json.loads((spec.parent / first.partition("$schema=")[2]).read_text())
        assert schema["title"].lower() in {"account", "connection"}


def test_it_overwrites_nothing(cli, home):
    (home / ".gitignore").write_text("mine\n")
    said = cli("init")
    assert said.code == 1
    assert ".gitignore is there already" in said.err
    assert [file.name for file in home.iterdir()] == [".gitignore"]
    assert (home / ".gitignore").read_text() == "mine\n"


def test_the_state_stays_out_of_version_control():
    assert "/state/" in contents()[".gitignore"].splitlines()


def test_the_starter_is_a_two_way_example(cli, home):
    cli("init")
    connection = read_specs(home / "connections.d").resolution.connections["newsletter"]
    assert connection.direction == "<->"
    assert {rule.source for rule in connection.rules} == {"left", "right"}
    assert connection.limits
