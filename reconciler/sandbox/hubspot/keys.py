"""Credentials of an emulated account: static tokens, an OAuth app's tokens, and what each may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

ALL = frozenset(
    {
        "oauth",
        "crm.objects.contacts.read",
        "crm.objects.contacts.write",
        "crm.schemas.contacts.read",
        "crm.schemas.contacts.write",
        "crm.objects.companies.read",
        "crm.objects.owners.read",
        "crm.lists.read",
        "crm.lists.write",
    }
)


@dataclass(frozen=True, slots=True)
class Token:
    """What one access token may do, and until when (epoch seconds; None: for good)."""

    scopes: frozenset[str] = ALL
    until: float | None = None


@dataclass(slots=True)
class KeyRing:
    """The account's credentials. ``seconds`` is how long an OAuth token lasts."""

    access: str = "pat-na1-sandbox"
    client_id: str = "sandbox-client"
    proof: str = "sandbox-secret"
    refresh: str = "sandbox-refresh"
    seconds: float = 1800.0
    tokens: dict[str, Token] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.tokens[self.access] = Token()
        self.tokens["pat-na1-expired"] = Token(until=0.0)
        self.tokens["pat-na1-narrow"] = Token(frozenset({"oauth", "crm.lists.read"}))
        self.tokens["pat-na1-reader"] = Token(ALL - {"crm.objects.contacts.write"})

    def good(self, refresh: str) -> bool:
        """Whether a refresh token is known and was not revoked."""
        return refresh == self.refresh and refresh not in self.revoked

    def issue(self, now: float) -> str:
        """A new OAuth access token."""
        name = f"oauth-{next(self._numbers)}"
        self.tokens[name] = Token(until=now + self.seconds)
        return name

    def end_all(self) -> None:
        """Every OAuth token expires at once."""
        for name in [name for name in self.tokens if name.startswith("oauth-")]:
            self.tokens[name] = Token(until=0.0)
