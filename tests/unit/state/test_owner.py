from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from reconciler.state.owner import Owner, myself, provably_dead

HERE = Owner("host", "boot", "pid:[1]", 7, "100")
FIRST = replace(HERE, pid=1, started="50")


@pytest.fixture
def proc(tmp_path):
    """A world of processes: number 1 started at 60, number 7 at 100, number 8 is a zombie."""
    for pid, started, letter in ((1, 60, "S"), (7, 100, "R"), (8, 100, "Z")):
        (tmp_path / str(pid)).mkdir()
        fields = [letter, *["0"] * 18, str(started), "0"]
        (tmp_path / str(pid) / "stat").write_text(f"{pid} (a (strange) name) {' '.join(fields)}\n")
    (tmp_path / "self" / "ns").mkdir(parents=True)
    (tmp_path / "self" / "stat").write_text("")
    (tmp_path / "self" / "ns" / "uts").symlink_to("uts:[2]")
    return tmp_path


@pytest.mark.parametrize(
    ("holder", "dead"),
    [
        (HERE, False),
        (replace(HERE, pid=9), True),
        (replace(HERE, pid=8), True),
        (replace(HERE, started="99"), True),
        (replace(HERE, boot="earlier"), True),
        (replace(HERE, boot=""), False),
        (replace(HERE, host="elsewhere", pid=9), False),
        (replace(HERE, host="elsewhere", boot="earlier"), False),
        (replace(HERE, pid_space="pid:[2]", pid=9), False),
        (replace(FIRST, pid_space="pid:[2]"), True),
        (replace(FIRST, started="60"), False),
    ],
)
def test_death_is_believed_on_proof_only(proc, holder, dead):
    assert provably_dead(holder, HERE, proc) is dead


def test_a_container_under_its_hosts_name_proves_nothing(proc):
    (proc / "self" / "ns" / "uts").unlink()
    (proc / "self" / "ns" / "uts").symlink_to("uts:[4026531838]")
    assert not provably_dead(replace(FIRST, pid_space="pid:[2]"), HERE, proc)


def test_the_host_cannot_judge_the_first_process_of_a_container(proc):
    host = replace(HERE, pid_space="pid:[4026531836]")
    assert not provably_dead(replace(FIRST, pid_space="pid:[2]"), host, proc)


def test_without_proc_only_existence_counts(tmp_path):
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    me = myself(tmp_path)
    assert me.started == ""
    assert not provably_dead(me, me, tmp_path)
    assert not provably_dead(replace(me, pid=os.getppid()), me, tmp_path)
    assert provably_dead(replace(me, pid=child.pid), me, tmp_path)


def test_this_process_lives():
    assert not provably_dead(myself(), myself())
    assert myself().pid == os.getpid()
