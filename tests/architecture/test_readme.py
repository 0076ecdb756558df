"""The README's two commands: one line each, each enough alone, and the ones that the acceptance run really runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from reconciler.spec.load import load_folder
from tests.architecture.sources import ROOT

if TYPE_CHECKING:
    from pathlib import Path

README = (ROOT / "README.md").read_text()
COMMANDS = re.findall(r"^```bash\n(.*?)\n```$", README, re.MULTILINE | re.DOTALL)


def test_there_are_two_of_one_line_each() -> None:
    assert [command.count("\n") for command in COMMANDS] == [0, 0]
    assert COMMANDS[0].endswith("reconciler demo --once")
    assert re.search(r"\.venv/bin/pytest\b", COMMANDS[1])


@pytest.mark.parametrize("command", COMMANDS, ids=["demo", "tests"])
def test_each_is_enough_alone(command: str) -> None:
    assert command.startswith("python3 -m venv .venv && ")
    assert "--require-hashes" in command
    named = re.findall(r"-r (\S+)", command)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_acceptance_run_takes_them_from_the_readme() -> None:
    run = (ROOT / ".ci" / "run").read_text()
    assert "grep '^python3 -m venv' README.md" in run
    assert [line for line in README.splitlines() if line.startswith("python3 -m venv")] == COMMANDS


def test_the_example_is_a_spec_that_loads(tmp_path: Path) -> None:
    (example,) = re.findall(r"^```yaml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    (tmp_path / "newsletter.yaml").write_text(example)
    loaded = load_folder(tmp_path)
    assert (loaded.problems, list(loaded.connections)) == ((), ["newsletter"])
