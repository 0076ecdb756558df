"""The emulator answers what iContact answered to the same calls: same status, same keys, same kinds of values.

The recordings lie beside the project where its authors have them; without them there is nothing to replay.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from reconciler.sandbox.icontact.world import IContactQuirks
from reconciler.sandbox.wire import Call
from tests.unit.sandbox.desks import IContactDesk

RECORDED = Path(__file__).parents[4] / ".." / "shared" / "apis" / "recorded" / "icontact.examples.json"
INTERACTIONS = json.loads(RECORDED.read_text())["interactions"] if RECORDED.exists() else []
FORMS = {
    "wall clock": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d",
    "instant": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-0\d:00",
}


@pytest.fixture(scope="module")
def desk() -> IContactDesk:
    """A folder with the one contact that the recorded one had at the start."""
    desk = IContactDesk(IContactQuirks(default_status="total"))
    desk.world.add({"email": "owner@example.com", "firstName": "Owner", "lastName": "Example"})
    desk.world.next_contact = 66_674_163
    desk.world.next_list = 205_303
    return desk


def kind(value: object) -> str:
    """What a reader of the value has to be ready for."""
    if not isinstance(value, str):
        return type(value).__name__
    for name, form in FORMS.items():
        if re.fullmatch(form, value):
            return name
    return "text"


def shape(value: object) -> object:
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return [shape(inner) for inner in value] if isinstance(value, list) else kind(value)


@pytest.mark.parametrize("number", range(len(INTERACTIONS)))
def test_the_same_call_gets_the_same_shape(desk, number):
    recorded = INTERACTIONS[number]
    prepare(desk, recorded)
    answer = desk.api.answer(call(desk, recorded["request"]))
    assert answer.status == recorded["response"]["status"]
    assert shape(answer.body) == shape(recorded["response"]["body"])
    assert prose(answer.body) == prose(recorded["response"]["body"])


def prose(body: object) -> list[object]:
    """What iContact says in words has to be word for word the same."""
    return [body.get("errors"), body.get("warnings")] if isinstance(body, dict) else []


def prepare(desk: IContactDesk, recorded: dict) -> None:
    """Ids in the recording have gaps where other people's contacts were."""
    for created in ids(recorded["response"]["body"], "contactId"):
        desk.world.next_contact = max(desk.world.next_contact, created)
    for created in ids(recorded["response"]["body"], "listId"):
        desk.world.next_list = max(desk.world.next_list, created)


def ids(body: object, name: str) -> list[int]:
    return [int(found) for found in re.findall(rf'"{name}": "(\d+)"', json.dumps(body))]


def call(desk: IContactDesk, request: dict) -> Call:
    path, _, query = request["url"].partition("app.sandbox.icontact.com")[2].partition("?")
    path = path.replace("{accountId}", "413323").replace("{clientFolderId}", "124667")
    body = b"" if request["body"] is None else json.dumps(request["body"]).encode()
    pairs = dict(part.split("=", 1) for part in query.split("&") if part)
    return Call(request["method"], path, pairs, desk.headers, body)
