from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.connectors.budget import Budget
from reconciler.errors import Retryable
from reconciler.testing.clock import FakeClock


def budget(clock: FakeClock, **settings: float | None) -> Budget:
    return Budget("testapp", clock=clock, sleep=clock.sleep, **settings)


def test_without_limits_nobody_waits() -> None:
    clock = FakeClock()
    limitless = budget(clock)
    for _ in range(1000):
        limitless.acquire()
    assert clock.slept == []
    assert limitless.calls_left is None


@given(
    rate=st.floats(0.5, 50),
    burst=st.integers(1, 20),
    gaps=st.lists(st.floats(0, 3), min_size=1, max_size=60),
)
def test_no_window_ever_holds_more_calls_than_the_rate_allows(rate: float, burst: int, gaps: list[float]) -> None:
    clock = FakeClock(0.0)
    limited = budget(clock, per_second=rate, burst=burst)
    sent: list[float] = []
    for gap in gaps:
        clock.advance(gap)
        limited.acquire()
        sent.append(clock.now)
    for start, first in enumerate(sent):
        for end, last in enumerate(sent[start:], start=1):
            assert end <= burst + (last - first) * rate + 1e-6


def test_a_burst_is_let_through_and_then_calls_are_spaced() -> None:
    clock = FakeClock()
    limited = budget(clock, per_second=2.0, burst=3)
    for _ in range(5):
        limited.acquire()
    assert clock.slept == pytest.approx([0.5, 0.5])


def test_a_pause_holds_for_everybody() -> None:
    clock = FakeClock()
    shared = budget(clock)
    shared.pause(30)
    shared.pause(10)
    shared.acquire()
    assert clock.slept == [30.0]


def test_a_pause_that_comes_while_waiting_is_waited_for_too() -> None:
    clock = FakeClock()
    shared = budget(clock, per_second=1.0, burst=1)
    shared.acquire()
    shared.sleep = lambda seconds: (clock.sleep(seconds), shared.pause(5) if len(clock.slept) == 1 else None)
    shared.acquire()
    assert clock.slept == pytest.approx([1.0, 5.0])


def test_who_would_wait_too_long_is_sent_home_with_a_time() -> None:
    clock = FakeClock()
    shared = budget(clock, patience=20.0)
    shared.pause(120)
    with pytest.raises(Retryable) as caught:
        shared.acquire()
    assert caught.value.after == pytest.approx(120)
    assert clock.slept == []


def test_the_daily_cap_opens_again_after_a_day() -> None:
    clock = FakeClock()
    capped = budget(clock, daily=2)
    capped.acquire()
    capped.acquire()
    with pytest.raises(Retryable, match="used up"):
        capped.acquire()
    clock.advance(86_400)
    capped.acquire()
    assert (capped.calls_left, capped.calls_limit) == (1, 2)


def test_the_apps_own_count_tightens_the_cap_and_is_asked_for_again() -> None:
    clock = FakeClock()
    capped = budget(clock, daily=100)
    capped.observe(15_000, 15_000)
    with pytest.raises(Retryable) as caught:
        capped.acquire()
    clock.advance(caught.value.after or 0)
    capped.acquire()
    assert capped.calls_left == 99


def test_threads_draw_from_one_bucket() -> None:
    clock = FakeClock()
    capped = budget(clock, daily=50)
    refused: list[Retryable] = []

    def draw() -> None:
        for _ in range(20):
            try:
                capped.acquire()
            except Retryable as error:
                refused.append(error)

    threads = [threading.Thread(target=draw) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 30
