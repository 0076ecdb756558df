"""Salesforce: contacts and leads of one org, read by SOQL, written by collections.

A delta is what has a ``SystemModstamp`` since the cursor, less an overlap, because a transaction commits later than its
stamp; deletes come from the recycle bin. A lead that was converted is gone: it cannot be changed any more.
"""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from reconciler.connectors.auth import Grant, OAuth2
from reconciler.connectors.login import Login
from reconciler.connectors.salesforce.api import SObject
from reconciler.connectors.salesforce.records import SalesforceRecords
from reconciler.errors import Denied
from reconciler.spec.catalogue import load_catalogue

if TYPE_CHECKING:
    from reconciler.connectors.base import Opening

_LOGIN = "/services/oauth2/token"
_SHARED_LOGINS = frozenset({"login.salesforce.com", "test.salesforce.com"})

_SOBJECTS = {"contacts": "Contact", "leads": "Lead"}

_ADVICE = {
    "invalid_grant": "the refresh token has expired or was revoked; authorise the app again and replace refresh_token",
    "invalid_client_id": "check client_id",
    "invalid_client": "check client_id and client_secret",
    "inactive_user": "the user of this account was deactivated; ask an administrator",
    "inactive_org": "the org is locked or closed; ask an administrator",
    "unsupported_grant_type": "enable this flow in the app's settings",
}


class Credentials(BaseModel):
    """``auth`` of an account. With a ``refresh_token`` that user acts; without, the app's own run-as user."""

    model_config = ConfigDict(extra="forbid")

    client_id: SecretStr
    client_secret: SecretStr | None = None
    refresh_token: SecretStr | None = None

    def form(self) -> dict[str, str]:
        """The grant as it is posted to the token endpoint."""
        grant = "refresh_token" if self.refresh_token else "client_credentials"
        known = {name: secret.get_secret_value() for name, secret in self if secret is not None}
        return {"grant_type": grant, **known}


class Options(BaseModel):
    """``options`` of an account. ``allow_duplicates`` saves in spite of the org's duplicate rules."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    api_version: str = Field(default="67.0", pattern=r"^\d+\.0$")
    overlap_seconds: int = Field(default=300, ge=0)
    allow_duplicates: bool = False


class Salesforce:
    """The app. ``base_url`` is the login host or the org's My Domain."""

    name = "salesforce"
    base_url: str | None = "https://login.salesforce.com"
    credentials: type[BaseModel] = Credentials
    options: type[BaseModel] = Options
    catalogue = load_catalogue(files(__package__) / "salesforce.yaml")

    def login(self, base_url: str) -> Login:
        """The web server flow of a connected app; the refresh token that it brings is what an account keeps."""
        host = base_url.rstrip("/")
        return Login(f"{host}/services/oauth2/authorize", f"{host}{_LOGIN}", scopes=("api", "refresh_token"))

    def authenticate(self, credentials: BaseModel, base_url: str) -> OAuth2:
        """A token for this org; raises ``Denied`` where the flow cannot work on that host."""
        known = Credentials.model_validate(credentials.model_dump())
        if known.refresh_token is None and urlsplit(base_url).hostname in _SHARED_LOGINS:
            raise Denied(self.name, "without a refresh_token, base_url must be the org's My Domain", code="base_url")
        return OAuth2(self.name, base_url, Grant(token_url=_LOGIN, form=known.form(), advice=_ADVICE))

    def open(self, opening: Opening) -> SalesforceRecords:
        """Contacts or leads."""
        options = Options.model_validate(dict(opening.options))
        known = self.catalogue.entities[opening.entity].by_name
        name = _SOBJECTS[opening.entity]
        sobject = SObject(opening.http, name, options.api_version, allow_duplicates=options.allow_duplicates)
        return SalesforceRecords(opening, known, sobject, timedelta(seconds=options.overlap_seconds))


APP = Salesforce()
