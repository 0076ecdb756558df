"""The calls on lists, subscriptions, custom fields and webhooks (webhooks are stored, never sent)."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from reconciler.sandbox.icontact.contact import EASTERN, STANDARD_FIELDS
from reconciler.sandbox.icontact.errors import Failure, json_body
from reconciler.sandbox.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.sandbox.icontact.world import IContactWorld, Subscription
    from reconciler.sandbox.wire import Call

_FIELD_TYPES = frozenset(
    {"checkbox", "text", "number", "decimalOne", "decimalTwo", "decimalThree", "decimalFour", "date"}
)
_LONGEST_PAGE = 500
_BAD_NAME = re.compile(r"[\s'\"/\\\[\](){}]")
_EVENTS = frozenset({"contact_created", "contact_updated", "contact_subscribed", "contact_unsubscribed"})
_SUBSCRIPTION_STATUSES = frozenset({"normal", "pending", "unsubscribed"})


def _items(call: Call) -> list[dict[str, object]]:
    body = json_body(call)
    sent = body if isinstance(body, list) else [body]
    items = [item for item in sent if isinstance(item, dict)]
    if len(items) != len(sent):
        raise Failure(400, "The request body could not be read. Please provide an array of objects")
    return items


def _answer(name: str, shown: list[dict[str, object]], warnings: list[str]) -> Answer:
    body: dict[str, object] = {name: shown or None}
    if warnings:
        body["warnings"] = warnings
    return Answer(200, body)


def _paging(call: Call) -> tuple[int, int]:
    """Limit and offset. Raises ``Failure`` 400."""
    texts = call.query.get("limit") or "20", call.query.get("offset") or "0"
    if not all(text.isdecimal() for text in texts):
        raise Failure(400, "The limit or offset value you provided was not valid. Please provide a whole number")
    return min(int(texts[0]), _LONGEST_PAGE), int(texts[1])


def _page(name: str, shown: list[dict[str, object]], call: Call) -> Answer:
    limit, offset = _paging(call)
    body = {name: shown[offset : offset + limit], "limit": limit, "offset": offset, "total": len(shown)}
    return Answer(200, body)


def _list(number: int, fields: Mapping[str, object]) -> dict[str, object]:
    defaults = {"publicname": "", "description": "", "emailOwnerOnChange": 1, "welcomeOnManualAdd": 0}
    return {"listId": str(number), **defaults, "welcomeOnSignupAdd": 0, "welcomeMessageId": "", **fields}


def get_lists(world: IContactWorld, call: Call) -> Answer:
    """All lists; ``name`` filters."""
    shown = [_list(number, fields) for number, fields in world.lists.items()]
    wanted = call.query.get("name")
    return _page("lists", [one for one in shown if wanted is None or one["name"] == wanted], call)


def get_list(world: IContactWorld, _call: Call, list_id: str) -> Answer:
    """One list."""
    number = _list_number(world, list_id)
    return Answer(200, {"list": _list(number, world.lists[number])})


def post_lists(world: IContactWorld, call: Call) -> Answer:
    """Make lists."""
    shown, warnings = [], []
    for item in _items(call):
        if not item.get("name"):
            warnings.append("You did not provide a name field, which is required. Please provide a name field")
            continue
        texts = {name: str(item[name]) for name in ("publicname", "description") if item.get(name)}
        number = int(world.add_list(str(item["name"]), **texts))
        shown.append(_list(number, world.lists[number]))
    return _answer("lists", shown, warnings)


def delete_list(world: IContactWorld, _call: Call, list_id: str) -> Answer:
    """Delete a list; its contacts stay."""
    number = _list_number(world, list_id)
    del world.lists[number], world.subscriptions[number]
    world.revision += 1
    return Answer(200, [])


def _list_number(world: IContactWorld, list_id: str) -> int:
    if not list_id.isdecimal() or int(list_id) not in world.lists:
        raise Failure(404, "The list you requested was not found")
    return int(list_id)


def _subscription(list_id: int, contact_id: int, subscription: Subscription) -> dict[str, object]:
    return {
        "addDate": datetime.fromtimestamp(subscription.added, EASTERN).isoformat(timespec="seconds"),
        "contactId": str(contact_id),
        "listId": str(list_id),
        "status": subscription.status,
        "subscriptionId": f"{list_id}_{contact_id}",
    }


def get_subscriptions(world: IContactWorld, call: Call) -> Answer:
    """Subscriptions; ``contactId``, ``listId`` and ``status`` filter."""
    limit, offset = _paging(call)
    page = islice(_subscribed(world, call.query), offset, offset + limit)
    total = sum(1 for _ in _subscribed(world, call.query))
    shown = [_subscription(*one) for one in page]
    return Answer(200, {"subscriptions": shown, "limit": limit, "offset": offset, "total": total})


def _subscribed(world: IContactWorld, query: Mapping[str, str]) -> Iterator[tuple[int, int, Subscription]]:
    contact, wanted_list, status = (query.get(name) for name in ("contactId", "listId", "status"))
    for list_id, members in world.subscriptions.items():
        if wanted_list not in {None, str(list_id)}:
            continue
        for contact_id, one in _one(members, contact) if contact else members.items():
            if status in {None, one.status}:
                yield list_id, contact_id, one


def _one(members: Mapping[int, Subscription], contact: str) -> list[tuple[int, Subscription]]:
    number = int(contact) if contact.isdecimal() else 0
    return [(number, members[number])] if number in members else []


def post_subscriptions(world: IContactWorld, call: Call) -> Answer:
    """Subscribe or unsubscribe contacts."""
    shown, warnings = [], []
    for item in _items(call):
        try:
            shown.append(_subscribe(world, item))
        except Failure as failure:
            warnings.append(failure.text)
    return _answer("subscriptions", shown, warnings)


def _subscribe(world: IContactWorld, item: Mapping[str, object]) -> dict[str, object]:
    contact_id, list_id = str(item.get("contactId", "")), str(item.get("listId", ""))
    number = _list_number(world, list_id)
    if not contact_id.isdecimal() or int(contact_id) not in world.rows:
        raise Failure(404, "The contactId value you provided was not found")
    status = str(item.get("status") or "normal")
    if status not in _SUBSCRIPTION_STATUSES:
        raise Failure(400, "The status value you provided was not valid. Please provide a valid status")
    old = world.subscriptions[number].get(int(contact_id))
    if old and old.status == "unsubscribed" and status != "unsubscribed":
        raise Failure(400, "The status of this subscription is unsubscribed and cannot be changed")
    if old is None or old.status != status:
        world.subscribe(contact_id, list_id, status)
    return _subscription(number, int(contact_id), world.subscriptions[number][int(contact_id)])


def put_subscription(world: IContactWorld, call: Call, subscription_id: str) -> Answer:
    """Move a subscription to another list, or change its status."""
    list_id, _, contact_id = subscription_id.partition("_")
    number = _list_number(world, list_id)
    if not contact_id.isdecimal() or int(contact_id) not in world.subscriptions[number]:
        raise Failure(404, "The subscription you requested was not found")
    item = {"contactId": contact_id, "listId": list_id, **_items(call)[0]}
    target = _list_number(world, str(item["listId"]))
    if target != number:
        item.setdefault("status", world.subscriptions[number].pop(int(contact_id)).status)
    return Answer(200, {"subscription": _subscribe(world, item)})


def get_custom_fields(world: IContactWorld, call: Call) -> Answer:
    """All custom fields."""
    return _page("customfields", [_custom(name, fields) for name, fields in world.custom_fields.items()], call)


def _custom(name: str, fields: Mapping[str, object]) -> dict[str, object]:
    return {"customFieldId": name, "privateName": name, **fields}


def post_custom_fields(world: IContactWorld, call: Call) -> Answer:
    """Make custom fields. The private name is the id, and the key in a contact."""
    shown, warnings = [], []
    for item in _items(call):
        name, field_type = str(item.get("privateName") or ""), str(item.get("fieldType") or "")
        if not name or _BAD_NAME.search(name) or name in STANDARD_FIELDS or name in world.custom_fields:
            warnings.append("The privateName value you provided was not valid. Please provide a valid privateName")
        elif field_type not in _FIELD_TYPES:
            warnings.append("The fieldType value you provided was not valid. Please provide a valid fieldType")
        else:
            world.add_custom_field(name, field_type, str(item.get("publicName") or ""))
            shown.append(_custom(name, world.custom_fields[name]))
    return _answer("customfields", shown, warnings)


def get_webhooks(world: IContactWorld, call: Call) -> Answer:
    """All registrations."""
    return _page("webhooks", [_webhook(number, fields) for number, fields in world.webhooks.items()], call)


def _webhook(number: int, fields: Mapping[str, object]) -> dict[str, object]:
    return {"webhookId": str(number), **fields}


def post_webhooks(world: IContactWorld, call: Call) -> Answer:
    """Register webhooks."""
    shown, warnings = [], []
    for item in _items(call):
        if item.get("eventId") not in _EVENTS or not item.get("url"):
            warnings.append("The eventId or url value you provided was not valid. Please provide valid values")
            continue
        number = world.next_webhook
        world.next_webhook += 1
        world.webhooks[number] = {"eventId": item["eventId"], "url": item["url"]}
        shown.append(_webhook(number, world.webhooks[number]))
    return _answer("webhooks", shown, warnings)


def get_webhook(world: IContactWorld, _call: Call, webhook_id: str) -> Answer:
    """One registration."""
    number = _webhook_number(world, webhook_id)
    return Answer(200, {"webhook": _webhook(number, world.webhooks[number])})


def delete_webhook(world: IContactWorld, _call: Call, webhook_id: str) -> Answer:
    """Forget a registration."""
    del world.webhooks[_webhook_number(world, webhook_id)]
    return Answer(200, [])


def _webhook_number(world: IContactWorld, webhook_id: str) -> int:
    if not webhook_id.isdecimal() or int(webhook_id) not in world.webhooks:
        raise Failure(404, "The webhook you requested was not found")
    return int(webhook_id)
