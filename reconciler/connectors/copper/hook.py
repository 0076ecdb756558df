"""Copper's notifications: unsigned, sent once; the secret that was given with the subscription is their only proof."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from reconciler.connectors.webhook import Delivery, Verdict, same

_PATIENCE = 300.0
_CONTACTS = frozenset({"person", "lead"})


class _Notice(msgspec.Struct):
    type: str
    timestamp: str = ""
    reconciler: str = ""


class CopperWebhook:
    """The secret is echoed under the key ``reconciler``."""

    setup = (
        "Subscribe with POST /webhooks of the API, once for each event (new, update, delete) of type person or lead: "
        'your address as target, and {"reconciler": "<webhook_secret>"} as secret. The secret is a long random text '
        "of your own."
    )

    def judge(self, secret: str, delivery: Delivery, now: float) -> Verdict:
        """Forged without the secret, or when it is older than five minutes (in so far as it says when it was sent)."""
        try:
            notice = msgspec.json.decode(delivery.body, type=_Notice)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return Verdict.FORGED
        if not secret or not same(secret, notice.reconciler) or not _timely(notice.timestamp, now):
            return Verdict.FORGED
        return Verdict.NEWS if notice.type in _CONTACTS else Verdict.GREETING


def _timely(timestamp: str, now: float) -> bool:
    if not timestamp:  # older subscriptions do not say
        return True
    try:
        sent = datetime.fromisoformat(timestamp)
    except ValueError:
        return False
    sent = sent if sent.tzinfo else sent.replace(tzinfo=UTC)
    return abs(now - sent.timestamp()) <= _PATIENCE
