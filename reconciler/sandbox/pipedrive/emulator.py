"""How an emulated Pipedrive is brought up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.pipedrive.api import PipedriveApi
from reconciler.sandbox.pipedrive.world import PipedriveWorld

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.sandbox.faults import Faults
    from reconciler.sandbox.seed import Person


class PipedriveEmulator:
    """One company."""

    app = "pipedrive"
    base_path = ""
    entities: Mapping[str, str] = {"persons": "persons", "leads": "leads"}

    def world(self, clock: Callable[[], float], faults: Faults | None = None) -> PipedriveWorld:
        """An empty company."""
        return PipedriveWorld(clock, faults)

    def api(self, world: PipedriveWorld) -> PipedriveApi:
        """Its HTTP face."""
        return PipedriveApi(world)

    def auth(self, world: PipedriveWorld) -> Mapping[str, str]:
        """The personal token of its first user."""
        return {"api_token": world.keys.api}

    def oauth(self, world: PipedriveWorld) -> Mapping[str, str]:
        """The same user through an OAuth app."""
        keys = world.keys
        return {"client_id": keys.client, "client_secret": keys.proof, "refresh_token": keys.refresh}

    def options(self, _world: PipedriveWorld) -> Mapping[str, object]:
        """Nothing needs to be said."""
        return {}

    def broken(self, world: PipedriveWorld) -> Mapping[str, Mapping[str, str]]:
        """A wrong token, a refresh token that was revoked or not used for too long, and one with too few scopes."""
        app = self.oauth(world)
        return {
            "wrong": {"api_token": "wrong"},
            "expired": {**app, "refresh_token": "not-used-for-60-days"},
            "revoked": {**app, "refresh_token": "revoked"},
            "scopes": {**app, "refresh_token": world.keys.narrow},
        }

    def values(self, person: Person, entity: str) -> Mapping[str, object]:
        """A person, or a lead with its person."""
        name = f"{person.first_name} {person.last_name}"
        values = {"name": name, "email": person.email, "phone": person.phone, "organization": person.company}
        if entity == "leads":
            values["title"] = f"{name} lead"
        return {field: value for field, value in values.items() if value}


EMULATOR = PipedriveEmulator()
