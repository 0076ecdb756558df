"""``reconciler new-app``: a package for an app that is not there yet, green from the first minute."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from reconciler.cli.command import Settings, command
from reconciler.connectors.registry import app_names
from reconciler.errors import ReconcilerError

_PLACES = {
    "pyproject.toml.txt": "pyproject.toml",
    "README.md.txt": "README.md",
    "app.py.txt": "reconciler_{name}/app.py",
    "contacts.py.txt": "reconciler_{name}/contacts.py",
    "catalogue.yaml.txt": "reconciler_{name}/catalogue.yaml",
    "fake.py.txt": "tests/fake.py",
    "test_contract.py.txt": "tests/test_contract.py",
}


class NotWritten(ReconcilerError):
    """The name cannot be used, or something is there already."""

    label = "spec"


@command
def new_app(
    _settings: Settings,
    name: Annotated[str, typer.Argument(help="What specs call the app: small letters, digits, underscores.")],
    *,
    into: Annotated[Path, typer.Option(help="Where the package's folder is made.")] = Path(),
) -> int:
    """Write the package of an app that is not there yet: connector, catalogue, a stand-in for its API, contract test.

    It passes the contract as it is written; you turn it into your app one step at a time. Nothing is overwritten.
    """
    folder = into / f"reconciler-{name}"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name in app_names():
        why = "is an app already" if name in app_names() else "is not made of small letters, digits and underscores"
        raise NotWritten(f"Nothing was written: '{name}' {why}.")
    if folder.exists():
        raise NotWritten(f"Nothing was written: {folder} is there already.")
    for path, text in contents(name).items():
        _write(folder / path, text)
        typer.echo(f"wrote {folder / path}")
    typer.echo(f"Next: cd {folder} && pip install -e . && pytest")
    return 0


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise NotWritten(f"{file} cannot be written: {error.strerror}. Choose another folder with --into.") from error


def contents(name: str) -> dict[str, str]:
    """Every file of the package, by its path."""
    words = {
        "name": name,
        "label": name.replace("_", " ").title(),
        "class_name": "".join(part.title() for part in name.split("_")),
    }
    skeleton = files("reconciler.cli") / "skeleton"
    texts = {
        place.format(name=name): Template((skeleton / file).read_text(encoding="utf-8")).substitute(words)
        for file, place in _PLACES.items()
    }
    return {**texts, f"reconciler_{name}/__init__.py": "", f"reconciler_{name}/py.typed": ""}
