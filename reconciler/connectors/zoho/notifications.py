"""Zoho's notifications: they carry a token that was given when the channel was opened, and no signature."""

from __future__ import annotations

import msgspec

from reconciler.connectors.webhook import Delivery, Verdict, same

_STALE = 900.0
"""Seconds after which a notification is taken for a repeated one."""

_MODULES = frozenset({"Contacts", "Leads"})


class _Notification(msgspec.Struct):
    token: str
    server_time: int
    module: str = ""
    ids: list[str] = []


class Notifications:
    """How a notification is judged. A channel closes by itself, so the timer remains the backstop."""

    setup = (
        "POST /crm/v8/actions/watch with the events Contacts.all or Leads.all, this address as notify_url and a token "
        "of your own, which is webhook_secret; a channel lasts a day at most, so renew it by a daily PATCH"
    )

    def judge(self, secret: str, delivery: Delivery, now: float) -> Verdict:
        """News where the token is right and the notification is not older than a quarter of an hour."""
        try:
            told = msgspec.json.decode(delivery.body, type=_Notification)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return Verdict.FORGED
        if not same(secret, told.token) or abs(now - told.server_time / 1000) > _STALE:
            return Verdict.FORGED
        return Verdict.NEWS if told.module in _MODULES else Verdict.GREETING
