"""What every command shares: the options that stand before its name or after it, and the settings they make."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, fields, replace
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

LogFormat: TypeAlias = Literal["json", "console"]
LogLevel: TypeAlias = Literal["debug", "info", "warning", "error"]

INTERRUPTED = 130
"""The exit code after Ctrl-C."""

PANEL = "Options of every command"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person, or the environment, said for every command. None leaves it to the command."""

    config: Path = Path("connections.d")
    state: str = "./state/reconciler.sqlite"
    log_format: LogFormat | None = None
    log_level: LogLevel | None = None
    debug: bool = False


class _Shared(NamedTuple):
    """One shared option: its type, its help, the variable that stands for it, what it is called in the help."""

    type: Any
    help: str
    variable: str | None = None
    metavar: str | None = None


SHARED = {
    "config": _Shared(Path, "The folder of specs.", "RECONCILER_CONFIG", "DIR"),
    "state": _Shared(str, "Where the state is kept: a path, or a database's URL.", "RECONCILER_STATE", "URL"),
    "log_format": _Shared(LogFormat, "How log lines look.", "RECONCILER_LOG_FORMAT"),
    "log_level": _Shared(LogLevel, "Which log lines are shown.", "RECONCILER_LOG_LEVEL"),
    "debug": _Shared(bool, "Show where an unexpected error came from."),
}


def shared_parameters(*, first: bool) -> list[inspect.Parameter]:
    """The shared options as Typer reads them. Only the ``first`` ones, before the command's name, have defaults and
    look into the environment: so what stands nearer to the command wins."""
    return [_parameter(field.name, field.default if first else None, first=first) for field in fields(Settings)]


def _parameter(name: str, default: object, *, first: bool) -> inspect.Parameter:
    shared = SHARED[name]
    option = typer.Option(
        default,
        f"--{name.replace('_', '-')}",
        help=shared.help,
        envvar=shared.variable if first else None,
        metavar=shared.metavar,
        show_default=first and default not in (None, False),
        rich_help_panel=PANEL,
    )
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=option, annotation=shared.type | None)


def command(function: Callable[..., int | None]) -> Callable[..., int | None]:
    """Make ``function(settings, …)`` a command that also takes the shared options.

    It returns its exit code (None for 0). Heavy imports belong to its module, which is loaded when it is asked for.
    """
    own = [*inspect.signature(function, eval_str=True).parameters.values()][1:]

    def run(ctx: typer.Context, **values: object) -> int | None:
        said: dict[str, Any] = {name: value for name in SHARED if (value := values.pop(name)) is not None}
        return function(replace(ctx.obj, **said), **values)

    return with_signature(update_wrapper(run, function), [*own, *shared_parameters(first=False)])


def with_signature(
    function: Callable[..., int | None], parameters: list[inspect.Parameter]
) -> Callable[..., int | None]:
    """``function(ctx, …)`` as Typer shall see it."""
    context = inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    signature = inspect.Signature([context, *(one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in parameters)])
    vars(function)["__signature__"] = signature
    function.__annotations__ = {one.name: one.annotation for one in signature.parameters.values()}
    return function
