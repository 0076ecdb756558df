"""How many calls a change costs, counted at the emulator: no more than the promises need, and a tenth."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import pytest

from reconciler.sandbox.emulator import emulator_names
from tests.matrix.direct import Crowd

if TYPE_CHECKING:
    from reconciler.model.traits import Traits

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SIZE, CHANGES = 1000, 500
SILENT = {"hubspot", "salesforce", "zoho"}
"""Apps whose answer to a write does not say what they made of it: each batch is read back."""


def least(app: str, traits: Traits, listing: int) -> int:
    """The calls without which the promises cannot be kept, for ``CHANGES`` edits on the other side.

    One look at what changed; where that look does not show everybody, the counterparts; the writes; right before each
    batch a last look, unless the app itself refuses a write over a newer version (or tells one by one); and the answer,
    where the write did not bring it.
    """
    gets, portion = traits.a_call("get"), min(traits.update_batch, CHANGES)
    portions = ceil(CHANGES / portion)
    reads = portions * ceil(portion / gets)
    counterparts = ceil(CHANGES / gets) if traits.delta else 0
    last_looks = 0 if traits.versions or traits.guarded or gets == 1 else reads
    answers = reads if app in SILENT else 0
    return listing + counterparts + ceil(CHANGES / traits.a_call("update")) + last_looks + answers


@pytest.mark.parametrize("app", emulator_names())
def test_changes_cost_no_more_calls_than_the_promises_need(app: str, record_property) -> None:
    with Crowd(app, SIZE) as crowd:
        crowd.settle()
        listing = calls_of(crowd)
        crowd.change(CHANGES)
        used = calls_of(crowd)
        traits = crowd.connector.traits
        wanted = least(app, traits, listing)
        record_property("figures", {"used": used, "least": wanted, "3N+2": 3 * CHANGES + 2})
        if traits.update_batch > 1:
            assert used <= wanted * 1.1, dict(crowd.wire.kinds)
        assert used < 3 * CHANGES + 2


def calls_of(crowd: Crowd) -> int:
    """One cycle, an hour later."""
    crowd.clock.advance(3600.0)
    crowd.wire.reset()
    report = crowd.cycle()
    assert report.result == "ok", (report.message, report.failures)
    return crowd.wire.calls
