"""What a measurement runs over: synthetic apps in its own process, or emulated ones over HTTP."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from meter import Meter, Watched
from newsletter import as_left, as_right, connection
from synthetic import Changes, Population, Synthetic, traits

from reconciler.accounts import World
from reconciler.engine.program import compile_connection
from reconciler.live import Live
from reconciler.model.record import Side
from reconciler.sandbox.icontact.world import Credentials
from reconciler.sandbox.salesforce.world import Client
from reconciler.spec.check import resolve
from reconciler.spec.load import load_folder
from reconciler.state.store import SqlStore, open_store
from reconciler.wiring import Apps, Wiring

if TYPE_CHECKING:
    from collections.abc import Iterator

EDITS = 1000
SPELL = {Side.LEFT: as_left, Side.RIGHT: as_right}
EDITED = {Side.LEFT: "MailingCity", Side.RIGHT: "street"}
HERE = Path(__file__).parent
CLIENT, USER = Client(), Credentials()
CREDENTIALS = {
    "SF_ID": CLIENT.key,
    "SF_SECRET": CLIENT.proof,
    "SF_TOKEN": CLIENT.refresh,
    "IC_APP": USER.app_id,
    "IC_USER": USER.username,
    "IC_PASSWORD": USER.app_key,
}
"""What ``emulated.yaml`` refers to."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to measure: a scenario, as a plan or a cycle, over ``contacts`` on each side.

    ``folder`` holds the state and what synthetic apps remember; ``urls`` says where emulated apps are (empty:
    synthetic ones); ``profile`` is a file for a profile, if one is wanted.
    """

    scenario: str
    what: str
    contacts: int
    folder: str
    urls: dict[str, str] = field(default_factory=dict)
    profile: str = ""

    @property
    def state(self) -> str:
        """Where the state is kept."""
        return str(Path(self.folder) / "state.sqlite")


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection that can be run: over its apps, with its state."""

    live: Live
    store: SqlStore


@contextmanager
def synthetic_apps(job: Job, meter: Meter) -> Iterator[Opened]:
    """Apps in this process that take no memory, as the last process left them."""
    apps = {side: _synthetic(job, side) for side in Side}
    store = open_store(job.state, environ={})
    program = compile_connection(connection(), store.key)
    connectors = {side: Watched(app, side.value, meter) for side, app in apps.items()}
    yield Opened(Live(program, connectors, store.connection("benchmark"), time.time), store)
    store.close()
    for side, app in apps.items():
        if job.what == "cycle":
            app.changes.save(_changes_file(job, side))


def _synthetic(job: Job, side: Side) -> Synthetic:
    size = 0 if job.scenario == "create" and side is Side.RIGHT else job.contacts
    changes = Changes.load(_changes_file(job, side))
    app = Synthetic(Population(side, size, SPELL[side]), changes, traits(delta=job.scenario != "quiet"))
    if job.scenario == "delta":
        _disturb(app, side)
    return app


def _disturb(app: Synthetic, side: Side) -> None:
    """A thousand people change one field on this side, spread over the whole listing; other people each time, and
    others than on the other side."""
    step, shift = app.population.size // EDITS, len(app.changes.log) // EDITS + (side is Side.RIGHT)
    for number in range(EDITS):
        app.changes.edit(app.population.id_of(number * step + shift % step), {EDITED[side]: f"Changed {shift}"})


def _changes_file(job: Job, side: Side) -> Path:
    return Path(job.folder) / f"{side.value}.json"


@contextmanager
def emulated_apps(job: Job, meter: Meter) -> Iterator[Opened]:
    """Salesforce and iContact over HTTP, opened as the daemon opens them."""
    found = resolve(load_folder(HERE / "emulated.yaml"), Apps())
    [wanted] = found.connections.values()
    accounts = {side: found.accounts[wanted.end(side).account] for side in Side}
    accounts = {side: one.model_copy(update={"base_url": job.urls[one.app]}) for side, one in accounts.items()}
    store = open_store(job.state, environ={})
    session = Wiring(store, World(environ=CREDENTIALS)).open(wanted, accounts)
    connectors = {
        side: Watched(connector, side.value, meter, lambda side=side: session.live.calls()[side])
        for side, connector in session.live.connectors.items()
    }
    live = session.live
    yield Opened(Live(live.program, connectors, live.state, live.clock, calls=live.calls), store)
    session.close()
    store.close()
