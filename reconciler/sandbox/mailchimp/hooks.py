"""What Mailchimp posts to those who asked for it: a form, signed with the secret that was shown once."""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from reconciler.sandbox.world import Posted

if TYPE_CHECKING:
    from reconciler.sandbox.mailchimp.world import MailchimpWorld
    from reconciler.sandbox.shelf import Row

EVENTS = ("subscribe", "unsubscribe", "profile", "cleaned", "upemail", "campaign")
SOURCES = ("user", "admin", "api")
_LEFT = frozenset({"unsubscribed", "archived"})


@dataclass(frozen=True, slots=True)
class Hook:
    """One registration. ``secret`` signs its deliveries."""

    id: str
    url: str
    events: Mapping[str, bool]
    sources: Mapping[str, bool]
    secret: str


class Hooks:
    """Tells the registered addresses of changes."""

    def __init__(self, world: MailchimpWorld) -> None:
        self._world = world

    def register(self, url: str, events: Mapping[str, bool], sources: Mapping[str, bool]) -> Hook:
        """Remember an address, and try it with GET."""
        number = len(self._world.webhooks) + 1
        hook = Hook(f"{number:010x}", url, events, sources, f"signing-secret-{number}")
        self._world.webhooks[hook.id] = hook
        self._world.outbox.append(Posted(url, b"", method="GET"))
        return hook

    def changed(self, old: Row | None, new: Row, source: str) -> None:
        """Post what became of a member to all who want to hear of it."""
        if not self._world.webhooks:
            return
        event = _event(old, new)
        body = urlencode(self._form(event, new)).encode()
        for hook in self._world.webhooks.values():
            if hook.events.get(event) and hook.sources.get(source):
                self._world.outbox.append(Posted(hook.url, body, self._headers(hook, body)))

    def _headers(self, hook: Hook, body: bytes) -> dict[str, str]:
        moment = str(int(self._world.clock()))
        signature = hmac.new(hook.secret.encode(), moment.encode() + b"." + body, "sha256").hexdigest()
        form = "application/x-www-form-urlencoded"
        return {"Content-Type": form, "X-Mailchimp-Signature": f"t={moment},v1={signature}"}

    def _form(self, event: str, row: Row) -> dict[str, str]:
        fired = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(self._world.clock()))
        email = str(row.get("email_address"))
        form = {"type": event, "fired_at": fired, "data[id]": row.id[:10], "data[list_id]": self._world.list_id}
        form |= {"data[email]": email, "data[merges][EMAIL]": email}
        merges = ((tag, row.get(tag)) for tag in self._world.merge_fields)
        return form | {f"data[merges][{tag}]": str(value) for tag, value in merges if value is not None}


def _event(old: Row | None, new: Row) -> str:
    before, status = old and old.get("status"), new.get("status")
    if before != status:
        if status in _LEFT:
            return "unsubscribe"
        return "cleaned" if status == "cleaned" else "subscribe"
    return "profile" if old and old.get("email_address") == new.get("email_address") else "upemail"
