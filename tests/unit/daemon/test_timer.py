from __future__ import annotations

import threading

import pytest

from reconciler.daemon.timer import ApTimer

PATIENCE = 20  # seconds; reached only by a test that fails


@pytest.fixture
def beaten() -> threading.Event:
    return threading.Event()


@pytest.fixture
def timer(beaten):
    timer = ApTimer(2, beaten.set, pulse=0.05)
    timer.start()
    yield timer
    timer.shutdown()


def test_an_alarm_rings_in_another_thread_also_when_its_time_has_passed(timer):
    rung: list[tuple[str, str]] = []
    done = threading.Event()

    def ring(name):
        rung.append((name, threading.current_thread().name))
        done.set()

    timer.at("news", timer.now() - 1000, ring)
    assert done.wait(PATIENCE)
    assert rung[0][0] == "news"
    assert rung[0][1] != threading.current_thread().name


def test_an_alarm_may_set_itself_anew_while_it_rings(timer):
    rings, done = [], threading.Event()

    def ring(name):
        rings.append(name)
        if len(rings) < 20:
            timer.at(name, timer.now(), ring)
        else:
            done.set()

    timer.at("news", timer.now(), ring)
    assert done.wait(PATIENCE)
    assert rings == ["news"] * 20


def test_an_alarm_that_rings_before_the_one_that_set_it_has_ended_is_not_lost(timer):
    second = threading.Event()

    def ring(name):
        timer.at(name, timer.now(), lambda _name: second.set())
        second.wait(PATIENCE)

    timer.at("news", timer.now(), ring)
    assert second.wait(PATIENCE / 2)


def test_the_last_word_counts_and_cancelled_alarms_do_not_ring(timer):
    rung, done = [], threading.Event()
    timer.at("news", timer.now() + 3600, rung.append)
    timer.at("gone", timer.now() + 3600, rung.append)
    timer.cancel("gone")
    timer.cancel("unknown")
    timer.at("news", timer.now(), lambda _name: done.set())
    assert done.wait(PATIENCE)
    assert rung == []


def test_the_scheduling_thread_shows_that_it_moves_even_when_all_workers_are_busy(timer, beaten):
    begun, release = threading.Barrier(3), threading.Event()

    def hang(_name):
        begun.wait(PATIENCE)
        release.wait(PATIENCE)

    for name in ("a", "b"):
        timer.at(name, timer.now(), hang)
    begun.wait(PATIENCE)
    beaten.clear()
    assert beaten.wait(PATIENCE)
    release.set()


def test_it_may_be_stopped_at_the_very_moment_it_rings(beaten):
    for _ in range(200):
        timer = ApTimer(1, beaten.set)
        rung = threading.Event()
        timer.start()
        timer.at("news", timer.now(), lambda _name, rung=rung: rung.set())
        assert rung.wait(PATIENCE)
        timer.shutdown()
