"""``reconciler validate``: everything that is wrong with the specs, at once and without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from reconciler.cli.command import Settings, command
from reconciler.cli.findings import as_json, tell
from reconciler.cli.specs import read_specs


@command
def validate(
    settings: Settings,
    path: Annotated[Path | None, typer.Argument(help="A folder or one file; the folder of specs if left out.")] = None,
    *,
    form: Annotated[Literal["text", "json"], typer.Option("--format", help="How findings are printed.")] = "text",
) -> int:
    """Check specs against what the apps' catalogues say, without a network.

    Prints every finding at once, with its file, line and column, what is allowed, and the nearest right spelling. Ends
    with 1 when there is an error; warnings are shown and change nothing.
    """
    specs = read_specs(path or settings.config)
    if form == "json":
        typer.echo(as_json(specs))
    else:
        tell(specs)
    return 1 if specs.resolution.problems else 0
