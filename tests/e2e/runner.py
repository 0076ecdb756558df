"""A process that forks reconcilers: everything is imported once, so that each one starts at once.

Every line on standard input is a job (JSON): ``folder`` of a house, ``connection``, ``now`` for its clock, and
``die_at``, the number of the SQL statement before which it kills itself (None: never). The answers are the child's pid
and, after its end, its exit status as ``waitpid`` gives it: 0 when nothing was left to do.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from itertools import count
from pathlib import Path

from sqlalchemy import Engine, event

from reconciler.testing.clock import FakeClock
from tests.e2e.house import House
from tests.e2e.town import ENVIRON


def main() -> None:
    """Serve jobs until standard input ends."""
    for line in sys.stdin:
        job = json.loads(line)
        pid = os.fork()
        if not pid:
            _run_and_exit(job)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{status}\n")
        sys.stdout.flush()


def _run_and_exit(job: dict) -> None:
    code = 1
    try:
        if job["die_at"] is not None:
            _die_before_statement(job["die_at"])
        with House(Path(job["folder"]), ENVIRON, FakeClock(job["now"])) as house:
            house.settle(job["connection"])
        code = 0
    finally:
        sys.stderr.flush()
        os._exit(code)


def _die_before_statement(number: int) -> None:
    """Between any two statements of any transaction the process may end."""
    statements = count()

    def tick(*_: object) -> None:
        if next(statements) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", tick)
    event.listen(Engine, "commit", tick)


if __name__ == "__main__":
    main()
