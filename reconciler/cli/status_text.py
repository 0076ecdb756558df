"""How a connection is doing, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.cli.report_text import PAST, states_line
from reconciler.cli.screen import line
from reconciler.cli.words import count, duration, moment
from reconciler.model.plan import Verb
from reconciler.model.record import Side

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.text import Text

    from reconciler.cli.standing import Standing
    from reconciler.state.base import Cycle

STYLES = {"ok": "green", "running": "cyan", "abandoned": "yellow", "busy": "yellow"}


def render(standing: Standing, now: float) -> Iterator[Text]:
    """One connection, line by line; ``now`` in POSIX seconds."""
    yield line((standing.name, "bold"), f": {_kind(standing)}")
    if not standing.cycles:
        yield line("  no cycle yet")
        return
    names = {side: standing.side(side) for side in Side}
    yield line(
        f"  {states_line(names, standing.states) or 'no contacts known'}; {count(standing.links, 'linked pair')}"
    )
    for code, number in standing.refused.items():
        yield line(("  refused: ", "red"), f"{count(number, 'contact')}, {code}")
    if standing.retry_at is not None:
        yield line(f"  refused contacts are tried again from {moment(standing.retry_at)} on")
    if standing.unanswered:
        yield line(
            ("  unanswered: ", "yellow"),
            f"{count(standing.unanswered, 'write')}, looked for before anything is repeated",
        )
    yield line(f"  next: {_next(standing, now)}")
    for cycle in standing.cycles:
        yield _cycle(standing, cycle)


def _kind(standing: Standing) -> str:
    connection = standing.connection
    if connection is None:
        return "no usable spec describes it"
    ends = f"{connection.left.name} {connection.direction.value} {connection.right.name}"
    return f"{ends}, {'paused' if connection.paused else f'every {duration(connection.every)}'}"


def _next(standing: Standing, now: float) -> str:
    if standing.next_at is None:
        return _nothing_set(standing)
    ahead = standing.next_at - now
    return f"in {duration(ahead)}, if the daemon runs" if ahead > 0 else "now, if the daemon runs"


def _nothing_set(standing: Standing) -> str:
    if standing.connection is None:
        return "none"
    if standing.connection.paused:
        return "none, it is paused"
    return "when a spec or a secret changes, if the daemon runs; it tries now and then all the same"


def _cycle(standing: Standing, cycle: Cycle) -> Text:
    took = "" if cycle.finished_at is None else f" in {duration(cycle.finished_at - cycle.started_at)}"
    wrote = [
        f"{number:,} {PAST[Verb(verb)]} on {side}"
        for side, verbs in standing.written(cycle).items()
        for verb, number in verbs.items()
    ]
    unknown = cycle.finished_at is None  # it goes on, or was killed: counts are kept when a cycle ends
    said = took if unknown else f"{took}: {', '.join(wrote) or 'nothing written'}"
    message = f" ({cycle.message})" if cycle.message else ""
    style = STYLES.get(cycle.result, "bold red")
    return line(f"  {moment(cycle.started_at)}  cycle {cycle.cycle}  ", (cycle.result, style), f"{said}{message}")
