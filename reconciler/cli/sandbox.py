"""``reconciler sandbox``: the emulated apps alone, to try specs and commands on."""

from __future__ import annotations

import json
import shlex
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.command import INTERRUPTED, Settings, command
from reconciler.cli.emulated import environment, ports
from reconciler.cli.screen import err
from reconciler.errors import ReconcilerError
from reconciler.sandbox.emulator import emulator_names, load_emulator
from reconciler.sandbox.faults import Fault, Faults
from reconciler.sandbox.launch import ICONTACT_PORT, SALESFORCE_PORT, Alone, Pair, start_all, start_app

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class PortTaken(ReconcilerError):
    """Somebody else listens where the specs expect the apps."""


@command
def sandbox(
    _settings: Settings,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[APP]...", help="Which apps; Salesforce and iContact if left out.")
    ] = None,
    *,
    contacts: Annotated[
        int, typer.Option(min=0, help="Contacts in each app; half of the people are also in the next one.")
    ] = 1000,
    faults: Annotated[
        str, typer.Option(metavar="FAULT=RATE,…", help=f"Bad weather, as shares of calls: {', '.join(Fault)}.")
    ] = "",
    env: Annotated[bool, typer.Option("--env", help="Print the variables that the specs refer to, and end.")] = False,
) -> int:
    """Start emulated apps on this machine, until Ctrl-C.

    Salesforce and iContact listen where the starter folder's accounts expect them, so that plan, apply, run, status and
    show work on them. In another terminal: eval "$(reconciler sandbox --env)". Apps that are named are started on free
    ports, and the account that reaches each is printed; reconciler sandbox --env APP... prints what it refers to.
    """
    rates = weather(faults)
    _check(names or [])
    if env:
        typer.echo(_exports(named_environment(names) if names else environment()))
        return 0
    if names:
        return _named(names, contacts, rates)
    with _started(contacts, rates) as pair:
        told = _told_to_stop()
        typer.echo(
            f"# Salesforce at {pair.salesforce.url}, iContact at {pair.icontact_url}, {contacts:,} contacts each"
        )
        typer.echo("# Edit contacts behind their APIs' back: /_sandbox/ on each port. Ctrl-C ends both.")
        typer.echo(_exports(environment()))
        sys.stdout.flush()
        told.wait()
        err().print("Stopped.")
    return INTERRUPTED


def _check(names: Sequence[str]) -> None:
    for name in names:
        if name not in emulator_names():
            raise typer.BadParameter(f"there is no emulated {name!r}; there are {', '.join(emulator_names())}")


def _named(names: Sequence[str], contacts: int, rates: dict[Fault, float]) -> int:
    running = [
        start_app(name, contacts, Faults(seed=n + 1, rates=rates), first=n * ((contacts + 1) // 2))
        for n, name in enumerate(names)
    ]
    told = _told_to_stop()
    for one in running:
        typer.echo(account_text(one, contacts))
    sys.stdout.flush()
    err().print(f'In another terminal: eval "$(reconciler sandbox --env {" ".join(names)})". Ctrl-C ends all.')
    told.wait()
    for one in running:
        one.server.stop()
    err().print("Stopped.")
    return INTERRUPTED


def named_environment(names: Iterable[str]) -> dict[str, str]:
    """The variables that the printed accounts of these apps refer to."""
    pairs: dict[str, str] = {}
    for name in names:
        emulator = load_emulator(name)
        auth = emulator.auth(emulator.world(time.time, None))
        pairs |= {_variable(name, key): value for key, value in auth.items()}
    return pairs


def _variable(app: str, key: str) -> str:
    return f"RECONCILER_SANDBOX_{app}_{key}".upper()


def account_text(one: Alone, contacts: int) -> str:
    """The account document that reaches an emulated app, and the variables it refers to, as YAML with comments."""
    names = {key: _variable(one.app, key) for key in one.auth}
    lines = [f"--- # {contacts:,} contacts; edit them behind the API's back: {one.server.url}/_sandbox/"]
    lines += [f"# export {names[key]}={shlex.quote(value)}" for key, value in one.auth.items()]
    lines += ["version: 1", "kind: account", f"name: {one.app}-sandbox", f"app: {one.app}", f"base_url: {one.url}"]
    lines += ["auth:", *(f"  {key}: {{env: {name}}}" for key, name in names.items())]
    if one.options:
        lines += ["options:", *(f"  {key}: {json.dumps(value)}" for key, value in one.options.items())]
    return "\n".join(lines)


def _told_to_stop() -> threading.Event:
    """Set by Ctrl-C or SIGTERM; also where a shell started this in the background, with SIGINT ignored."""
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    return told


def _exports(variables: Mapping[str, str]) -> str:
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items())


def _started(contacts: int, rates: dict[Fault, float]) -> Pair:
    try:
        return start_all(contacts, (Faults(seed=1, rates=rates), Faults(seed=2, rates=rates)))
    except OSError as error:
        raise PortTaken(
            f"One of the ports {ports()} cannot be used ({error.strerror}): is another sandbox or demo running?"
            f" The specs expect Salesforce on {SALESFORCE_PORT} and iContact on {ICONTACT_PORT}."
        ) from error


def weather(text: str) -> dict[Fault, float]:
    """``throttle=0.05,error=0.01`` as shares of calls. Raises ``BadParameter``."""
    return dict(_fault(part.strip()) for part in text.split(",") if part.strip())


def _fault(part: str) -> tuple[Fault, float]:
    name, _, rate = part.partition("=")
    try:
        fault, share = Fault(name.strip()), float(rate)
    except ValueError:
        raise typer.BadParameter(f"{part!r} is not FAULT=RATE; faults are {', '.join(Fault)}") from None
    if not 0 <= share <= 1:
        raise typer.BadParameter(f"{part!r}: a rate is a share of the calls, from 0 to 1")
    return fault, share
