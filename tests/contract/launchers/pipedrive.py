from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.launchers.launch import Emulated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.connectors.base import Connector
    from reconciler.model.field import Field
    from reconciler.model.record import Value

PAGE = 20
LABELS = ("Customer", "Hot lead", "Partner")
KINDS = ("varchar", "text", "double", "phone", "date", "enum", "set", "monetary", "daterange", "time", "user")
OPTIONS = {"enum": ("Red", "Green", "Blue"), "set": ("North", "South", "West")}
USERS = ("5", "6")
SAYS_AGAIN = frozenset({"emails", "phones"})
NEVER_EMPTY = frozenset({"owner_id", "visible_to"})
MOVES_BY_ITSELF = ("update_time", "postal_address.")
"""The app moves the modified time of a new person, and works out an address, a moment after the write."""


def _company(world) -> None:
    for label in LABELS:
        world.add_label(label)
        world.add_lead_label(label)
    for entity in ("persons", "deals"):
        for kind in KINDS:
            world.add_field(f"A {kind}", kind, OPTIONS.get(kind, ()), entity)
    for _ in range(2):
        world.add_field("Twice")


def _fields(connector: Connector) -> Sequence[Field]:
    return [field for field in connector.describe() if not field.name.startswith(MOVES_BY_ITSELF)]


SAMPLES: Mapping[str, Sequence[Value]] = {
    "owner_id": USERS,
    "A user": USERS,
    "A time": ("09:00:00", "17:30:00"),
    "currency": (),
    "A monetary (currency)": (),
    "A daterange (until)": (),
    "A time (timezone_id)": (),
}
"""Ids of users that there are; a part of a value is nothing without the value."""

SOON = {"follow_after": 0.05, "geocode_after": 0.05}
"""Before the suite reads again: a record that still moves is not the same a second later."""

LAUNCHERS = {
    entity: Emulated(
        "pipedrive",
        entity,
        options={"page_size": PAGE},
        prepare=_company,
        configure=SOON,
        samples=lambda _connector: SAMPLES,
        fields=_fields,
        alone=SAYS_AGAIN,
        kept=NEVER_EMPTY,
        page=PAGE,
    )
    for entity in ("persons", "leads")
}
