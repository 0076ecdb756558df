"""How an emulated Elastic Email is brought up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.elasticemail.api import ROOT, ElasticApi
from reconciler.sandbox.elasticemail.keys import EXPIRED, SENDING, WORKING
from reconciler.sandbox.elasticemail.world import ElasticWorld

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.sandbox.faults import Faults
    from reconciler.sandbox.seed import Person


class ElasticEmulator:
    """One account."""

    app = "elasticemail"
    base_path = ROOT
    entities: Mapping[str, str] = {"contacts": ""}

    def world(self, clock: Callable[[], float], faults: Faults | None = None) -> ElasticWorld:
        """An empty account."""
        return ElasticWorld(clock, faults)

    def api(self, world: ElasticWorld) -> ElasticApi:
        """Its HTTP face."""
        return ElasticApi(world)

    def auth(self, _world: ElasticWorld) -> Mapping[str, str]:
        """A key that may do everything."""
        return {"api_key": WORKING}

    def options(self, world: ElasticWorld) -> Mapping[str, object]:
        """The names of custom fields, which the API does not tell."""
        return {"custom_fields": list(world.custom_fields)}

    def broken(self, _world: ElasticWorld) -> Mapping[str, Mapping[str, str]]:
        """A key that never was, one that was deleted, one whose time is over, and one that may only send."""
        return {
            "wrong": {"api_key": "wrong-key"},
            "revoked": {"api_key": "deleted-key"},
            "expired": {"api_key": EXPIRED},
            "scopes": {"api_key": SENDING},
        }

    def values(self, person: Person, _entity: str) -> Mapping[str, object]:
        """A person's name and address; there is no standard field for anything else."""
        values = {"Email": person.email, "FirstName": person.first_name, "LastName": person.last_name}
        values |= {"Status": "Active" if person.mailing else "Unsubscribed"}
        return {name: value for name, value in values.items() if value}


EMULATOR = ElasticEmulator()
