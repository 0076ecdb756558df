"""How a person lets the reconciler into an account with a browser: an app's OAuth 2 endpoints, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Login:
    """The authorization code flow of one app (RFC 6749 section 4.1, with PKCE, RFC 7636, unless ``pkce`` is false).

    ``scopes`` are all that a sync needs, joined by ``separator``. ``params`` are further query parameters of the
    authorization request. ``basic`` sends client id and secret as HTTP Basic, else they are posted with the code.
    ``keeps`` names fields of the token's answer that an account must keep besides ``refresh_token``, by the name that
    its ``auth`` has for them. ``redirect`` is the path on loopback that must be registered with the app.
    """

    authorize_url: str
    token_url: str
    scopes: tuple[str, ...] = ()
    separator: str = " "
    params: Mapping[str, str] = field(default_factory=dict)
    pkce: bool = True
    basic: bool = False
    keeps: Mapping[str, str] = field(default_factory=lambda: {"refresh_token": "refresh_token"})
    redirect: str = "/callback"
