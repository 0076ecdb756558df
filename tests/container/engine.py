"""A container engine without a daemon: buildah builds, podman runs, and the base image is made from Debian packages.

The Dockerfile says ``FROM python:3.11-slim``. Where no image registry can be reached, a Debian of the same generation
with its own Python 3.11 takes that name, which is close enough to prove what the Dockerfile does. Needs root, and
``debootstrap buildah podman runc conmon``. Everything is kept in one folder, so the second build takes seconds.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

BASE = "docker.io/library/python:3.11-slim"
TOOLS = ("debootstrap", "buildah", "podman", "runc", "conmon")
DEBIAN = "bookworm"
INSIDE_BASE = (
    "apt-get update -qq"
    " && apt-get install -y -qq --no-install-recommends python3 python3-venv python3-pip ca-certificates"
    " && ln -sf /usr/bin/python3 /usr/local/bin/python"
    " && rm -rf /var/lib/apt/lists/* /usr/lib/python3*/EXTERNALLY-MANAGED"
)

STORAGE = """[storage]
driver = "overlay"
graphroot = "{home}/store"
runroot = "{home}/run"
"""
REGISTRIES = """unqualified-search-registries = ["docker.io"]
short-name-mode = "permissive"
"""
# Low limits: a root without CAP_SYS_RESOURCE may not raise them, and the engine's own default is very high.
CONTAINERS = """[containers]
netns = "host"
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
"""


def missing_tools() -> list[str]:
    """Those of the needed programs that are not installed."""
    return [tool for tool in TOOLS if shutil.which(tool) is None]


def debian_mirror() -> str:
    """The mirror that this machine's own apt uses."""
    lists = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*.sources"))]
    said = "\n".join(path.read_text() for path in lists if path.exists())
    if found := re.search(r"^(?:URIs:|deb)\s+(https?://\S+/debian/?)", said, re.MULTILINE):
        return found.group(1)
    raise LookupError("no Debian mirror in /etc/apt: the base image cannot be made here")


@dataclass(frozen=True, slots=True)
class Engine:
    """Images and containers under ``home``, apart from anything else on the machine."""

    home: Path
    env: dict[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, home: Path) -> Engine:
        """An engine that keeps its configuration, images and containers in ``home``."""
        home.mkdir(parents=True, exist_ok=True)
        settings = {
            "CONTAINERS_STORAGE_CONF": STORAGE.format(home=home),
            "CONTAINERS_REGISTRIES_CONF": REGISTRIES,
            "CONTAINERS_CONF": CONTAINERS,
        }
        env = dict(os.environ)
        for name, text in settings.items():
            path = home / f"{name.lower()}.conf"
            path.write_text(text)
            env[name] = str(path)
        return cls(home, env)

    def run(self, *command: str, check: bool = True, timeout: float = 900) -> subprocess.CompletedProcess[str]:
        """Run one command with this engine's settings; raises with its output when it fails."""
        done = subprocess.run(
            command,
            env=self.env,
            check=False,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout,
        )
        if check and done.returncode:
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-4000:]}")
        return done

    def podman(self, *arguments: str, check: bool = True, timeout: float = 120) -> str:
        """Run podman; returns what it printed."""
        return self.run("podman", *arguments, check=check, timeout=timeout).stdout

    def make_base(self) -> None:
        """Make the base image, once: a minimal Debian with Python 3.11 under the name the Dockerfile asks for."""
        if self.run("podman", "image", "exists", BASE, check=False).returncode == 0:
            return
        root = self.home / "root"
        shutil.rmtree(root, ignore_errors=True)
        self.run("debootstrap", "--variant=minbase", DEBIAN, str(root), debian_mirror())
        self.run("chroot", str(root), "env", "DEBIAN_FRONTEND=noninteractive", "sh", "-c", INSIDE_BASE)
        archive = self.home / "base.tar"
        self.run("tar", "-C", str(root), "-cf", str(archive), ".")
        self.run("podman", "import", str(archive), BASE)
        archive.unlink()
        shutil.rmtree(root)

    def build(self, context: Path, tag: str) -> None:
        """Build ``context``'s Dockerfile. The machine's certificates are visible during the build, not in the image."""
        self.run(
            "buildah", "bud", "--isolation", "chroot", "--pull-never", "--network", "host", "--format", "docker",
            "--volume", "/etc/ssl/certs:/etc/ssl/certs:ro", "--tag", tag, str(context),
        )  # fmt: skip
        self.podman("image", "prune", "--force")
