"""HubSpot: contacts of one account. Everything is read by listing; what changed since by search, whose index lags, so
that a delta reads a little further back; who was archived from the recycle bin. Writes go a hundred a call, every row
with a mark of its own. Consent is no part of a contact: opt-outs can be read only.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from reconciler.connectors.auth import Grant, HeaderAuth, OAuth2
from reconciler.connectors.hubspot.api import Contacts
from reconciler.connectors.hubspot.lists import Lists
from reconciler.connectors.hubspot.records import HubSpotContacts, Settings
from reconciler.connectors.hubspot.signature import HubSpotWebhook
from reconciler.connectors.login import Login
from reconciler.spec.catalogue import load_catalogue

if TYPE_CHECKING:
    from reconciler.connectors.base import Opening

_LOGIN = "/oauth/v1/token"
_AUTHORIZE = "https://app.hubspot.com/oauth/authorize"
_VENDOR = ".hubapi.com"
_AGAIN = "check client_id, client_secret and refresh_token; if the app was removed from the account, authorise it again"
_REFUSALS = ("", "invalid_grant", "invalid_client", "BAD_CLIENT_ID", "BAD_CLIENT_SECRET", "BAD_REFRESH_TOKEN")
_ADVICE = dict.fromkeys(_REFUSALS, _AGAIN)
_SCOPES = (
    "oauth",
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.schemas.contacts.read",
    "crm.lists.read",
    "crm.lists.write",
    "crm.objects.companies.read",
)


class Credentials(BaseModel):
    """``auth`` of an account: an ``access_token`` (service key or private app), or an OAuth app's three.
    ``webhook_secret`` is the client secret of the app that sends webhooks."""

    model_config = ConfigDict(extra="forbid")

    access_token: SecretStr | None = None
    client_id: SecretStr | None = None
    client_secret: SecretStr | None = None
    refresh_token: SecretStr | None = None
    webhook_secret: SecretStr | None = None

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        oauth = [name for name, secret in self._grant() if secret]
        if bool(self.access_token) == bool(oauth) or len(oauth) not in {0, 3}:
            raise ValueError(
                "give either access_token, or client_id, client_secret and refresh_token; "
                f"there is {', '.join(oauth + ['access_token'] * bool(self.access_token)) or 'neither'}"
            )
        return self

    def _grant(self) -> list[tuple[str, SecretStr | None]]:
        names = ("client_id", "client_secret", "refresh_token")
        return [(name, getattr(self, name)) for name in names]

    def form(self) -> dict[str, str]:
        """The grant as it is posted to the token endpoint."""
        known = {name: secret.get_secret_value() for name, secret in self._grant() if secret}
        return {"grant_type": "refresh_token", **known}


class Options(BaseModel):
    """``options`` of an account. ``api_version`` is ``v3`` or a date (``2026-09``). ``choices`` names the options of
    pick lists by internal ``values``, or by ``labels``."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    api_version: str = Field(default="v3", pattern=r"^(v3|\d{4}-\d{2})$")
    overlap_seconds: int = Field(default=120, ge=60)
    recycle_bin: bool = True
    dynamic_lists: bool = True
    choices: Literal["values", "labels"] = "values"


class HubSpot:
    """The app."""

    name = "hubspot"
    base_url: str | None = "https://api.hubapi.com"
    credentials: type[BaseModel] = Credentials
    options: type[BaseModel] = Options
    catalogue = load_catalogue(files(__package__) / "hubspot.yaml")
    webhook = HubSpotWebhook()

    def authenticate(self, credentials: BaseModel, base_url: str) -> HeaderAuth | OAuth2:
        """The token on every request, or one that is renewed every half hour."""
        known = Credentials.model_validate(credentials.model_dump())
        if known.access_token:
            return HeaderAuth({"Authorization": f"Bearer {known.access_token.get_secret_value()}"})
        return OAuth2(self.name, base_url, Grant(token_url=_LOGIN, form=known.form(), advice=_ADVICE))

    def login(self, base_url: str) -> Login:
        """Where a person lets an OAuth app into an account."""
        base = base_url.rstrip("/")
        theirs = f".{urlsplit(base).hostname}".endswith(_VENDOR)
        return Login(
            authorize_url=_AUTHORIZE if theirs else f"{base}/oauth/authorize",
            token_url=f"{base}{_LOGIN}",
            scopes=_SCOPES,
            pkce=False,
        )

    def open(self, opening: Opening) -> HubSpotContacts:
        """The account's contacts."""
        options = Options.model_validate(dict(opening.options))
        api = Contacts(opening.http, options.api_version)
        lists = Lists(api, dynamic=options.dynamic_lists)
        known = self.catalogue.entities[opening.entity].by_name
        settings = Settings(options.overlap_seconds * 1000, options.recycle_bin, options.choices == "labels")
        return HubSpotContacts(opening, known, api, lists, settings)


APP = HubSpot()
