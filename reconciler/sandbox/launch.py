"""Fills both worlds with people and starts them: for the demo, for trying a spec, for benchmarks."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from reconciler.sandbox.emulator import load_emulator
from reconciler.sandbox.icontact.api import IContactApi
from reconciler.sandbox.icontact.world import IContactWorld
from reconciler.sandbox.salesforce.api import SalesforceApi
from reconciler.sandbox.salesforce.world import SalesforceWorld
from reconciler.sandbox.seed import people
from reconciler.sandbox.server import Running, serve
from reconciler.sandbox.settlers import fill_icontact, fill_salesforce
from reconciler.sandbox.shell import create_app
from reconciler.sandbox.world import World

if TYPE_CHECKING:
    from types import TracebackType

    from reconciler.sandbox.faults import Faults

SALESFORCE_PORT, ICONTACT_PORT = 8451, 8452


@dataclass(frozen=True, slots=True)
class Alone:
    """One emulated app, running. ``url`` is an account's base URL; ``auth`` and ``options`` are what it needs."""

    app: str
    server: Running
    world: World
    url: str
    auth: Mapping[str, str]
    options: Mapping[str, object]


def start_app(app: str, size: int, faults: Faults | None = None, port: int = 0, *, first: int = 0) -> Alone:
    """Start any emulated app with ``size`` people in its first entity, from number ``first`` on; ``reset`` repeats it.

    Raises ``KeyError`` when there is no such emulator, ``OSError`` when the port is taken.
    """
    emulator = load_emulator(app)
    world = emulator.world(time.time, faults)
    entity = next(iter(emulator.entities))

    def seed() -> None:
        for person in people(size, start=first):
            world.add(emulator.values(person, entity), emulator.entities[entity])

    world.seed = seed
    seed()
    server = serve(create_app(emulator.api(world)), port=port)
    return Alone(app, server, world, server.url + emulator.base_path, emulator.auth(world), emulator.options(world))


@dataclass(frozen=True, slots=True)
class Pair:
    """Both emulators, running. Leaving the context stops them."""

    salesforce: Running
    icontact: Running
    org: SalesforceWorld
    folder: IContactWorld

    @property
    def icontact_url(self) -> str:
        """The base URL of iContact's API."""
        return f"{self.icontact.url}/icp"

    def stop(self) -> None:
        """End both servers."""
        self.salesforce.stop()
        self.icontact.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def seed_pair(org: SalesforceWorld, folder: IContactWorld, size: int, overlap: float = 0.5, leads: int = 0) -> None:
    """``size`` contacts in either world, of whom the share ``overlap`` (0..1) stands in both; ``reset`` repeats it."""
    shared = round(size * overlap)

    def seed_org() -> None:
        fill_salesforce(org, people(size))
        fill_salesforce(org, people(leads, start=2 * size), "Lead")

    def seed_folder() -> None:
        fill_icontact(folder, people(size, start=size - shared))

    org.seed, folder.seed = seed_org, seed_folder
    seed_org()
    seed_folder()


def start_all(
    seed_size: int = 100,
    faults: tuple[Faults | None, Faults | None] = (None, None),
    ports: tuple[int, int] = (SALESFORCE_PORT, ICONTACT_PORT),
    *,
    overlap: float = 0.5,
    leads: int = 0,
) -> Pair:
    """Start Salesforce and iContact (in this order in ``faults`` and ``ports``; port 0 takes a free one).

    Raises ``OSError`` when a port is taken.
    """
    org, folder = SalesforceWorld(faults=faults[0]), IContactWorld(faults=faults[1])
    seed_pair(org, folder, seed_size, overlap, leads)
    salesforce = serve(create_app(SalesforceApi(org)), port=ports[0])
    try:
        icontact = serve(create_app(IContactApi(folder)), port=ports[1])
    except OSError:
        salesforce.stop()
        raise
    return Pair(salesforce, icontact, org, folder)
