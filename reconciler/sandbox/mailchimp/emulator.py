"""How an emulated Mailchimp account is brought up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.mailchimp.api import ROOT, MailchimpApi
from reconciler.sandbox.mailchimp.world import COUNTRIES, MailchimpWorld

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.sandbox.faults import Faults
    from reconciler.sandbox.seed import Person


class MailchimpEmulator:
    """One audience."""

    app = "mailchimp"
    base_path = ROOT
    entities: Mapping[str, str] = {"members": ""}

    def world(self, clock: Callable[[], float], faults: Faults | None = None) -> MailchimpWorld:
        """An empty audience."""
        return MailchimpWorld(clock, faults)

    def api(self, world: MailchimpWorld) -> MailchimpApi:
        """Its HTTP face."""
        return MailchimpApi(world)

    def auth(self, world: MailchimpWorld) -> Mapping[str, str]:
        """The one API key."""
        return {"api_key": world.keys.api_key}

    def oauth(self, world: MailchimpWorld) -> Mapping[str, str]:
        """A registered app, through which an owner logs in."""
        return {"client_id": world.keys.app_id, "client_secret": world.keys.app_key}

    def options(self, _world: MailchimpWorld) -> Mapping[str, object]:
        """There is but one audience."""
        return {}

    def broken(self, world: MailchimpWorld) -> Mapping[str, Mapping[str, str]]:
        """Keys of nobody and of another data centre; a token that was taken back."""
        key = world.keys.api_key.partition("-")[0]
        return {
            "wrong": {"api_key": f"nobodys-{world.keys.centre}"},
            "revoked": {"access_token": f"{world.keys.bearer}-revoked"},
            "region": {"api_key": f"{key}-us99"},
        }

    def values(self, person: Person, _entity: str) -> Mapping[str, object]:
        """A person in the fields of a new audience; the address only where it is whole."""
        address = {
            "ADDRESS.addr1": person.street,
            "ADDRESS.city": person.city,
            "ADDRESS.state": person.state,
            "ADDRESS.zip": person.postal_code,
            "ADDRESS.country": COUNTRIES[person.country.lower()],
        }
        values = {
            "email_address": person.email,
            "FNAME": person.first_name,
            "LNAME": person.last_name,
            "PHONE": person.phone,
            **(address if all(address.values()) else {}),
        }
        return {name: value for name, value in values.items() if value}


EMULATOR = MailchimpEmulator()
