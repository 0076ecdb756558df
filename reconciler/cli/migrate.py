"""``reconciler migrate``: specs of older versions, rewritten in place with every comment kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.command import Settings, command
from reconciler.errors import SpecError
from reconciler.spec.load import migrate_folder


@command
def migrate(
    settings: Settings,
    path: Annotated[Path | None, typer.Argument(help="A folder or one file; the folder of specs if left out.")] = None,
) -> int:
    """Rewrite specs of older versions of the format in place. Comments stay; what is current stays as it is.

    Ends with 1 when a file cannot be read or comes from a version that there is no way from.
    """
    rewritten, problems = migrate_folder(path or settings.config)
    for file in rewritten:
        typer.echo(f"rewrote {file}")
    if problems:
        raise SpecError(problems)
    if not rewritten:
        typer.echo("Everything is in the current version.")
    return 0
