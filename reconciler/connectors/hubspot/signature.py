"""HubSpot's webhooks: a JSON array of events, signed (version 3) over method, whole address, body and time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

import msgspec

from reconciler.connectors.webhook import Verdict, same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.connectors.webhook import Delivery

_OLDEST = 300.0
_SPELLED = re.compile(r"%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)


class _Event(msgspec.Struct, rename="camel"):
    """One event; older documents call its kind ``eventType``."""

    subscription_type: str = ""
    event_type: str = ""
    object_type_id: str = ""

    @property
    def concerns_contacts(self) -> bool:
        kind = self.subscription_type or self.event_type
        return kind.startswith("contact.") or (kind.startswith("object.") and self.object_type_id == "0-1")


class HubSpotWebhook:
    """Signature version 3, with the app's client secret. Versions 1 and 2 say nothing of the time."""

    setup = (
        "In the app's settings, subscribe to contact.creation, contact.deletion, contact.merge, contact.restore and "
        "contact.propertyChange; webhook_secret is that app's client secret. Service keys have no webhooks."
    )

    def judge(self, secret: str, delivery: Delivery, now: float) -> Verdict:
        """What it is. Never raises."""
        stamp = delivery.headers.get("x-hubspot-request-timestamp", "")
        signature = delivery.headers.get("x-hubspot-signature-v3", "")
        if not (secret and signature and stamp.isdecimal() and abs(now - int(stamp) / 1000) <= _OLDEST):
            return Verdict.FORGED
        if not any(same(_signature(secret, delivery, url, stamp), signature) for url in _addresses(delivery)):
            return Verdict.FORGED
        try:
            events = msgspec.json.decode(delivery.body, type=list[_Event])
        except (msgspec.DecodeError, UnicodeDecodeError):
            return Verdict.FORGED
        return Verdict.NEWS if any(event.concerns_contacts for event in events) else Verdict.GREETING


def _addresses(delivery: Delivery) -> Iterator[str]:
    """The address as HubSpot may have written it: a proxy in front may have changed scheme and host."""
    path = _SPELLED.sub(lambda found: unquote(found.group()), delivery.path)
    hosts = [delivery.headers.get(name, "").split(",")[0].strip() for name in ("x-forwarded-host", "host")]
    for host in dict.fromkeys(filter(None, hosts)):
        yield from (f"https://{host}{path}", f"http://{host}{path}")


def _signature(secret: str, delivery: Delivery, url: str, stamp: str) -> str:
    content = f"{delivery.method}{url}".encode() + delivery.body + stamp.encode()
    return base64.b64encode(hmac.new(secret.encode(), content, hashlib.sha256).digest()).decode()
