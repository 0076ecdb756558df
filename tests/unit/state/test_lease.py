from __future__ import annotations

import os
import signal
import subprocess
import sys
from itertools import count
from threading import Event

import pytest

from reconciler.errors import LeaseHeld, StateError
from reconciler.state.lease import TTL, Terms, thread_ticker
from reconciler.state.owner import Owner
from reconciler.state.store import SqlStore, memory_store, open_store

HOLDER = """
import sys
from reconciler.state.store import open_store
with open_store(sys.argv[1], bytes(32), environ={}).lease("newsletter"):
    print("held", flush=True)
    sys.stdin.read()
"""


class World:
    """Two stores over one state, as two processes would have them: one clock, one set of living processes."""

    def __init__(self):
        self.now = 1000.0
        self.living = {1, 2}
        self.ticks = {}
        numbers = count(1)
        self.tokens = lambda size: next(numbers).to_bytes(size, "big")
        first = memory_store(clock=lambda: self.now, token=self.tokens)
        self.database = first._database
        self.one, self.two = self.store(1), self.store(2)

    def store(self, pid: int) -> SqlStore:
        owner = Owner("host", "boot", "", pid, "1")
        terms = Terms(
            clock=lambda: self.now,
            token=self.tokens,
            ticker=lambda seconds, tick: self.tick_every(pid, seconds, tick),
            owner=lambda: owner,
            dead=lambda holder, _me: holder.pid not in self.living,
        )
        return SqlStore(self.database, bytes(32), terms)

    def tick_every(self, pid, seconds, tick):
        self.ticks[pid] = (seconds, tick)
        return lambda: self.ticks.pop(pid)


@pytest.fixture
def world():
    made = World()
    yield made
    made.database.close()


def test_a_live_holder_is_respected_and_named(world):
    with (
        world.one.lease("newsletter"),
        pytest.raises(LeaseHeld, match="newsletter is being written by process 1 on host"),
    ):
        world.two.lease("newsletter")


def test_a_dead_holder_is_followed_at_once(world):
    world.one.lease("newsletter").__enter__()
    world.living.remove(1)
    with world.two.lease("newsletter") as lease:
        lease.check()


def test_a_holder_that_does_not_renew_is_followed_after_its_time(world):
    world.one.lease("newsletter").__enter__()
    world.now += TTL - 0.1
    with pytest.raises(LeaseHeld):
        world.two.lease("newsletter")
    world.now += 0.1
    with world.two.lease("newsletter") as lease:
        lease.check()


def test_renewal_keeps_it(world):
    with world.one.lease("newsletter"):
        seconds, tick = world.ticks[1]
        for _ in range(10):
            world.now += seconds
            tick()
        with pytest.raises(LeaseHeld):
            world.two.lease("newsletter")


def test_a_holder_that_slept_and_lost_is_told_before_it_writes(world):
    slept = world.one.lease("newsletter").__enter__()
    world.now += TTL
    with world.two.lease("newsletter") as new:
        with pytest.raises(LeaseHeld, match="taken over"):
            slept.check()
        world.ticks[1][1]()
        new.check()
        assert new.token > slept.token
        slept.__exit__(None, None, None)
        new.check()


def test_a_holder_that_slept_alone_goes_on(world):
    with world.one.lease("newsletter") as slept:
        world.now += 10 * TTL
        slept.check()
        with pytest.raises(LeaseHeld):
            world.two.lease("newsletter")


def test_once_lost_is_lost(world):
    slept = world.one.lease("newsletter").__enter__()
    world.now += TTL
    with world.two.lease("newsletter"), pytest.raises(LeaseHeld):
        slept.check()
    with pytest.raises(LeaseHeld):
        slept.check()


def test_leaving_gives_it_back_and_stops_the_renewal(world):
    with pytest.raises(ZeroDivisionError), world.one.lease("newsletter"):
        _ = 1 / 0
    assert world.ticks == {}
    with world.two.lease("newsletter") as lease:
        lease.check()


def test_a_renewal_that_fails_is_tried_again(world, monkeypatch):
    with world.one.lease("newsletter") as lease:
        with monkeypatch.context() as patch:
            patch.setattr(world.database, "write", broken)
            world.ticks[1][1]()
        lease.check()


def broken(**_options):
    raise StateError("disk full")


def test_two_workers_of_one_process_do_not_share_a_lease(world):
    with world.one.lease("newsletter"), pytest.raises(LeaseHeld):
        world.store(1).lease("newsletter")


def test_the_thread_ticks_until_it_is_stopped():
    ticks = []
    done = Event()

    def tick():
        ticks.append(1)
        if len(ticks) == 3:
            done.set()

    stop = thread_ticker(0.001, tick)
    assert done.wait(10)
    stop()
    after = len(ticks)
    assert after >= 3
    assert len(ticks) == after


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lease."""
    path = str(tmp_path / "state.sqlite")
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout.readline() == "held\n"
    yield child, path
    child.kill()
    child.communicate()


def test_another_process_is_respected_while_it_lives_and_followed_when_killed(holder):
    child, path = holder
    store = open_store(path, bytes(32), environ={})
    with pytest.raises(LeaseHeld, match=f"process {child.pid}"):
        store.lease("newsletter")
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    with store.lease("newsletter") as lease:
        lease.check()
    store.close()


def test_another_process_that_ends_well_leaves_no_lease(holder):
    child, path = holder
    child.communicate("")
    store = open_store(path, bytes(32), environ={}, clock=lambda: 0.0)
    with store.lease("newsletter") as lease:
        lease.check()
    store.close()
