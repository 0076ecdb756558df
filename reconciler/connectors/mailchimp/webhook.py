"""What Mailchimp posts when an audience changes: a form, signed where signing was switched on for that webhook."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from reconciler.connectors.webhook import Delivery, Verdict, same, signed

_TOLERANCE = 300.0
_EVENTS = frozenset({"subscribe", "unsubscribe", "profile", "cleaned", "upemail"})
_PROBES = frozenset({"GET", "HEAD"})


class AudienceWebhook:
    """Deliveries of one audience's webhooks."""

    setup = (
        "Make a webhook of the audience (POST /lists/{list_id}/webhooks, or Audience > Settings > Webhooks) with the "
        "events subscribe, unsubscribe, profile, cleaned and upemail, and with the source API switched off. The secret "
        "is the signing secret that is shown once when it is made; where a webhook is not signed, put ?secret=… with "
        "a long random text at the end of its URL, and let that be the secret."
    )

    def judge(self, secret: str, delivery: Delivery, now: float) -> Verdict:
        """The URL is tried with GET when the webhook is made; campaigns are no contacts."""
        if delivery.method in _PROBES:
            return Verdict.GREETING
        signature = delivery.headers.get("x-mailchimp-signature")
        proven = self._in_url(secret, delivery.path) if signature is None else _signed(secret, delivery, signature, now)
        if not secret or not proven:
            return Verdict.FORGED
        kinds = parse_qs(delivery.body.decode(errors="replace")).get("type", [])
        if not kinds:
            return Verdict.FORGED
        return Verdict.NEWS if kinds[0] in _EVENTS else Verdict.GREETING

    @staticmethod
    def _in_url(secret: str, path: str) -> bool:
        return same(secret, parse_qs(urlsplit(path).query).get("secret", [""])[0])


def _signed(secret: str, delivery: Delivery, header: str, now: float) -> bool:
    """``t=<seconds>,v1=<hex>`` over ``<seconds>.<body>``; what is older (or newer) than five minutes is a replay."""
    parts = dict(part.strip().partition("=")[::2] for part in header.split(","))
    stamp = parts.get("t", "")
    if not (stamp.isascii() and stamp.isdecimal()) or abs(now - int(stamp)) > _TOLERANCE:
        return False
    return signed(secret, stamp.encode() + b"." + delivery.body, parts.get("v1", ""))
