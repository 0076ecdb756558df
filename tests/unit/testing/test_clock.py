from __future__ import annotations

import pytest

from reconciler.testing.clock import START, FakeClock


def test_it_stands_still() -> None:
    clock = FakeClock()
    assert (clock(), clock()) == (START, START)


def test_sleeping_moves_it_and_is_counted() -> None:
    clock = FakeClock(100.0)
    clock.sleep(2.5)
    clock.sleep(0)
    clock.advance(-1)
    assert clock() == 101.5
    assert clock.slept == [2.5, 0]


def test_nobody_sleeps_backwards() -> None:
    with pytest.raises(ValueError, match="cannot sleep"):
        FakeClock().sleep(-1)


def test_its_moments_are_aware() -> None:
    assert FakeClock().datetime().isoformat() == "2024-01-01T00:00:00+00:00"
