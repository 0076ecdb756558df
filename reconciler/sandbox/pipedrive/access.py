"""Who may call: a personal token, or an OAuth app whose tokens expire and whose refresh tokens rotate."""

from __future__ import annotations

from dataclasses import dataclass

FULL = "base contacts:full leads:full search:read users:read contact-fields:full webhooks:full"
LIFETIME = 3599.0
_NEEDED = {
    "persons": ("contacts", True),
    "personFields": ("contacts", True),
    "organizations": ("contacts", True),
    "dealFields": ("leads", True),
    "leads": ("leads", True),
    "leadLabels": ("leads", True),
}


@dataclass(frozen=True, slots=True)
class Keys:
    """``api`` is the personal token; the rest is the OAuth app. ``narrow`` is a refresh token with few scopes."""

    api: str = "sandbox-api-token"
    client: str = "sandbox-client"
    proof: str = "sandbox-secret"
    refresh: str = "sandbox-refresh"
    narrow: str = "sandbox-narrow"


class Sessions:
    """Access tokens with their scopes and until when they hold (epoch seconds); refresh tokens with their scopes."""

    def __init__(self, keys: Keys) -> None:
        self.access: dict[str, tuple[float, str]] = {}
        self.refresh = {keys.refresh: FULL, keys.narrow: "base contacts:read users:read"}
        self._opened = 0

    def exchange(self, refresh: str, now: float) -> dict[str, object] | None:
        """A new pair for a refresh token, which is used up; None where it is not known."""
        scopes = self.refresh.pop(refresh, None)
        return None if scopes is None else self.open(scopes, now)

    def open(self, scopes: str, now: float) -> dict[str, object]:
        """A new pair of tokens, as the token endpoint answers."""
        self._opened += 1
        access, refresh = f"v1u:access-{self._opened}", f"refresh-{self._opened}"
        self.access[access] = (now + LIFETIME, scopes)
        self.refresh[refresh] = scopes
        return {
            "access_token": access,
            "token_type": "Bearer",
            "refresh_token": refresh,
            "scope": scopes,
            "expires_in": int(LIFETIME),
        }

    def scopes(self, access: str, now: float) -> str | None:
        """What an access token may do; None where it does not hold."""
        until, scopes = self.access.get(access, (0.0, ""))
        return scopes if now < until else None

    def end(self) -> None:
        """Every access token expires now."""
        self.access.clear()


def permitted(scopes: str, method: str, path: str) -> bool:
    """Whether these scopes allow a call."""
    collection = path.split("/")[3] if path.count("/") > len(("api", "v2")) else ""
    if collection not in _NEEDED:
        return True
    name = _NEEDED[collection][0]
    full = f"{name}:full" in scopes.split()
    return full or (method == "GET" and f"{name}:read" in scopes.split())
