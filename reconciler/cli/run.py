"""``reconciler run``: the daemon."""

from __future__ import annotations

from typing import Annotated

import typer

from reconciler.cli.command import Settings, command
from reconciler.cli.opening import open_wiring
from reconciler.daemon.hooks import hook_route
from reconciler.daemon.main import Options, serve
from reconciler.daemon.source import FolderSource
from reconciler.wiring import Apps, CycleRunner

HIGHEST_PORT = 65535


def address(text: str) -> tuple[str, int]:
    """``HOST:PORT`` or ``[IPV6]:PORT``. Raises ``BadParameter``."""
    host, _, port = text.rpartition(":")
    usable = port.isdecimal() and int(port) <= HIGHEST_PORT
    if not host or not usable or (":" in host and not host.startswith("[")):
        raise typer.BadParameter(f"{text!r} is not HOST:PORT; write for example 127.0.0.1:9464, or 0.0.0.0:9464")
    return host.strip("[]"), int(port)


@command
def run(
    settings: Settings,
    *,
    listen: Annotated[
        str,
        typer.Option(
            envvar="RECONCILER_LISTEN", metavar="HOST:PORT", help="Where health, metrics and webhooks answer."
        ),
    ] = "127.0.0.1:9464",
    workers: Annotated[int, typer.Option(min=1, help="How many connections are synced at once.")] = 4,
) -> int:
    """Keep every connection in step, until told to stop.

    The folder of specs is watched: what changes there changes what runs, and a spec that broke leaves its last good
    version in force. SIGTERM and Ctrl-C end it, SIGHUP loads the specs again.
    """
    host, port = address(listen)
    with open_wiring(settings, level="info") as wiring:
        source = FolderSource(settings.config, Apps())
        options = Options(settings.config, host=host, port=port, workers=workers)
        judge = wiring.accounts.judge
        return serve(source, CycleRunner(wiring), options, pages=lambda daemon: [hook_route(daemon, judge)])
