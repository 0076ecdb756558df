"""What HubSpot would send by itself: a JSON array of events, signed over method, address, body and time."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

import msgspec

from reconciler.sandbox.hubspot.errors import PORTAL
from reconciler.sandbox.world import Posted

if TYPE_CHECKING:
    from collections.abc import Mapping

_APP = 1_160_452


def posted(url: str, secret: str, events: list[Mapping[str, object]], now: float) -> Posted:
    """One delivery with its signatures of version 1 and 3."""
    stamp = int(now * 1000)
    common = {"portalId": PORTAL, "appId": _APP, "occurredAt": stamp, "attemptNumber": 0, "changeSource": "CRM_UI"}
    body = msgspec.json.encode([{"eventId": number, **common, **event} for number, event in enumerate(events, 1)])
    content = f"POST{url}".encode() + body + str(stamp).encode()
    third = base64.b64encode(hmac.new(secret.encode(), content, hashlib.sha256).digest()).decode()
    headers = {
        "X-HubSpot-Signature": hashlib.sha256(secret.encode() + body).hexdigest(),
        "X-HubSpot-Signature-Version": "v1",
        "X-HubSpot-Signature-v3": third,
        "X-HubSpot-Request-Timestamp": str(stamp),
    }
    return Posted(url, body, headers)


def events_of(
    record_id: str, before: Mapping[str, object] | None, after: Mapping[str, object] | None
) -> list[dict[str, object]]:
    """What a change is told as: a creation, a deletion, or one event a property."""
    subject: dict[str, object] = {"objectId": int(record_id)}
    if after is None:
        return [{**subject, "subscriptionType": "contact.deletion"}]
    if before is None:
        return [{**subject, "subscriptionType": "contact.creation"}]
    changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    kind = "contact.propertyChange"
    return [
        {**subject, "subscriptionType": kind, "propertyName": name, "propertyValue": after.get(name, "")}
        for name in changed
    ]
