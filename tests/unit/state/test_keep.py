from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import StateError
from reconciler.state.keep import MemoryKeep, SealedKeep

if TYPE_CHECKING:
    from pathlib import Path

KEY = bytes(range(32))


@pytest.fixture(params=["memory", "sealed"])
def keep(request, tmp_path: Path):
    return MemoryKeep() if request.param == "memory" else SealedKeep(tmp_path / "kept", KEY)


def test_what_was_put_last_is_found(keep) -> None:
    assert keep.get("crm.login") == {}
    keep.put("crm.login", {"password": "hunter2"})
    keep.put("crm.login", {"password": "hünter3"})
    keep.put("shop.login", {"key": "other"})
    assert keep.get("crm.login") == {"password": "hünter3"}


def test_nothing_stands_in_the_open_and_only_we_can_read_it(tmp_path: Path) -> None:
    SealedKeep(tmp_path / "kept", KEY).put("crm.login", {"password": "hunter2"})
    (file,) = (tmp_path / "kept").iterdir()
    assert b"hunter2" not in file.read_bytes()
    assert b"password" not in file.read_bytes()
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_another_process_finds_it(tmp_path: Path) -> None:
    SealedKeep(tmp_path, KEY).put("crm.login", {"password": "hunter2"})
    assert SealedKeep(tmp_path, KEY).get("crm.login") == {"password": "hunter2"}


@pytest.mark.parametrize("harm", ["another key", "another name", "damaged", "cut short"])
def test_what_cannot_be_opened_says_what_to_do(tmp_path: Path, harm: str) -> None:
    SealedKeep(tmp_path, KEY).put("crm.login", {"password": "hunter2"})
    file = tmp_path / "crm.login"
    if harm == "another name":
        file.rename(tmp_path / "shop.login")
    elif harm == "damaged":
        file.write_bytes(file.read_bytes()[:-1] + b"x")
    elif harm == "cut short":
        file.write_bytes(b"ab")
    reader = SealedKeep(tmp_path, KEY[::-1] if harm == "another key" else KEY)
    with pytest.raises(StateError, match="log in again"):
        reader.get("shop.login" if harm == "another name" else "crm.login")


def test_a_folder_that_cannot_be_made_is_an_error_for_people(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StateError, match="cannot be made"):
        SealedKeep(tmp_path / "file" / "kept", KEY).put("crm.login", {})


def test_threads_are_alone_one_after_the_other(keep) -> None:
    inside = threading.Lock()
    clashes: list[bool] = []

    def enter() -> None:
        for _ in range(20):
            with keep.alone("crm.token"):
                clashes.append(not inside.acquire(blocking=False))
                inside.release()

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clashes == [False] * 80


COUNT = """
import sys
from pathlib import Path
from reconciler.state.keep import SealedKeep

keep = SealedKeep(Path(sys.argv[1]), bytes(range(32)))
for _ in range(25):
    with keep.alone("crm.token"):
        keep.put("crm.token", {"n": str(int(keep.get("crm.token").get("n", 0)) + 1)})
"""


def test_processes_are_alone_one_after_the_other(tmp_path: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    running = [subprocess.Popen([sys.executable, "-c", COUNT, str(tmp_path)], env=environ) for _ in range(3)]
    assert [process.wait(timeout=60) for process in running] == [0, 0, 0]
    assert SealedKeep(tmp_path, KEY).get("crm.token") == {"n": "75"}
