"""The calls on the account and on what an audience is made of: merge fields, groups, tags, webhooks, and the login."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.sandbox.consent import form_of
from reconciler.sandbox.mailchimp.hooks import EVENTS, SOURCES
from reconciler.sandbox.mailchimp.members import paging
from reconciler.sandbox.mailchimp.rules import INVALID
from reconciler.sandbox.mailchimp.shapes import refuse, tag, trimmed
from reconciler.sandbox.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.sandbox.mailchimp.hooks import Hook
    from reconciler.sandbox.mailchimp.world import MailchimpWorld
    from reconciler.sandbox.wire import Call


def get_root(world: MailchimpWorld, call: Call) -> Answer:
    """Whose account it is."""
    body = {
        "account_id": "8d3a3db4d97663a9074efcc16",
        "login_id": "123",
        "account_name": "Sandbox",
        "email": "owner@example.com",
        "role": world.role,
        "account_timezone": "Europe/Brussels",
        "total_subscribers": len(world.ids()),
        "_links": [],
    }
    return Answer(200, trimmed(body, call.query.get("fields")))


def ping(_world: MailchimpWorld, _call: Call) -> Answer:
    """Whether the key works."""
    return Answer(200, {"health_status": "Everything's Chimpy!"})


def get_lists(world: MailchimpWorld, call: Call) -> Answer:
    """All audiences."""
    return _page(call, "lists", [_list(world, one) for one in world.audiences])


def get_list(world: MailchimpWorld, call: Call, list_id: str) -> Answer:
    """One audience."""
    return Answer(200, trimmed(_list(world, list_id), call.query.get("fields")))


def _list(world: MailchimpWorld, list_id: str) -> dict[str, Any]:
    members = len(world.ids()) if list_id == world.list_id else 0
    return {"id": list_id, "web_id": 1, "name": world.audiences[list_id], "stats": {"member_count": members}}


def get_merge_fields(world: MailchimpWorld, call: Call, list_id: str) -> Answer:
    """All merge fields; the address of a member is not one of them."""
    return _page(call, "merge_fields", list(world.merge_fields.values()), list_id=list_id)


def get_categories(world: MailchimpWorld, call: Call, list_id: str) -> Answer:
    """All group categories."""
    shown = [
        {"list_id": list_id, "id": one, "title": category["title"], "display_order": 0, "type": category["type"]}
        for one, category in world.categories.items()
    ]
    return _page(call, "categories", shown, list_id=list_id)


def get_interests(world: MailchimpWorld, call: Call, list_id: str, category: str) -> Answer:
    """The groups of one category."""
    if category not in world.categories:
        raise refuse(404, "Resource Not Found", "The requested resource could not be found.")
    shown = [
        {"category_id": category, "list_id": list_id, "id": one, "name": name, "subscriber_count": "0"}
        for one, name in world.categories[category]["interests"].items()
    ]
    return _page(call, "interests", shown, list_id=list_id, category_id=category)


def search_tags(world: MailchimpWorld, call: Call, list_id: str) -> Answer:
    """All tags that somebody has, or those that begin with ``name``."""
    del list_id
    wanted = call.query.get("name", "").lower()
    used = [row.get("tags") for row in world.members.rows.values()]
    names = sorted({name for tags in used if isinstance(tags, tuple) for name in tags})
    shown = [tag(name) for name in names if name.lower().startswith(wanted)]
    return Answer(200, {"tags": shown, "total_items": len(shown)})


def get_webhooks(world: MailchimpWorld, _call: Call, list_id: str) -> Answer:
    """All registrations, without their secrets."""
    shown = [_webhook(hook, list_id) for hook in world.webhooks.values()]
    return Answer(200, {"webhooks": shown, "list_id": list_id, "total_items": len(shown), "_links": []})


def post_webhook(world: MailchimpWorld, call: Call, list_id: str) -> Answer:
    """Register an address; the secret is told here, and never again."""
    body: Any = call.json()
    url = str(body.get("url") or "") if isinstance(body, dict) else ""
    if not url.startswith(("http://", "https://")):
        raise refuse(400, INVALID, "We could not connect to this URL.", [("url", "is not valid")])
    events = {name: bool(body.get("events", {}).get(name, name != "campaign")) for name in EVENTS}
    sources = {name: bool(body.get("sources", {}).get(name, True)) for name in SOURCES}
    hook = world.hooks.register(url, events, sources)
    return Answer(200, {**_webhook(hook, list_id), "signing_secret": hook.secret})


def delete_webhook(world: MailchimpWorld, _call: Call, list_id: str, webhook: str) -> Answer:
    """Forget a registration."""
    del list_id
    if world.webhooks.pop(webhook, None) is None:
        raise refuse(404, "Resource Not Found", "The requested resource could not be found.")
    return Answer(204)


def _webhook(hook: Hook, list_id: str) -> dict[str, Any]:
    return {"id": hook.id, "url": hook.url, "events": hook.events, "sources": hook.sources, "list_id": list_id}


def authorize(world: MailchimpWorld, call: Call) -> Answer:
    """The owner agrees, and is sent back with a code."""
    return world.consent.authorize(call, world.keys.app_id)


def token(world: MailchimpWorld, call: Call) -> Answer:
    """A code for a token that never expires."""
    form = form_of(call)
    known = (form.get("client_id"), form.get("client_secret")) == (world.keys.app_id, world.keys.app_key)
    if not known or not world.consent.redeem(form):
        return Answer(400, {"error": "invalid_grant", "error_description": "The code or the client is not known."})
    return Answer(200, {"access_token": world.keys.bearer, "expires_in": 0, "scope": None})


def metadata(world: MailchimpWorld, call: Call) -> Answer:
    """Where a token is good for."""
    if call.headers.get("authorization") != f"OAuth {world.keys.bearer}":
        return Answer(401, {"error": "invalid_token"})
    centre = world.keys.centre
    return Answer(200, {"dc": centre, "role": world.role, "api_endpoint": f"https://{centre}.api.mailchimp.com"})


def _page(call: Call, name: str, rows: Sequence[dict[str, Any]], **more: str) -> Answer:
    limit, offset = paging(call)
    body = {name: rows[offset : offset + limit], **more, "total_items": len(rows), "_links": []}
    return Answer(200, trimmed(body, call.query.get("fields")))
