from __future__ import annotations

from reconciler.errors import Denied, Retryable
from tests.unit.daemon.fakes import report
from tests.unit.daemon.house import EVERY, House, wanted


def test_a_new_connection_is_opened_and_run_soon_and_then_every_interval():
    house = House().started()
    assert house.runner.calls == [("use", "news@d1"), ("run", "news")]
    house.timer.advance(EVERY)
    house.timer.advance(EVERY)
    assert house.runner.runs("news") == 3
    assert len(house.runner.calls) == 4


def test_twenty_connections_do_not_start_in_the_same_instant():
    house = House()
    for number in range(20):
        house.schedule.put(wanted(f"c{number}"))
    assert len({when for when, _ in house.timer.alarms.values()}) == 20


def test_a_trigger_makes_it_sooner():
    house = House().started()
    house.timer.advance(10)
    assert house.schedule.trigger("news")
    house.timer.advance(0)
    assert house.runner.runs("news") == 2


def test_a_storm_of_triggers_is_one_cycle():
    house = House().started()
    house.timer.advance(10)
    settings_before = house.timer.settings
    for _ in range(50):
        house.schedule.trigger("news")
    assert house.timer.settings == settings_before + 1
    house.timer.advance(1)
    assert house.runner.runs("news") == 2


def test_a_trigger_never_postpones():
    house = House().started()
    house.schedule.trigger("news")
    first = house.timer.due("news")
    house.schedule.trigger("news")
    assert house.timer.due("news") == first


def test_triggers_during_a_cycle_are_one_more_cycle_right_after():
    house = House()
    house.runner.during = lambda name, _stop: [house.schedule.trigger(name) for _ in range(5)] and None
    house.started()
    house.runner.during = lambda _name, _stop: None
    house.timer.advance(2)
    assert house.runner.runs("news") >= 2
    runs = house.runner.runs("news")
    house.timer.advance(100)
    assert house.runner.runs("news") == runs


def test_unknown_and_paused_connections_cannot_be_triggered():
    house = House()
    assert not house.schedule.trigger("nobody")
    house.schedule.put(wanted(paused=True))
    assert not house.schedule.trigger("news", person=True)
    house.timer.advance(10_000)
    assert house.runner.calls == []


def test_failures_back_off_and_a_good_cycle_forgives():
    house = House()
    house.runner.answers["news"] = [report(result="failed"), report(result="failed"), report()]
    house.started()
    waits = [house.rounded_due()]
    for _ in range(2):
        house.timer.advance(house.timer.due("news"))
        waits.append(house.rounded_due())
    assert 8 <= waits[0] <= 10
    assert waits[1:] == [20, 300]
    assert house.schedule.standings()[0].failures == 0


def test_a_change_forgives_earlier_failures():
    house = House()
    house.runner.answers["news"] = [report(result="failed")] * 5
    house.started()
    house.timer.advance(100)
    assert house.schedule.standings()[0].failures > 2
    house.schedule.put(wanted(digest="d2"))
    house.timer.advance(house.timer.due("news"))
    assert house.schedule.standings()[0].failures == 1
    assert house.rounded_due() == 10


def test_retry_after_holds_against_webhooks_but_not_against_a_person():
    house = House()
    house.runner.answers["news"] = [Retryable("icontact", "slow down", after=600)]
    house.started()
    house.schedule.trigger("news")
    assert house.timer.due("news") > 590
    assert house.schedule.trigger("news", person=True)
    assert house.timer.due("news") == 0


def test_a_stalled_connection_waits_and_is_tried_slowly_with_a_fresh_opening():
    house = House()
    house.runner.unusable = Denied("icontact", "wrong password")
    house.started()
    assert house.ear.reports[0].result == "stalled"
    assert house.ear.reports[0].label == "denied"
    house.schedule.trigger("news")
    house.timer.advance(1700)
    assert house.runner.runs("news") == 0
    house.runner.unusable = None
    house.timer.advance(100)
    assert house.runner.calls[-2:] == [("use", "news@d1"), ("run", "news")]
    assert 200 < house.rounded_due() <= EVERY


def test_a_change_wakes_a_stalled_connection_at_once():
    house = House()
    house.runner.answers["news"] = [report(result="stalled")]
    house.started()
    house.schedule.put(wanted(digest="d2"))
    house.timer.advance(3)
    assert house.runner.calls[-2:] == [("use", "news@d2"), ("run", "news")]


def test_a_runner_that_breaks_is_a_failed_cycle_and_says_nothing_of_the_cause():
    house = House()
    house.runner.answers["news"] = [ValueError("ann@example.org")]
    house.started()
    [heard] = house.ear.reports
    assert (heard.result, heard.label, heard.message) == ("failed", "bug", "unexpected ValueError")
    assert house.rounded_due() is not None


def test_a_change_during_a_cycle_takes_effect_after_it():
    house = House()
    house.runner.during = lambda _name, _stop: house.schedule.put(wanted(digest="d2"))
    house.schedule.put(wanted())
    house.timer.advance(house.timer.due("news"))
    house.runner.during = lambda _name, _stop: None
    assert house.runner.calls == [("use", "news@d1"), ("run", "news")]
    house.timer.advance(2)
    assert house.runner.calls[2:] == [("use", "news@d2"), ("run", "news")]


def test_a_change_during_a_failing_cycle_does_not_inherit_its_backoff():
    house = House()
    house.runner.during = lambda _name, _stop: house.schedule.put(wanted(digest="d2"))
    house.runner.answers["news"] = [report(result="stalled")]
    house.schedule.put(wanted())
    house.timer.advance(house.timer.due("news"))
    assert house.timer.due("news") <= 1


def test_removal_and_pause_during_a_cycle_take_effect_after_it():
    for end in (lambda house: house.schedule.remove("news"), lambda house: house.schedule.put(wanted(paused=True))):
        house = House()
        house.runner.during = lambda _name, _stop, end=end, house=house: end(house)
        house.started()
        assert len(house.ear.reports) == 1
        house.timer.advance(10_000)
        assert house.runner.runs("news") == 1


def test_removal_drops_and_forgets_after_the_last_report():
    house = House().started()
    house.schedule.remove("news")
    assert house.runner.calls[-1] == ("drop", "news")
    assert house.ear.gone == ["news"]
    assert house.schedule.standings() == []
    assert not house.schedule.trigger("news")


def test_a_connection_that_returns_during_its_last_cycle_stays():
    house = House()

    def leave_and_return(_name, _stop):
        house.schedule.remove("news")
        house.schedule.put(wanted(digest="d2"))

    house.runner.during = leave_and_return
    house.schedule.put(wanted())
    house.timer.advance(house.timer.due("news"))
    assert house.ear.gone == []
    assert house.timer.due("news") <= 1


def test_resuming_runs_soon():
    house = House()
    house.schedule.put(wanted(paused=True))
    house.schedule.put(wanted())
    house.timer.advance(3)
    assert house.runner.runs("news") == 1
