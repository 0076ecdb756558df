"""The connection that the synthetic apps are joined by: what a CRM and a newsletter usually share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synthetic import DIFFERENT

from reconciler.model.connection import (
    All,
    Connection,
    Direction,
    End,
    FieldMapping,
    Key,
    Membership,
    Origin,
    Policy,
    Rule,
)
from reconciler.model.field import Field, FieldType
from reconciler.model.record import Side

if TYPE_CHECKING:
    from reconciler.model.record import Value
    from reconciler.sandbox.seed import Person

PAIRS = (
    (Field("Email", FieldType.EMAIL, role="email"), Field("email", FieldType.EMAIL, role="email")),
    (Field("FirstName"), Field("firstName")),
    (Field("LastName"), Field("lastName")),
    (Field("Title"), Field("jobtitle")),
    (Field("Phone", FieldType.PHONE), Field("phone", FieldType.PHONE)),
    (Field("MailingStreet"), Field("street")),
    (Field("MailingCity"), Field("city")),
    (Field("MailingPostalCode"), Field("postalCode")),
    (Field("MailingCountry"), Field("country")),
)
LISTS = Field("lists", FieldType.LIST)
CUSTOMERS = ("Customers",)


def connection() -> Connection:
    """Two-way over nine fields, matched by email, with one rule that puts people on a list."""
    origin = Origin("benchmark.yaml", 1, "benchmark")
    mappings = tuple(
        FieldMapping((left,), (right,), Direction.BOTH, Policy.LEFT, Origin("benchmark.yaml", line, left.name))
        for line, (left, right) in enumerate(PAIRS, 1)
    )
    rules = (
        Rule("customers", Side.LEFT, All(()), create=True, origin=origin, actions=(Membership(LISTS, CUSTOMERS),)),
        Rule("everybody", Side.RIGHT, All(()), create=True, origin=origin),
    )
    ends = (End("crm", "synthetic", "a", "contacts"), End("news", "synthetic", "b", "contacts"))
    keys = (Key(*PAIRS[0]),)
    return Connection("benchmark", *ends, Direction.BOTH, keys, rules, mappings, (), "benchmark", origin, region="BE")


def as_left(person: Person) -> dict[str, Value]:
    """A person as the CRM tells of them."""
    return dict(zip((left.name for left, _ in PAIRS), _told(person), strict=True))


def as_right(person: Person) -> dict[str, Value]:
    """A person as the newsletter tells of them: on the list already, one in a hundred with another title."""
    values = dict(zip((right.name for _, right in PAIRS), _told(person), strict=True))
    if not person.number % DIFFERENT:
        values["jobtitle"] = f"Former {person.title or 'customer'}"
    return {**values, LISTS.name: CUSTOMERS}


def _told(one: Person) -> tuple[Value, ...]:
    told = (one.email, one.first_name, one.last_name, one.title, one.phone, one.street, one.city)
    return tuple(text or None for text in (*told, one.postal_code, one.country))
