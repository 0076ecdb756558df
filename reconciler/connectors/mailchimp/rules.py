"""What Mailchimp is known to refuse, or must never be asked, so that it is not even sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.outcome import Refused

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from reconciler.connectors.mailchimp.fields import Interests
    from reconciler.model.record import Value

SUBSCRIBED, PENDING = "subscribed", "pending"
_UNSUBSCRIBED, _CLEANED = "unsubscribed", "cleaned"
_WRITABLE = (SUBSCRIBED, PENDING, _UNSUBSCRIBED, _CLEANED)
_NEVER_EMPTY = ("email_address", "email_type", "ip_signup", "timestamp_signup", "ip_opt", "timestamp_opt")

GONE = Refused("gone", "the member is archived, or no longer there", stale=True)


def incomplete(tag: str) -> Refused:
    """An address that Mailchimp would refuse, and the whole member with it. What else was to be written is written: a
    consent must not wait for a postal code."""
    words = (
        "Mailchimp takes whole addresses only (street, city, state and postal code): fill what is missing, or let the "
        "option address_filler stand for it"
    )
    return Refused("address_incomplete", words, f"{tag}.addr1")


def refusal(values: Mapping[str, Value], interests: Interests) -> Refused | None:
    """Why these values cannot be written to anybody, if they cannot."""
    return _empty(values) or _status(values) or _interests(items(values.get("interests")), interests)


def transition(before: object, values: Mapping[str, Value], *, resubscribe: bool) -> Refused | None:
    """Why a member whose status is ``before`` cannot get this one: what a person said is not undone by a sync."""
    status = values.get("status", before)
    if before == _CLEANED and status != _CLEANED:
        return Refused("status_locked", "an address that bounced stays cleaned: write another address", "status")
    if before == _UNSUBSCRIBED and status == SUBSCRIBED and not resubscribe:
        words = "who is unsubscribed is not subscribed by a sync: set pending, which asks them, or allow resubscribe"
        return Refused("status_locked", words, "status")
    return None


def unpermitted(wanted: Value, there: Collection[str]) -> Refused | None:
    """Why these marketing permissions cannot be given; ``there`` are the texts of those that the audience asks for."""
    if not (unknown := sorted(items(wanted) - set(there))):
        return None
    known = ", ".join(sorted(there)) or "none: GDPR fields are switched off in the audience's settings"
    words = f"there is no permission {', '.join(unknown)}; the audience's are {known}"
    return Refused("no_such_permission", words, "marketing_permissions")


def unkeyed(email: str, taken: Collection[str]) -> Refused | None:
    """Why a member with this (folded) address cannot be created together with those that are ``taken``."""
    if not email:
        return Refused("no_email", "a member without an address cannot exist here", "email_address")
    if email in taken:
        return Refused("duplicate_email", "two new members have the same address", "email_address")
    return None


def items(value: Value) -> frozenset[str]:
    """The items of a list value."""
    return frozenset(value) if isinstance(value, tuple) else frozenset()


def fold(value: object) -> str:
    """An address as the audience compares it."""
    return str(value or "").strip().lower()


def _empty(values: Mapping[str, Value]) -> Refused | None:
    name = next((name for name in _NEVER_EMPTY if name in values and values[name] is None), None)
    return Refused("cannot_be_empty", f"{name} cannot be emptied", name) if name else None


def _status(values: Mapping[str, Value]) -> Refused | None:
    if "status" not in values or values["status"] in _WRITABLE:
        return None
    return Refused("status_invalid", f"status can be set to {', '.join(_WRITABLE)} only", "status")


def _interests(names: frozenset[str], interests: Interests) -> Refused | None:
    if not (unknown := interests.unknown(names)):
        return None
    there = ", ".join(sorted(interests.ids)) or "none"
    return Refused("no_such_group", f"there is no group {', '.join(unknown)}; the groups are {there}", "interests")
