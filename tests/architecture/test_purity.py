"""The engine in a fresh interpreter: what it really loads, parents' ``__init__`` files included."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.architecture.sources import PACKAGE, ROOT, python_files, short

# The libraries of other rooms. The standard library is no use here: pydantic itself loads socket, random and time.
FOREIGN = {
    "alembic", "apscheduler", "defusedxml", "httpx", "prometheus_client", "rich", "ruamel", "sqlalchemy", "sqlite3",
    "starlette", "structlog", "typer", "uvicorn", "watchfiles",
}  # fmt: skip


def modules_of(room: str) -> list[str]:
    files = [path for path in python_files(PACKAGE / room) if path.name != "__init__.py"]
    return [short(path).removesuffix(".py").replace("/", ".") for path in files]


@pytest.mark.parametrize("room", ["engine", "model"])
def test_a_fresh_interpreter_loads_nothing_foreign(room: str) -> None:
    names = modules_of(room)
    code = f"import sys, importlib\nfor name in {names!r}: importlib.import_module(name)\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded & FOREIGN == set()
    assert "reconciler.spec.load" not in done.stdout.split()


def test_every_init_is_empty() -> None:
    full = [short(path) for path in python_files(PACKAGE) if path.name == "__init__.py" and path.read_text()]
    assert full == [], "an __init__ runs unseen by import-linter whenever a module beside it is imported"
