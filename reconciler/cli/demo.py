"""``reconciler demo``: the whole thing on emulated apps, told step by step."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.accounts import World
from reconciler.cli.command import Settings, command
from reconciler.cli.demo_live import tell_live
from reconciler.cli.demo_once import tell_once
from reconciler.cli.emulated import Emulated, emulated, is_emulated, ports
from reconciler.cli.opening import open_wiring, opened
from reconciler.cli.specs import Chosen, Specs, read_specs
from reconciler.cli.story import Teller
from reconciler.cli.words import count, duration

if TYPE_CHECKING:
    from collections.abc import Iterator


@command
def demo(
    settings: Settings,
    *,
    once: Annotated[bool, typer.Option("--once", help="Come to an end, and say whether everything arrived.")] = False,
    contacts: Annotated[int, typer.Option(min=100, help="Contacts in each app.")] = 1000,
) -> int:
    """See it work on emulated apps: nothing outside of this machine is touched, and the state is thrown away.

    Starts a Salesforce and an iContact that live in this process, syncs them by the specs of this folder, lets people
    edit on both sides meanwhile, and says what happens and why. With --once it ends by itself, with 1 if something did
    not arrive; without, it goes on until Ctrl-C, so that you can try commands beside it.
    """
    teller = Teller()
    with _specs(settings.config, teller) as specs, tempfile.TemporaryDirectory(prefix="reconciler-demo-") as folder:
        settings = replace(settings, config=specs.path, state=str(Path(folder, "state.sqlite")))
        with emulated(contacts) as apps, open_wiring(settings, World(environ=apps.environ)) as wiring:
            connections = [apps.chosen(one) for one in _usable(specs)]
            _introduce(teller, apps, connections, contacts)
            if not once:
                return tell_live(teller, apps, settings, wiring)
            with opened(wiring, connections[0]) as session:
                good = tell_once(teller, apps, connections[0], session, ours=_is_ours(connections[0]))
    _farewell(teller)
    return 0 if good else 1


@contextmanager
def _specs(folder: Path, teller: Teller) -> Iterator[Specs]:
    """The specs of ``folder`` if they are the sandbox's, else those that come with the package."""
    specs = read_specs(folder)
    if _usable(specs):
        yield specs
        return
    why = "holds no connection between the emulated apps" if folder.exists() else "is not here"
    teller.say(f"The folder {folder} {why}: the demo uses the specs that 'reconciler init' writes.")
    with _starter() as starter:
        yield starter


@contextmanager
def _starter() -> Iterator[Specs]:
    with as_file(files("reconciler.cli") / "starter") as folder:
        yield read_specs(folder)


def _is_ours(chosen: Chosen) -> bool:
    with _starter() as starter:
        known = starter.resolution.connections.values()
        return chosen.connection.digest in {one.digest for one in known}


def _usable(specs: Specs) -> list[Chosen]:
    running = [name for name, one in specs.resolution.connections.items() if not one.paused]
    return [one for one in specs.choose(running) if is_emulated(one)] if running else []


def _introduce(teller: Teller, apps: Emulated, connections: list[Chosen], contacts: int) -> None:
    teller.step("Two apps start on this machine")
    if not apps.usual:
        teller.say(f"(One of the ports {ports()} is taken, so the apps listen on others this time.)")
    teller.say(
        f"Salesforce at {apps.pair.salesforce.url} and iContact at {apps.pair.icontact.url}, emulated from their"
        f" documentation, hold {contacts:,} made-up contacts each. Half of the people are in both, under the same"
        " address; nobody has told either app about the other."
    )
    teller.step("The spec says what 'in step' means")
    if len(connections) > 1:
        others = ", ".join(one.connection.name for one in connections[1:])
        teller.say(f"(With --once the demo follows the first connection only; the daemon also runs {others}.)")
    for one in connections:
        connection = one.connection
        teller.say(f"{connection.name} ({connection.origin.file}): {connection.description}")
        for rule in connection.rules:
            teller.say(f"- rule '{rule.name}', line {rule.origin.line}")
        teller.say(
            f"- {count(len(connection.mappings), 'field')} kept in step, looked at every {duration(connection.every)}"
        )


def _farewell(teller: Teller) -> None:
    teller.step("Where to go from here")
    teller.say("reconciler demo              the same without an end: edit contacts yourself while it runs")
    teller.say("reconciler init              write a starter folder for your own accounts")
    teller.say("reconciler sandbox           the two apps alone; then: reconciler plan, apply, status, show")
    teller.say("README.md and docs/cli.md    every command, with its exit codes")
