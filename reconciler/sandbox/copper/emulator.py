"""How an emulated Copper is brought up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.copper.api import ROOT, CopperApi
from reconciler.sandbox.copper.world import CopperWorld

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.sandbox.faults import Faults
    from reconciler.sandbox.seed import Person

_CODES = {
    "Belgium": "BE",
    "Netherlands": "NL",
    "Germany": "DE",
    "France": "FR",
    "United States": "US",
    "United Kingdom": "GB",
    "Spain": "ES",
}


class CopperEmulator:
    """One account, and an administrator's key to it."""

    app = "copper"
    base_path = ROOT
    entities: Mapping[str, str] = {"people": "people", "leads": "leads"}

    def world(self, clock: Callable[[], float], faults: Faults | None = None) -> CopperWorld:
        """An empty account."""
        return CopperWorld(clock, faults)

    def api(self, world: CopperWorld) -> CopperApi:
        """Its HTTP face."""
        return CopperApi(world)

    def auth(self, world: CopperWorld) -> Mapping[str, str]:
        """The key and its owner."""
        return {"api_key": world.credentials.key, "user_email": world.credentials.user_email}

    def options(self, _world: CopperWorld) -> Mapping[str, object]:
        """Nothing has to be said."""
        return {}

    def broken(self, world: CopperWorld) -> Mapping[str, Mapping[str, str]]:
        """A wrong key, and one that was revoked; keys neither expire nor belong to a region."""
        good = self.auth(world)
        return {"wrong": {**good, "api_key": "wrong"}, "revoked": {**good, "api_key": world.credentials.revoked}}

    def values(self, person: Person, entity: str) -> Mapping[str, object]:
        """A person in Copper's fields; the company of a person is another record, and so left out."""
        values: dict[str, object] = {
            "name": f"{person.first_name} {person.last_name}",
            "email": person.email,
            "phone": person.phone,
            "title": person.title,
            "street": person.street,
            "city": person.city,
            "state": person.state,
            "postal_code": person.postal_code,
            "country": _CODES[person.country],
        }
        if entity == "leads":
            values["company_name"] = person.company
        return {name: value for name, value in values.items() if value}


EMULATOR = CopperEmulator()
