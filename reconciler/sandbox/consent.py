"""An app's login page where everybody always agrees: codes for the authorization code flow, each good for one use."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from reconciler.sandbox.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.sandbox.wire import Call


@dataclass(frozen=True, slots=True)
class _Asked:
    client_id: str
    redirect_uri: str
    challenge: str


class Consent:
    """Codes that were given and not exchanged yet. ``agrees`` is false where the person says no."""

    def __init__(self) -> None:
        self.agrees = True
        self._open: dict[str, _Asked] = {}
        self._given = 0

    def authorize(self, call: Call, client_id: str) -> Answer:
        """The browser asks; it is sent back with a code, or with the reason why not."""
        asked = call.query
        redirect = asked.get("redirect_uri", "")
        if asked.get("client_id") != client_id or urlsplit(redirect).hostname not in {"127.0.0.1", "localhost"}:
            return Answer(400, {"error": "invalid_client"})
        said = {"error": "access_denied"}
        if self.agrees:
            said = {"code": self.give(client_id, redirect, asked.get("code_challenge", ""))}
        return Answer(302, None, {"Location": f"{redirect}?{urlencode({**said, 'state': asked.get('state', '')})}"})

    def give(self, client_id: str, redirect_uri: str, challenge: str = "") -> str:
        """A code, as if somebody had agreed on the page."""
        self._given += 1
        code = f"code-{self._given}"
        self._open[code] = _Asked(client_id, redirect_uri, challenge)
        return code

    def redeem(self, form: Mapping[str, str]) -> bool:
        """Whether a code was good; it is used up by being tried."""
        asked = self._open.pop(form.get("code", ""), None)
        if asked is None or form.get("redirect_uri") != asked.redirect_uri:
            return False
        return not asked.challenge or _challenge(form.get("code_verifier", "")) == asked.challenge


def form_of(call: Call) -> dict[str, str]:
    """A posted form's fields."""
    return dict(parse_qsl(call.body.decode("latin-1"), keep_blank_values=True))


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
