"""The lock files cover what pyproject.toml asks for, with hashes, and name no host."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.sources import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]
WANTED = {
    "requirements.lock": PROJECT["project"]["dependencies"],
    "requirements-build.lock": EXTRAS["build"],
    "requirements-clients.lock": EXTRAS["clients"],
    "requirements-dev.lock": [*PROJECT["project"]["dependencies"], *EXTRAS["dev"], *EXTRAS["build"]],
}


def pins(lock: str) -> dict[str, str]:
    """Exact versions by canonical name; a package pinned twice for different systems counts with its last pin."""
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==([^\s;]+)", (ROOT / lock).read_text(), re.MULTILINE))


@pytest.mark.parametrize("lock", WANTED)
def test_a_lock_covers_what_is_asked_for(lock: str) -> None:
    pinned = pins(lock)
    wanted = [Requirement(text) for text in WANTED[lock]]
    unmet = [str(one) for one in wanted if not one.specifier.contains(pinned.get(canonicalize_name(one.name), "0"))]
    assert unmet == [], "run .ci/lock"


@pytest.mark.parametrize("lock", WANTED)
def test_every_pin_has_hashes_and_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text()
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert blocks
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert re.findall(r"://|--(?:extra-)?index-url|--find-links", text) == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-build.lock"])
def test_what_is_tested_is_what_runs(lock: str) -> None:
    assert pins(lock).items() <= pins("requirements-dev.lock").items()


def test_the_build_backend_is_locked() -> None:
    assert {Requirement(text).name for text in PROJECT["build-system"]["requires"]} <= pins(
        "requirements-build.lock"
    ).keys()
