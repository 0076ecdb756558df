"""Webhooks: who is told of what, and how it is signed. Nothing fires when a contact is made, changed or deleted."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import msgspec

from reconciler.sandbox.elasticemail.contact import stamp
from reconciler.sandbox.world import Posted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.sandbox.shelf import Row


@dataclass(frozen=True, slots=True)
class Hook:
    """One webhook as it was made; ``secret`` is empty where it does not sign."""

    id: str
    settings: Mapping[str, object]
    secret: str = ""


def deliveries(hooks: Iterable[Hook], event: str, row: Row, now: float) -> list[Posted]:
    """What the hooks send of an event that befell a contact."""
    wanting = (hook for hook in hooks if event and hook.settings.get(f"NotificationFor{event}"))
    return [_delivery(hook, event, row, now) for hook in wanting]


def _delivery(hook: Hook, event: str, row: Row, now: float) -> Posted:
    told = {"to": str(row.get("Email")), "status": event, "date": stamp(now), "channel": "", "category": "Unknown"}
    url = str(hook.settings["URL"])
    if hook.settings.get("DeliveryMethod") == "PostJson":
        method, body, headers = "POST", msgspec.json.encode(told), {"Content-Type": "application/json"}
    else:
        method, body, headers = "GET", b"", {}
        url += f"{'&' if urlsplit(url).query else '?'}{urlencode(told)}"
    return Posted(url, body, headers | _signature(hook.secret, method, url, body, now), method)


def _signature(secret: str, method: str, url: str, body: bytes, now: float) -> dict[str, str]:
    if not secret:
        return {}
    parts = urlsplit(url)
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    moment = f"{now:.0f}"
    digest = hmac.new(secret.encode(), f"{moment}\n{method}\n{path}\n".encode() + body, "sha256").hexdigest()
    return {"X-ElasticEmail-Timestamp": moment, "X-ElasticEmail-Signature": f"v1={digest}"}
