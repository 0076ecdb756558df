"""What the main thread is asked to do, by signals and by other threads.

A signal that comes in the instant before the main thread begins to wait on a lock or a queue does not end that wait,
nor does one that another thread takes. The interpreter's wake-up descriptor has no such gap: the signal's number goes
into a socket, and the main thread reads its wishes from there.
"""

from __future__ import annotations

import contextlib
import signal
import socket
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

STOP: Final = frozenset({signal.SIGTERM, signal.SIGINT})
RELOAD: Final = signal.SIGHUP


class Inbox:
    """Wishes for the main thread, as signal numbers."""

    def __init__(self) -> None:
        self._ear, self._mouth = socket.socketpair()
        self._mouth.settimeout(0)

    def reload(self) -> None:
        """Ask for a reload, from any thread."""
        with contextlib.suppress(OSError):  # full: enough wishes wait already; closed: it is over
            self._mouth.send(bytes([RELOAD]))

    def stop_wanted(self) -> bool:
        """Wait for the next wish; true when it is to stop, false when it is to reload. Wishes that wait are one."""
        while True:
            wishes = set(self._ear.recv(4096))
            if wishes & STOP:
                return True
            if RELOAD in wishes:
                return False

    @contextlib.contextmanager
    def hearing_signals(self) -> Iterator[None]:
        """SIGTERM, SIGINT and SIGHUP come here while the context is open. For the main thread."""
        before = {number: signal.signal(number, _noted) for number in (*STOP, RELOAD)}
        descriptor = signal.set_wakeup_fd(self._mouth.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(descriptor)
            for number, handler in before.items():
                signal.signal(number, handler)
            self._ear.close()
            self._mouth.close()


def _noted(_number: int, _frame: object) -> None:
    """Its number is in the socket already."""
