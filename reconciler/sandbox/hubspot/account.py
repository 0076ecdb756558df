"""The calls around contacts: who one is, tokens, properties, owners."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from reconciler.sandbox.hubspot.contacts import body_of
from reconciler.sandbox.hubspot.errors import PORTAL, bad, refused
from reconciler.sandbox.hubspot.schema import Property
from reconciler.sandbox.wire import Answer

if TYPE_CHECKING:
    from reconciler.sandbox.hubspot.world import HubSpotWorld
    from reconciler.sandbox.wire import Call


def details(_world: HubSpotWorld, _call: Call) -> Answer:
    """The account."""
    return Answer(
        200,
        {
            "portalId": PORTAL,
            "accountType": "STANDARD",
            "timeZone": "US/Eastern",
            "companyCurrency": "USD",
            "additionalCurrencies": [],
            "utcOffset": "-05:00",
            "utcOffsetMilliseconds": -18_000_000,
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "na1",
        },
    )


def authorize(world: HubSpotWorld, call: Call) -> Answer:
    """A person lets the app in, and is sent back with a code."""
    return world.consent.authorize(call, world.keys.client_id)


def token(world: HubSpotWorld, call: Call) -> Answer:
    """An access token for a refresh token, or for a code that was not used yet."""
    form, keys = dict(parse_qsl(call.body.decode("latin-1"), keep_blank_values=True)), world.keys
    by_code = form.get("grant_type") == "authorization_code"
    faults = (
        (form.get("client_id") == keys.client_id, "BAD_CLIENT_ID", "missing or unknown client id"),
        (form.get("client_secret") == keys.proof, "BAD_CLIENT_SECRET", "missing or invalid client secret"),
        (by_code or form.get("grant_type") == "refresh_token", "BAD_GRANT_TYPE", "missing or unknown grant type"),
        (not by_code or world.consent.redeem(form), "BAD_AUTH_CODE", "missing or unknown auth code"),
        (by_code or keys.good(form.get("refresh_token", "")), "BAD_REFRESH_TOKEN", "missing or invalid refresh token"),
    )
    for fine, status, message in faults:
        if not fine:
            return Answer(400, {"status": status, "message": message, "correlationId": "0"})
    issued = keys.issue(world.now())
    body = {"access_token": issued, "refresh_token": keys.refresh, "expires_in": int(keys.seconds)}
    return Answer(200, {**body, "token_type": "bearer"})


def properties(world: HubSpotWorld, _call: Call) -> Answer:
    """Every property, in one answer."""
    return Answer(200, {"results": [each.body() for each in world.properties.values()]})


def one_property(world: HubSpotWorld, _call: Call, name: str) -> Answer:
    """One property."""
    if name not in world.properties:
        raise refused(404, "OBJECT_NOT_FOUND", f"Property {name} does not exist")
    return Answer(200, world.properties[name].body())


def create_property(world: HubSpotWorld, call: Call) -> Answer:
    """A custom property; its name must be free."""
    body = body_of(call)
    name = str(body.get("name") or "")
    if name in world.properties:
        raise refused(409, "OBJECT_ALREADY_EXISTS", f"A property named {name} already exists.")
    if not name:
        raise bad("A property needs a name")
    world.add_property(name, str(body.get("type") or "string"), str(body.get("fieldType") or "text"))
    made = Property(**{**asdict(world.properties[name]), "label": str(body.get("label") or name)})
    world.properties[name] = made
    return Answer(201, made.body())


def owners(world: HubSpotWorld, _call: Call) -> Answer:
    """Users who can own contacts."""
    rows = [
        {"id": one, "email": email, "userId": int(one), "firstName": "", "lastName": "", "archived": False}
        for one, email in world.owners.items()
    ]
    return Answer(200, {"results": rows})
