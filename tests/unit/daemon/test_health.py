from __future__ import annotations

from reconciler.daemon.health import Pulse, alive, ready
from reconciler.daemon.schedule import Standing
from tests.unit.daemon.fakes import HandTimer, report


def standing(name: str = "news", **facts) -> Standing:
    usual = {"paused": False, "running": False, "outcomes": 1, "failures": 0, "last": report(), "due": 1.0}
    return Standing(name=name, **(usual | facts))


def new(name: str = "news", **facts) -> Standing:
    return standing(name, outcomes=0, last=None, **facts)


def test_loops_that_move_are_alive_and_one_that_hangs_is_named():
    clock = HandTimer(0)
    pulse = Pulse({"watch": 10, "schedule": 60}, clock.now)
    clock.advance(9)
    assert alive(pulse).status == 200
    pulse.beat("schedule")
    clock.advance(9)
    answer = alive(pulse)
    assert answer.status == 503
    assert answer.facts == {"alive": False, "silent_seconds": {"watch": 18}}
    pulse.beat("watch")
    assert alive(pulse).status == 200


def test_not_ready_before_specs_are_loaded():
    answer = ready([], loaded=False)
    assert answer.status == 503
    assert answer.facts["specs_loaded"] is False


def test_ready_without_any_connection():
    assert ready([], loaded=True).status == 200


def test_every_active_connection_needs_a_first_outcome_and_it_is_said_which_has_none():
    answer = ready([standing(), new("sales", running=True), new("people")], loaded=True)
    assert answer.status == 503
    assert answer.facts["waiting"] == {
        "people": "its first cycle has not begun",
        "sales": "its first cycle is running",
    }


def test_a_bad_first_outcome_is_an_outcome_and_is_shown():
    answer = ready([standing(last=report(result="stalled"))], loaded=True)
    assert answer.status == 200
    assert answer.facts["connections"] == {"news": "stalled"}


def test_paused_connections_are_not_waited_for():
    answer = ready([new(paused=True)], loaded=True)
    assert answer.status == 200
    assert answer.facts["connections"] == {"news": "paused"}


def test_a_daemon_that_stops_is_no_longer_ready():
    assert ready([standing()], loaded=True, stopping=True).status == 503
