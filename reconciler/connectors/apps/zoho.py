"""Zoho CRM: contacts and leads of one organisation in one of eight data centres.

Lists and queries read what is stored; the search index lags and is not used. What changed is told by ``Modified_Time``,
what was deleted by a list of its own, and a converted lead is gone without being in it. A status says little: each row
of a batch has a code.
"""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from reconciler.connectors.zoho.api import Module, dialect
from reconciler.connectors.zoho.companies import Companies
from reconciler.connectors.zoho.hosts import login_at, token_of
from reconciler.connectors.zoho.notifications import Notifications
from reconciler.connectors.zoho.records import ZohoRecords
from reconciler.spec.catalogue import load_catalogue

if TYPE_CHECKING:
    from reconciler.connectors.base import Opening
    from reconciler.connectors.login import Login
    from reconciler.connectors.zoho.hosts import ZohoToken

_MODULES = {"contacts": "Contacts", "leads": "Leads"}


class Credentials(BaseModel):
    """``auth`` of an account: a client of the API console, and the refresh token that a user gave it.
    ``webhook_secret`` is the token of the notification channel."""

    model_config = ConfigDict(extra="forbid")

    client_id: SecretStr
    client_secret: SecretStr
    refresh_token: SecretStr
    webhook_secret: SecretStr | None = None

    def form(self) -> dict[str, str]:
        """What is posted to the token endpoint."""
        named = {"client_id": self.client_id, "client_secret": self.client_secret, "refresh_token": self.refresh_token}
        return {name: secret.get_secret_value() for name, secret in named.items()}


class Options(BaseModel):
    """``options`` of an account. ``automation`` lets writes set off workflows, ``create_accounts`` makes the account
    that a contact's company names, ``daily_credits`` is the edition's allowance."""

    model_config = ConfigDict(extra="forbid")

    automation: bool = False
    create_accounts: bool = False
    daily_credits: int | None = Field(default=None, gt=0)
    overlap_seconds: int = Field(default=60, ge=1)


class Zoho:
    """The app. ``base_url`` is the API host of the organisation's data centre, or of its sandbox."""

    name = "zoho"
    base_url: str | None = "https://www.zohoapis.com"
    credentials: type[BaseModel] = Credentials
    options: type[BaseModel] = Options
    catalogue = load_catalogue(files(__package__) / "zoho.yaml")
    webhook = Notifications()

    def authenticate(self, credentials: BaseModel, base_url: str) -> ZohoToken:
        """A token for this organisation; raises ``Denied`` where ``base_url`` is no API host."""
        known = Credentials.model_validate(credentials.model_dump())
        return token_of(self.name, base_url, known.form())

    def login(self, base_url: str) -> Login:
        """How a person authorises the client."""
        return login_at(self.name, base_url)

    def open(self, opening: Opening) -> ZohoRecords:
        """Contacts or leads."""
        options = Options.model_validate(dict(opening.options))
        http = opening.http.speaking(dialect(options.daily_credits))
        module = Module(http, _MODULES[opening.entity], automation=options.automation)
        companies = Companies(Module(http, "Accounts", automation=options.automation), create=options.create_accounts)
        known = self.catalogue.entities[opening.entity].by_name
        return ZohoRecords(opening, known, module, companies, timedelta(seconds=options.overlap_seconds))


APP = Zoho()
