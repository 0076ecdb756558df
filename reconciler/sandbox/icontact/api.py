"""iContact's REST API, version 2: who may call, which calls there are, and how a refusal looks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from reconciler.sandbox.icontact import contacts, groups
from reconciler.sandbox.icontact.contact import EASTERN
from reconciler.sandbox.icontact.errors import Failure
from reconciler.sandbox.icontact.world import ACCOUNT, FOLDER
from reconciler.sandbox.wire import Answer, Router, route

if TYPE_CHECKING:
    from reconciler.sandbox.icontact.world import IContactWorld
    from reconciler.sandbox.wire import Call

_ROOT = "/icp"
_VERSIONS = frozenset({"2.0", "2.1", "2.2"})
_WITH_BODY = frozenset({"POST", "PUT"})


def get_time(world: IContactWorld, _call: Call) -> Answer:
    """The server's clock; the one call that needs no credentials."""
    now = world.now()
    return Answer(200, {"time": datetime.fromtimestamp(now, EASTERN).isoformat(), "timestamp": now})


def get_accounts(_world: IContactWorld, _call: Call) -> Answer:
    """The one account."""
    address = ("billingStreet", "billingCity", "billingState", "billingPostalCode", "billingCountry", "city", "country")
    account = dict.fromkeys((*address, "companyName", "fax", "phone", "postalCode", "state", "street", "title"), "")
    account |= {"accountId": ACCOUNT, "email": "owner@example.com", "enabled": "1", "firstName": "Sandbox"}
    account |= {"lastName": "Owner", "multiClientFolder": "0", "multiUser": "0", "accountType": "0"}
    account |= {"subscriberLimit": "1000000"}
    return Answer(200, {"accounts": [account], "total": 1, "limit": 20, "offset": 0})


def get_folders(_world: IContactWorld, _call: Call, account: str) -> Answer:
    """The one client folder (this answer has neither limit nor offset)."""
    _check_account(account)
    folder = {"clientFolderId": FOLDER, "logoId": None, "emailRecipient": "owner@example.com"}
    return Answer(200, {"clientfolders": [folder], "total": 1})


def _check_account(account: str) -> None:
    if account != ACCOUNT:
        raise Failure(403, "You are not authorized to use this account")


_FOLDER = _ROOT + "/a/{account}/c/{folder}"
_ROUTER = Router(
    [
        route("GET", _ROOT + "/time", "time", get_time),
        route("GET", _ROOT + "/a", "probe", get_accounts),
        route("GET", _ROOT + "/a/{account}/c", "probe", get_folders),
        route("GET", _FOLDER + "/contacts", "list", contacts.list_contacts),
        route("POST", _FOLDER + "/contacts", "create", contacts.post_contacts),
        route("GET", _FOLDER + "/contacts/{contact_id}", "get", contacts.get_contact),
        route("POST", _FOLDER + "/contacts/{contact_id}", "update", contacts.post_contact),
        route("PUT", _FOLDER + "/contacts/{contact_id}", "replace", contacts.put_contact),
        route("DELETE", _FOLDER + "/contacts/{contact_id}", "delete", contacts.delete_contact),
        route("GET", _FOLDER + "/contacts/{contact_id}/actions", "get", contacts.get_actions),
        route("GET", _FOLDER + "/lists", "lists", groups.get_lists),
        route("POST", _FOLDER + "/lists", "create_list", groups.post_lists),
        route("GET", _FOLDER + "/lists/{list_id}", "lists", groups.get_list),
        route("DELETE", _FOLDER + "/lists/{list_id}", "delete_list", groups.delete_list),
        route("GET", _FOLDER + "/subscriptions", "subscriptions", groups.get_subscriptions),
        route("POST", _FOLDER + "/subscriptions", "subscribe", groups.post_subscriptions),
        route("PUT", _FOLDER + "/subscriptions/{subscription_id}", "subscribe", groups.put_subscription),
        route("GET", _FOLDER + "/customfields", "describe", groups.get_custom_fields),
        route("POST", _FOLDER + "/customfields", "create_field", groups.post_custom_fields),
        route("GET", _FOLDER + "/webhooks", "webhooks", groups.get_webhooks),
        route("POST", _FOLDER + "/webhooks", "webhooks", groups.post_webhooks),
        route("GET", _FOLDER + "/webhooks/{webhook_id}", "webhooks", groups.get_webhook),
        route("DELETE", _FOLDER + "/webhooks/{webhook_id}", "webhooks", groups.delete_webhook),
    ]
)


class IContactApi:
    """The HTTP face of an iContact world; the base URL is ``{server}/icp``."""

    def __init__(self, world: IContactWorld) -> None:
        self.world = world
        self._second = (0, 0)

    def kind(self, call: Call) -> str:
        """One of the kinds in the route table, ``find`` for a search by email, or ``unknown``."""
        found = _ROUTER.find(call.method, call.path)
        if found and found[0].kind == "list" and "email" in call.query:
            return "find"
        return found[0].kind if found else "unknown"

    def answer(self, call: Call) -> Answer:
        """Do what a request asks."""
        try:
            return self._answer(call)
        except Failure as failure:
            return Answer(failure.status, {"errors": [failure.text]})

    def refusal(self, status: int) -> Answer:
        """The prose of an error that concerns no field."""
        text = {429: "Too many requests", 500: "Internal server error"}.get(status, "The service is overloaded")
        return Answer(status, {"errors": [f"{text}. Please try again later"]})

    def _answer(self, call: Call) -> Answer:
        found = _ROUTER.find(call.method, call.path)
        if found and found[0].kind == "time":
            return get_time(self.world, call)
        self._check_rate()
        _check_headers(call)
        self._check_credentials(call)
        if found is None:
            status = 405 if _ROUTER.knows(call.path) else 404
            raise Failure(status, "The resource you requested was not found, or does not know this method")
        matched, parameters = found
        if "folder" in parameters:
            _check_account(parameters.pop("account"))
            if parameters.pop("folder") != FOLDER:
                raise Failure(403, "You are not authorized to use this client folder")
        return matched.handle(self.world, call, **parameters)

    def _check_rate(self) -> None:
        allowed = self.world.quirks.calls_per_second
        second, used = self._second
        now = self.world.now()
        self._second = (now, used + 1) if now == second else (now, 1)
        if allowed and self._second[1] > allowed:
            raise Failure(503, "The service is overloaded. Please try again later")

    def _check_credentials(self, call: Call) -> None:
        known = self.world.credentials
        if call.headers.get("api-appid") != known.app_id:
            raise Failure(
                401,
                "The application was not recognized.  Possible reasons are: the Api-AppId was entered incorrectly; "
                "the application is not enabled for this account.",
            )
        if call.headers.get("api-username") != known.username:
            raise Failure(401, "Api username invalid")
        if call.headers.get("api-password") != known.app_key:
            raise Failure(401, "The password you provided was not recognized.")


def _check_headers(call: Call) -> None:
    if call.headers.get("api-version") not in _VERSIONS:
        raise Failure(501, "The Api-Version you provided is not supported. Please use 2.2")
    accept = call.headers.get("accept", "*/*")
    if "json" not in accept and "*/*" not in accept:
        raise Failure(406, "The Accept header you provided is not supported. Please use application/json")
    if call.method in _WITH_BODY and "json" not in call.headers.get("content-type", ""):
        raise Failure(415, "The Content-Type you provided is not supported. Please use application/json")
