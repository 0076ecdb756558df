"""The command line as a person uses it: real arguments in, both streams and the exit code out, over the sandbox."""

from __future__ import annotations

import io
import logging
import re
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import structlog
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from reconciler.cli.emulated import environment
from reconciler.cli.init import contents
from reconciler.cli.main import main
from reconciler.sandbox.launch import start_all

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONTACTS = 12
MASKS = (
    (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d( UTC|\+00:00)", "TIME"),
    (r"\b\d+(\.\d)? (s|min)\b(?= *:|\.|,)", "A-WHILE"),
    (r"\b[0-9a-f]{16}\b", "PLAN"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said, and what it ended with."""

    code: int
    out: str
    err: str


class Terminal(io.StringIO):
    """A keyboard with these keys pressed."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level, sys.excepthook, threading.excepthook, logging.raiseExceptions
    yield
    root.handlers[:], level, sys.excepthook, threading.excepthook, logging.raiseExceptions = before
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, without variables that would change what commands do."""
    monkeypatch.chdir(tmp_path)
    for name in ("CONFIG", "STATE", "LOG_FORMAT", "LOG_LEVEL", "LISTEN"):
        monkeypatch.delenv(f"RECONCILER_{name}", raising=False)
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("RECONCILER_STATE_KEY", "00" * 32)
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Run a command; ``keys`` are what a person types at a terminal (None: there is none)."""

    def run(*arguments: str, keys: str | None = None) -> Said:
        capsys.readouterr()
        if keys is not None:
            monkeypatch.setattr(sys, "stdin", Terminal(keys))
        code = main(arguments)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run


@pytest.fixture(scope="session")
def _running():
    with start_all(CONTACTS, ports=(0, 0)) as pair:
        yield pair


@pytest.fixture
def apps(_running):
    """Both emulated apps with a dozen contacts each, half of them in both."""
    for world in (_running.org, _running.folder):
        world.reset()
    return _running


@pytest.fixture
def specs(apps, home: Path) -> Path:
    """The starter folder's specs, pointed at ``apps`` and in no hurry to wait."""
    folder = home / "connections.d"
    folder.mkdir()
    texts = {name: text for name, text in contents().items() if name.startswith("connections.d/")}
    for name, text in texts.items():
        moved = text.replace("http://127.0.0.1:8451", apps.salesforce.url)
        moved = moved.replace("http://127.0.0.1:8452/icp", apps.icontact_url)
        (home / name).write_text(moved)
    return folder


@pytest.fixture
def seen(snapshot, home: Path):
    """What a person sees, compared with the recorded one, without what differs from run to run."""

    class Screens(SingleFileSnapshotExtension):
        _write_mode = WriteMode.TEXT
        file_extension = "txt"

    kept = snapshot.use_extension(Screens)

    def same(text: str) -> bool:
        for pattern, word in MASKS:
            text = re.sub(pattern, word, text)
        return text.replace(str(home), "HOME") == kept

    return same
