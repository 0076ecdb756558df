"""From settings to live connections, for commands that talk to the apps themselves."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reconciler.accounts import World
from reconciler.cli.screen import err
from reconciler.state.store import open_store
from reconciler.telemetry import configure
from reconciler.wiring import Wiring

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.cli.command import LogLevel, Settings
    from reconciler.cli.specs import Chosen
    from reconciler.wiring import Session


@contextmanager
def open_wiring(settings: Settings, world: World | None = None, *, level: LogLevel = "warning") -> Iterator[Wiring]:
    """The state opened and logs set up; ``level`` is how much is logged unless a person said it."""
    world = world or World()
    log(settings, world, level)
    store = open_store(settings.state)
    try:
        yield Wiring(store, world)
    finally:
        store.close()


def log(settings: Settings, world: World, level: LogLevel) -> None:
    """Send logs to standard error, without the secrets that ``world`` learns: as lines for people on a terminal."""
    form = settings.log_format or ("console" if err().is_terminal else "json")
    configure(level=settings.log_level or level, log_format=form, secrets=world.secrets)


@contextmanager
def opened(wiring: Wiring, chosen: Chosen) -> Iterator[Session]:
    """One connection, live."""
    session = wiring.open(chosen.connection, chosen.accounts)
    try:
        yield session
    finally:
        session.close()


@contextmanager
def interruptible() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets, so that a cycle ends at a safe point; the second one interrupts."""
    asked = threading.Event()

    def heed(_number: int, _frame: object) -> None:
        asked.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        err().print("Stopping at the next safe point; once more to stop at once.")

    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = signal.signal(signal.SIGINT, heed)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)
