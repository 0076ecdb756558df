"""What surrounds the records: field metadata, the organisation, its users and tags, and the notification channels."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from reconciler.sandbox.wire import Answer
from reconciler.sandbox.zoho.errors import RowError, batch, done, refusal
from reconciler.sandbox.zoho.reads import module_of
from reconciler.sandbox.zoho.views import stamp
from reconciler.sandbox.zoho.world import ORG

if TYPE_CHECKING:
    from reconciler.sandbox.wire import Call
    from reconciler.sandbox.zoho.errors import Result
    from reconciler.sandbox.zoho.world import ZohoWorld

_HOUR, _DAY = 3600.0, 86_400.0
_LONGEST_TOKEN = 50


def fields(world: ZohoWorld, call: Call) -> Answer:
    """GET /settings/fields?module=."""
    columns = module_of(world, call.query.get("module", "")).columns.values()
    return Answer(200, {"fields": [column.described(number) for number, column in enumerate(columns, 1)]})


def layouts(world: ZohoWorld, call: Call) -> Answer:
    """GET /settings/layouts?module=: the one that every organisation begins with, all fields in one section."""
    columns = module_of(world, call.query.get("module", "")).columns.values()
    placed = [{"api_name": column.name, "required": column.mandatory or column.demanded} for column in columns]
    section = {"name": "Information", "api_name": "Information", "sequence_number": 1, "fields": placed}
    layout = {"id": "6493490000000000167", "name": "Standard", "status": "active", "visible": True}
    return Answer(200, {"layouts": [{**layout, "sections": [section]}]})


def modules(world: ZohoWorld, call: Call) -> Answer:
    """GET /settings/modules."""
    del call
    found = [
        {
            "api_name": name,
            "module_name": name,
            "plural_label": name,
            "api_supported": True,
            "id": f"649349000000000{n}",
        }
        for n, name in enumerate(world.tables, 1)
    ]
    return Answer(200, {"modules": found})


def organisation(world: ZohoWorld, call: Call) -> Answer:
    """GET /org."""
    del world, call
    org = {"id": "6493490000000000001", "zgid": ORG, "company_name": "Sandbox", "time_zone": "Europe/Brussels"}
    return Answer(200, {"org": [{**org, "currency": "EUR", "country_code": "BE"}]})


def users(world: ZohoWorld, call: Call) -> Answer:
    """GET /users; ``type=CurrentUser`` is the one whose token it is."""
    ids = list(world.users)[:1] if call.query.get("type") == "CurrentUser" else list(world.users)
    found = [
        {
            "id": user_id,
            "full_name": world.users[user_id],
            "email": f"user{user_id[-1]}@example.com",
            "role": {"name": "CEO", "id": "6493490000000000005"},
            "profile": {"name": "Administrator", "id": "6493490000000000007"},
            "time_zone": "Europe/Brussels",
            "country_locale": "en_BE",
            "status": "active",
        }
        for user_id in ids
    ]
    return Answer(200, {"users": found})


def tags(world: ZohoWorld, call: Call) -> Answer:
    """GET /settings/tags?module=."""
    module = module_of(world, call.query.get("module", "")).name
    found = [known for (where, _), known in world.tags.items() if where == module]
    return Answer(200, {"tags": found, "info": {"count": len(found), "allowed_count": 100}}) if found else Answer(204)


def watch(world: ZohoWorld, call: Call) -> Answer:
    """POST, PUT and PATCH /actions/watch: open channels, or keep them open for longer."""
    body = call.json()
    wanted = body.get("watch") if isinstance(body, dict) else None
    if not isinstance(wanted, list):
        raise refusal(400, "MANDATORY_NOT_FOUND", "required field not found", api_name="watch")
    answer = batch([_opened(world, channel) for channel in wanted], 201 if call.method == "POST" else 200)
    answer.body = {"watch": answer.body["data"]} if isinstance(answer.body, dict) else None
    return answer


def _opened(world: ZohoWorld, channel: dict[str, object]) -> Result:
    channel_id = str(channel.get("channel_id") or "")
    known = world.channels.get(channel_id, {})
    merged = {"events": [], "token": "", "notify_url": "", **known, **channel}
    if len(str(merged["token"])) > _LONGEST_TOKEN or not merged["notify_url"]:
        return RowError("INVALID_DATA", "invalid data", api_name="token", maximum_length=_LONGEST_TOKEN).result
    until = world.clock() + _HOUR
    if expiry := channel.get("channel_expiry"):
        until = min(datetime.fromisoformat(str(expiry)).timestamp(), world.clock() + _DAY)
    world.channels[channel_id] = {**merged, "until": until}
    events = [
        {"channel_id": channel_id, "resource_name": name, "channel_expiry": stamp(world, until)} for name in _of(merged)
    ]
    return done("Successfully subscribed for actions-watch of the given module", {"events": events})


def _of(channel: dict[str, object]) -> list[str]:
    events = channel["events"]
    return [str(event).partition(".")[0] for event in events] if isinstance(events, list) else []


def watching(world: ZohoWorld, call: Call) -> Answer:
    """GET /actions/watch."""
    del call
    if not world.channels:
        return Answer(204)
    found = [
        {"channel_id": name, "notify_url": one["notify_url"], "events": one["events"], "token": one["token"]}
        for name, one in world.channels.items()
    ]
    return Answer(200, {"watch": found, "info": {"count": len(found), "more_records": False}})


def unwatch(world: ZohoWorld, call: Call) -> Answer:
    """DELETE /actions/watch?channel_ids=."""
    results = [_closed(world, one) for one in call.query.get("channel_ids", "").split(",")]
    return Answer(200, {"watch": results})


def _closed(world: ZohoWorld, channel_id: str) -> Result:
    if world.channels.pop(channel_id, None) is None:
        return RowError("INVALID_DATA", "invalid data", channel_id=channel_id).result
    return done("Successfully unsubscribed from actions-watch of the given module", {"channel_id": channel_id})
