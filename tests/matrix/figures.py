"""The tables of calls and of pace in docs/performance.md: ``python -m tests.matrix.figures``."""

from __future__ import annotations

import sys

from reconciler.sandbox.emulator import emulator_names
from tests.matrix.direct import Crowd
from tests.matrix.test_calls import CHANGES, SIZE, calls_of, least
from tests.matrix.test_pace import LIMITS
from tests.matrix.test_pace import SIZE as MANY


def calls(app: str) -> str:
    """What so many changes cost."""
    with Crowd(app, SIZE) as crowd:
        crowd.settle()
        listing = calls_of(crowd)
        crowd.change(CHANGES)
        used = calls_of(crowd)
        return f"| {app} | {listing} | {used} | {least(app, crowd.connector.traits, listing)} | {3 * CHANGES + 2:,} |"


def pace(app: str) -> str:
    """How long a first sync takes on a simulated clock."""
    with Crowd(app, MANY) as crowd:
        began = crowd.clock()
        crowd.cycle()
        took, used, limit = crowd.clock() - began, crowd.wire.calls, LIMITS.get(app)
        away = sum(crowd.wire.statuses[status] for status in (429, 503))
        documented = f"{limit:g} a second | {used / limit:,.0f} s" if limit else "none a second | 0 s"
        return f"| {app} | {used:,} | {documented} | {took:,.0f} s | {away} |"


def tell(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    names = sys.argv[1:] or emulator_names()
    tell(f"| app | a quiet look | {CHANGES} changes | least | 3N+2 |", "|---|---|---|---|---|")
    for name in names:
        tell(calls(name))
    tell("", "| app | calls | documented limit | it dictates | it took | turned away |", "|---|---|---|---|---|---|")
    for name in names:
        tell(pace(name))
