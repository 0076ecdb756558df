"""The thirteenth app: what is written passes the contract as it stands, and lint and types too."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from reconciler.spec.catalogue import load_catalogue

ROOT = Path(__file__).parents[2]


@pytest.fixture
def package(cli, home: Path) -> Path:
    said = cli("new-app", "my_crm")
    assert said.code == 0, said.err
    assert "reconciler-my_crm/reconciler_my_crm/app.py" in said.out
    return home / "reconciler-my_crm"


def test_a_place_that_cannot_be_written_is_said(cli, home: Path) -> None:
    (home / "taken").write_text("")
    said = cli("new-app", "my_crm", "--into", "taken")
    assert (said.code, said.out) == (1, "")
    assert "cannot be written: Not a directory. Choose another folder with --into." in said.err


def run(package: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(package), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": path, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=package, env=environment, check=False, capture_output=True, text=True)


def test_it_passes_the_contract_before_anything_is_changed(package: Path) -> None:
    done = run(package, "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "tests")
    assert done.returncode == 0, done.stdout[-3000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed, done.stdout
    assert int(passed[1]) > 30


def test_it_is_found_by_the_entry_point_that_it_declares(package: Path) -> None:
    project = tomllib.loads((package / "pyproject.toml").read_text())
    assert project["project"]["entry-points"]["reconciler.apps"] == {"my_crm": "reconciler_my_crm.app:APP"}
    done = run(package, "reconciler_my_crm.app")
    assert done.returncode == 0, done.stderr


def test_its_catalogue_is_one(package: Path) -> None:
    catalogue = load_catalogue(package / "reconciler_my_crm" / "catalogue.yaml")
    assert (catalogue.app, catalogue.label) == ("my_crm", "My Crm")


def test_what_is_written_is_well_written(package: Path) -> None:
    assert run(package, "ruff", "check", "--config", str(ROOT / "pyproject.toml"), "reconciler_my_crm").stdout == (
        "All checks passed!\n"
    )
    assert run(package, "mypy", "--strict", "reconciler_my_crm").returncode == 0


@pytest.mark.parametrize(("name", "why"), [("My-App", "small letters"), ("icontact", "is an app already")])
def test_a_name_that_cannot_be_used_writes_nothing(cli, home: Path, name: str, why: str) -> None:
    said = cli("new-app", name)
    assert said.code == 1
    assert why in said.err
    assert list(home.iterdir()) == []


def test_nothing_is_overwritten(cli, package: Path) -> None:
    (package / "README.md").write_text("mine")
    assert cli("new-app", "my_crm").code == 1
    assert (package / "README.md").read_text() == "mine"
