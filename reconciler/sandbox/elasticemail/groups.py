"""The calls on lists (known by name alone) and on webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.elasticemail.contact import stamp
from reconciler.sandbox.elasticemail.contacts import meant, page
from reconciler.sandbox.elasticemail.errors import json_object, number, refused
from reconciler.sandbox.elasticemail.hooks import Hook
from reconciler.sandbox.elasticemail.world import members_of
from reconciler.sandbox.wire import Answer

if TYPE_CHECKING:
    from reconciler.sandbox.elasticemail.world import ElasticWorld, MailingList
    from reconciler.sandbox.wire import Call


def _shown(name: str, mailing_list: MailingList) -> dict[str, object]:
    return {
        "ListName": name,
        "PublicListID": mailing_list.public_id,
        "DateAdded": stamp(mailing_list.added),
        "AllowUnsubscribe": mailing_list.allow_unsubscribe,
    }


def _the_list(world: ElasticWorld, name: str) -> MailingList:
    if name not in world.lists:
        raise refused(404, "List not found")
    return world.lists[name]


def get_lists(world: ElasticWorld, call: Call) -> Answer:
    """All lists."""
    limit = min(number(call.query.get("limit"), world.quirks.default_limit), world.quirks.max_limit)
    offset = number(call.query.get("offset"), 0)
    return Answer(200, [_shown(*one) for one in list(world.lists.items())[offset : offset + limit]])


def post_lists(world: ElasticWorld, call: Call) -> Answer:
    """Make a list; without addresses everybody is on it."""
    body = json_object(call)
    name = body.get("ListName")
    if not isinstance(name, str) or not name or name in world.lists:
        raise refused(400, "List name is empty or already in use")
    world.add_list(name)
    world.lists[name].members.update(dict.fromkeys(meant(world, {"Emails": body.get("Emails")})))
    return Answer(201, _shown(name, world.lists[name]))


def get_list(world: ElasticWorld, _call: Call, name: str) -> Answer:
    """One list."""
    return Answer(200, _shown(name, _the_list(world, name)))


def put_list(world: ElasticWorld, call: Call, name: str) -> Answer:
    """Rename a list, which gives it another key."""
    mailing_list = _the_list(world, name)
    new = str(json_object(call).get("NewListName") or name)
    world.lists = {new if one == name else one: kept for one, kept in world.lists.items()}
    return Answer(200, _shown(new, mailing_list))


def delete_list(world: ElasticWorld, _call: Call, name: str) -> Answer:
    """Delete a list; its contacts stay."""
    _the_list(world, name)
    del world.lists[name]
    return Answer(200)


def get_members(world: ElasticWorld, call: Call, name: str) -> Answer:
    """The contacts of a list."""
    return page(world, call, list(members_of(_the_list(world, name), world.shelf.rows)))


def post_members(world: ElasticWorld, call: Call, name: str) -> Answer:
    """Put contacts on a list; who is no contact is left out without a word."""
    mailing_list = _the_list(world, name)
    mailing_list.members.update(dict.fromkeys(meant(world, json_object(call))))
    return Answer(200, _shown(name, mailing_list))


def remove_members(world: ElasticWorld, call: Call, name: str) -> Answer:
    """Take contacts off a list."""
    mailing_list = _the_list(world, name)
    for contact_id in meant(world, json_object(call)):
        mailing_list.members.pop(contact_id, None)
    return Answer(200)


def get_webhooks(world: ElasticWorld, _call: Call) -> Answer:
    """All webhooks, without their secrets."""
    return Answer(200, [{**hook.settings, "WebhookID": hook.id, "IsEnabled": True} for hook in world.hooks.values()])


def post_webhook(world: ElasticWorld, call: Call) -> Answer:
    """Make a webhook; the secret is shown this once."""
    settings = {"DeliveryMethod": "Get", **json_object(call)}
    if not settings.get("URL") or not settings.get("Name"):
        raise refused(400, "Name and URL are required")
    number_ = world.number()
    hook = Hook(f"hook-{number_}", settings, f"signing-{number_}" if settings.get("EnableSigning") else "")
    world.hooks[hook.id] = hook
    return Answer(201, {**settings, "WebhookID": hook.id, "IsEnabled": True, "SigningSecret": hook.secret or None})


def delete_webhook(world: ElasticWorld, _call: Call, hook_id: str) -> Answer:
    """Forget a webhook."""
    if world.hooks.pop(hook_id, None) is None:
        raise refused(404, "Webhook not found")
    return Answer(200)
