"""Webhooks of version 2: they are not signed, the Basic credentials that they were registered with are the proof."""

from __future__ import annotations

from base64 import b64encode

import msgspec

from reconciler.connectors.pipedrive.api import moment_of
from reconciler.connectors.webhook import Delivery, Verdict, same

_CONCERNS = frozenset({"person", "lead", "organization"})
_FRESH = 900.0
"""Seconds for which a delivery counts: it is tried again for three minutes."""


class _Meta(msgspec.Struct):
    entity: str = ""
    timestamp: str = ""


class _Body(msgspec.Struct):
    meta: _Meta


class Webhook:
    """Judges deliveries."""

    setup = (
        "Tools and apps, Webhooks (or POST /api/v1/webhooks): version 2.0, event action * and event object person (and "
        "lead, organization), with an HTTP user name and password. webhook_secret is both, as user:password."
    )

    def judge(self, secret: str, delivery: Delivery, now: float) -> Verdict:
        """Credentials first, then the time in it, so that an old delivery cannot be played again."""
        proof = "Basic " + b64encode(secret.encode()).decode()
        if not same(delivery.headers.get("authorization", ""), proof):
            return Verdict.FORGED
        try:
            meta = msgspec.json.decode(delivery.body, type=_Body).meta
        except (msgspec.DecodeError, UnicodeDecodeError):
            return Verdict.FORGED
        sent = moment_of(meta.timestamp)
        if sent is None or abs(now - sent.timestamp()) > _FRESH:
            return Verdict.FORGED
        return Verdict.NEWS if meta.entity in _CONCERNS else Verdict.GREETING
