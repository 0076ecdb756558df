from __future__ import annotations

import pytest

from reconciler.spec.amounts import Budget, budget, duration
from reconciler.spec.findings import Unfit


@pytest.mark.parametrize(
    ("raw", "seconds"), [("30s", 30), ("5m", 300), ("1.5h", 5400), ("1d", 86400), (90, 90), ("90", 90), (2.5, 2.5)]
)
def test_lengths_of_time(raw: object, seconds: float) -> None:
    assert duration(raw) == seconds


@pytest.mark.parametrize("raw", ["", "5 weeks", "-5m", "m", "0s", 0, -1, True, None, "8d", "1e3", ["5m"], "5m5s"])
def test_what_is_no_length_of_time(raw: object) -> None:
    with pytest.raises(Unfit):
        duration(raw)


@pytest.mark.parametrize(
    ("raw", "found"),
    [("30%", Budget(share=0.3)), ("0.5 %", Budget(share=0.005)), (0, Budget(count=0)), (50, Budget(count=50))],
)
def test_budgets(raw: object, found: Budget) -> None:
    assert budget(raw) == found


@pytest.mark.parametrize("raw", ["30", "101%", "-1%", -1, 1.5, True, None, "a%", []])
def test_what_is_no_budget(raw: object) -> None:
    with pytest.raises(Unfit):
        budget(raw)
