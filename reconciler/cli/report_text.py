"""What one cycle did, for the person who ran it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from reconciler.cli.plan_counts import word
from reconciler.cli.screen import line
from reconciler.cli.words import count, duration
from reconciler.model.link import ContactState
from reconciler.model.plan import Verb
from reconciler.model.record import Side

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.text import Text

    from reconciler.live import Live
    from reconciler.model.connection import Connection
    from reconciler.model.plan import Summary
    from reconciler.model.report import Report
    from reconciler.state.base import ConnectionState, Known

PAST = {Verb.CREATE: "created", Verb.UPDATE: "updated", Verb.DELETE: "deleted"}
RESULTS = {
    "ok": ("Done", "bold green"),
    "refused": ("Over its limits; nothing was written", "bold red"),
    "failed": ("Failed; what was written is remembered, the rest is tried again", "bold red"),
    "stalled": ("Stalled until a person changes a spec or a secret", "bold red"),
    "abandoned": ("Stopped half-way, at a safe point", "bold yellow"),
    "busy": ("Another process writes this connection just now", "bold yellow"),
}
OURS = {
    "lost": "without an answer, looked for before anything is repeated",
    "unsent": "not sent, planned anew in the next cycle",
}
PAGE = 5000


def render(report: Report, live: Live, agreed: Summary | None = None) -> Iterator[Text]:
    """The whole report; ``agreed`` is the plan that a person saw before."""
    connection = live.program.connection
    yield from summary(report, connection)
    yield from failures(report.failures, refusals(live.state) if report.failures else {})
    states = states_line({side: connection.end(side).name for side in Side}, report.states)
    if states:
        yield line(f"  {states}; {count(report.links, 'linked pair')}.")
    if agreed and report.summary and report.summary.plan_id != agreed.plan_id:
        yield line(
            "  Contacts changed between the plan and the cycle; the plan was made anew.",
        )


def summary(report: Report, connection: Connection) -> Iterator[Text]:
    """How it ended, and what it wrote."""
    said, style = RESULTS[report.result]
    yield line((said, style), f": {headline(connection, report.applied)} in {duration(report.seconds)}.")
    if report.message:
        yield line(f"  {report.message}")


def headline(connection: Connection, applied: Mapping[tuple[Side, Verb], int]) -> str:
    """``2 updated on crm; 40 created on news``."""
    parts = []
    for side in Side:
        mine = [f"{applied[side, verb]:,} {PAST[verb]}" for verb in Verb if applied.get((side, verb))]
        if mine:
            parts.append(f"{', '.join(mine)} on {connection.end(side).name}")
    return "; ".join(parts) or "nothing written"


def states_line(names: Mapping[Side, str], states: Mapping[tuple[Side, ContactState], int]) -> str:
    """``crm: 40 in sync, 2 excluded; news: 40 in sync``; ``names`` are the sides' own."""
    parts = []
    for side in Side:
        mine = [f"{states[side, state]:,} {word(state)}" for state in ContactState if states.get((side, state))]
        if mine:
            parts.append(f"{names[side]}: {', '.join(mine)}")
    return "; ".join(parts)


def failures(numbers: Mapping[str, int], words: Mapping[str, Known]) -> Iterator[Text]:
    """What was not confirmed: refused, by the apps' own codes and in their words; or unanswered, or never sent."""
    for code, number in sorted(numbers.items(), key=lambda one: -one[1]):
        if code in OURS:
            yield line((f"  {count(number, 'write')} {OURS[code]}", "yellow"))
            continue
        known = words.get(code)
        because = f": {known.cause.removeprefix(f'{code}: ')} (for example {known.id})" if known else ""
        yield line((f"  {code}", "red"), f" {count(number, 'time')}{because}")


def refusals(state: ConnectionState) -> dict[str, Known]:
    """An example of each code with which an app refuses a contact now."""
    return {code: found[0] for code, found in _by_code(state).items()}


def refusal_counts(state: ConnectionState) -> Counter[str]:
    """How many contacts are refused now, by code."""
    return Counter({code: number for code, (_, number) in _by_code(state).items()})


def _by_code(state: ConnectionState) -> dict[str, tuple[Known, int]]:
    """An example and a number by code; a pair counts once. Whoever is refused waits for another try, so this costs as
    much as there are refusals."""
    found: dict[str, tuple[Known, int]] = {}
    pairs: set[int | None] = set()
    for one in _failed(state):
        code = one.cause.partition(":")[0]
        example, number = found.get(code, (one, 0))
        found[code] = (example, number + (one.link_id is None or one.link_id not in pairs))
        pairs.add(one.link_id)
    return found


def _failed(state: ConnectionState) -> Iterator[Known]:
    after = 0
    while page := state.due(float("inf"), after=after, limit=PAGE):
        after = page[-1].row
        yield from (one for one in page if one.state is ContactState.FAILED)
