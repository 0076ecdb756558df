"""``reconciler plan``: what a cycle would write, field by field and with its cause. Sends nothing."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from reconciler.cli import plan_json, plan_markdown, plan_text
from reconciler.cli.command import Settings, command
from reconciler.cli.opening import open_wiring, opened
from reconciler.cli.progress import watching
from reconciler.cli.screen import err, out
from reconciler.cli.specs import read_specs
from reconciler.cycle import preview
from reconciler.errors import GuardRefused, ReconcilerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.cli.specs import Chosen
    from reconciler.cycle import Planned
    from reconciler.model.connection import Connection
    from reconciler.wiring import Session, Wiring

Form = Literal["text", "json", "markdown"]
PENDING = 2


@command
def plan(
    settings: Settings,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Connections; all that are not paused if left out.")
    ] = None,
    *,
    form: Annotated[Form, typer.Option("--format", help="How the plan is printed.")] = "text",
    limit: Annotated[
        int | None, typer.Option(min=0, help="How many operations are printed.", show_default="100; all in json")
    ] = None,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="End with 2 when there is something to do.")
    ] = False,
) -> int:
    """Show what a cycle would write on both sides, and send nothing.

    Every change is printed with the old value, the new value, and the rule or mapping that wants it. Ends with 0; 1
    after an error; 3 when a plan is over its limits; with --detailed-exitcode 2 when changes are pending.
    """
    with open_wiring(settings) as wiring:
        chosen = read_specs(settings.config).choose(names or [])
        codes = [_plan_one(wiring, one, form, limit) for one in apart(chosen, lines=form == "text")]
    if not codes:
        err().print(f"There is no connection to plan in {settings.config}.")
    return worst(codes, pending=PENDING if detailed_exitcode else 0)


def apart(chosen: Iterable[Chosen], *, lines: bool) -> Iterator[Chosen]:
    """One after the other, with an empty line between them where people read."""
    for number, one in enumerate(chosen):
        if number and lines:
            out().print()
        yield one


def worst(codes: Sequence[int], *, pending: int) -> int:
    """One exit code for all: an error before a refusal before pending changes."""
    code = next((one for one in (1, GuardRefused.exit_code, PENDING) if one in codes), 0)
    return pending if code == PENDING else code


def _plan_one(wiring: Wiring, chosen: Chosen, form: Form, limit: int | None) -> int:
    try:
        with opened(wiring, chosen) as session, previewed(session) as planned:
            show(planned, chosen.connection, form, limit)
            summary = planned.summary
    except ReconcilerError as error:
        err().print(f"{chosen.connection.name}: {error}")
        return error.exit_code
    if summary.refusals:
        return GuardRefused.exit_code
    return PENDING if summary.pending else 0


@contextmanager
def previewed(session: Session) -> Iterator[Planned]:
    """The next cycle's plan; a person who watches sees how far it is."""
    with ExitStack() as held:
        with watching(session.live.program.connection) as progress:
            planned = held.enter_context(preview(replace(session.live, progress=progress)))
        yield planned


def show(planned: Planned, connection: Connection, form: Form, limit: int | None = None) -> None:
    """Print a plan."""
    if form == "json":
        for part in plan_json.render(planned, connection, limit):
            sys.stdout.write(part)
    elif form == "markdown":
        for text in plan_markdown.render(planned, connection, limit):
            sys.stdout.write(f"{text}\n")
    else:
        console = out()
        for each in plan_text.render(planned, connection, limit):
            console.print(each)
