"""The accounts host: tokens from refresh tokens. What is wrong with a request is said with 200."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from reconciler.sandbox.wire import Answer
from reconciler.sandbox.zoho.errors import refusal
from reconciler.sandbox.zoho.world import EVERYTHING, Access

if TYPE_CHECKING:
    from reconciler.sandbox.wire import Call
    from reconciler.sandbox.zoho.world import ZohoWorld

_NARROW = ("ZohoCRM.modules.", "ZohoCRM.org.", "ZohoCRM.settings.fields")


def authorize(world: ZohoWorld, call: Call) -> Answer:
    """The user agrees, and is sent back with a code."""
    return world.consent.authorize(call, world.client.key)


def token(world: ZohoWorld, call: Call) -> Answer:
    """A new access token. Ten in ten minutes, and then none for a while."""
    form = {**call.query, **dict(parse_qsl(call.body.decode()))}
    if problem := _problem(world, form):
        return Answer(200, {"error": problem})
    if world.tokens.window.take(world.clock()) is not None:
        words = "You have made too many requests continuously. Please try again after some time."
        return Answer(400, {"error": "Access Denied", "error_description": words, "status": "failure"})
    refresh = form.get("refresh_token", "")
    scopes = _NARROW if refresh == world.client.narrow else EVERYTHING
    world.tokens.made += 1
    name = f"1000.sandbox-access-{world.tokens.made}"
    until = world.clock() + world.quirks.token_seconds
    world.tokens.open[name] = Access(until, scopes, refresh != world.client.foreign)
    body: dict[str, object] = {"access_token": name, "scope": " ".join(scopes), "api_domain": call.origin}
    body |= {"token_type": "Bearer", "expires_in": int(world.quirks.token_seconds)}
    if form["grant_type"] == "authorization_code":
        body["refresh_token"] = world.client.refresh
    return Answer(200, body)


def _problem(world: ZohoWorld, form: dict[str, str]) -> str:
    client = world.client
    if form.get("client_id") != client.key:
        return "invalid_client"
    if form.get("client_secret") != client.proof:
        return "invalid_client_secret"
    if form.get("grant_type") == "authorization_code":
        return "" if world.consent.redeem(form) else "invalid_code"
    if form.get("grant_type") != "refresh_token":
        return "unsupported_grant_type"
    known = {client.refresh, client.foreign, client.narrow}
    return "" if form.get("refresh_token") in known else "invalid_code"


def admit(world: ZohoWorld, call: Call, scope: str) -> None:
    """Check the token of a call. Raises ``Refusal``."""
    scheme, _, name = call.headers.get("authorization", "").partition(" ")
    if not name:
        raise refusal(401, "AUTHENTICATION_FAILURE", "Authentication failed")
    access = world.tokens.open.get(name)
    if scheme not in {"Zoho-oauthtoken", "Bearer"} or access is None or not access.here:
        raise refusal(401, "INVALID_TOKEN", "invalid oauth token")
    if world.clock() >= access.until:
        raise refusal(401, "INVALID_TOKEN", "invalid oauth token")
    if not any(scope.startswith(granted) for granted in access.scopes):
        raise refusal(401, "OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL")
