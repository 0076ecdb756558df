"""How an emulated Insightly is brought up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.insightly.api import InsightlyApi
from reconciler.sandbox.insightly.fields import SHAPES
from reconciler.sandbox.insightly.world import InsightlyWorld

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.sandbox.faults import Faults
    from reconciler.sandbox.seed import Person


class InsightlyEmulator:
    """One instance."""

    app = "insightly"
    base_path = "/v3.1"
    entities: Mapping[str, str] = {"contacts": "Contact", "leads": "Lead"}

    def world(self, clock: Callable[[], float], faults: Faults | None = None) -> InsightlyWorld:
        """An empty instance."""
        return InsightlyWorld(clock, faults)

    def api(self, world: InsightlyWorld) -> InsightlyApi:
        """Its HTTP face."""
        return InsightlyApi(world)

    def auth(self, world: InsightlyWorld) -> Mapping[str, str]:
        """The key of an administrator."""
        return {"api_key": world.keys.works}

    def options(self, _world: InsightlyWorld) -> Mapping[str, object]:
        """Organisations that people name are made."""
        return {"create_organisations": True}

    def broken(self, world: InsightlyWorld) -> Mapping[str, Mapping[str, str]]:
        """Keys that were never given out, given out anew, given out on another pod, or of a user who sees nobody."""
        return {
            "wrong": {"api_key": "wrong"},
            "revoked": {"api_key": "sandbox-key-of-last-year"},
            "region": {"api_key": "sandbox-key-of-another-pod", "pod": "eu1"},
            "scopes": {"api_key": world.keys.blind},
        }

    def values(self, person: Person, entity: str) -> Mapping[str, object]:
        """A person in Insightly's fields."""
        entity = self.entities[entity]
        prefix = "ADDRESS_MAIL" if entity == "Contact" else "ADDRESS"
        values = {
            "SALUTATION": person.salutation,
            "FIRST_NAME": person.first_name,
            "LAST_NAME": person.last_name,
            SHAPES[entity].email: person.email,
            "PHONE": person.phone,
            "TITLE": person.title,
            "ORGANISATION_NAME": person.company,
            f"{prefix}_STREET": person.street,
            f"{prefix}_CITY": person.city,
            f"{prefix}_STATE": person.state,
            f"{prefix}_POSTCODE": person.postal_code,
            f"{prefix}_COUNTRY": person.country,
        }
        return {name: value for name, value in values.items() if value}


EMULATOR = InsightlyEmulator()
