"""One process from start to end: signals in, an exit code out.

SIGTERM and SIGINT end it: no new cycles, running ones are asked to stop, and after a bounded wait it is over, whatever
still hangs (the journal makes any instant safe). SIGHUP loads the specs again.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from reconciler.daemon import health, server
from reconciler.daemon.daemon import Daemon
from reconciler.daemon.inbox import Inbox
from reconciler.daemon.pace import Pace
from reconciler.daemon.timer import ApTimer
from reconciler.daemon.watch import Watcher

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Sequence

    from starlette.routing import BaseRoute

    from reconciler.daemon.ports import Runner, Source

log = structlog.stdlib.get_logger("reconciler")

WATCHING, SCHEDULING = "watch", "schedule"
PULSE = 5.0  # seconds between two heartbeats of the scheduling thread


@dataclass(frozen=True, slots=True)
class Options:
    """How the daemon runs. ``workers`` cycles at once; ``grace`` and ``poll`` in seconds; port 0 picks a free one."""

    folder: Path
    host: str = "127.0.0.1"
    port: int = 9464
    workers: int = 4
    grace: float = 8.0
    poll: float = 2.0
    pace: Pace = field(default_factory=Pace)


def serve(
    source: Source,
    runner: Runner,
    options: Options,
    *,
    pages: Callable[[Daemon], Sequence[BaseRoute]] = lambda _daemon: (),
    abandon: Callable[[int], object] = os._exit,
) -> int:
    """Run until a signal says stop; returns the exit code. For the main thread, which signals reach.

    ``pages`` are further routes of the HTTP side. ``abandon`` ends the process when a cycle does not heed the stop.

    Raises:
        ReconcilerError: the address to listen on cannot be used.
    """
    bound = server.listen(options.host, options.port)
    inbox = Inbox()
    with inbox.hearing_signals():
        daemon, timer, pulse = _assemble(source, runner, options)
        with _running(daemon, timer, pulse, options, inbox), _answering(daemon, pulse, bound, pages(daemon)):
            _obey(inbox, daemon)
            clean = _wind_down(daemon, options.grace)
    log.info("stopped", clean=clean)
    if not clean:
        abandon(0)
    return 0


def _assemble(source: Source, runner: Runner, options: Options) -> tuple[Daemon, ApTimer, health.Pulse]:
    limits = {WATCHING: 30 + 3 * options.poll, SCHEDULING: 30 + 3 * PULSE}
    pulse = health.Pulse(limits, time.monotonic)
    timer = ApTimer(options.workers, lambda: pulse.beat(SCHEDULING), PULSE)
    return Daemon(source, runner, timer, options.pace), timer, pulse


@contextlib.contextmanager
def _running(daemon: Daemon, timer: ApTimer, pulse: health.Pulse, options: Options, inbox: Inbox) -> Iterator[None]:
    """The clock ticks and the folder is watched; the watcher's first look is the first load."""
    watcher = Watcher(
        options.folder,
        inbox.reload,
        beside=daemon.secret_files,
        beat=lambda: pulse.beat(WATCHING),
        poll=options.poll,
    )
    stop = threading.Event()
    timer.start()
    thread = threading.Thread(target=watcher.run, args=(stop,), name="watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        timer.shutdown()
        thread.join(timeout=2)


@contextlib.contextmanager
def _answering(daemon: Daemon, pulse: health.Pulse, bound: socket.socket, pages: Sequence[BaseRoute]) -> Iterator[None]:
    app = server.application(daemon.metrics.expose, lambda: health.alive(pulse), daemon.ready, pages)
    with server.serving(app, bound):
        host, port = bound.getsockname()[:2]
        log.info("started", listen=f"{host}:{port}")
        yield


def _obey(inbox: Inbox, daemon: Daemon) -> None:
    while not inbox.stop_wanted():
        daemon.reload()


def _wind_down(daemon: Daemon, grace: float) -> bool:
    """True when every cycle came to its end in time."""
    log.info("stopping", within=grace)
    daemon.schedule.stop()
    return daemon.schedule.wait_idle(grace)
