"""How an emulated Zoho CRM is brought up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.zoho.api import ZohoApi
from reconciler.sandbox.zoho.world import ZohoWorld

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.sandbox.faults import Faults
    from reconciler.sandbox.seed import Person


class ZohoEmulator:
    """One organisation."""

    app = "zoho"
    base_path = ""
    entities: Mapping[str, str] = {"contacts": "Contacts", "leads": "Leads"}

    def world(self, clock: Callable[[], float], faults: Faults | None = None) -> ZohoWorld:
        """An empty organisation."""
        return ZohoWorld(clock, faults)

    def api(self, world: ZohoWorld) -> ZohoApi:
        """Its HTTP face."""
        return ZohoApi(world)

    def auth(self, world: ZohoWorld) -> Mapping[str, str]:
        """The client, and its user's refresh token."""
        client = world.client
        return {"client_id": client.key, "client_secret": client.proof, "refresh_token": client.refresh}

    def options(self, _world: ZohoWorld) -> Mapping[str, object]:
        """Companies are made when they are first named."""
        return {"create_accounts": True}

    def broken(self, world: ZohoWorld) -> Mapping[str, Mapping[str, str]]:
        """A wrong secret, a refresh token that was revoked, that lacks a permission, and of another data centre."""
        good, client = self.auth(world), world.client
        return {
            "wrong": {**good, "client_secret": "wrong"},
            "revoked": {**good, "refresh_token": "1000.revoked"},
            "scopes": {**good, "refresh_token": client.narrow},
            "region": {**good, "refresh_token": client.foreign},
        }

    def values(self, person: Person, entity: str) -> Mapping[str, object]:
        """A person as a contact or a lead, in fields that fit."""
        prefix, title, zip_code = (
            ("Mailing_", "Title", "Zip") if entity == "contacts" else ("", "Designation", "Zip_Code")
        )
        values: dict[str, object] = {
            "Salutation": person.salutation,
            "First_Name": person.first_name,
            "Last_Name": person.last_name,
            "Email": person.email,
            "Phone": person.phone,
            title: person.title,
            f"{prefix}Street": person.street,
            f"{prefix}City": person.city,
            f"{prefix}State": person.state,
            f"{prefix}{zip_code}": person.postal_code,
            f"{prefix}Country": person.country,
            "Email_Opt_Out": not person.mailing,
        }
        values |= {"Account_Name": person.company} if entity == "contacts" else {"Company": person.company or "None"}
        return {name: value for name, value in values.items() if value}


EMULATOR = ZohoEmulator()
