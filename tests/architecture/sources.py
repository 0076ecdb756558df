"""The project's own files, as the architecture tests look at them."""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "reconciler"

# Not written by us: version control, environments, caches and what a build leaves behind.
NOT_OURS = {".git", ".venv", "build", "dist", "node_modules", "__pycache__", "state"}
NOT_TEXT = {".pyc", ".png", ".gz", ".sqlite", ".whl", ".key"}


def ours(folder: Path) -> Iterator[Path]:
    """Every file below ``folder`` that we wrote, in a stable order."""
    for here, folders, files in os.walk(folder):
        top = Path(here) == ROOT
        folders[:] = sorted(name for name in folders if not _skipped(name, top=top))
        yield from (Path(here, name) for name in sorted(files) if Path(name).suffix not in NOT_TEXT)


def _skipped(name: str, *, top: bool) -> bool:
    if name == "state" and not top:
        return False
    return name in NOT_OURS or name.endswith((".egg-info", "_cache")) or name == ".hypothesis"


def python_files(folder: Path) -> list[Path]:
    """Every Python file below ``folder``."""
    return [path for path in ours(folder) if path.suffix == ".py"]


def tree(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def short(path: Path) -> str:
    """The path as a person would say it."""
    return path.relative_to(ROOT).as_posix()
