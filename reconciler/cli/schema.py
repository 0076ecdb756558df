"""``reconciler schema``: the JSON Schemas that editors complete and check specs with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.command import Settings, command
from reconciler.errors import ReconcilerError
from reconciler.spec.findings import suggest
from reconciler.spec.schema import generate


@command
def schema(
    _settings: Settings,
    name: Annotated[str | None, typer.Argument(help="connection, account or plan; all if left out.")] = None,
    *,
    folder: Annotated[
        Path | None, typer.Option("--write", metavar="DIR", help="Write files there instead of printing.")
    ] = None,
) -> int:
    """Print the JSON Schemas of specs and plans, or write them to a folder.

    Without a name and without --write, the names are printed.
    """
    schemas = {file.partition(".")[0]: (file, text) for file, text in generate().items()}
    if name is not None and name not in schemas:
        raise typer.BadParameter(f"there is no schema '{name}': {suggest(name, schemas)}")
    wanted = schemas if name is None else {name: schemas[name]}
    if folder is not None:
        _write(folder, dict(wanted.values()))
    elif name is not None:
        typer.echo(schemas[name][1], nl=False)
    else:
        typer.echo("\n".join(f"{each}\t{file}" for each, (file, _) in schemas.items()))
    return 0


def _write(folder: Path, texts: dict[str, str]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in texts.items():
            (folder / file).write_text(text, encoding="utf-8")
            typer.echo(f"wrote {folder / file}")
    except OSError as error:
        raise ReconcilerError(f"{folder} cannot be written: {error.strerror}") from error
