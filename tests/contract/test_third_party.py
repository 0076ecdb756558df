"""An app that another package brings: built and installed by pip, found by its entry point, held to the contract."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent / "third_party_app"
ROOT = Path(__file__).parents[2]
SPEC = """\
version: 1
kind: account
name: desk
app: cards
options: {path: desk.json}
---
version: 1
kind: account
name: hall
app: cards
---
version: 1
kind: connection
name: cards
sync: desk <-> hall
sides:
  desk: {app: cards, account: desk, entity: people}
  hall: {app: cards, account: hall, entity: people}
match: [email]
winner: desk
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """A folder with the package installed in it, as pip does it."""
    folder = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index"]
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", "--target", folder, PACKAGE], check=True)
    return folder


def python(site: Path, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter that sees the installed package."""
    path = os.pathsep.join([str(site), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": path, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=environment, check=False, capture_output=True, text=True)


def said_of(site: Path, tmp_path: Path, spec: str) -> dict:
    specs = tmp_path / "connections.d"
    specs.mkdir()
    (specs / "cards.yaml").write_text(spec)
    done = python(site, PACKAGE / "tests" / "validate.py", specs, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_app_is_listed_and_its_spec_is_good(site: Path, tmp_path: Path) -> None:
    said = said_of(site, tmp_path, SPEC)
    assert "cards" in said["apps"]
    assert said["problems"] == []
    assert said["connections"] == {"cards": 3}


def test_a_spec_is_checked_against_its_catalogue(site: Path, tmp_path: Path) -> None:
    said = said_of(site, tmp_path, SPEC.replace("match: [email]", "match: [emial]"))
    assert said["connections"] == {}
    assert "emial" in said["problems"][0]
    assert "email" in said["problems"][0].replace("emial", "")


def test_it_passes_the_contract(site: Path, tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    arguments = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", tmp_path / "pytest.ini"]
    done = python(site, *arguments, PACKAGE / "tests" / "test_cards.py", cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-4000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed, done.stdout
    assert int(passed[1]) > 30
