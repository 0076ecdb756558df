"""A contact as the API shows it, and as it takes it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.sandbox.shelf import Row

STATUSES = (
    "Transactional", "Engaged", "Active", "Bounced", "Unsubscribed", "Abuse", "Inactive", "Stale", "NotConfirmed",
)  # fmt: skip
TRACKING = ("Unknown", "Allow", "Deny")
CONSENT = ("ConsentIP", "ConsentDate", "ConsentTracking")
TOTALS = ("TotalSent", "TotalOpened", "TotalClicked", "TotalFailed")
LASTS = ("LastSent", "LastOpened", "LastClicked", "LastFailed", "LastIP", "ErrorCode", "FriendlyErrorMessage")
STANDARD = frozenset(
    {"Email", "Status", "FirstName", "LastName", "Source", "SourceInfo", "StatusChangeDate", *CONSENT, *TOTALS, *LASTS}
)
PLAIN = ("Status", "FirstName", "LastName")


def folded(email: object) -> str:
    """An address as the service keeps contacts apart."""
    return str(email or "").strip().lower()


def stamp(seconds: float) -> str:
    """A moment as the API writes it: UTC, without an offset."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def shown(row: Row) -> dict[str, object]:
    """The JSON of a contact. ``DateUpdated`` is null until something changed."""
    consent = {name: row.get(name) for name in CONSENT}
    activity: dict[str, object] = {name: row.get(name) or 0 for name in TOTALS}
    activity |= {name: row.get(name) for name in LASTS}
    return {
        "Email": row.get("Email"),
        "Status": row.get("Status"),
        "FirstName": row.get("FirstName"),
        "LastName": row.get("LastName"),
        "CustomFields": {name: value for name, value in row.values.items() if name not in STANDARD},
        "Consent": consent if any(consent.values()) else None,
        "Source": row.get("Source"),
        "SourceInfo": row.get("SourceInfo"),
        "DateAdded": stamp(row.created),
        "DateUpdated": stamp(row.modified) if row.modified > row.created else None,
        "StatusChangeDate": row.get("StatusChangeDate"),
        "Activity": activity,
    }
