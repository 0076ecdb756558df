"""Pipedrive: persons of a company (API version 2), and leads joined with their person (version 1).

Its search lags behind its records, so nobody is taken for missing on its word alone. Arrays of emails and phones are
replaced whole, so one entry is changed and the others are kept; custom fields and options are called by the names that
people gave them. What a day's calls cost is counted in tokens, which the app tells with every answer.
"""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from reconciler.connectors.auth import Grant, HeaderAuth, OAuth2
from reconciler.connectors.login import Login
from reconciler.connectors.pipedrive.deliveries import Webhook
from reconciler.connectors.pipedrive.leads import Leads
from reconciler.connectors.pipedrive.persons import Persons
from reconciler.connectors.pipedrive.settings import Settings
from reconciler.spec.catalogue import load_catalogue

if TYPE_CHECKING:
    from reconciler.connectors.base import Opening

_VENDOR = "pipedrive.com"
_LOGIN = "https://oauth.pipedrive.com"
_ADVICE = {
    "invalid_grant": "the refresh token was used, revoked, or not used for 60 days; authorise the app again",
    "invalid_client": "check client_id and client_secret",
}


class Credentials(BaseModel):
    """``auth`` of an account: a personal ``api_token``, or an OAuth app's three parts. ``webhook_secret`` is the user
    name and password that a webhook was registered with, as ``user:password``."""

    model_config = ConfigDict(extra="forbid")

    api_token: SecretStr | None = None
    client_id: SecretStr | None = None
    client_secret: SecretStr | None = None
    refresh_token: SecretStr | None = None
    webhook_secret: SecretStr | None = None

    @property
    def oauth(self) -> dict[str, str]:
        """The parts of an OAuth app that were given."""
        parts = {name: getattr(self, name) for name in ("client_id", "client_secret", "refresh_token")}
        return {name: secret.get_secret_value() for name, secret in parts.items() if secret is not None}

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if (self.api_token is None) == (not self.oauth):
            raise ValueError("give either api_token, or client_id, client_secret and refresh_token")
        if self.oauth and len(self.oauth) < len(("client_id", "client_secret", "refresh_token")):
            raise ValueError("an OAuth app needs client_id, client_secret and refresh_token")
        return self


class Options(BaseModel):
    """``options`` of an account. ``create_organizations`` makes an organisation that is not there; ``archived`` lists
    archived leads. Seconds: how far a delta reads back, and how long the search may be behind.
    ``contact_sync`` says whether its fields are there, where the account itself does not tell."""

    model_config = ConfigDict(extra="forbid")

    page_size: int = Field(default=500, ge=1, le=500)
    overlap_seconds: int = Field(default=60, ge=0)
    search_lag_seconds: int = Field(default=60, ge=10)
    create_organizations: bool = True
    archived: bool = True
    contact_sync: bool | None = None

    def settings(self) -> Settings:
        """The same, for the connectors."""
        return Settings(
            page_size=self.page_size,
            overlap=timedelta(seconds=self.overlap_seconds),
            lag=timedelta(seconds=self.search_lag_seconds),
            create_organizations=self.create_organizations,
            archived=self.archived,
            contact_sync=self.contact_sync,
        )


class Pipedrive:
    """The app. ``base_url`` may be the company's own host."""

    name = "pipedrive"
    base_url: str | None = "https://api.pipedrive.com"
    credentials: type[BaseModel] = Credentials
    options: type[BaseModel] = Options
    catalogue = load_catalogue(files(__package__) / "pipedrive.yaml")
    webhook = Webhook()

    def authenticate(self, credentials: BaseModel, base_url: str) -> HeaderAuth | OAuth2:
        """The token's header, or a bearer that is renewed; calls then go to the host that the login names."""
        known = Credentials.model_validate(credentials.model_dump())
        if known.api_token is not None:
            return HeaderAuth({"x-api-token": known.api_token.get_secret_value()})
        parts = known.oauth
        form = {"grant_type": "refresh_token", "refresh_token": parts["refresh_token"]}
        basic = (parts["client_id"], parts["client_secret"])
        token_url = f"{_login_host(base_url)}/oauth/token"
        return OAuth2(self.name, base_url, Grant(token_url=token_url, form=form, advice=_ADVICE, basic=basic))

    def login(self, base_url: str) -> Login:
        """Its scopes are chosen where the app is registered, not in the address."""
        host = _login_host(base_url) or base_url.rstrip("/")
        return Login(f"{host}/oauth/authorize", f"{host}/oauth/token", pkce=False, basic=True)

    def open(self, opening: Opening) -> Persons | Leads:
        """Persons or leads."""
        settings = Options.model_validate(dict(opening.options)).settings()
        known = self.catalogue.entities[opening.entity].by_name
        connector = Leads if opening.entity == "leads" else Persons
        return connector(opening, known, settings)


def _login_host(base_url: str) -> str:
    """The vendor's own; nothing where the account is elsewhere, and its login below its address."""
    host = urlsplit(base_url).hostname or ""
    return _LOGIN if host == _VENDOR or host.endswith(f".{_VENDOR}") else ""


APP = Pipedrive()
