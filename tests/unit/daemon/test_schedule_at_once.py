"""Several threads, and the end."""

from __future__ import annotations

import threading

from tests.unit.daemon.house import House, wanted


def test_after_stop_nothing_begins_and_running_cycles_know():
    house = House()
    seen = []

    def stop_meanwhile(_name, stop):
        house.schedule.stop()
        seen.append(stop.is_set())

    house.runner.during = stop_meanwhile
    house.started()
    assert seen == [True]
    house.schedule.trigger("news", person=True)
    house.schedule.fire("news")
    assert house.runner.runs("news") == 1
    assert house.timer.alarms == {}


def test_waiting_for_a_cycle_that_does_not_end_is_bounded():
    house = House()
    begun, release = threading.Event(), threading.Event()

    def hang(_name, _stop):
        begun.set()
        release.wait(10)

    house.runner.during = hang
    house.schedule.put(wanted())
    thread = threading.Thread(target=house.schedule.fire, args=("news",))
    thread.start()
    assert begun.wait(5)
    assert not house.schedule.wait_idle(0.01)
    release.set()
    assert house.schedule.wait_idle(5)
    thread.join(5)


def test_one_connection_never_runs_twice_at_once_whoever_knocks():
    house = House()
    begun, release = threading.Event(), threading.Event()

    def hang(_name, _stop):
        begun.set()
        release.wait(10)

    house.runner.during = hang
    house.schedule.put(wanted())
    thread = threading.Thread(target=house.schedule.fire, args=("news",))
    thread.start()
    assert begun.wait(5)
    for _ in range(20):
        house.schedule.fire("news")
        house.schedule.trigger("news", person=True)
    assert house.runner.runs("news") == 1
    release.set()
    thread.join(5)
    assert house.rounded_due() == 1


def test_connections_run_beside_each_other():
    house = House()
    both = threading.Barrier(2)
    house.runner.during = lambda _name, _stop: both.wait(10) and None
    threads = []
    for name in ("a", "b"):
        house.schedule.put(wanted(name))
        threads.append(threading.Thread(target=house.schedule.fire, args=(name,)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(15)
    assert [heard.result for heard in house.ear.reports] == ["ok", "ok"]
