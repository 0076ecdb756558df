"""What differs between contacts and leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Kind:
    """One entity. ``named`` are fields that show the name behind an id: name field -> id field."""

    collection: str
    key: str
    singular: str
    searchable: tuple[str, ...]
    named: Mapping[str, str] = field(default_factory=dict)


KINDS: Mapping[str, Kind] = {
    "contacts": Kind(
        "Contacts",
        "CONTACT_ID",
        "CONTACT",
        ("EMAIL_ADDRESS", "FIRST_NAME", "LAST_NAME", "PHONE", "PHONE_MOBILE"),
        {"ORGANISATION_NAME": "ORGANISATION_ID"},
    ),
    "leads": Kind(
        "Leads",
        "LEAD_ID",
        "LEAD",
        ("EMAIL", "FIRST_NAME", "LAST_NAME", "PHONE", "MOBILE"),
        {"LEAD_STATUS": "LEAD_STATUS_ID", "LEAD_SOURCE": "LEAD_SOURCE_ID"},
    ),
}
