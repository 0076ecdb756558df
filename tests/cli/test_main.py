"""What all commands have in common: help, shared options, errors, endings."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from importlib import import_module, metadata
from pathlib import Path

import pytest

from reconciler.cli.main import COMMANDS
from reconciler.errors import Bug

PAGE = Path(__file__).resolve().parents[2] / "docs" / "cli.md"
GENEROUS = 5.0
"""Seconds for help on a machine that does other things too; alone it takes a fifth of one."""


def test_help_answers_at_once(record_property):
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "reconciler", "--help"], capture_output=True, text=True, check=True)
    record_property("seconds of --help", time.perf_counter() - started)
    assert all(name in done.stdout for name in COMMANDS)
    assert time.perf_counter() - started < GENEROUS


def test_help_loads_nothing_heavy():
    heavy = {"sqlalchemy", "httpx", "pydantic", "reconciler.wiring", "reconciler.spec", "phonenumbers", "structlog"}
    code = f"import sys; from reconciler.cli.main import main; main(['--help']); print({heavy!r} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(cli, name):
    said = cli(name, "--help")
    assert said.code == 0
    assert f"Usage: reconciler {name}" in said.out
    assert "Options of every command" in said.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented(name):
    assert f"\n## {name}\n" in PAGE.read_text()
    assert import_module(f"reconciler.cli.{name.replace('-', '_')}").__doc__


def test_the_version_is_the_packages(cli):
    assert cli("--version").out == f"reconciler {metadata.version('reconciler')}\n"


def test_what_stands_nearer_to_the_command_wins(cli, home, monkeypatch):
    for name in ("environment", "before", "after"):
        (home / name).mkdir()
    monkeypatch.setenv("RECONCILER_CONFIG", "environment")
    assert cli("validate").out.endswith(" in environment.\n")
    assert cli("--config", "before", "validate").out.endswith(" in before.\n")
    assert cli("--config", "before", "validate", "--config", "after").out.endswith(" in after.\n")


@pytest.mark.parametrize(
    "words", [("plann",), ("plan", "--nope"), ("plan", "--limit", "few"), ("--config",), ("show",)]
)
def test_a_slip_of_the_pen_ends_with_one_and_a_hint(cli, words):
    said = cli(*words)
    assert (said.code, said.out) == (1, "")
    assert "--help" in said.err


@pytest.mark.parametrize("state", ["mongodb://somewhere/x", "missing\x00", "/proc/nowhere/state.sqlite"])
def test_a_state_that_cannot_be_is_an_error_in_words(cli, state):
    said = cli("status", "--state", state)
    assert said.code == 1
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("error", "code"),
    [(Bug("an invariant broke"), 1), (RuntimeError("of anna@example.com"), 1), (KeyboardInterrupt(), 130)],
)
def test_no_error_shows_a_traceback(cli, monkeypatch, error, code):
    def broken(_path: object) -> None:
        raise error

    monkeypatch.setattr("reconciler.cli.validate.read_specs", broken)
    said = cli("validate")
    assert (said.code, said.out) == (code, "")
    assert "Traceback" not in said.err
    assert "anna@example.com" not in said.err


def test_an_unexpected_error_says_how_to_learn_more(cli, monkeypatch):
    monkeypatch.setattr("reconciler.cli.validate.read_specs", lambda _path: {}["anna@example.com"])
    assert "--debug" in cli("validate").err
    told = cli("validate", "--debug").err
    assert "Traceback" in told
    assert "anna@example.com" not in told


def test_a_closed_pipe_is_no_error():
    command = [sys.executable, "-m", "reconciler", "schema", "plan"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout
        assert running.stderr
        running.stdout.close()
        assert "Traceback" not in running.stderr.read()


@pytest.mark.usefixtures("specs")
def test_log_lines_go_beside_the_result(cli):
    said = cli("plan", "--format", "json", "--log-level", "debug", "--log-format", "json")
    assert json.loads(said.out)["connection"] == "newsletter"
    assert all(json.loads(line)["level"] for line in said.err.splitlines())
    assert "example.com" not in said.err
