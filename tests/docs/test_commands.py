"""Every command that the documentation shows is one that exists, with options that it takes."""

from __future__ import annotations

import re
import shlex
from functools import cache

import pytest
import typer

from reconciler.cli.main import COMMANDS, _program, main
from tests.docs.pages import PAGES, blocks, code

CALL = re.compile(r"(?:^|[\s`(/])reconciler (?P<words>[-\w][^|&;)`\n#]*)")
PROGRAM = typer.main.get_command(_program(COMMANDS))


def shown() -> set[tuple[str, str]]:
    """``(page, words after reconciler)`` of every command on every page; COMMAND stands for any of them."""
    found = set()
    for page in PAGES:
        texts = [
            *(
                line.removeprefix("$ ")
                for text in blocks(page, "console")
                for line in text.splitlines()
                if line.startswith("$")
            ),
            *(text for language in ("bash", "yaml", "ini") for text in blocks(page, language)),
            *code(page),
        ]
        found |= {(page, one["words"].strip()) for text in texts for one in CALL.finditer(f" {text}")}
    return {one for one in found if "COMMAND" not in one[1]}


@cache
def options(command: str) -> frozenset[str]:
    """What the command takes, the options of every command included."""
    context = typer.Context(PROGRAM)
    found = PROGRAM.get_command(context, command)
    return frozenset(name for one in (*found.params, *PROGRAM.params) for name in (*one.opts, *one.secondary_opts))


@pytest.mark.parametrize(("page", "words"), sorted(shown()))
def test_a_command_exists_with_its_options(page: str, words: str) -> None:
    said = shlex.split(words)
    (command, *_) = [word for word in said if word in COMMANDS] or [""]
    assert command, f"{page} shows 'reconciler {words}'"
    unknown = {word for word in said if word.startswith("-")} - options(command) - {"--version", "--help"}
    assert unknown == set()


def test_enough_is_shown_to_be_worth_checking() -> None:
    assert set(COMMANDS) == {word for _, words in shown() for word in words.split() if word in COMMANDS}


def test_the_first_commands_print_what_the_page_shows(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    page = "".join(blocks("getting-started.md", "console"))
    for command, begins in (("init", "wrote "), ("validate", "Valid")):
        assert main([command]) == 0
        printed = [line for line in capsys.readouterr().out.splitlines() if line.startswith(begins)]
        assert printed == [line for line in page.splitlines() if line.startswith(begins)]
