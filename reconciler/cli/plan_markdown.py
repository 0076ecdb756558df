"""A plan as a comment on a pull request: numbers first, details folded away, never longer than a comment may be."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from reconciler.cli.plan_counts import Standings, headline
from reconciler.cli.words import cause, count, shown
from reconciler.model.plan import Verb
from reconciler.model.record import Side

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.cycle import Planned
    from reconciler.model.connection import Connection
    from reconciler.model.plan import Change, Operation

LIMIT = 100
LONGEST = 50_000
"""Characters of details; GitHub takes comments of 65,536, GitLab longer ones."""
LONGEST_CELL = 200


def render(planned: Planned, connection: Connection, limit: int | None = None) -> Iterator[str]:
    """The comment, line by line, with at most ``limit`` operations and never more than fit."""
    summary = planned.summary
    yield f"### Plan for `{connection.name}`: {headline(connection, summary.counts)}"
    yield ""
    for refusal in summary.refusals:
        yield f"> **Over its limits:** {_plain(refusal)}"
    for notice in summary.notices:
        yield f"> **Notice:** {_plain(notice)}"
    if summary.refusals or summary.notices:
        yield ""
    yield from _numbers(planned, connection)
    if summary.pending:
        yield from _details(planned, connection, LIMIT if limit is None else limit)
    yield f"<sub>plan `{summary.plan_id}`, {count(summary.links, 'linked pair')} before it</sub>"


def _numbers(planned: Planned, connection: Connection) -> Iterator[str]:
    yield f"| side | {' | '.join(verb.value for verb in Verb)} |"
    yield f"|---|{'---:|' * len(Verb)}"
    for side in Side:
        cells = " | ".join(f"{planned.summary.counts.get((side, verb), 0):,}" for verb in Verb)
        yield f"| {connection.end(side).name} | {cells} |"
    yield ""
    for state, how_many, why in Standings.of(planned.decisions()).out_of_sync(connection):
        yield f"- {state}: {how_many}, {_plain(why)}"
    yield ""


def _details(planned: Planned, connection: Connection, limit: int) -> Iterator[str]:
    yield "<details><summary>Every change, with its cause</summary>"
    yield ""
    yield "| | record | field | old | new | cause |"
    yield "|---|---|---|---|---|---|"
    printed = room = 0
    for operation in islice(planned.operations(), limit):
        rows = list(_rows(operation, connection))
        room += sum(len(row.encode()) + 1 for row in rows)
        if room > LONGEST:
            break
        printed += 1
        yield from rows
    yield ""
    if printed < planned.summary.pending:
        yield f"{count(planned.summary.pending - printed, 'operation')} more not shown."
        yield ""
    yield "</details>"
    yield ""


def _rows(operation: Operation, connection: Connection) -> Iterator[str]:
    record = f"{connection.end(operation.side).name} {operation.id or '(new)'}"
    for change in operation.changes:
        why = _plain(cause(connection, change.origin))
        yield f"| {operation.verb.value} | {_plain(record)} | {_cells(change)} | {why} |"


def _cells(change: Change) -> str:
    return " | ".join((_plain(change.field), _code(shown(change.old)), _code(shown(change.new))))


def _plain(text: str) -> str:
    """Text that Markdown shows as it is, in a table too; nobody is mentioned by it."""
    return "".join(f"\\{one}" if one in "\\`*_{}[]<>#|~@&" else one for one in text)


def _code(text: str) -> str:
    """A value between enough backticks, short enough for a cell."""
    cut = f"{text[:LONGEST_CELL]}…" if len(text) > LONGEST_CELL else text
    fence = "`" * (1 + max((len(run) for run in _runs(cut)), default=0))
    return f"{fence} {cut.replace('|', chr(92) + '|')} {fence}"


def _runs(text: str) -> list[str]:
    """The runs of backticks in a text."""
    return [run for run in "".join(one if one == "`" else " " for one in text).split() if run]
