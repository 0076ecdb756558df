"""An error as a person sees it: what was found and what to do, never a traceback unless asked for."""

from __future__ import annotations

import sys
import traceback

import typer

from reconciler.errors import ReconcilerError
from reconciler.telemetry import redact_text


def show(error: Exception, *, debug: bool = False) -> int:
    """Say ``error`` on standard error; returns the exit code."""
    if debug and not isinstance(error, typer.TyperException):
        _say(redact_text("".join(traceback.format_exception(error))))
    if isinstance(error, ReconcilerError):
        _say(str(error))
        return error.exit_code
    if isinstance(error, typer.TyperException):
        _say(f"{error.format_message()}\nSee: reconciler --help, or --help after a command.")
        return 1
    _say(f"unexpected {type(error).__name__}: {redact_text(str(error))}")
    if not debug:
        _say("This is a defect of the reconciler. The same command with --debug shows where it happened.")
    return 1


def _say(text: str) -> None:
    sys.stderr.write(f"{text.rstrip()}\n")
