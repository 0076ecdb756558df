"""Salesforce's REST API: sessions and limits, which calls there are, and how a refusal looks."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from reconciler.sandbox.consent import form_of
from reconciler.sandbox.salesforce import collections, composite, reads, writes
from reconciler.sandbox.salesforce.errors import ApiError, not_found
from reconciler.sandbox.salesforce.table import USER
from reconciler.sandbox.salesforce.world import ORG
from reconciler.sandbox.wire import Answer, Call, Router, route

if TYPE_CHECKING:
    from reconciler.sandbox.salesforce.world import SalesforceWorld

_LONGEST_URI = 16_384
_LOWEST, _HIGHEST = 50, 67
_ABOUT = {
    "/services/oauth2/token": "token",
    "/services/oauth2/authorize": "token",
    "/services/oauth2/userinfo": "probe",
    "/services/data": "probe",
}
_PINNED = re.compile(r"\b(Id|Email|\w+__c)\s*(=|IN\b)", re.IGNORECASE)


def composite_of_calls(world: SalesforceWorld, call: Call, version: str) -> Answer:
    """Several calls in one, which counts as one."""
    del version
    return composite.run(world, call, lambda inner: dispatch(world, inner))


_DATA = "/services/data/v{version}"
_SOBJECT = _DATA + "/sobjects/{entity}"
_ROUTER = Router(
    [
        route("GET", _DATA, "probe", reads.resources),
        route("GET", _DATA + "/limits", "probe", reads.limits),
        route("GET", _DATA + "/query", "list", reads.query),
        route("GET", _DATA + "/queryAll", "list", reads.query_all),
        route("GET", _DATA + "/query/{locator}", "list", reads.query_more),
        route("GET", _DATA + "/sobjects", "describe", reads.objects),
        route("GET", _SOBJECT, "describe", reads.object_summary),
        route("GET", _SOBJECT + "/describe", "describe", reads.object_describe),
        route("GET", _SOBJECT + "/deleted", "changes", reads.deleted_between),
        route("GET", _SOBJECT + "/updated", "changes", reads.updated_between),
        route("POST", _SOBJECT, "create", writes.create),
        route("GET", _SOBJECT + "/{record_id}", "get", reads.get),
        route("PATCH", _SOBJECT + "/{record_id}", "update", writes.update),
        route("DELETE", _SOBJECT + "/{record_id}", "delete", writes.delete),
        route("GET", _SOBJECT + "/{key*}", "get", reads.get_by_key),
        route("PATCH", _SOBJECT + "/{key*}", "upsert", writes.upsert),
        route("DELETE", _SOBJECT + "/{key*}", "delete", writes.delete_by_key),
        route("POST", _DATA + "/composite", "composite", composite_of_calls),
        route("POST", _DATA + "/composite/sobjects", "create", collections.create),
        route("PATCH", _DATA + "/composite/sobjects", "update", collections.update),
        route("DELETE", _DATA + "/composite/sobjects", "delete", collections.delete),
        route("GET", _DATA + "/composite/sobjects/{entity}", "get", collections.retrieve_by_query),
        route("POST", _DATA + "/composite/sobjects/{entity}", "get", collections.retrieve),
        route("PATCH", _DATA + "/composite/sobjects/{entity}/{field}", "upsert", collections.upsert),
    ]
)


class SalesforceApi:
    """The HTTP face of a Salesforce world. Login host and instance are the same address."""

    def __init__(self, world: SalesforceWorld) -> None:
        self.world = world

    def kind(self, call: Call) -> str:
        """One of the kinds in the route table, ``find`` for queries by key, ``token``, or ``unknown``."""
        if call.path in _ABOUT:
            return _ABOUT[call.path]
        found = _ROUTER.find(call.method, call.path)
        if found and found[0].kind == "list" and _PINNED.search(call.query.get("q", "")):
            return "find"
        return found[0].kind if found else "unknown"

    def answer(self, call: Call) -> Answer:
        """Do what a request asks."""
        path = call.path.rstrip("/")
        if path == "/services/oauth2/token":
            return _token(self.world, call)
        if path == "/services/oauth2/authorize":
            return self.world.consent.authorize(call, self.world.client.key)
        if path == "/services/data":
            return _versions()
        try:
            _check_length(call)
            self._check_session(call)
            if path == "/services/oauth2/userinfo":
                return _userinfo(call)
            self._spend_call()
            answer = dispatch(self.world, call)
        except ApiError as error:
            answer = Answer(error.status, error.as_answer())
        answer.headers["Sforce-Limit-Info"] = f"api-usage={self.world.calls_used}/{self.world.quirks.daily_calls}"
        return answer

    def refusal(self, status: int) -> Answer:
        """The app's own wording of 429, 500 and 503."""
        code = {500: "UNKNOWN_EXCEPTION", 503: "SERVER_UNAVAILABLE"}.get(status, "REQUEST_LIMIT_EXCEEDED")
        text = {500: "An unexpected error occurred", 503: "Server too busy"}.get(status, "Too many requests")
        return Answer(status, [{"message": text, "errorCode": code}])

    def _check_session(self, call: Call) -> None:
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        used = self.world.sessions.used.get(token)
        allowed = self.world.quirks.session_calls
        if scheme not in {"Bearer", "OAuth"} or used is None or (allowed and used >= allowed):
            raise ApiError(401, "INVALID_SESSION_ID", "Session expired or invalid")
        self.world.sessions.used[token] = used + 1

    def _spend_call(self) -> None:
        if self.world.calls_used >= self.world.quirks.daily_calls:
            raise ApiError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        self.world.calls_used += 1


def _check_length(call: Call) -> None:
    if call.length > _LONGEST_URI:
        raise ApiError(414, "URI_TOO_LONG", "The URI is too long; use a POST resource instead")


def dispatch(world: SalesforceWorld, call: Call) -> Answer:
    """One call on data, from the wire or from within a composite. Raises ``ApiError``."""
    found = _ROUTER.find(call.method, call.path)
    if found is None:
        if _ROUTER.knows(call.path):
            raise ApiError(405, "METHOD_NOT_ALLOWED", f"HTTP Method '{call.method}' not allowed.")
        raise not_found()
    matched, parameters = found
    version = parameters["version"]
    major = version.partition(".")[0]
    if not major.isdecimal() or not _LOWEST <= int(major) <= _HIGHEST:
        raise not_found()
    return matched.handle(world, call, **parameters)


def _versions() -> Answer:
    numbers = [f"{number}.0" for number in range(_LOWEST, _HIGHEST + 1)]
    return Answer(200, [{"label": f"API {one}", "url": f"/services/data/v{one}", "version": one} for one in numbers])


def _userinfo(call: Call) -> Answer:
    identity = {"sub": f"{call.origin}/id/{ORG}/{USER}", "user_id": USER, "organization_id": ORG}
    person = {"preferred_username": "owner@example.com", "email": "owner@example.com", "name": "Sandbox Owner"}
    return Answer(200, {**identity, **person, "urls": {"rest": f"{call.origin}/services/data/v{{version}}/"}})


def _token(world: SalesforceWorld, call: Call) -> Answer:
    form = form_of(call)
    grant = form.get("grant_type")
    if (form.get("client_id"), form.get("client_secret")) != (world.client.key, world.client.proof) and not _basic(
        world, call
    ):
        return _oauth_error("invalid_client", "invalid client credentials")
    if grant == "authorization_code" and not world.consent.redeem(form):
        return _oauth_error("invalid_grant", "expired authorization code")
    if grant not in {"refresh_token", "client_credentials", "authorization_code"}:
        return _oauth_error("unsupported_grant_type", "grant type not supported")
    if grant == "refresh_token" and form.get("refresh_token") != world.client.refresh:
        return _oauth_error("invalid_grant", "expired access/refresh token")
    granted = {"access_token": world.open_session(), "instance_url": call.origin, "token_type": "Bearer"}
    about = {"id": f"{call.origin}/id/{ORG}/{USER}", "issued_at": str(world.now() * 1000), "signature": "c2FuZGJveA=="}
    renewable = {"refresh_token": world.client.refresh} if grant == "authorization_code" else {}
    return Answer(200, granted | about | renewable | {"scope": "api refresh_token"})


def _basic(world: SalesforceWorld, call: Call) -> bool:
    scheme, _, encoded = call.headers.get("authorization", "").partition(" ")
    try:
        decoded = base64.b64decode(encoded).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    return scheme == "Basic" and decoded == f"{world.client.key}:{world.client.proof}"


def _oauth_error(error: str, description: str) -> Answer:
    return Answer(400, {"error": error, "error_description": description})
