"""Notices that the specs on disk are not what they were.

Level-based: an event, or a glance every few seconds where no event comes through (network file systems, bind mounts),
only asks for a new fingerprint of the contents; a different fingerprint is a change. What kind of event it was does not
matter, so atomic renames, Kubernetes' ``..data`` swap, git-sync's worktree link and a folder that vanishes and returns
are all the same to it.
"""

from __future__ import annotations

import hashlib
from stat import S_ISREG
from typing import TYPE_CHECKING

import structlog
import watchfiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from threading import Event

log = structlog.stdlib.get_logger(__name__)

READ_AT_MOST = 1_000_001  # bytes of one file; the loader refuses larger ones, whatever follows
HOPS = 40  # symlinks on the way, as many as Linux follows


def is_spec(name: str) -> bool:
    """Whether a file of this name is read: YAML, and not hidden or left behind by an editor (.swp, ~, #, .tmp)."""
    return name.endswith((".yaml", ".yml")) and not name.startswith((".", "#", "~"))


def fingerprint(folder: Path, beside: Iterable[Path] = ()) -> bytes:
    """The contents of all specs in ``folder``; of the (secret) files ``beside`` only which and when, never what."""
    digest = hashlib.sha256()
    for part in (*_specs(folder), *(identity(path) for path in sorted(beside))):
        digest.update(hashlib.sha256(part).digest())
    return digest.digest()


def _specs(folder: Path) -> Iterator[bytes]:
    try:
        paths = sorted(path for path in folder.iterdir() if is_spec(path.name))
    except OSError as error:
        yield f"unreadable {error.errno}".encode()
        return
    for path in paths:
        yield path.name.encode(errors="surrogateescape")
        yield _content(path)


def _content(path: Path) -> bytes:
    try:
        status = path.stat()
        if not S_ISREG(status.st_mode):
            return b"not a file"
        with path.open("rb") as file:
            return file.read(READ_AT_MOST)
    except OSError as error:
        return f"unreadable {error.errno}".encode()


def identity(path: Path) -> bytes:
    """Which file stands at ``path`` and since when, without a look into it."""
    try:
        status = path.stat()
    except OSError as error:
        return f"{path} unreadable {error.errno}".encode(errors="surrogateescape")
    return f"{path} {status.st_ino} {status.st_size} {status.st_mtime_ns}".encode(errors="surrogateescape")


def watch_points(folder: Path) -> frozenset[Path]:
    """The directories whose entries decide what ``folder`` holds: itself, its parent, and those of every symlink on
    the way to it. Of what does not exist, the nearest ancestor that does."""
    wanted = {folder, folder.parent, *(link.parent for link in _links(folder.absolute(), HOPS))}
    return frozenset(_nearest(path.absolute()) for path in wanted)


def _links(path: Path, hops: int) -> Iterator[Path]:
    for part in (path, *path.parents):
        if hops and part.is_symlink():
            yield part
            target = part.parent / part.readlink()
            yield from _links(target, hops - 1)


def _nearest(path: Path) -> Path:
    while not path.is_dir() and path != path.parent:
        path = path.parent
    return path.resolve()


class Watcher:
    """Calls ``changed`` once at the start and then after every change, from the thread that runs it.

    ``beside`` names further files to look at (secrets), asked for anew each time. ``beat`` is called whenever the loop
    goes round. ``poll`` is in seconds.
    """

    def __init__(
        self,
        folder: Path,
        changed: Callable[[], None],
        *,
        beside: Callable[[], Iterable[Path]] = tuple,
        beat: Callable[[], None] = lambda: None,
        poll: float = 2.0,
    ) -> None:
        self._folder, self._changed, self._beside, self._beat = folder, changed, beside, beat
        self._poll = poll
        self._last: bytes | None = None

    def run(self, stop: Event) -> None:
        """Until ``stop`` is set. A watch that the system refuses leaves the glances."""
        while not stop.is_set():
            points = watch_points(self._folder)
            self._look()  # what came before the watch is set brings no event
            try:
                self._watch(points, stop)
            except (OSError, RuntimeError) as error:
                log.warning("cannot watch, glancing instead", every=self._poll, cause=type(error).__name__)
                stop.wait(self._poll)

    def _watch(self, points: frozenset[Path], stop: Event) -> None:
        """Until the way to the folder is another one."""
        wakes = watchfiles.watch(
            *points,
            watch_filter=None,
            recursive=False,
            step=100,
            debounce=1000,
            rust_timeout=max(1, int(self._poll * 1000)),
            yield_on_timeout=True,
            stop_event=stop,
        )
        for _ in wakes:
            self._look()
            if watch_points(self._folder) != points:
                return

    def _look(self) -> None:
        self._beat()
        now = fingerprint(self._folder, self._beside())
        if now != self._last:
            self._last = now
            self._changed()
