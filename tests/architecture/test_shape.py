"""The shape of the code: short files, short functions, no drawer for odds and ends."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from statistics import median, quantiles

from tests.architecture.sources import PACKAGE, ROOT, python_files, short, tree

LONGEST_FILE = 300
LONGEST_FUNCTION = 45
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}


@dataclass(frozen=True, slots=True)
class Function:
    where: str
    lines: int


def functions() -> list[Function]:
    """Every function of the package with its length in lines, the docstring left out."""
    return [
        Function(f"{short(path)}:{node.lineno} {node.name}", _length(node))
        for path in python_files(PACKAGE)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    spoken = (first.end_lineno or 0) - first.lineno + 1 if ast.get_docstring(node) else 0
    return (node.end_lineno or 0) - node.lineno + 1 - spoken


def test_no_file_is_too_long_to_read() -> None:
    lengths = {short(path): len(path.read_text().splitlines()) for path in python_files(ROOT)}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_too_long_to_read() -> None:
    assert [found for found in functions() if found.lines > LONGEST_FUNCTION] == []


def test_most_functions_fit_in_one_glance(record_property) -> None:
    lengths = [found.lines for found in functions()]
    middle, ninety = median(lengths), quantiles(lengths, n=10)[-1]
    record_property("function lines: median", middle)
    record_property("function lines: 90th percentile", ninety)
    assert middle <= 9
    assert ninety <= 30


def test_nothing_is_called_a_drawer() -> None:
    assert [short(path) for path in python_files(PACKAGE) if DRAWERS & {path.stem, path.parent.name}] == []
