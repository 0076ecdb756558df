"""The command line's way in: names to commands, settings, and errors to exit codes.

A command's module is imported only when its name stands among the arguments, so that help answers at once.
"""

from __future__ import annotations

import inspect
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, Self

import typer

from reconciler.cli.command import INTERRUPTED, Settings, shared_parameters, with_signature

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

COMMANDS = {
    "init": "Write a starter folder: accounts, one connection, schemas.",
    "validate": "Check specs, offline.",
    "plan": "Show what a cycle would write, and send nothing.",
    "apply": "Run one cycle now.",
    "run": "Keep every connection in step, until told to stop.",
    "apps": "Show which apps there are, and what each can do.",
    "fields": "Show the fields of an account, custom ones too.",
    "accounts": "Try every account: who am I, what is left, what is missing.",
    "login": "Come by an account's credentials, and keep them.",
    "status": "Show how every connection is doing.",
    "show": "Show one contact: its state, its link, its history.",
    "sandbox": "Start emulated apps to try things on.",
    "demo": "See it work, on emulated apps.",
    "schema": "Print or write the JSON Schemas.",
    "new-app": "Write a package for an app that is not there yet.",
    "migrate": "Rewrite specs of older versions, in place.",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that ``arguments`` (default: the process's own) name; returns the exit code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    with _Ending(debug="--debug" in words) as ending:
        wanted = COMMANDS if "_RECONCILER_COMPLETE" in os.environ else words
        program = typer.main.get_command(_program(wanted))
        ending.code = program.main(words, prog_name="reconciler", standalone_mode=False) or 0
    return ending.code


class _Ending:
    """The exit code; whatever is raised becomes one, and a message for a person."""

    def __init__(self, *, debug: bool) -> None:
        self.code = 0
        self._debug = debug

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, (KeyboardInterrupt, typer.Abort)):
            self.code = INTERRUPTED
        elif isinstance(error, Exception):
            self.code = import_module("reconciler.cli.failure").show(error, debug=self._debug)
        return error is None or self.code != 0


def _program(words: Collection[str]) -> typer.Typer:
    program = typer.Typer(
        no_args_is_help=True,
        invoke_without_command=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        help="Keeps the same contacts in two apps in step: declarative, versioned, previewed.",
    )
    program.callback()(_root())
    for name, line in COMMANDS.items():
        function = _load(name) if name in words else _unloaded
        program.command(name, short_help=line, help=_flowing(function.__doc__ or ""))(function)
    return program


def _flowing(doc: str) -> str:
    """A docstring whose paragraphs fill whatever width there is."""
    return "\n\n".join(" ".join(part.split()) for part in doc.split("\n\n"))


def _load(name: str) -> Callable[..., int | None]:
    module = name.replace("-", "_")
    function: Callable[..., int | None] = getattr(import_module(f"reconciler.cli.{module}"), module)
    return function


def _unloaded() -> None:
    """Stands in the list of commands for one that was not asked for."""


def _root() -> Callable[..., int | None]:
    unasked = False
    version = typer.Option(unasked, "--version", help="Show the version and end.", show_default=False)
    said = inspect.Parameter("version", inspect.Parameter.KEYWORD_ONLY, default=version, annotation=bool)
    return with_signature(_settle, [said, *shared_parameters(first=True)])


def _settle(ctx: typer.Context, *, version: bool, **settings: object) -> None:
    """What stands before the command's name."""
    if version:
        metadata = import_module("importlib.metadata")  # only here: it costs as much as all of Typer
        typer.echo(f"reconciler {metadata.version('reconciler')}")
        raise typer.Exit
    known: dict[str, Any] = settings
    ctx.obj = Settings(**known)
