"""How an emulated Salesforce is brought up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.salesforce.api import SalesforceApi
from reconciler.sandbox.salesforce.world import SalesforceWorld
from reconciler.sandbox.settlers import as_salesforce

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.sandbox.faults import Faults
    from reconciler.sandbox.seed import Person


class SalesforceEmulator:
    """One org."""

    app = "salesforce"
    base_path = ""
    entities: Mapping[str, str] = {"contacts": "Contact", "leads": "Lead"}

    def world(self, clock: Callable[[], float], faults: Faults | None = None) -> SalesforceWorld:
        """An empty org."""
        return SalesforceWorld(clock, faults)

    def api(self, world: SalesforceWorld) -> SalesforceApi:
        """Its HTTP face."""
        return SalesforceApi(world)

    def auth(self, world: SalesforceWorld) -> Mapping[str, str]:
        """The connected app, run as its own user."""
        return {"client_id": world.client.key, "client_secret": world.client.proof}

    def options(self, _world: SalesforceWorld) -> Mapping[str, object]:
        """Nothing needs to be said."""
        return {}

    def broken(self, world: SalesforceWorld) -> Mapping[str, Mapping[str, str]]:
        """A wrong secret, and a refresh token that was revoked."""
        good = self.auth(world)
        return {
            "wrong": {**good, "client_secret": "wrong"},
            "revoked": {**good, "refresh_token": "sandbox-refresh-of-yesterday"},
        }

    def values(self, person: Person, entity: str) -> Mapping[str, object]:
        """A person as a contact or a lead."""
        return as_salesforce(person, self.entities[entity])


EMULATOR = SalesforceEmulator()
