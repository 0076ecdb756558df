"""How an emulated HubSpot is brought up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.hubspot.api import HubSpotApi
from reconciler.sandbox.hubspot.world import HubSpotWorld

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.sandbox.faults import Faults
    from reconciler.sandbox.seed import Person

_FIELDS = {
    "salutation": "salutation",
    "firstname": "first_name",
    "lastname": "last_name",
    "email": "email",
    "phone": "phone",
    "address": "street",
    "city": "city",
    "state": "state",
    "zip": "postal_code",
    "country": "country",
    "jobtitle": "title",
    "company": "company",
}


class HubSpotEmulator:
    """One account."""

    app = "hubspot"
    base_path = ""
    entities: Mapping[str, str] = {"contacts": ""}

    def world(self, clock: Callable[[], float], faults: Faults | None = None) -> HubSpotWorld:
        """An empty account."""
        return HubSpotWorld(clock, faults)

    def api(self, world: HubSpotWorld) -> HubSpotApi:
        """Its HTTP face."""
        return HubSpotApi(world)

    def auth(self, world: HubSpotWorld) -> Mapping[str, str]:
        """A service key's token."""
        return {"access_token": world.keys.access}

    def oauth(self, world: HubSpotWorld) -> Mapping[str, str]:
        """The same account through an OAuth app."""
        keys = world.keys
        return {"client_id": keys.client_id, "client_secret": keys.proof, "refresh_token": keys.refresh}

    def options(self, _world: HubSpotWorld) -> Mapping[str, object]:
        """Nothing needs to be said."""
        return {}

    def broken(self, world: HubSpotWorld) -> Mapping[str, Mapping[str, str]]:
        """A token that nobody knows, one that is too old, one that may do next to nothing, and a revoked OAuth app."""
        keys = world.keys
        return {
            "wrong": {"access_token": "pat-na1-wrong"},
            "expired": {"access_token": "pat-na1-expired"},
            "scopes": {"access_token": "pat-na1-narrow"},
            "revoked": {"client_id": keys.client_id, "client_secret": keys.proof, "refresh_token": "revoked"},
        }

    def values(self, person: Person, _entity: str) -> Mapping[str, object]:
        """A person in HubSpot's standard properties."""
        return {name: value for name, part in _FIELDS.items() if (value := getattr(person, part))}


EMULATOR = HubSpotEmulator()
