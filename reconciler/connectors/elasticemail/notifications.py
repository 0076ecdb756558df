"""Elastic Email's webhooks: signed deliveries that tell of mails, some of which change a contact's status."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import msgspec

from reconciler.connectors.webhook import Delivery, Verdict, signed

_OLDEST = 300.0
_SIGNATURE, _TIMESTAMP = "x-elasticemail-signature", "x-elasticemail-timestamp"
_VERSION = "v1="
_MILLISECONDS = 1e11
_CHATTER = frozenset({"sent", "opened", "clicked", "open", "click"})


class Notifications:
    """How deliveries are judged: only signed ones of the last five minutes count, so that an old one cannot be played
    again. Unsigned deliveries (the service's default) prove nothing."""

    setup: ClassVar[str] = (
        "Make the webhook by the API (POST /webhook) with EnableSigning true, DeliveryMethod PostJson and the "
        "notifications Unsubscribed, AbuseReport and Error; its answer holds SigningSecret, and only then: make that "
        "the account's webhook_secret."
    )

    def judge(self, secret: str, delivery: Delivery, now: float) -> Verdict:
        """News where a mail was refused, complained about or unsubscribed from; that one was sent, opened or clicked
        changes nobody."""
        stamp = delivery.headers.get(_TIMESTAMP, "").strip()
        signature = delivery.headers.get(_SIGNATURE, "").strip()
        head = f"{stamp}\n{delivery.method.upper()}\n{delivery.path}\n"
        proven = signature.startswith(_VERSION) and signed(
            secret, head.encode() + delivery.body, signature.removeprefix(_VERSION)
        )
        if not (secret and proven and _recent(stamp, now)):
            return Verdict.FORGED
        status = _status(delivery)
        if status is None:
            return Verdict.FORGED
        return Verdict.GREETING if status in _CHATTER else Verdict.NEWS


def _recent(stamp: str, now: float) -> bool:
    if not (stamp.isascii() and stamp.isdecimal()):
        return False
    moment = float(stamp)
    return abs(now - (moment / 1000 if moment > _MILLISECONDS else moment)) <= _OLDEST


def _status(delivery: Delivery) -> str | None:
    """The event's name in lower case; empty where it says none, None where the body cannot be read."""
    said: dict[str, object] = {name: values[0] for name, values in parse_qs(urlsplit(delivery.path).query).items()}
    if delivery.body:
        try:
            said |= msgspec.json.decode(delivery.body, type=dict[str, object])
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
    return next((str(value).lower() for name, value in said.items() if name.lower() == "status"), "")
