"""Several calls in one: later ones may speak of what earlier ones answered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import msgspec

from reconciler.sandbox.salesforce.bodies import is_true, json_object
from reconciler.sandbox.salesforce.errors import ApiError
from reconciler.sandbox.wire import Answer, Call

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.sandbox.salesforce.world import SalesforceWorld

    Dispatch = Callable[[Call], Answer]

_MOST = 25
_REFERENCE = re.compile(r"@\{(\w+)\.([\w.\[\]]+)\}")
_HALTED = "The transaction was rolled back since another operation in the same transaction failed."


def run(world: SalesforceWorld, call: Call, dispatch: Dispatch) -> Answer:
    """Run the subrequests in order; with ``allOrNone`` one failure takes all of them back."""
    body = json_object(call)
    requests = body.get("compositeRequest")
    if not isinstance(requests, list) or not requests:
        raise ApiError(400, "JSON_PARSER_ERROR", "compositeRequest is required to be an array")
    if len(requests) > _MOST:
        raise ApiError(400, "LIMIT_EXCEEDED", f"Limit exceeded: at most {_MOST} subrequests")
    with world.all_or_none() as roll_back:
        answers = _each(call, requests, dispatch)
        if is_true(body.get("allOrNone")) and any(answer.status >= _FAILED for answer in answers.values()):
            roll_back()
            halted = ApiError(400, "PROCESSING_HALTED", _HALTED).as_answer()
            answers = {
                name: answer if answer.status >= _FAILED else Answer(400, halted) for name, answer in answers.items()
            }
    return Answer(200, {"compositeResponse": [_shown(name, answer) for name, answer in answers.items()]})


_FAILED = 300


def _each(call: Call, requests: list[dict[str, object]], dispatch: Dispatch) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    for request in requests:
        name = str(request.get("referenceId"))
        if name in answers:
            raise ApiError(400, "INVALID_INPUT", f"referenceId {name} is not unique")
        try:
            answers[name] = dispatch(_subcall(call, _resolved(request, answers)))
        except ApiError as error:
            answers[name] = Answer(error.status, error.as_answer())
    return answers


def _subcall(call: Call, request: Mapping[str, object]) -> Call:
    parts = urlsplit(str(request.get("url", "")))
    body = msgspec.json.encode(request["body"]) if "body" in request else b""
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    headers = {**call.headers, **_headers(request.get("httpHeaders"))}
    return Call(str(request.get("method", "")), parts.path, query, headers, body, origin=call.origin)


def _headers(given: object) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in given.items()} if isinstance(given, dict) else {}


def _resolved(request: Mapping[str, object], answers: Mapping[str, Answer]) -> dict[str, object]:
    """The subrequest with every ``@{reference.path}`` replaced."""

    def replace(value: object) -> object:
        if isinstance(value, str):
            return _REFERENCE.sub(lambda found: _referenced(answers, found[1], found[2]), value)
        if isinstance(value, dict):
            return {name: replace(inner) for name, inner in value.items()}
        return [replace(inner) for inner in value] if isinstance(value, list) else value

    return {name: replace(value) for name, value in request.items()}


def _referenced(answers: Mapping[str, Answer], name: str, path: str) -> str:
    found: object = answers[name].body if name in answers and answers[name].status < _FAILED else None
    for step in re.findall(r"\w+", path):
        if isinstance(found, list) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        else:
            found = found.get(step) if isinstance(found, dict) else None
    if found is None:
        raise ApiError(400, "PROCESSING_HALTED", f"Invalid reference specified. No value for {name}.{path} found.")
    return str(found)


def _shown(name: str, answer: Answer) -> dict[str, object]:
    return {
        "body": answer.body,
        "httpHeaders": answer.headers,
        "httpStatusCode": answer.status,
        "referenceId": name,
    }
