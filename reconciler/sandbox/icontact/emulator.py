"""How an emulated iContact is brought up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.icontact.api import IContactApi
from reconciler.sandbox.icontact.world import IContactWorld
from reconciler.sandbox.settlers import as_icontact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.sandbox.faults import Faults
    from reconciler.sandbox.seed import Person


class IContactEmulator:
    """One client folder."""

    app = "icontact"
    base_path = "/icp"
    entities: Mapping[str, str] = {"contacts": ""}

    def world(self, clock: Callable[[], float], faults: Faults | None = None) -> IContactWorld:
        """An empty folder."""
        return IContactWorld(clock, faults)

    def api(self, world: IContactWorld) -> IContactApi:
        """Its HTTP face."""
        return IContactApi(world)

    def auth(self, world: IContactWorld) -> Mapping[str, str]:
        """The folder's one user."""
        keys = world.credentials
        return {"app_id": keys.app_id, "username": keys.username, "password": keys.app_key}

    def options(self, _world: IContactWorld) -> Mapping[str, object]:
        """There is but one folder."""
        return {}

    def broken(self, world: IContactWorld) -> Mapping[str, Mapping[str, str]]:
        """A wrong application password."""
        return {"wrong": {**self.auth(world), "password": "wrong"}}

    def values(self, person: Person, _entity: str) -> Mapping[str, object]:
        """A person in iContact's standard fields."""
        return {name: value for name, value in as_icontact(person).items() if value and name != "country"}


EMULATOR = IContactEmulator()
