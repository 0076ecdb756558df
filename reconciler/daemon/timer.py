"""An alarm clock for each connection: APScheduler behind two verbs, so that the rest needs no real time."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from apscheduler.executors.debug import DebugExecutor
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

if TYPE_CHECKING:
    from collections.abc import Callable


class Timer(Protocol):
    """Tells the time, and calls back once per alarm, in a worker's thread."""

    def now(self) -> float:
        """POSIX seconds."""
        ...

    def at(self, name: str, when: float, call: Callable[[str], None]) -> None:
        """``call(name)`` at POSIX time ``when``; replaces the alarm of that name."""
        ...

    def cancel(self, name: str) -> None:
        """Forget the alarm of that name, if it is set."""
        ...


class ApTimer:
    """APScheduler's background scheduler and its thread pool.

    An alarm is a job that runs once and is set anew after every cycle: waits differ from cycle to cycle. A cycle sets
    the next alarm while its own job is just ending, hence two instances; that a connection never runs twice at once is
    the schedule's own lock. ``beat`` is called every ``pulse`` seconds by the scheduling thread itself.
    """

    def __init__(self, workers: int, beat: Callable[[], None], pulse: float = 5.0) -> None:
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(workers), "inline": DebugExecutor()},
            job_defaults={"coalesce": True, "max_instances": 2, "misfire_grace_time": None},
        )
        self._scheduler.add_job(beat, "interval", seconds=pulse, executor="inline", id="reconciler:pulse")

    def start(self) -> None:
        """Begin to ring."""
        self._scheduler.start()

    def now(self) -> float:
        """See :class:`Timer`."""
        return time.time()

    def at(self, name: str, when: float, call: Callable[[str], None]) -> None:
        """See :class:`Timer`."""
        moment = datetime.fromtimestamp(when, UTC)
        self._scheduler.add_job(call, "date", run_date=moment, args=[name], id=name, replace_existing=True)

    def cancel(self, name: str) -> None:
        """See :class:`Timer`."""
        try:
            self._scheduler.remove_job(name)
        except JobLookupError:
            return

    def shutdown(self) -> None:
        """Ring no more; jobs in hand go on.

        The scheduling thread fails when it is stopped between ringing an alarm and crossing it off. So it pauses first,
        and the look at its jobs waits for the lock that it holds meanwhile.
        """
        self._scheduler.pause()
        self._scheduler.get_jobs()
        self._scheduler.shutdown(wait=False)
