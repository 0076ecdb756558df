from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.daemon.pace import DAY, Pace
from tests.unit.daemon.fakes import report

seeds = st.integers(0, 10_000).map(random.Random)
everies = st.floats(1, 100_000)


@given(dice=seeds, every=everies)
def test_the_first_cycle_comes_soon(dice, every):
    assert 0 <= Pace(dice=dice).first(every) <= min(3.0, every)


@given(dice=seeds, every=everies, result=st.sampled_from(["ok", "refused", "busy"]))
def test_an_ordinary_cycle_is_followed_by_the_interval_give_or_take_a_tenth(dice, every, result):
    wait = Pace(dice=dice).after(report(result=result), every, 0)
    assert max(1.0, every * 0.9) <= wait <= max(1.0, every * 1.1)


@given(dice=seeds, failures=st.integers(1, 10_000), every=everies)
def test_failures_wait_longer_and_longer_but_never_for_ever(dice, failures, every):
    wait = Pace(dice=dice).after(report(result="failed"), every, failures)
    assert 9.0 <= wait <= 1980.0


def test_backoff_doubles():
    waits = [Pace(jitter=0.0).after(report(result="failed"), 300, n) for n in range(1, 10)]
    assert waits == [10, 20, 40, 80, 160, 320, 640, 1280, 1800]


@given(dice=seeds, asked=st.floats(0, DAY), failures=st.integers(1, 5))
def test_an_app_that_names_a_time_is_not_asked_before_it(dice, asked, failures):
    wait = Pace(dice=dice).after(report(result="failed", retry_after=asked), 60, failures)
    assert wait >= asked


def test_an_absurd_retry_after_is_believed_for_a_day_only():
    assert Pace(jitter=0.0).after(report(result="failed", retry_after=1e9), 60, 1) == DAY


@pytest.mark.parametrize(("result", "wait"), [("stalled", 1800), ("abandoned", 10)])
def test_stalled_and_abandoned_cycles(result, wait):
    assert Pace(jitter=0.0).after(report(result=result), 300, 0) == wait
