"""Fills both worlds with people and starts them: for the demo, for trying a spec, for benchmarks."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from reconciler.sandbox.icontact.api import IContactApi
from reconciler.sandbox.icontact.world import IContactWorld
from reconciler.sandbox.salesforce.api import SalesforceApi
from reconciler.sandbox.salesforce.world import SalesforceWorld
from reconciler.sandbox.seed import people
from reconciler.sandbox.server import Running, serve
from reconciler.sandbox.shell import create_app

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

    from reconciler.sandbox.faults import Faults
    from reconciler.sandbox.seed import Person

SALESFORCE_PORT, ICONTACT_PORT = 8451, 8452
CUSTOM_FIELDS = ("country", "jobtitle", "extid")
LISTS = ("Customers", "Trash")
_STATE_LENGTH = 10
_LISTED_EVERY = 4


def fill_salesforce(world: SalesforceWorld, somebody: Iterable[Person], entity: str = "Contact") -> None:
    """Put these people into an org."""
    with world.lock, _no_garbage_collection():
        for person in somebody:
            world.load(as_salesforce(person, entity), entity)


def as_salesforce(person: Person, entity: str = "Contact") -> dict[str, object]:
    """A person in Salesforce's fields, without the empty ones."""
    prefix = "Mailing" if entity == "Contact" else ""
    values: dict[str, object] = {
        "Salutation": person.salutation,
        "FirstName": person.first_name,
        "LastName": person.last_name,
        "Email": person.email,
        "Phone": person.phone,
        "Title": person.title,
        f"{prefix}Street": person.street,
        f"{prefix}City": person.city,
        f"{prefix}PostalCode": person.postal_code,
        f"{prefix}Country": person.country,
        "Accepts_Mailing__c": person.mailing,
    }
    if entity == "Lead":
        values |= {"Company": person.company or "None", "Status": "Open - Not Contacted"}
    return {name: value for name, value in values.items() if value}


def fill_icontact(world: IContactWorld, somebody: Iterable[Person]) -> None:
    """Put these people into a folder; every fourth is on the first list."""
    with world.lock, _no_garbage_collection():
        for name in CUSTOM_FIELDS:
            world.add_custom_field(name)
        lists = [world.add_list(name) for name in LISTS]
        for person in somebody:
            contact = world.put(as_icontact(person))
            if person.number % _LISTED_EVERY == 0:
                world.subscribe(str(contact.number), lists[0])


def as_icontact(person: Person) -> dict[str, str]:
    """A person in iContact's fields."""
    return {
        "firstName": person.first_name,
        "lastName": person.last_name,
        "email": person.email,
        "phone": person.phone,
        "street": person.street,
        "city": person.city,
        "state": person.state[:_STATE_LENGTH],
        "postalCode": person.postal_code,
        "business": person.company,
        "country": person.country,
    }


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Loading makes nothing but what stays, so the collector would only look at it over and over."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


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
