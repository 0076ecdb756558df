"""A plan for a terminal: ``+`` creates, ``~`` changes, ``-`` deletes or clears."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from rich.text import Text

from reconciler.cli.plan_counts import Standings, headline
from reconciler.cli.screen import line
from reconciler.cli.words import cause, count, shown
from reconciler.model.plan import Verb

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.cycle import Planned
    from reconciler.model.connection import Connection, End
    from reconciler.model.plan import Change, Operation, Summary

LIMIT = 100
SIGNS = {Verb.CREATE: ("+", "green"), Verb.UPDATE: ("~", "yellow"), Verb.DELETE: ("-", "red")}


def render(planned: Planned, connection: Connection, limit: int | None = None) -> Iterator[Text]:
    """The whole plan, line by line, with at most ``limit`` operations."""
    limit = LIMIT if limit is None else limit
    yield title(connection)
    for operation in islice(planned.operations(), limit):
        yield Text()
        yield from operation_lines(operation, connection)
    yield Text()
    if planned.summary.pending > limit:
        left_out = count(planned.summary.pending - limit, "more operation")
        yield line((f"  … and {left_out}; --limit shows more, --format json all of them.", "dim"))
        yield Text()
    yield from closing(planned, connection)


def title(connection: Connection) -> Text:
    """The connection and its two ends."""
    ends = f"{_end(connection.left)} {connection.direction.value} {_end(connection.right)}"
    return line((connection.name, "bold"), f": {ends}")


def _end(end: End) -> str:
    return f"{end.name} ({end.app} {end.entity})"


def operation_lines(operation: Operation, connection: Connection) -> Iterator[Text]:
    """One operation and its changes."""
    sign, style = SIGNS[operation.verb]
    name = connection.end(operation.side).name
    origin = f", from {connection.end(operation.side.other).name} {operation.source_id}" if operation.source_id else ""
    yield line((f"  {sign} ", style), (f"{operation.verb.value} {name} {operation.id or '(new)'}", "bold"), origin)
    width = max((len(change.field) for change in operation.changes), default=0)
    for change in operation.changes:
        yield _change_line(change, width, operation.verb, connection)


def _change_line(change: Change, width: int, verb: Verb, connection: Connection) -> Text:
    sign, style = SIGNS[Verb.CREATE if change.old is None else Verb.DELETE if change.new is None else Verb.UPDATE]
    said = shown(change.new) if verb is Verb.CREATE else f"{shown(change.old)} -> {shown(change.new)}"
    return line(
        (f"      {sign} ", style),
        f"{change.field.ljust(width)}  ",
        (said, style),
        (f"   # {cause(connection, change.origin)}", "dim"),
    )


def closing(planned: Planned, connection: Connection) -> Iterator[Text]:
    """Whom the plan leaves alone, what a person should know, and the plan in one line."""
    left_alone = Standings.of(planned.decisions()).out_of_sync(connection)
    for state, how_many, why in left_alone:
        yield line(f"  {state}: {how_many}", (f"   # {why}", "dim"))
    if left_alone:
        yield Text()
    yield from verdict(planned.summary, connection)


def verdict(summary: Summary, connection: Connection) -> Iterator[Text]:
    """Notices, the guard's refusals, and the plan in one line."""
    for notice in summary.notices:
        yield line(("Notice: ", "yellow"), notice)
    for refusal in summary.refusals:
        yield line(("Over its limits: ", "bold red"), refusal)
    told = f", {summary.first_contact:,} of the updates on pairs that this plan links" if summary.first_contact else ""
    yield line(("Plan: ", "bold"), f"{headline(connection, summary.counts)}{told}. ", (summary.plan_id, "dim"))
