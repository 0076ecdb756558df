"""What Mailchimp accepts in a member that is written, and the words with which it refuses the rest."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from reconciler.sandbox.mailchimp.shapes import refuse
from reconciler.sandbox.mailchimp.world import ARCHIVED, COUNTRIES, PARTS, PERMISSIONS, address_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.sandbox.mailchimp.world import MailchimpWorld
    from reconciler.sandbox.shelf import Row

STATUSES = ("subscribed", "unsubscribed", "cleaned", "pending")
INVALID = "Invalid Resource"
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]+")
_NEEDED = ("addr1", "city", "state", "zip")
_PLAIN = ("email_type", "language", "vip", "ip_signup", "timestamp_signup", "ip_opt", "timestamp_opt")


def accepted(world: MailchimpWorld, body: Mapping[str, Any], old: Row | None, *, lax: bool) -> dict[str, object]:
    """The fields of ``body`` as they will be stored, flat. ``lax``: required merge fields may be missing.

    Raises ``Refusal`` in Mailchimp's words.
    """
    values = {name: body[name] for name in _PLAIN if name in body}
    if body.get("email_address"):
        values["email_address"] = _email(world, str(body["email_address"]), old)
    elif old is None:
        raise refuse(400, INVALID, "Please provide a valid email address.")
    _consent(world, str(body.get("status") or ""), old, str(values.get("email_address") or ""))
    if body.get("status"):
        values |= {"status": body["status"], "_by": "api"}
    merge_fields = body.get("merge_fields") or {}
    values |= _merge_fields(world, merge_fields, [] if lax else _missing(world, merge_fields, old))
    if "interests" in body:
        values["interests"] = _flagged(world.interests, body["interests"], old, "interests")
    if PERMISSIONS in body:
        flags = {str(one["marketing_permission_id"]): bool(one["enabled"]) for one in body[PERMISSIONS]}
        values[PERMISSIONS] = _flagged(world.permissions, flags, old, PERMISSIONS)
    return values


def _email(world: MailchimpWorld, email: str, old: Row | None) -> str:
    local, _, domain = email.strip().lower().partition("@")
    if not _EMAIL.fullmatch(email.strip()):
        raise refuse(400, INVALID, "Please provide a valid email address.")
    if domain in world.quirks.fake_domains or local in world.quirks.role_addresses:
        raise refuse(400, INVALID, f"{email} looks fake or invalid, please enter a real email address.")
    other = world.owner(address_hash(email))
    if other is not None and (old is None or other.id != old.id):
        detail = f"{email} is already a list member. Use PUT to insert or update list members."
        raise refuse(400, "Member Exists", detail)
    return email.strip()


def _consent(world: MailchimpWorld, status: str, old: Row | None, email: str) -> None:
    if status and status not in (*STATUSES, *(() if old else ("transactional",))):
        errors = [("status", f"Data did not match any of the schemas described: {', '.join(STATUSES)}")]
        raise refuse(400, INVALID, "The resource submitted could not be validated.", errors)
    if address_hash(email) in world.forgotten:
        detail = (
            f"{email} was permanently deleted and cannot be re-imported. The contact must re-subscribe to get back."
        )
        raise refuse(400, "Forgotten Email Not Subscribed", detail)
    if old is None or status != "subscribed":
        return
    before = old.get("_before") if old.get("status") == ARCHIVED else old.get("status")
    if before == "cleaned" or (before == "unsubscribed" and old.get("_by") == "user"):
        detail = (
            f"{old.get('email_address')} is in a compliance state due to unsubscribe, bounce, or compliance review and "
            "cannot be subscribed."
        )
        raise refuse(400, "Member In Compliance State", detail)


def _missing(world: MailchimpWorld, sent: Mapping[str, Any], old: Row | None) -> list[tuple[str, str]]:
    """Required merge fields that a new member comes without, or that a write would empty."""
    needed = [tag for tag, one in world.merge_fields.items() if one["required"] and (old is None or tag in sent)]
    return [(tag, "This value should not be blank.") for tag in needed if sent.get(tag) in (None, "")]


def _merge_fields(world: MailchimpWorld, sent: Mapping[str, Any], wrong: list[tuple[str, str]]) -> dict[str, object]:
    values: dict[str, object] = {}
    for tag, raw in sent.items():
        one = world.merge_fields.get(tag)
        if one is None:
            wrong += [] if world.quirks.ignores_unknown_tags else [(tag, "This merge field does not exist.")]
            continue
        try:
            values |= _address(world, tag, raw) if one["type"] == "address" else {tag: _value(world, one, raw)}
        except ValueError as error:
            wrong.append((tag, str(error)))
    if wrong:
        raise refuse(400, INVALID, "Your merge fields were invalid.", wrong)
    return values


def _address(world: MailchimpWorld, tag: str, raw: object) -> dict[str, object]:
    """The parts of an address; ``""`` clears them all."""
    if raw == "":
        return dict.fromkeys(f"{tag}.{part}" for part in PARTS)
    parts = raw if isinstance(raw, dict) else {}
    if world.quirks.whole_addresses and not all(parts.get(part) for part in _NEEDED):
        raise ValueError("Please enter a complete address")
    country = str(parts.get("country") or world.quirks.default_country)
    parts = {**parts, "country": COUNTRIES.get(country.lower(), country)}
    return {f"{tag}.{part}": parts.get(part) or None for part in PARTS}


def _value(world: MailchimpWorld, one: Mapping[str, Any], raw: object) -> object:
    if raw in (None, ""):
        return None
    return _KINDS.get(str(one["type"]), _text)(world, one["options"], raw)


def _text(world: MailchimpWorld, _options: Mapping[str, Any], raw: object) -> object:
    if len(str(raw).encode()) > world.quirks.text_bytes:
        raise ValueError(f"This value is too long. It should have {world.quirks.text_bytes} characters or less.")
    return str(raw)


def _number(_world: MailchimpWorld, _options: Mapping[str, Any], raw: object) -> object:
    try:
        return raw if isinstance(raw, int | float) else float(str(raw))
    except ValueError:
        raise ValueError("Please enter a number") from None


def _date(_world: MailchimpWorld, options: Mapping[str, Any], raw: object) -> object:
    local = "%d/%m/%Y" if str(options.get("date_format")).startswith("DD") else "%m/%d/%Y"
    for pattern in ("%Y-%m-%d", local):
        try:
            return datetime.strptime(str(raw), pattern).replace(tzinfo=UTC).date().isoformat()
        except ValueError:
            continue
    raise ValueError("Please enter the date")


def _like(pattern: str, complaint: str) -> Callable[[MailchimpWorld, Mapping[str, Any], object], object]:
    def check(_world: MailchimpWorld, _options: Mapping[str, Any], raw: object) -> object:
        if not re.fullmatch(pattern, str(raw)):
            raise ValueError(complaint)
        return raw

    return check


def _phone(world: MailchimpWorld, options: Mapping[str, Any], raw: object) -> object:
    if options.get("phone_format") == "US":
        return _like(r"\d{3}-\d{3}-\d{4}", "Please enter a valid phone number")(world, options, raw)
    return raw


def _choice(_world: MailchimpWorld, options: Mapping[str, Any], raw: object) -> object:
    if raw not in options.get("choices", ()):
        raise ValueError("Value must be one of the available options")
    return raw


_KINDS: dict[str, Callable[[MailchimpWorld, Mapping[str, Any], object], object]] = {
    "number": _number,
    "date": _date,
    "birthday": _like(r"(0[1-9]|1[0-2])/(0[1-9]|[12]\d|3[01])", "Please enter the birthday"),
    "phone": _phone,
    "url": _like(r"https?://\S+", "Please enter a valid URL"),
    "imageurl": _like(r"https?://\S+", "Please enter a valid URL"),
    "zip": _like(r"\d{5}", "Please enter a valid zip code"),
    "radio": _choice,
    "dropdown": _choice,
}


def _flagged(known: Mapping[str, str], sent: Mapping[str, bool], old: Row | None, field: str) -> tuple[str, ...]:
    """The ids that are on after these were switched."""
    if unknown := [one for one in sent if one not in known]:
        raise refuse(400, INVALID, f"Invalid ID in {field}: '{unknown[0]}'.")
    before = old.get(field) if old else ()
    kept = {one for one in (before if isinstance(before, tuple) else ()) if sent.get(one, True)}
    return tuple(sorted(kept | {one for one, on in sent.items() if on}))
