"""How each registered app is brought up for the contract: an emulator on loopback, or a real server.

A launcher is a context manager that gives ``fresh``: each call empties the account and says how to judge it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import count, pairwise
from typing import TYPE_CHECKING

from reconciler.connectors.base import Connector, Opening
from reconciler.connectors.http import Http
from reconciler.connectors.registry import load_app
from reconciler.model.field import FieldType
from reconciler.model.outcome import Draft, Patch, Written
from reconciler.sandbox.icontact.api import IContactApi
from reconciler.sandbox.icontact.world import IContactWorld
from reconciler.sandbox.salesforce.api import SalesforceApi
from reconciler.sandbox.salesforce.world import SalesforceQuirks, SalesforceWorld
from reconciler.sandbox.server import serve
from reconciler.sandbox.shell import create_app
from reconciler.sandbox.world import World
from reconciler.testing.clock import FakeClock
from reconciler.testing.contract import Subject
from tests.real.radicale import USERS, radicale

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reconciler.model.record import Value

SALESFORCE_PAGE = 20
REFERENCES: Mapping[str, tuple[Value, ...]] = {"OwnerId": (), "AccountId": (), "ReportsToId": ()}
"""Ids of other records: an account without any of those has nothing to point at."""

Fresh = Callable[[], Subject]
Launch = Callable[["Path"], AbstractContextManager[Fresh]]


@dataclass(frozen=True)
class SandboxHands:
    """A person in an emulated app."""

    world: World
    entity: str = ""

    def add(self, **values: Value) -> str:
        return self.world.add(values, self.entity)

    def edit(self, record_id: str, **values: Value) -> None:
        self.world.edit(record_id, values, self.entity)

    def delete(self, record_id: str) -> None:
        self.world.delete(record_id, self.entity)


@dataclass(frozen=True)
class OtherProgram:
    """Another client of the same account: what one connector does is foreign to the other."""

    connector: Connector

    def add(self, **values: Value) -> str:
        return self._written(self.connector.create([Draft(values)]))

    def edit(self, record_id: str, **values: Value) -> None:
        self._written(self.connector.update([Patch(record_id, values, {})]))

    def delete(self, record_id: str) -> None:
        self._written(self.connector.delete([record_id]))

    @staticmethod
    def _written(outcomes) -> str:
        (outcome,) = outcomes
        assert isinstance(outcome, Written), outcome
        return outcome.id


@contextmanager
def opened(app_name: str, entity: str, url: str, auth: Mapping[str, object]) -> Iterator[Callable[..., Connector]]:
    """``open(fields, **options)`` for one account at ``url``."""
    app = load_app(app_name)
    credentials = app.credentials.model_validate(auth)
    with Http(app=app_name, base_url=url, auth=app.authenticate(credentials, url)) as http:

        def open_it(fields: Sequence[str], **options: object) -> Connector:
            return app.open(Opening(http, entity, options, tuple(fields)))

        yield open_it


@contextmanager
def icontact(_folder: Path) -> Iterator[Fresh]:
    clock = FakeClock()
    world = IContactWorld(clock)
    keys = world.credentials
    auth = {"app_id": keys.app_id, "username": keys.username, "password": keys.app_key}
    # Who was taken off a list cannot be put back by the API: samples go up a ladder of lists.
    names = [f"Group {number:02}" for number in range(11)]
    lists = {"lists": tuple(pairwise(names))}
    with (
        serve(create_app(IContactApi(world))) as server,
        opened("icontact", "contacts", f"{server.url}/icp", auth) as open_it,
        opened("icontact", "contacts", f"{server.url}/icp", {**auth, "password": "wrong"}) as open_shut,
    ):

        def fresh() -> Subject:
            world.clear()
            for name in names:
                world.add_list(name)
            return Subject(
                open=lambda fields: open_it(fields, page_size=20, batch=10),
                fields=load_app("icontact").catalogue.entities["contacts"].fields,
                hands=SandboxHands(world),
                wait=clock.sleep,
                samples=lists,
                stranger=lambda: open_shut(("email",)),
            )

        yield fresh


def salesforce(entity: str) -> Launch:
    """The launcher for one of the org's objects."""

    @contextmanager
    def launch(_folder: Path) -> Iterator[Fresh]:
        clock = FakeClock()
        world = SalesforceWorld(clock, quirks=SalesforceQuirks(page_size=SALESFORCE_PAGE))
        auth = {"client_id": world.client.key, "client_secret": world.client.proof}
        with (
            serve(create_app(SalesforceApi(world))) as server,
            opened("salesforce", entity, server.url, auth) as open_it,
            opened("salesforce", entity, server.url, {**auth, "client_secret": "wrong"}) as open_shut,
        ):

            def fresh() -> Subject:
                world.clear()
                known = open_it(()).describe()
                picks = {field.name: field.values for field in known if field.type is FieldType.ENUM}
                return Subject(
                    open=open_it,
                    fields=load_app("salesforce").catalogue.entities[entity].fields,
                    hands=SandboxHands(world, {"contacts": "Contact", "leads": "Lead"}[entity]),
                    wait=clock.sleep,
                    samples=picks | REFERENCES,
                    page=SALESFORCE_PAGE,
                    stranger=lambda: open_shut(("Email",)),
                )

            yield fresh

    return launch


@contextmanager
def carddav(folder: Path) -> Iterator[Fresh]:
    numbers = count(1)
    auth = {"username": "alice", "password": USERS["alice"]}
    with (
        radicale(folder) as server,
        opened("carddav", "contacts", server.url, auth) as open_it,
        opened("carddav", "contacts", server.url, {**auth, "password": "wrong"}) as open_shut,
    ):

        def fresh() -> Subject:
            book = server.make_address_book(f"book{next(numbers)}")
            fields = load_app("carddav").catalogue.entities["contacts"].fields
            return Subject(
                open=lambda names: open_it(names, addressbook=book, batch=20),
                fields=fields,
                hands=OtherProgram(open_it(tuple(field.name for field in fields), addressbook=book)),
                alone=frozenset({"full_name", "emails", "phones"}),
                stranger=lambda: open_shut(("email",), addressbook=book),
            )

        yield fresh


LAUNCHERS: Mapping[tuple[str, str], Launch] = {
    ("icontact", "contacts"): icontact,
    ("carddav", "contacts"): carddav,
    ("salesforce", "contacts"): salesforce("contacts"),
    ("salesforce", "leads"): salesforce("leads"),
}
REAL = {"carddav"}
