"""Watches a cycle from outside: how long each step takes, on the clock and on the processor, and what it asks for."""

from __future__ import annotations

import resource
import time
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from reconciler import cycle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reconciler.connectors.base import Connector

MEASURED = ("list", "get", "find", "create", "update", "delete")


def memory() -> float:
    """The most memory that this process ever had in RAM, in MB (Linux counts in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@dataclass(slots=True)
class Meter:
    """Seconds by step, wall and processor, and requests by connector method."""

    wall: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    cpu: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    calls: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Count what happens within for ``step``."""
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.wall[step] += time.perf_counter() - wall
            self.cpu[step] += time.process_time() - cpu

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Times the steps of every cycle that is run within."""
        with (
            patch.object(cycle, "read_side", self._wrapped(cycle.read_side, lambda _, side, *__: f"read {side.value}")),
            patch.object(cycle, "decide", self._wrapped(cycle.decide, lambda *_: "decide")),
            patch.object(cycle.Applier, "run", self._wrapped(cycle.Applier.run, lambda *_: "apply")),
            patch.object(cycle, "record", self._wrapped(cycle.record, lambda *_: "record")),
        ):
            yield

    def _wrapped(self, function: Callable[..., Any], name: Callable[..., str]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:  # noqa: ANN401 - whatever the step takes and gives
            with self.timed(name(*arguments)):
                return function(*arguments)

        return call


class Watched:
    """A connector whose time counts as the app's, and whose requests are counted by method.

    ``requests`` says how many requests the connector has sent so far; without it each call (or page) counts as one.
    """

    def __init__(self, inner: Connector, side: str, meter: Meter, requests: Callable[[], int] | None = None) -> None:
        self._inner, self._side, self._meter = inner, side, meter
        self._requests = requests
        self._count = 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - it stands for any connector
        found = getattr(self._inner, name)
        if name not in MEASURED:
            return found
        return self._pages(found) if name == "list" else self._called(name, found)

    def _pages(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def pages(since: str | None = None) -> Iterator[Any]:
            rest, last = iter(function(since)), False
            while not last:
                with self._asking("list"):
                    page = next(rest, None)
                if page is None:
                    return
                yield page
                last = page.last

        return pages

    def _called(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:  # noqa: ANN401 - whatever the method takes and gives
            with self._asking(name):
                return function(*arguments)

        return call

    @contextmanager
    def _asking(self, name: str) -> Iterator[None]:
        before = self._sent()
        self._count += 1
        with self._meter.timed(f"app {self._side}"):
            yield
        self._meter.calls[f"{self._side} {name}"] += self._sent() - before

    def _sent(self) -> int:
        return self._requests() if self._requests else self._count
