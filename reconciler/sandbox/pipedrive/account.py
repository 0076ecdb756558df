"""The calls on the company itself: who am I, fields, webhooks, tokens."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from reconciler.sandbox.pipedrive import access
from reconciler.sandbox.pipedrive.errors import invalid, missing, refused
from reconciler.sandbox.pipedrive.listing import answer, limit_of
from reconciler.sandbox.pipedrive.persons import one
from reconciler.sandbox.pipedrive.world import COMPANY, CURRENCY, USERS
from reconciler.sandbox.wire import Answer

if TYPE_CHECKING:
    from reconciler.sandbox.pipedrive.world import PipedriveWorld
    from reconciler.sandbox.wire import Call

_MOST_WEBHOOKS = 40
_OBJECTS = frozenset({"*", "person", "lead", "organization", "deal", "activity", "note"})
_ACTIONS = frozenset({"*", "create", "change", "delete"})


def get_me(_world: PipedriveWorld, _call: Call) -> Answer:
    """The user whose credentials these are."""
    return one(
        {
            "id": USERS[0],
            "name": "Sandbox Owner",
            "email": "owner@example.com",
            "default_currency": CURRENCY,
            "timezone_name": "Europe/Tallinn",
            "company_id": COMPANY,
            "company_name": "Sandbox",
            "company_domain": "sandbox",
            "locale": "en_US",
            "is_admin": 1,
        }
    )


def person_fields(world: PipedriveWorld, call: Call) -> Answer:
    """One page of the fields of persons."""
    return _fields(world, call, "persons")


def deal_fields(world: PipedriveWorld, call: Call) -> Answer:
    """One page of the fields of deals, which leads have, too."""
    return _fields(world, call, "deals")


def one_field(world: PipedriveWorld, _call: Call, kind: str, code: str) -> Answer:
    """One field of persons or deals, its options as they are now."""
    entity = {"personFields": "persons", "dealFields": "deals"}[kind]
    found = next((each for each in world.fields(entity) if each.code == code), None)
    if found is None:
        raise missing("field")
    return one(found.shown())


def _fields(world: PipedriveWorld, call: Call, entity: str) -> Answer:
    limit, start = limit_of(call, world.quirks.page_limit), int(call.query.get("cursor") or 0)
    rows = [each.shown() for each in world.fields(entity)]
    following = str(start + limit) if start + limit < len(rows) else None
    return answer(rows[start : start + limit], following)


def list_webhooks(world: PipedriveWorld, _call: Call) -> Answer:
    """All webhooks, without their passwords."""
    return one([_shown(each) for each in world.webhooks.values()])


def post_webhook(world: PipedriveWorld, call: Call) -> Answer:
    """Register one."""
    body = call.json()
    if not isinstance(body, dict) or not isinstance(body.get("subscription_url"), str):
        raise invalid("subscription_url is required")
    if body.get("event_object") not in _OBJECTS or body.get("event_action") not in _ACTIONS:
        raise invalid("event_object or event_action is not known")
    if len(world.webhooks) >= _MOST_WEBHOOKS:
        raise refused(422, "Webhook limit reached")
    user, word = str(body.get("http_auth_user", "")), str(body.get("http_auth_password", ""))
    number = world.register(body["subscription_url"], user, word, body["event_object"], body["event_action"])
    return one(_shown(world.webhooks[number]), 201)


def delete_webhook(world: PipedriveWorld, _call: Call, webhook_id: str) -> Answer:
    """Let one go."""
    if world.webhooks.pop(int(webhook_id) if webhook_id.isdecimal() else 0, None) is None:
        raise missing("webhook")
    return one({"id": int(webhook_id)})


def _shown(hook: dict[str, object]) -> dict[str, object]:
    return {**{name: value for name, value in hook.items() if name != "http_auth_password"}, "version": "2.0"}


def authorize(world: PipedriveWorld, call: Call) -> Answer:
    """The user agrees, and is sent back with a code."""
    return world.consent.authorize(call, world.keys.client)


def post_token(world: PipedriveWorld, call: Call) -> Answer:
    """A new pair of tokens; the refresh token that was given is used up. The data host is where this was asked."""
    form = dict(parse_qsl(call.body.decode()))
    if _basic(call) != (world.keys.client, world.keys.proof):
        return Answer(401, {"error": "invalid_client", "error_description": "Client authentication failed"})
    now, pair = world.clock(), None
    if form.get("grant_type") == "refresh_token":
        pair = world.sessions.exchange(form.get("refresh_token", ""), now)
    elif form.get("grant_type") == "authorization_code" and world.consent.redeem(form):
        pair = world.sessions.open(access.FULL, now)
    if pair is None:
        return Answer(400, {"error": "invalid_grant", "error_description": "The token is invalid or was revoked"})
    return Answer(200, {**pair, "api_domain": call.origin})


def _basic(call: Call) -> tuple[str, str]:
    scheme, _, told = call.headers.get("authorization", "").partition(" ")
    try:
        user, _, word = b64decode(told).decode().partition(":") if scheme == "Basic" else ("", "", "")
    except ValueError:
        return "", ""
    return user, word
