"""Mailchimp: the members of one audience. The API key names the data centre, so no account needs a ``base_url``.

Members are known by ``contact_id``, which outlives a change of address. Creates go in batches, updates one by one (a
batch knows members by their address only). A delete archives: what is deleted for good can never be imported again.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from reconciler.connectors.login import Login
from reconciler.connectors.mailchimp.auth import API, KEY, data_centre_auth, is_vendor
from reconciler.connectors.mailchimp.members import Members
from reconciler.connectors.mailchimp.options import Options
from reconciler.connectors.mailchimp.webhook import AudienceWebhook
from reconciler.spec.catalogue import load_catalogue

if TYPE_CHECKING:
    from reconciler.connectors.base import Opening
    from reconciler.connectors.webhook import Webhook

_LOGIN = "https://login.mailchimp.com"


class Credentials(BaseModel):
    """``auth`` of an account: an API key, or the access token of an OAuth login (with the data centre, to save one
    call). ``client_id`` and ``client_secret`` are only needed to log in."""

    model_config = ConfigDict(extra="forbid")

    api_key: SecretStr | None = None
    access_token: SecretStr | None = None
    data_centre: str | None = Field(default=None, pattern=r"^[a-z]{2,4}\d{1,3}$")
    client_id: SecretStr | None = None
    client_secret: SecretStr | None = None
    webhook_secret: SecretStr | None = None

    @model_validator(mode="after")
    def one_of_two(self) -> Self:
        """Either of the two ways in, and a key that says where it is good for."""
        if (self.api_key is None) == (self.access_token is None):
            raise ValueError("give either api_key or access_token")
        if self.api_key and not KEY.fullmatch(self.api_key.get_secret_value()):
            raise ValueError("api_key must end in its data centre, as in …-us19: copy the whole key")
        return self


class Mailchimp:
    """The app. ``base_url`` names no data centre: the credentials do (any other address is taken as it is)."""

    name = "mailchimp"
    base_url: str | None = API
    credentials: type[BaseModel] = Credentials
    options: type[BaseModel] = Options
    catalogue = load_catalogue(files(__package__) / "mailchimp.yaml")
    webhook: Webhook = AudienceWebhook()

    def authenticate(self, credentials: BaseModel, base_url: str) -> object:
        """The key as Basic, or the token as Bearer. Raises ``Denied`` for the address of another data centre."""
        known = Credentials.model_validate(credentials.model_dump())
        key = known.api_key.get_secret_value() if known.api_key else None
        token = known.access_token.get_secret_value() if known.access_token else None
        return data_centre_auth(self.name, base_url, key, token, known.data_centre)

    def login(self, base_url: str) -> Login:
        """A person's consent in the browser; the token never expires, and there is nothing to refresh."""
        home = f"{_LOGIN}/oauth2" if is_vendor(base_url) else f"{base_url.rstrip('/')}/oauth2"
        keeps = {"access_token": "access_token"}
        return Login(f"{home}/authorize", f"{home}/token", pkce=False, keeps=keeps)

    def open(self, opening: Opening) -> Members:
        """The members of the audience."""
        options = Options.model_validate(dict(opening.options))
        return Members(opening, options, self.catalogue.entities["members"].by_name)


APP = Mailchimp()
