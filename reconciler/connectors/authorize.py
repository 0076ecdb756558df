"""The authorization code flow: where a person's browser goes, and what the code that comes back is exchanged for."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import httpx
import msgspec

from reconciler.connectors.login import Login
from reconciler.connectors.redaction import redact
from reconciler.errors import Denied, Retryable

if TYPE_CHECKING:
    from collections.abc import Mapping

_TIMEOUT = 30.0
_BUSY = frozenset({429, 502, 503, 504})
_EXPLAINED = ("error_description", "error", "message")


@dataclass(frozen=True, slots=True)
class Authorization:
    """One attempt. ``state`` and ``verifier`` are random and good for this attempt alone; the browser is sent back to
    ``redirect_uri`` on loopback, which must be registered with the app."""

    app: str
    login: Login
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)

    @property
    def url(self) -> str:
        """Where the person agrees."""
        asked = {"response_type": "code", "client_id": self.client_id, "redirect_uri": self.redirect_uri}
        asked |= {"state": self.state, **self.login.params}
        if self.login.scopes:
            asked["scope"] = self.login.separator.join(self.login.scopes)
        if self.login.pkce:
            digest = hashlib.sha256(self.verifier.encode()).digest()
            challenge = urlsafe_b64encode(digest).rstrip(b"=").decode()
            asked |= {"code_challenge": challenge, "code_challenge_method": "S256"}
        return f"{self.login.authorize_url}?{urlencode(asked)}"

    def exchange(self, code: str, transport: httpx.BaseTransport | None = None) -> dict[str, str]:
        """What the account's ``auth`` must hold from now on, by its own names.

        Raises ``Denied`` when the app does not take the code, ``Retryable`` when it does not answer.
        """
        try:
            with httpx.Client(timeout=_TIMEOUT, transport=transport, auth=self._basic()) as client:
                answer = client.post(self.login.token_url, data=self._form(code))
        except httpx.HTTPError as error:
            raise Retryable(self.app, f"the login host did not answer ({type(error).__name__})", code="login") from None
        if answer.status_code in _BUSY:
            problem = f"the login host is busy (status {answer.status_code}): run the command again in a minute"
            raise Retryable(self.app, problem, code="login")
        return self._kept(_texts(answer.content), answer.status_code)

    def _form(self, code: str) -> dict[str, str]:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri}
        if self.login.pkce:
            form["code_verifier"] = self.verifier
        return form if self.login.basic else form | {"client_id": self.client_id, "client_secret": self.client_secret}

    def _basic(self) -> httpx.BasicAuth | None:
        return httpx.BasicAuth(self.client_id, self.client_secret) if self.login.basic else None

    def _kept(self, said: Mapping[str, str], status: int) -> dict[str, str]:
        kept = {name: said[theirs] for theirs, name in self.login.keeps.items() if said.get(theirs)}
        if missing := sorted(set(self.login.keeps) - set(said)):
            nothing = f"status {status}, no {', '.join(missing)}"
            words = next((said[name] for name in _EXPLAINED if said.get(name)), nothing)
            secrets = (self.client_secret, self.verifier)
            raise Denied(self.app, f"the code was not exchanged for a token: {redact(words, secrets)}", code="login")
        return kept


def _texts(content: bytes) -> dict[str, str]:
    """The members of a JSON object that are texts."""
    try:
        said = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return {name: value for name, value in said.items() if isinstance(value, str)} if isinstance(said, dict) else {}
