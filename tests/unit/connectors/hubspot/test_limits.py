from __future__ import annotations

import pytest

from reconciler.connectors.budget import Budget
from reconciler.connectors.hubspot.pace import search_pace
from reconciler.connectors.hubspot.wording import DIALECT, Problem, spoken
from reconciler.errors import Rejected, Retryable
from reconciler.sandbox.hubspot.store import HubSpotQuirks
from tests.unit.connectors.hubspot.portal import Portal, Told, ids, pages, refusal, row
from tests.unit.connectors.wire import Wire, answer, http_over

ROLLING = {"message": "You have reached your ten_secondly_rolling limit.", "policyName": "TEN_SECONDLY_ROLLING"}
SECONDLY = {"message": "You have reached your secondly limit."}


def test_no_call_is_too_early_at_the_documented_limits(portal: Portal) -> None:
    """A hundred in ten seconds, and five searches a second: at the app's own pace nobody is turned away."""
    connector = portal.open("email")
    for number in range(300):
        connector.get([str(number)])
    for number in range(40):
        connector.find("lastname", [str(number)])
    assert portal.world.quirks == HubSpotQuirks()
    assert len(portal.asked) == 341
    assert portal.clock.now > 0


def test_all_connectors_of_an_account_share_the_pace_of_searches(portal: Portal) -> None:
    budget = Budget("hubspot", clock=portal.clock, sleep=portal.clock.sleep)
    one, two = (http_over(Wire(answer()), portal.clock, app="hubspot", budget=budget) for _ in range(2))
    other = http_over(Wire(answer()), portal.clock, app="hubspot")
    assert search_pace(one) is search_pace(two)
    assert search_pace(one) is not search_pace(other)


@pytest.mark.parametrize(("said", "seconds"), [(ROLLING, 10.0), (SECONDLY, 1.0)])
def test_too_many_calls_pause_the_account_as_long_as_that_limit_takes(said: dict, seconds: float) -> None:
    """HubSpot does not say when to come back."""
    wire = Told(refusal(429, "RATE_LIMITS", **said), {"results": [row("1")]})
    assert ids(pages(wire.open())) == ["1"]
    assert sum(wire.clock.slept) >= seconds


def test_a_full_window_is_left_to_empty_before_it_overflows() -> None:
    full = answer({"results": [row("1")], "paging": {"next": {"after": "2"}}}, X_HubSpot_RateLimit_Remaining="0")
    wire = Told(full, {"results": [row("2")]})
    assert ids(pages(wire.open())) == ["1", "2"]
    assert sum(wire.clock.slept) == pytest.approx(1.0)


def test_a_spent_day_is_handed_on_and_not_slept_through() -> None:
    wire = Told(refusal(429, "RATE_LIMITS", policyName="DAILY"))
    with pytest.raises(Retryable) as caught:
        pages(wire.open())
    assert caught.value.after
    assert caught.value.code == "DAILY"
    assert len(wire.requests) == 2


def test_what_is_left_of_the_day_is_read_from_every_answer() -> None:
    headers = {"X_HubSpot_RateLimit_Daily": "250000", "X_HubSpot_RateLimit_Daily_Remaining": "249000"}
    wire = Told(answer({"results": []}, **headers))
    connector = wire.open()
    pages(connector)
    assert connector._api.http.calls_left == 249_000
    assert DIALECT.usage(http_over(Wire(answer({}))).request("GET", "/x")) is None


@pytest.mark.parametrize("status", [423, 477, 502, 503, 504, 521, 523, 524])
def test_a_passing_trouble_is_tried_again(status: int) -> None:
    wire = Told(refusal(status), {"results": [row("1")]})
    assert ids(pages(wire.open())) == ["1"]


def test_a_locked_account_is_left_alone_for_two_seconds() -> None:
    wire = Told(refusal(423), {"results": []})
    pages(wire.open())
    assert sum(wire.clock.slept) >= 2.0


def test_an_address_that_is_too_long_is_our_own_fault_and_not_repeated() -> None:
    wire = Told(refusal(414))
    with pytest.raises(Rejected):
        pages(wire.open())
    assert len(wire.requests) == 2


def test_a_refusal_in_another_form_is_no_riddle() -> None:
    assert Problem().code == ""
    assert Problem(message="Property values were not valid: [{broken").findings == []
    assert Problem(message="Property values were not valid: [{broken}]").findings == []
    assert Problem(category="VALIDATION_ERROR").code == "VALIDATION_ERROR"


def test_the_most_telling_code_and_property_are_found_in_either_place() -> None:
    from_json = 'x: [{"isValid":false,"message":"no such","error":"INVALID_OPTION","name":"colour"}]'
    one = Problem(message=from_json, category="VALIDATION_ERROR")
    assert (one.code, one.field, one.words()) == ("INVALID_OPTION", "colour", "colour: no such")
    details = {"message": "no such", "code": "INVALID_OPTION", "context": {"propertyName": ["colour"]}}
    two = Told(refusal(400, "VALIDATION_ERROR", errors=[details]))
    with pytest.raises(Rejected) as caught:
        pages(two.open())
    assert caught.value.code == "INVALID_OPTION"


def test_the_id_of_a_twin_is_found_in_the_words_or_beside_them() -> None:
    assert Problem(message="Contact already exists. Existing ID: 37765128953").existing == "37765128953"
    assert Problem(context={"existingId": ["12"]}).existing == "12"
    assert Problem(message="Contact already exists").existing is None


def test_a_refusal_does_not_repeat_what_was_sent() -> None:
    said = Problem(message="Ann Other and ann@example.com and +32 2 555 01 23 are not welcome")
    words = spoken(said, {"firstname": "Ann Other"})
    assert not [one for one in ("Ann", "ann@", "555") if one in words]
