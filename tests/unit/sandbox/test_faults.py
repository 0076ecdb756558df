from __future__ import annotations

import pytest

from reconciler.sandbox.faults import LISTING_FAULTS, Fault, Faults, Step


def test_fair_weather_is_the_default():
    assert {Faults().draw("list") for _ in range(100)} == {None}


def test_the_same_seed_gives_the_same_weather():
    def weather(seed: int) -> list[Fault | None]:
        faults = Faults(seed, {Fault.ERROR: 0.2, Fault.SLOW: 0.3})
        return [faults.draw("get") for _ in range(200)]

    assert weather(1) == weather(1) != weather(2)


def test_rates_are_about_kept_and_counted():
    faults = Faults(rates={Fault.ERROR: 0.25})
    for _ in range(2000):
        faults.draw("get")
    assert 400 < faults.drawn[Fault.ERROR] < 600


def test_a_script_says_which_call_of_which_kind():
    faults = Faults(script=[Step(Fault.DROP_ANSWER, on="create", skip=1), Step(Fault.ERROR, on="write")])
    kinds = ["get", "create", "create", "create", "get"]
    assert [faults.draw(kind) for kind in kinds] == [None, Fault.ERROR, Fault.DROP_ANSWER, None, None]


def test_a_step_can_last():
    faults = Faults(script=[Step(Fault.THROTTLE, times=3)])
    assert [faults.draw("any kind") for _ in range(4)] == [Fault.THROTTLE] * 3 + [None]


@pytest.mark.parametrize("fault", sorted(LISTING_FAULTS))
def test_only_listings_lie(fault):
    faults = Faults(rates={fault: 1.0}, script=[Step(fault)])
    assert faults.draw("find") is None
    assert faults.draw("list") is fault
    assert faults.draw("list") is fault


def test_an_unknown_fault_is_refused():
    with pytest.raises(ValueError, match="earthquake"):
        Faults(rates={"earthquake": 0.1})
