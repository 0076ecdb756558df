"""Members, merge fields, groups and errors as Mailchimp's JSON shows them, and the ``fields`` parameter that trims."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.sandbox.face import Refusal
from reconciler.sandbox.mailchimp.world import PARTS, PERMISSIONS, address_hash, stamp
from reconciler.sandbox.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.sandbox.mailchimp.world import MailchimpWorld
    from reconciler.sandbox.shelf import Row

_ABOUT = "https://mailchimp.com/developer/marketing/docs/errors/"
_KIND = {"Content-Type": "application/problem+json; charset=utf-8"}


def problem(status: int, title: str, detail: str, errors: Sequence[tuple[str, str]] = ()) -> Answer:
    """An error; ``errors`` are fields with what is wrong with them."""
    body: dict[str, object] = {"type": _ABOUT, "title": title, "status": status, "detail": detail}
    body["instance"] = "00000000-0000-0000-0000-000000000000"
    if errors:
        body["errors"] = [{"field": field, "message": message} for field, message in errors]
    return Answer(status, body, dict(_KIND))


def refuse(status: int, title: str, detail: str, errors: Sequence[tuple[str, str]] = ()) -> Refusal:
    """The same, to be raised."""
    return Refusal(problem(status, title, detail, errors))


def member(world: MailchimpWorld, row: Row) -> dict[str, Any]:
    """A member as single reads and listings show it."""
    shown = _plain(world, row)
    shown["merge_fields"] = {tag: _merged(row, tag, str(one["type"])) for tag, one in world.merge_fields.items()}
    chosen = row.get("interests")
    shown["interests"] = {one: isinstance(chosen, tuple) and one in chosen for one in world.interests}
    if world.permissions:
        given = row.get(PERMISSIONS)
        shown[PERMISSIONS] = [
            {"marketing_permission_id": one, "text": text, "enabled": isinstance(given, tuple) and one in given}
            for one, text in world.permissions.items()
        ]
    tags = row.get("tags")
    names = tags if isinstance(tags, tuple) else ()
    shown["tags_count"] = len(names)
    shown["tags"] = [tag(name) for name in names[: world.quirks.shown_tags]]
    if row.get("status") == "unsubscribed":
        shown["unsubscribe_reason"] = "None given" if row.get("_by") == "user" else "N/A (Unsubscribed by admin)"
    return shown


def _plain(world: MailchimpWorld, row: Row) -> dict[str, Any]:
    email = str(row.get("email_address"))
    whole = " ".join(str(name) for name in (row.get("FNAME"), row.get("LNAME")) if name)
    texts = ("ip_signup", "timestamp_signup", "ip_opt", "timestamp_opt", "language")
    where = {"latitude": 0, "longitude": 0, "gmtoff": 0, "dstoff": 0, "country_code": "", "timezone": "", "region": ""}
    return {
        "id": address_hash(email),
        "email_address": email,
        "unique_email_id": address_hash(email)[:10],
        "contact_id": row.id,
        "full_name": whole,
        "web_id": row.get("_web_id"),
        "email_type": row.get("email_type"),
        "status": row.get("status"),
        "consents_to_one_to_one_messaging": True,
        "stats": {"avg_open_rate": 0, "avg_click_rate": 0},
        **{name: row.get(name) or "" for name in texts},
        "member_rating": 2,
        "last_changed": stamp(row.modified),
        "vip": bool(row.get("vip")),
        "email_client": "",
        "location": where,
        "source": "API - Generic",
        "list_id": world.list_id,
        "_links": [],
    }


def _merged(row: Row, tag: str, kind: str) -> object:
    """A merge field's value. An address is text when it is empty, and an object when it is not."""
    if kind != "address":
        value = row.get(tag)
        return "" if value is None else value
    parts = {part: row.get(f"{tag}.{part}") or "" for part in PARTS}
    return parts if any(parts.values()) else ""


def tag(name: object) -> dict[str, object]:
    """A tag; its id follows from its name."""
    return {"id": int(address_hash(str(name))[:6], 16), "name": name}


def trimmed(body: Mapping[str, Any], wanted: str | None) -> dict[str, Any]:
    """Only what ``fields`` names, with dots into what is inside; all of it without."""
    if not wanted:
        return dict(body)
    tree: dict[str, list[str]] = {}
    for path in wanted.split(","):
        name, _, rest = path.strip().partition(".")
        tree.setdefault(name, []).append(rest)
    return {name: _inner(body[name], rests) for name, rests in tree.items() if name in body}


def _inner(value: object, rests: list[str]) -> object:
    if "" in rests:
        return value
    if isinstance(value, list):
        return [_inner(each, rests) for each in value]
    return trimmed(value, ",".join(rests)) if isinstance(value, dict) else value
