"""Zoho's eight data centres: each has an API host and an accounts host of its own, and a token is good in one alone."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reconciler.connectors.auth import Grant, OAuth2
from reconciler.connectors.login import Login
from reconciler.errors import Denied

if TYPE_CHECKING:
    from collections.abc import Mapping

DATA_CENTRES: Mapping[str, str] = {
    "zohoapis.com": "accounts.zoho.com",
    "zohoapis.eu": "accounts.zoho.eu",
    "zohoapis.in": "accounts.zoho.in",
    "zohoapis.com.au": "accounts.zoho.com.au",
    "zohoapis.jp": "accounts.zoho.jp",
    "zohoapis.ca": "accounts.zohocloud.ca",
    "zohoapis.com.cn": "accounts.zoho.com.cn",
    "zohoapis.sa": "accounts.zoho.sa",
}
"""Accounts host by the domain of the API hosts (``www.``, ``sandbox.`` and ``developer.`` below it)."""

SCOPES = (
    "ZohoCRM.modules.ALL",
    "ZohoCRM.coql.READ",
    "ZohoCRM.settings.fields.READ",
    "ZohoCRM.settings.layouts.READ",
    "ZohoCRM.settings.tags.ALL",
    "ZohoCRM.org.READ",
    "ZohoCRM.users.READ",
)
"""All that a sync needs."""

_PRODUCTION = "www"
_TOKEN, _AUTHORIZE = "/oauth/v2/token", "/oauth/v2/auth"
_ADVICE = {
    "invalid_code": "refresh_token was revoked, or is of another data centre than base_url; authorise the client again",
    "invalid_client": "check client_id, and that base_url is of the data centre where the client was registered",
    "invalid_client_secret": "check client_secret; a client for several data centres has another one in each",
    "invalid_grant": "refresh_token was revoked; authorise the client again",
    "access_denied": "the user may not use the API, or was deactivated; ask an administrator",
}


class ZohoToken(OAuth2):
    """The token's answer says where it is good (``api_domain``). A sandbox is never left for the real organisation."""

    def _home(self, named: str) -> str:
        prefix, _, domain = (self._base.host or "").partition(".")
        stays = domain in DATA_CENTRES and prefix != _PRODUCTION
        return "" if stays else super()._home(named)


def token_of(app: str, base_url: str, form: Mapping[str, str]) -> ZohoToken:
    """The token for these credentials in the data centre of ``base_url``. Raises ``Denied`` for another Zoho host."""
    grant = Grant(
        token_url=_accounts(app, base_url) + _TOKEN,
        form={"grant_type": "refresh_token", **form},
        advice=_ADVICE,
        scheme="Zoho-oauthtoken",
    )
    return ZohoToken(app, base_url, grant)


def login_at(app: str, base_url: str) -> Login:
    """How a person authorises the client in the data centre of ``base_url``. Raises ``Denied``."""
    accounts = _accounts(app, base_url)
    return Login(
        authorize_url=accounts + _AUTHORIZE,
        token_url=accounts + _TOKEN,
        scopes=SCOPES,
        separator=",",
        params={"access_type": "offline", "prompt": "consent"},
        pkce=False,
    )


def _accounts(app: str, base_url: str) -> str:
    """The accounts host; on a host that is not Zoho's the token endpoint is below ``base_url``."""
    host = urlsplit(base_url).hostname or ""
    prefix, _, domain = host.partition(".")
    if domain in DATA_CENTRES and prefix:
        return f"https://{DATA_CENTRES[domain]}"
    if _is_zoho(host):
        hosts = ", ".join(f"www.{known}" for known in DATA_CENTRES)
        raise Denied(app, f"base_url must be the API host of your data centre: one of {hosts}", code="base_url")
    return base_url.rstrip("/")


def _is_zoho(host: str) -> bool:
    accounts = (name.partition(".")[2] for name in DATA_CENTRES.values())
    return any(host == domain or host.endswith(f".{domain}") for domain in (*accounts, *DATA_CENTRES))
