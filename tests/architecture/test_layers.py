"""The rooms of the house, as ``[tool.importlinter]`` in pyproject.toml lists them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([program, "--no-cache", "--no-logo"], cwd=folder, check=False, capture_output=True, text=True)


def test_every_room_keeps_to_its_place() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.mark.parametrize(
    ("where", "fault", "contract"),
    [
        ("engine/planted.py", "def late() -> None:\n    import sqlite3\n", "The engine and the model know no clock"),
        ("model/planted.py", "import reconciler.spec\n", "Each room knows only the rooms below it"),
        ("state/planted.py", "import reconciler.engine\n", "Each room knows only the rooms below it"),
        ("utils/__init__.py", "", "Each room knows only the rooms below it"),
        ("connectors/apps/planted.py", "import httpx\n", "An app says what to ask"),
        ("cli/planted.py", "import reconciler.testing\n", "does not import the test kit"),
    ],
)
def test_a_planted_fault_is_found(tmp_path: Path, where: str, fault: str, contract: str) -> None:
    house = copy_of_the_house(tmp_path)
    planted = house / "reconciler" / where
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(fault)
    done = lint_imports(house)
    broken = [line for line in done.stdout.splitlines() if line.endswith("BROKEN")]
    assert done.returncode == 1, done.stdout
    assert any(contract in line for line in broken), done.stdout


def copy_of_the_house(folder: Path) -> Path:
    """The rooms without their furniture: enough for the contracts, quick to read."""
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    for module in (ROOT / "reconciler").rglob("*.py"):
        emptied = folder / module.relative_to(ROOT)
        emptied.parent.mkdir(parents=True, exist_ok=True)
        emptied.touch()
    return folder
