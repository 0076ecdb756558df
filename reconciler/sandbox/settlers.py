"""Puts the made-up people into the worlds, each app in its own fields."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.sandbox.icontact.world import IContactWorld
    from reconciler.sandbox.salesforce.world import SalesforceWorld
    from reconciler.sandbox.seed import Person

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
