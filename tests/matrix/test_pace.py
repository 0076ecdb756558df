"""A first sync takes as long as the app's own rate limit makes it take, on a simulated clock, and loses nobody."""

from __future__ import annotations

import pytest

from reconciler.sandbox.emulator import emulator_names
from tests.matrix.direct import Crowd

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SIZE = 10_000
LIMITS = {
    "copper": 180 / 60,
    "hubspot": 100 / 10,
    "icontact": 2.5,
    "insightly": 10,
    "pipedrive": 20 / 2,
}
"""Calls a second as the vendors document them. The others document how many calls may be under way at once, or how many
a day: one after the other, on a clock that stands still, those take no time."""
TURNED_AWAY = {429, 503}


@pytest.mark.parametrize("app", emulator_names())
def test_ten_thousand_people_arrive_at_the_pace_that_the_app_allows(app: str, record_property) -> None:
    with Crowd(app, SIZE) as crowd:
        began = crowd.clock()
        report = crowd.cycle()
        took = crowd.clock() - began
        limit = LIMITS.get(app)
        least = crowd.wire.calls / limit if limit else 0.0
        record_property("figures", {"calls": crowd.wire.calls, "seconds": round(took), "least": round(least)})
        assert report.result == "ok", (report.message, report.failures)
        assert crowd.arrived() == SIZE
        turned_away = sum(crowd.wire.statuses[status] for status in TURNED_AWAY)
        assert turned_away <= crowd.wire.calls // 100
        if limit:
            assert took <= 1.1 * least + 1
