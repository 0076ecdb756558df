"""``reconciler init``: a starter folder that works on the sandbox at once."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.command import Settings, command
from reconciler.errors import ReconcilerError
from reconciler.spec.schema import generate

IGNORED = """\
# What the reconciler remembers, and the key of its fingerprints: not for version control.
/state/
"""
NEXT = """\
Next, on emulated apps:
  reconciler sandbox                        (in another terminal)
  eval "$(reconciler sandbox --env)"
  reconciler validate
  reconciler plan
  reconciler apply"""


class AlreadyThere(ReconcilerError):
    """A file that would be overwritten."""

    label = "spec"


@command
def init(
    _settings: Settings,
    path: Annotated[Path, typer.Argument(help="Where; made if it is not there.")] = Path(),
) -> int:
    """Write a starter folder: accounts, one connection with comments, JSON Schemas for the editor, a .gitignore.

    The accounts are those of the sandbox, so that it works at once. Nothing is overwritten.
    """
    wanted = {path / name: text for name, text in contents().items()}
    there = [str(file) for file in wanted if file.exists()]
    if there:
        raise AlreadyThere(
            f"Nothing was written: {', '.join(there)} {'is' if len(there) == 1 else 'are'} there already."
        )
    for file, text in wanted.items():
        _write(file, text)
        typer.echo(f"wrote {file}")
    typer.echo(NEXT)
    return 0


def contents() -> dict[str, str]:
    """Every file of the starter folder."""
    starter = files("reconciler.cli") / "starter"
    specs = {f"connections.d/{one.name}": one.read_text(encoding="utf-8") for one in starter.iterdir()}
    schemas = {f"schemas/{name}": text for name, text in generate().items()}
    return dict(sorted(specs.items())) | schemas | {".gitignore": IGNORED}


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as new:
            new.write(text)
    except OSError as error:
        raise ReconcilerError(f"{file} cannot be written: {error.strerror}") from error
