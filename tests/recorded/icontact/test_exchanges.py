"""The connector over what iContact really answered in 2012 (personal data replaced)."""

from __future__ import annotations

import json

import httpx
import pytest

from reconciler.connectors.apps.icontact import APP
from reconciler.connectors.base import Opening
from reconciler.errors import Rejected
from reconciler.model.outcome import Draft, Patch, Refused, Written
from tests.recorded.exchanges import recorded
from tests.unit.connectors.wire import Wire, http_over

TAPE = recorded("icontact.examples.json")
TAPES = [TAPE["interactions"]] if TAPE else []
CREATED = "2012-06-09T19:46:52+00:00"

pytestmark = pytest.mark.parametrize("tape", TAPES, ids=["2012"][: len(TAPES)])


class Replay(Wire):
    """Answers each request with what was recorded for it, its body included; as HTML, as it was."""

    def __init__(self, tape: list) -> None:
        super().__init__(self.reply)
        self.tape = tape

    def reply(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.rstrip("/").replace("413323", "{accountId}").replace("124667", "{clientFolderId}")
        body = json.loads(request.content) if request.content else None
        said = next(one["response"] for one in self.tape if self.same(one["request"], request.method, path, body))
        headers = {"Content-Type": said["content_type"][0]}
        return httpx.Response(said["status"], content=json.dumps(said["body"]), headers=headers)

    @staticmethod
    def same(asked: dict, method: str, path: str, body: object) -> bool:
        told = httpx.URL(asked["url"].replace("{", "(").replace("}", ")")).path.replace("(", "{").replace(")", "}")
        return (asked["method"], told, asked["body"]) == (method, path, body)


def contacts(tape: list, *fields: str):
    http = http_over(Replay(tape), app="icontact", base_url="https://app.icontact.test/icp")
    return APP.open(Opening(http, "contacts", {}, fields))


def test_the_only_account_and_folder_are_found(tape: list) -> None:
    assert contacts(tape).probe().id == "413323/124667"


def test_a_contact_is_created_and_read_from_the_answer(tape: list) -> None:
    (outcome,) = contacts(tape, "email", "firstName", "business", "status", "bounceCount", "createDate").create(
        [Draft({"email": "user@example.com"})]
    )
    assert isinstance(outcome, Written)
    assert outcome.id == "66674163"
    assert outcome.record
    assert outcome.record.values == {
        "email": "user@example.com",
        "firstName": None,
        "business": None,
        "status": "normal",
        "bounceCount": None,
        "createDate": CREATED,
    }


def test_a_listing_whose_question_was_partly_ignored_is_not_taken_for_an_answer(tape: list) -> None:
    with pytest.raises(Rejected, match="terms which could not be recognized"):
        list(contacts(tape, "email").list())


def test_a_status_that_is_not_valid_is_refused_in_its_words(tape: list) -> None:
    connector = contacts(tape, "email")
    refused = connector.update([Patch("66674163", {"status": "deleted"}, {"status": "normal"})])
    assert isinstance(refused[0], Refused)
    with pytest.raises(Rejected, match="status can be either donotcontact or normal"):
        connector._folder.post("contacts/66674163", {"status": "deleted"}, idempotent=True)


def test_an_item_that_was_dropped_leaves_a_warning(tape: list) -> None:
    answer = contacts(tape)._folder.post("contacts", [{}], idempotent=False)
    assert answer.contacts is None
    assert answer.complaints == (
        "You did not provide an email field, which is required. Please provide an email field",
    )


def test_a_subscription_is_granted(tape: list) -> None:
    lists = contacts(tape)._lists
    lists._ids = {"Test Subscription List": "205305"}
    assert lists.change([("66695798", "Test Subscription List", "normal")]) == ()
