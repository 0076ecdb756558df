"""What an app sends by itself: a hint that something changed, never the change, and only if it proves itself."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Verdict(StrEnum):
    """What a delivery is: ``NEWS`` wakes the account's connections, ``GREETING`` is answered and no more (the app tries
    the address, or tells of something that is no contact), ``FORGED`` did not prove itself."""

    NEWS = "news"
    GREETING = "greeting"
    FORGED = "forged"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A request that came in. ``path`` includes the query; header names are in lower case."""

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Webhook(Protocol):
    """How an app's deliveries are judged. ``secret`` is the account's ``auth.webhook_secret``; ``now`` is in POSIX
    seconds. ``setup`` says in a sentence or two how a person switches them on, and what the secret is."""

    setup: str

    def judge(self, secret: str, delivery: Delivery, now: float) -> Verdict:
        """What it is. Never raises: a body that cannot be read is ``FORGED``."""
        ...


def same(one: str, other: str) -> bool:
    """Whether two secrets are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def signed(secret: str, content: bytes, signature: str, algorithm: str = "sha256") -> bool:
    """Whether ``signature`` (hex) is the HMAC of ``content``."""
    return same(hmac.new(secret.encode(), content, algorithm).hexdigest(), signature.strip().lower())
