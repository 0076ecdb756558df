"""The image as a cluster runs it: a numeric user, a read-only root, no network but its own loopback."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.container.engine import Engine, missing_tools

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.container, pytest.mark.timeout(1500)]

ROOT = Path(__file__).resolve().parents[2]
TAG = "localhost/reconciler:test"
LOCKED_DOWN = ("--read-only", "--read-only-tmpfs=false", "--cap-drop=all", "--security-opt=no-new-privileges")
ASK = """
import sys, urllib.request
answer = urllib.request.urlopen("http://127.0.0.1:9464" + sys.argv[1], timeout=5)
print(answer.status, answer.read().decode())
"""
PATIENCE = 60  # questions, each of which takes a good part of a second to put


@pytest.fixture(scope="module")
def engine() -> Engine:
    absent = missing_tools()
    assert absent == [], f"install {' '.join(absent)} to run the container tests"
    kept = os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")
    return Engine.at(Path(kept) / "reconciler-container")


@pytest.fixture(scope="module")
def image(engine: Engine) -> str:
    engine.make_base()
    engine.build(ROOT, TAG)
    return TAG


@pytest.fixture(scope="module")
def daemon(engine: Engine, image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running ``reconciler run`` with the image's own defaults and an empty folder of specs; yields its name."""
    specs = tmp_path_factory.mktemp("connections.d")
    specs.chmod(0o755)
    name = f"reconciler-test-{os.getpid()}"
    folder = ("--volume", f"{specs}:/etc/reconciler/connections.d:ro")
    engine.podman("run", "--detach", "--name", name, "--network=none", *LOCKED_DOWN, *folder, image)
    yield name
    engine.podman("rm", "--force", "--volumes", name)


def ask(engine: Engine, name: str, path: str) -> tuple[bool, str]:
    """GET a path of the daemon from inside its own network; whether it answered, and what was said."""
    done = engine.run("podman", "exec", name, "python", "-c", ASK, path, check=False, timeout=60)
    return done.returncode == 0, done.stdout


def wait_until_healthy(engine: Engine, name: str) -> str:
    for _ in range(PATIENCE):
        answered, said = ask(engine, name, "/healthz")
        if answered:
            return said
    return pytest.fail(f"never became healthy:\n{engine.podman('logs', name, check=False)[-4000:]}")


def test_it_is_made_for_nobody_in_particular(engine: Engine, image: str) -> None:
    config = json.loads(engine.podman("image", "inspect", image))[0]["Config"]
    assert config["User"] == "10001:10001"
    assert config["Entrypoint"] == ["reconciler"]
    assert config["Cmd"] == ["run"]
    assert "/var/lib/reconciler" in config["Volumes"]
    assert config["Labels"]["org.opencontainers.image.licenses"] == "Apache-2.0"


def test_it_holds_no_installer_and_no_sources(engine: Engine, image: str) -> None:
    looked = engine.podman(
        "run", "--rm", "--network=none", *LOCKED_DOWN, "--no-healthcheck", "--entrypoint=sh", image,
        "-c", "ls /opt/reconciler/bin; ls /src /dist /opt/build ~root/.cache 2>/dev/null; true",
    )  # fmt: skip
    names = looked.split()
    assert "reconciler" in names
    assert not {"pip", "pip3", "hatchling", "requirements.lock", "pyproject.toml"} & set(names)


def test_it_answers_on_a_read_only_root(engine: Engine, daemon: str) -> None:
    assert wait_until_healthy(engine, daemon).startswith("200")
    answered, metrics = ask(engine, daemon, "/metrics")
    assert answered
    assert "reconciler_" in metrics
    assert engine.podman("exec", daemon, "id", "-u").strip() == "10001"
    assert engine.run("podman", "exec", daemon, "touch", "/etc/written", check=False).returncode != 0
    assert engine.run("podman", "healthcheck", "run", daemon, check=False).returncode == 0


def test_it_stops_when_it_is_told_to(engine: Engine, daemon: str) -> None:
    """Within ten seconds of SIGTERM and by its own will: a killed one would end with 137."""
    wait_until_healthy(engine, daemon)
    engine.podman("stop", "--time", "10", daemon)
    state = json.loads(engine.podman("inspect", daemon))[0]["State"]
    assert (state["Status"], state["ExitCode"]) == ("exited", 0), engine.podman("logs", daemon)[-4000:]
