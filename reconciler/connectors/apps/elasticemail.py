"""Elastic Email: the contacts of one account, known by their addresses; there is no other id.

Nothing tells what changed, so every read is complete. An address cannot be changed, a status only towards an opt-out,
and what the service does not know (a custom field, a status for a new contact) it drops or makes up without a word: so
all of that is said, and looked at afterwards.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from reconciler.connectors.auth import HeaderAuth
from reconciler.connectors.elasticemail.contacts import ElasticContacts
from reconciler.connectors.elasticemail.notifications import Notifications
from reconciler.spec.catalogue import load_catalogue

if TYPE_CHECKING:
    from reconciler.connectors.base import Opening


class Credentials(BaseModel):
    """``auth`` of an account. ``webhook_secret`` is what the service answered when the webhook was made."""

    model_config = ConfigDict(extra="forbid")

    api_key: SecretStr = Field(min_length=1)
    webhook_secret: SecretStr | None = None


class Options(BaseModel):
    """``options`` of an account. ``custom_fields`` are names of custom fields: the service does not tell them, so
    beside these only those are known that some contact of the first page has a value for."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    custom_fields: tuple[str, ...] | None = None
    page_size: int = Field(default=1000, ge=2, le=10_000)
    batch: int = Field(default=100, ge=1, le=1000)


class ElasticEmail:
    """The app."""

    name = "elasticemail"
    base_url: str | None = "https://api.elasticemail.com/v4"
    credentials: type[BaseModel] = Credentials
    options: type[BaseModel] = Options
    catalogue = load_catalogue(files(__package__) / "elasticemail.yaml")
    webhook = Notifications()

    def authenticate(self, credentials: BaseModel, base_url: str) -> HeaderAuth:
        """The header that every request carries."""
        del base_url
        known = Credentials.model_validate(credentials.model_dump())
        return HeaderAuth({"X-ElasticEmail-ApiKey": known.api_key.get_secret_value()})

    def open(self, opening: Opening) -> ElasticContacts:
        """The account's contacts."""
        options = Options.model_validate(dict(opening.options))
        standard = self.catalogue.entities[opening.entity].by_name
        return ElasticContacts(opening, standard, options.custom_fields or (), (options.page_size, options.batch))


APP = ElasticEmail()
