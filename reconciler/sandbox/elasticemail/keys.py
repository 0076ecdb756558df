"""API keys and their access levels, and how the service words it when one is not good enough."""

from __future__ import annotations

from dataclasses import dataclass

WORKING, EXPIRED, SENDING, VIEWING = "sandbox-key", "expired-key", "sending-key", "viewing-key"
SUPPRESSIONS = "ModifySuppressions"
VIEW, MODIFY = "ViewContacts", "ModifyContacts"
HOOKS = "ModifyWebNotifications"
ALL = frozenset({VIEW, MODIFY, "ViewSuppressions", SUPPRESSIONS, "ViewWebNotifications", HOOKS, "Export"})


@dataclass(frozen=True, slots=True)
class Key:
    """What a key may do, and whether its time is over."""

    levels: frozenset[str] = ALL
    expired: bool = False


KEYS = {
    WORKING: Key(),
    EXPIRED: Key(expired=True),
    SENDING: Key(frozenset({"SendHttp"})),
    VIEWING: Key(frozenset({VIEW})),
}

LEVELS = {
    "probe": VIEW,
    "list": VIEW,
    "get": VIEW,
    "create": MODIFY,
    "update": MODIFY,
    "delete": MODIFY,
    "lists": VIEW,
    "members": VIEW,
    "create_list": MODIFY,
    "delete_list": MODIFY,
    "subscribe": MODIFY,
    "suppress": SUPPRESSIONS,
    "unsuppress": SUPPRESSIONS,
    "suppressions": "ViewSuppressions",
    "webhooks": "ViewWebNotifications",
    "webhook": HOOKS,
}
"""Which level each kind of call asks for."""
