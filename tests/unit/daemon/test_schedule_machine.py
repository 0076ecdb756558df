from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.unit.daemon.fakes import report
from tests.unit.daemon.house import House, wanted


class ScheduleMachine(RuleBasedStateMachine):
    """Whatever people, specs and apps do, every active connection has exactly one future."""

    def __init__(self) -> None:
        super().__init__()
        self.house = House()
        self.active: dict[str, bool] = {}

    names = st.sampled_from(["a", "b"])

    @rule(name=names, digest=st.sampled_from(["d1", "d2"]), paused=st.booleans())
    def put(self, name, digest, paused):
        self.house.schedule.put(wanted(name, digest, paused=paused))
        self.active[name] = not paused

    @rule(name=names)
    def remove(self, name):
        self.house.schedule.remove(name)
        self.active.pop(name, None)

    @rule(name=names, person=st.booleans())
    def trigger(self, name, person):
        assert self.house.schedule.trigger(name, person=person) == self.active.get(name, False)

    @rule(name=names, result=st.sampled_from(["ok", "failed", "stalled", "refused", "busy", "abandoned"]))
    def next_answer(self, name, result):
        self.house.runner.answers[name] = [report(name, result)]

    @rule(seconds=st.floats(0, 4000))
    def time_passes(self, seconds):
        self.house.timer.advance(seconds)

    @invariant()
    def alarms_are_set_for_the_active_and_for_nobody_else(self):
        assert set(self.house.timer.alarms) == {name for name, active in self.active.items() if active}

    @invariant()
    def the_runner_only_runs_what_it_was_given(self):
        opened = set()
        for verb, what in self.house.runner.calls:
            if verb == "use":
                opened.add(what.split("@")[0])
            elif verb == "drop":
                opened.remove(what)
            else:
                assert what in opened


TestScheduleMachine = ScheduleMachine.TestCase
TestScheduleMachine.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
