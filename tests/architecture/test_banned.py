"""What the pure rooms may not even call: the disk, the screen, the clock, chance."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.architecture.sources import PACKAGE, python_files, short, tree

if TYPE_CHECKING:
    from pathlib import Path

BUILTINS = {"open", "print", "input", "exec", "eval", "breakpoint", "__import__"}
NOW = {"now", "utcnow", "today"}
CLOCKS = {"datetime", "date"}
MODULES = {
    "io",
    "logging",
    "os",
    "pathlib",
    "random",
    "secrets",
    "socket",
    "subprocess",
    "sys",
    "threading",
    "time",
    "uuid",
}
PURE = [path for room in ("engine", "model") for path in python_files(PACKAGE / room)]


def offences(module: ast.Module) -> list[str]:
    return [f"line {node.lineno}: {ast.unparse(node)}" for node in ast.walk(module) if _banned(node)]


def _banned(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name in BUILTINS
        case ast.Call(func=ast.Attribute(value=owner, attr=name)):
            return name in NOW and ast.unparse(owner).rpartition(".")[2] in CLOCKS
        case ast.Import(names=names):
            return any(alias.name.partition(".")[0] in MODULES for alias in names)
        case ast.ImportFrom(module=str(module)):
            return module.partition(".")[0] in MODULES
    return False


@pytest.mark.parametrize("path", PURE, ids=short)
def test_a_pure_module_reaches_for_nothing(path: Path) -> None:
    assert offences(tree(path)) == []


@pytest.mark.parametrize(
    "code",
    [
        "open('x')",
        "print(1)",
        "import time",
        "from uuid import uuid4",
        "datetime.datetime.now()",
        "from os import path",
    ],
)
def test_the_check_itself_finds_a_fault(code: str) -> None:
    assert len(offences(ast.parse(code))) == 1


def test_a_method_of_the_same_name_is_not_meant() -> None:
    assert offences(ast.parse("app.open(opening)\ntarget.now(name)")) == []
