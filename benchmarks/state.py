"""How fast the state remembers and looks up: ``python benchmarks/state.py 1000000``.

Loads one side's records and their links, the other side (ids in random order), then looks everybody up in pages of
500. What it takes to make up the records is measured first and left out.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.model.link import ContactState, Link
from reconciler.model.record import Side
from reconciler.state.base import Observation
from reconciler.state.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = 500
RULE = "customers get the newsletter"
FIELDS = [f"field{number}" for number in range(8)]
CHANCE = random.Random(1)


def fingerprint() -> bytes:
    """Eight bytes that look like one."""
    return CHANCE.getrandbits(64).to_bytes(8, "big")


def observations(side: Side, ids: list[str]) -> Iterator[Observation]:
    """Contacts that are in sync."""
    for id_ in ids:
        yield Observation(side, id_, fingerprint(), (fingerprint(),), ContactState.IN_SYNC, RULE)


def links(lefts: list[str], rights: list[str]) -> Iterator[Link]:
    """Pairs with eight fields a side."""
    for left_id, right_id in zip(lefts, rights, strict=True):
        bases = [{name: fingerprint() for name in FIELDS} for _ in Side]
        yield Link(left_id, right_id, *bases, frozenset({RULE}), {RULE: {"lists": ("Customers",)}})


@contextmanager
def timed(what: str, rows: int, overhead: float = 0.0) -> Iterator[None]:
    """Print wall clock and processor time; ``overhead`` is what making up the records takes."""
    wall, processor = time.perf_counter(), time.process_time()
    yield
    wall, processor = time.perf_counter() - wall - overhead, time.process_time() - processor - overhead
    print(f"{what:32} {wall:7.2f} s {rows / wall:10,.0f}/s   processor {processor:7.2f} s {rows / processor:10,.0f}/s")


def spent(stream: Iterator[object]) -> float:
    """Seconds of processor time that a stream takes by itself."""
    start = time.process_time()
    for _ in stream:
        pass
    return time.process_time() - start


def run(number: int, path: Path) -> None:
    """Load, look up, load a part again."""
    lefts = [f"003{n:012d}AAX" for n in range(number)]
    rights = [f"{CHANCE.getrandbits(48):012x}" for _ in range(number)]
    making, pairing = spent(observations(Side.LEFT, lefts)), spent(links(lefts, rights))
    store = open_store(str(path), environ={})
    state = store.connection("newsletter")
    with timed("records, ids in order", number, making):
        state.record(observations(Side.LEFT, lefts))
    with timed("links", number, pairing):
        state.record((), links(lefts, rights))
    with timed("records, ids at random", number, making):
        state.record(observations(Side.RIGHT, rights))
    print(f"{path.stat().st_size / number:32,.0f} bytes a pair")
    for what, side, ids in (("seen, in order", Side.LEFT, lefts), ("seen, at random", Side.RIGHT, rights)):
        with timed(what, number):
            for start in range(0, number, PAGE):
                state.seen(side, ids[start : start + PAGE], 0.0)
    with timed("walk", number):
        after = 0
        while page := state.rows(Side.RIGHT, after=after):
            after = page[-1][0]
    with timed("links by id", number):
        for start in range(0, number, PAGE):
            state.link_of(Side.LEFT, lefts[start : start + PAGE])
    some = number // 10
    with timed("records and links again (10 %)", some, (making + pairing) / 10):
        state.record(observations(Side.LEFT, lefts[:some]), links(lefts[:some], rights[:some]))
    store.close()
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:32,.0f} MB at most")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("number", type=int, nargs="?", default=100_000)
    with tempfile.TemporaryDirectory() as folder:
        run(parser.parse_args().number, Path(folder) / "state.sqlite")
