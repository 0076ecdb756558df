"""Who holds a lease, and whether that process is provably dead.

Facts: the host's name, the boot id (``/proc/sys/kernel/random/boot_id``), the process id and its start time in ticks
since boot (``/proc/<pid>/stat``, field 22), and the process id namespace (``/proc/self/ns/pid``): in containers many
processes are number 1. Where there is no ``/proc``, start time and namespace stay empty and only existence counts.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
FIRST = 1
START = 19
"""Where the start time stands after the command's name."""

# The namespaces of the host itself have fixed numbers (Linux, include/linux/proc_ns.h).
HOST_NAMES = "uts:[4026531838]"
HOST_PIDS = "pid:[4026531836]"


@dataclass(frozen=True, slots=True)
class Owner:
    """A process among all processes, everywhere and ever."""

    host: str
    boot: str
    pid_space: str
    pid: int
    started: str


def myself(proc: Path = PROC) -> Owner:
    """This process."""
    pid = os.getpid()
    return Owner(
        platform.node(),
        _text(proc / "sys/kernel/random/boot_id"),
        _target(proc / "self/ns/pid"),
        pid,
        _started(pid, proc),
    )


def provably_dead(holder: Owner, me: Owner, proc: Path = PROC) -> bool:
    """True only where this process can know it: same host, and either another boot, or a process that is gone or is
    another one by now. Other hosts' processes cannot be seen from here, nor can those of other namespaces, with one
    exception: the first process of a container under our own container's name is what ran before we were restarted.
    """
    if holder.host != me.host:
        return False
    if holder.boot != me.boot:
        return bool(holder.boot and me.boot)
    if holder.pid_space != me.pid_space and not (holder.pid == FIRST and _is_named_container(me, proc)):
        return False
    return not _runs(holder, proc)


def _is_named_container(me: Owner, proc: Path) -> bool:
    """True where this process is in a container that does not borrow its host's name."""
    own = _target(proc / "self/ns/uts")
    return bool(own) and own != HOST_NAMES and me.pid_space != HOST_PIDS


def _runs(holder: Owner, proc: Path) -> bool:
    started = _started(holder.pid, proc)
    if started or proc.joinpath("self/stat").exists():
        return started == holder.started
    return _exists(holder.pid)


def _exists(pid: int) -> bool:
    if os.name != "posix":
        return True  # signal 0 is no harmless question there
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _started(pid: int, proc: Path) -> str:
    # The second field is the command in parentheses and may hold blanks; a zombie ("Z") holds nothing any more.
    fields = _text(proc / str(pid) / "stat").rpartition(")")[2].split()
    return fields[START] if len(fields) > START and fields[0] not in ("Z", "X") else ""


def _target(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:
        return ""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
