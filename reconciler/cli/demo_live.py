"""The demo without an end: the daemon over the emulated apps, and people who edit now and then."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from reconciler.cli import report_text
from reconciler.cli.emulated import Emulated, is_emulated
from reconciler.cli.people import Desk, edits
from reconciler.cli.specs import Chosen
from reconciler.cli.story import Teller
from reconciler.daemon.main import Options, serve
from reconciler.daemon.ports import Loaded, Resolved, Wanted
from reconciler.daemon.server import listen
from reconciler.daemon.source import FolderSource
from reconciler.errors import ReconcilerError
from reconciler.wiring import Apps, CycleRunner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.cli.command import Settings
    from reconciler.cli.people import Edit
    from reconciler.daemon.ports import Stop
    from reconciler.model.report import Report
    from reconciler.wiring import Wiring

EVERY = 4.0
"""Seconds between two cycles: a newcomer does not want to wait for minutes."""
PAUSE = 10.0
"""Seconds between two people's edits."""
USUAL_PORT = 9464


def tell_live(teller: Teller, apps: Emulated, settings: Settings, wiring: Wiring) -> int:
    """The daemon, until Ctrl-C."""
    port = _free_port()
    teller.step(f"The daemon runs (reconciler run), every {EVERY:.0f} seconds here")
    _commands(teller, apps, settings, port)
    runner = _Telling(CycleRunner(wiring), teller)
    people = threading.Thread(target=_people, args=(teller, Desk(apps.pair), runner), daemon=True)
    people.start()
    try:
        return serve(
            _Emulating(FolderSource(settings.config, Apps()), apps), runner, Options(settings.config, port=port)
        )
    finally:
        runner.over.set()
        people.join()


def _free_port() -> int:
    try:
        with listen("127.0.0.1", USUAL_PORT):
            return USUAL_PORT
    except ReconcilerError:
        with listen("127.0.0.1", 0) as bound:
            return int(bound.getsockname()[1])


def _commands(teller: Teller, apps: Emulated, settings: Settings, port: int) -> None:
    teller.say(f"Health and metrics: http://127.0.0.1:{port}/readyz and /metrics. Ctrl-C ends everything.")
    if not apps.usual:
        return
    teller.say("To look and to edit yourself, in another terminal:")
    person = apps.pair.org.ids()[0]
    for each in (
        'eval "$(reconciler sandbox --env)"',
        f"export RECONCILER_STATE={settings.state} RECONCILER_CONFIG={settings.config.resolve()}",
        "reconciler status",
        f"reconciler show crm:{person} --live",
        f'curl -X PATCH {apps.pair.salesforce.url}/_sandbox/contacts/{person} -d \'{{"MailingCity": "Brugge"}}\'',
        "reconciler plan",
    ):
        teller.say(f"    {each}")


@dataclass(slots=True)
class _Emulating:
    """The folder's connections between emulated apps, where these really are, and in a hurry."""

    source: FolderSource
    apps: Emulated

    def load(self) -> Loaded:
        """See :class:`~reconciler.daemon.ports.Source`."""
        loaded = self.source.load()
        return replace(loaded, connections=tuple(self._moved(loaded)))

    def _moved(self, loaded: Loaded) -> Iterator[Wanted]:
        for wanted in loaded.connections:
            spec = wanted.spec
            if spec and is_emulated(Chosen(spec.connection, spec.accounts)):
                moved = Resolved(spec.connection, self.apps.settle(spec.accounts))
                yield replace(wanted, every=EVERY, spec=moved)


@dataclass(slots=True)
class _Telling:
    """Runs cycles, and says what they did when they did something."""

    runner: CycleRunner
    teller: Teller
    synced: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    connections: dict[str, Wanted] = field(default_factory=dict)

    def use(self, wanted: Wanted) -> None:
        """See :class:`~reconciler.daemon.ports.Runner`."""
        self.connections[wanted.name] = wanted
        self.runner.use(wanted)

    def run(self, name: str, stop: Stop) -> Report:
        """One cycle."""
        report = self.runner.run(name, stop)
        spec = self.connections[name].spec
        if spec and (report.applied or report.result not in {"ok", "abandoned"} or not self.synced.is_set()):
            self.teller.lines(report_text.summary(report, spec.connection))
        if report.converged:
            self.synced.set()
        return report

    def drop(self, name: str) -> None:
        """The connection is gone."""
        self.runner.drop(name)


def _people(teller: Teller, desk: Desk, runner: _Telling) -> None:
    """Wait until both apps are in step, then edit now and then."""
    while not runner.synced.wait(1.0):
        if runner.over.is_set():
            return
    teller.step("Both apps are in step. Now people work in them")
    for edit in edits(desk):
        if runner.over.wait(PAUSE):
            return
        _edit(teller, edit)
    if not runner.over.wait(PAUSE):
        teller.say("That was all that the demo does by itself; the daemon goes on. Edit something, or press Ctrl-C.")


def _edit(teller: Teller, edit: Edit) -> None:
    teller.say(f"- {edit.words.format(edit.email)}")
    edit.act()
