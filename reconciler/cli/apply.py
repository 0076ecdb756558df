"""``reconciler apply``: one cycle now, with a person's word."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli import plan_text, report_text
from reconciler.cli.command import INTERRUPTED, Settings, command
from reconciler.cli.opening import interruptible, open_wiring, opened
from reconciler.cli.plan import apart, previewed, worst
from reconciler.cli.progress import watching
from reconciler.cli.screen import err, out
from reconciler.cli.specs import read_specs
from reconciler.errors import GuardRefused, ReconcilerError

if TYPE_CHECKING:
    from reconciler.cli.specs import Chosen
    from reconciler.model.plan import Summary
    from reconciler.wiring import Session, Wiring

CODES = {"ok": 0, "refused": GuardRefused.exit_code, "abandoned": INTERRUPTED}
FEW = 5
"""How many operations stand in the short plan."""


@dataclass(frozen=True, slots=True)
class Word:
    """What a person said beforehand."""

    quiet: bool
    yes: bool
    approve: bool


class Unconfirmed(ReconcilerError):
    """Nobody is there to be asked."""


@command
def apply(
    settings: Settings,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Connections; all that are not paused if left out.")
    ] = None,
    *,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Do not show the plan first.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    approve: Annotated[bool, typer.Option("--approve", help="Apply a plan that is over its limits.")] = False,
) -> int:
    """Run one cycle now: show the plan in short, ask, write, and say what was done.

    Ends with 0; 1 after an error; 3 when a plan was over its limits and nothing was written.
    """
    if not yes and not sys.stdin.isatty():
        raise Unconfirmed("There is no terminal to ask on. Look at the plan, then say --yes.")
    word = Word(quiet, yes, approve)
    with open_wiring(settings) as wiring:
        chosen = read_specs(settings.config).choose(names or [])
        several = len(chosen) > 1
        codes = [_apply_one(wiring, one, word, named=several) for one in apart(chosen, lines=True)]
    if not codes:
        err().print(f"There is no connection to apply in {settings.config}.")
    return INTERRUPTED if INTERRUPTED in codes else worst(codes, pending=0)


def _apply_one(wiring: Wiring, chosen: Chosen, word: Word, *, named: bool) -> int:
    try:
        if named and word.quiet:
            out().print(plan_text.title(chosen.connection))
        with opened(wiring, chosen) as session:
            agreed = None if word.quiet and word.yes else _agree(session, word)
            if isinstance(agreed, int):
                return agreed
            return _run(session, word, agreed)
    except ReconcilerError as error:
        err().print(f"{chosen.connection.name}: {error}")
        return error.exit_code


def _agree(session: Session, word: Word) -> Summary | int:
    """The plan that a person agreed to, or how the command ends without one."""
    connection = session.live.program.connection
    console = out()
    with previewed(session) as planned:
        summary = planned.summary
        lines = plan_text.verdict(summary, connection) if word.quiet else plan_text.render(planned, connection, FEW)
        for each in lines:
            console.print(each)
    if summary.refusals and not word.approve:
        err().print("Nothing was written. If the plan is right, say --approve; if not, change the spec or its limits.")
        return GuardRefused.exit_code
    if summary.pending and not word.yes and not typer.confirm(f"Apply this to {connection.name}?"):
        err().print("Nothing was written.")
        return 1
    return summary


def _run(session: Session, word: Word, agreed: Summary | None) -> int:
    connection = session.live.program.connection
    expected = agreed.pending if agreed else None
    with watching(connection, expected) as progress, interruptible() as asked:
        approve = word.approve and (agreed.plan_id if agreed else True)
        report = session.run(stop=asked.is_set, approve=approve, progress=progress)
    for each in report_text.render(report, session.live, agreed):
        out().print(each)
    return CODES.get(report.result, 1)
