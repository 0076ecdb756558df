"""``reconciler status``: how every connection is doing, from the state alone."""

from __future__ import annotations

import json
import time
from typing import Annotated, Literal

import typer

from reconciler.cli import status_text
from reconciler.cli.command import Settings, command
from reconciler.cli.opening import open_wiring
from reconciler.cli.screen import out
from reconciler.cli.specs import read_specs
from reconciler.cli.standing import standings


@command
def status(
    settings: Settings,
    *,
    form: Annotated[Literal["text", "json"], typer.Option("--format", help="How it is printed.")] = "text",
    cycles: Annotated[int, typer.Option(min=1, help="How many of the latest cycles are shown.")] = 5,
) -> int:
    """Show the latest cycles, the contacts by state, links and refusals of every connection.

    Reads the state only: no app is asked, and a daemon that runs meanwhile is not disturbed.
    """
    specs = read_specs(settings.config)
    with open_wiring(settings) as wiring:
        found = standings(specs, wiring.store, cycles)
    now = time.time()
    if form == "json":
        typer.echo(json.dumps([one.plain() for one in found], indent=2, ensure_ascii=False))
        return 0
    console = out()
    for one in found:
        for each in status_text.render(one, now):
            console.print(each)
    if specs.resolution.problems:
        console.print(f"Some specs cannot be used; see: reconciler validate {settings.config}")
    if not found:
        console.print(f"Neither {settings.config} nor the state holds a connection.")
    return 0
