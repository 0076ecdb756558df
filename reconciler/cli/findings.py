"""What ``validate`` found, for people and for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from reconciler.cli.screen import line, out
from reconciler.cli.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.text import Text

    from reconciler.cli.specs import Specs
    from reconciler.errors import Problem


def tell(specs: Specs) -> None:
    """Print every finding, and what the specs come to."""
    console = out()
    for problem in _in_order(specs):
        for each in _lines(problem):
            console.print(each)
    console.print(_verdict(specs))


def _in_order(specs: Specs) -> list[Problem]:
    """Errors and warnings as one reads the files."""
    found = (*specs.resolution.problems, *specs.resolution.warnings)
    return sorted(found, key=lambda one: (one.file, one.line, one.column))


def _lines(problem: Problem) -> Iterator[Text]:
    kind, style = ("warning", "yellow") if problem.warning else ("error", "bold red")
    where = f"{problem.file}:{problem.line}:{problem.column}: "
    yield line((where, "bold"), (f"{kind}: ", style), problem.message)
    if problem.hint:
        yield line(f"    {problem.hint}")


def _verdict(specs: Specs) -> Text:
    resolution = specs.resolution
    found = [count(len(resolution.problems), "error")] if resolution.problems else []
    found += [count(len(resolution.warnings), "warning")] if resolution.warnings else []
    good = f"{count(len(resolution.connections), 'connection')} and {count(len(resolution.accounts), 'account')}"
    if resolution.problems:
        return line((f"{' and '.join(found)}; ", "bold red"), f"{good} can be used.")
    said = f" with {found[0]}" if found else ""
    return line(("Valid", "bold green"), f"{said}: {good} in {specs.path}.")


def as_json(specs: Specs) -> str:
    """The same as one JSON document."""
    resolution = specs.resolution
    document = {
        "valid": not resolution.problems,
        "connections": sorted(resolution.connections),
        "accounts": sorted(resolution.accounts),
        "findings": [_plain(problem) for problem in _in_order(specs)],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _plain(problem: Problem) -> dict[str, object]:
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "severity": "warning" if problem.warning else "error",
        "message": problem.message,
        "hint": problem.hint,
    }
