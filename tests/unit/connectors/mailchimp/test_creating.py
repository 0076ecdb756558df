"""New members: a batch whose fates are told by address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from reconciler.connectors.apps.mailchimp import APP
from reconciler.connectors.base import Opening
from reconciler.model.outcome import Draft, Lost, Refused, Written
from reconciler.sandbox.faults import Fault, Faults, Step
from tests.unit.connectors.wire import Wire, answer, http_over

if TYPE_CHECKING:
    from reconciler.model.record import Record
    from tests.unit.connectors.mailchimp.desk import Desk


def record(outcome: object) -> Record:
    assert isinstance(outcome, Written)
    assert outcome.record
    return outcome.record


def codes(outcomes: list[object]) -> list[str]:
    return [outcome.code if isinstance(outcome, Refused) else "" for outcome in outcomes]


def test_a_batch_is_one_call_and_one_look_for_the_ids(desk: Desk) -> None:
    outcomes = desk.create(
        *({"email_address": f"P{number}@example.com", "FNAME": f"P{number}"} for number in range(30))
    )
    assert [outcome.id for outcome in outcomes if isinstance(outcome, Written)] == desk.world.ids()
    assert record(outcomes[7]).values == {"email_address": "P7@example.com", "FNAME": "P7"}
    assert (desk.world.calls["create"], desk.world.calls["list"], desk.world.calls["get"]) == (1, 1, 0)


def test_where_the_answer_has_the_ids_nothing_more_is_asked(desk: Desk) -> None:
    desk.world.quirks.batch_tells_contact_id = True
    (outcome,) = desk.create({"email_address": "ann@example.com"})
    assert record(outcome).id == desk.world.ids()[0]
    assert desk.world.calls["list"] == 0


def test_a_batch_never_changes_who_is_there(desk: Desk) -> None:
    one = desk.world.add({"email_address": "ann@example.com", "FNAME": "Ann"})
    (outcome,) = desk.create({"email_address": "ANN@example.com", "FNAME": "Other"})
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.stale) == ("member_exists", True)
    assert desk.world.read(one)["FNAME"] == "Ann"
    assert desk.asked("POST")[0]["update_existing"] is False


def test_each_gets_its_own_fate(desk: Desk) -> None:
    erased = desk.world.add({"email_address": "erased@example.com"})
    desk.world.erase(erased)
    outcomes = desk.create(
        {"email_address": "ann@example.com"},
        {"email_address": "erased@example.com"},
        {"email_address": "x@yopmail.com"},
        {"email_address": None, "FNAME": "Bo"},
        {"email_address": " Ann@example.com"},
        {"email_address": "cid@example.com", "status": "transactional"},
        {"email_address": "dee@example.com"},
    )
    assert codes(outcomes) == [
        "", "forgotten_email_not_subscribed", "invalid_resource", "no_email", "duplicate_email", "status_invalid", "",
    ]  # fmt: skip
    assert not [one for one in outcomes if isinstance(one, Refused) and "@" in one.message]
    assert len(desk.world.ids()) == 2


def test_who_was_archived_comes_back(desk: Desk) -> None:
    one = desk.world.add({"email_address": "ann@example.com", "LNAME": "Li"})
    desk.world.delete(one)
    (outcome,) = desk.create({"email_address": "ann@example.com", "FNAME": "Ann"})
    assert record(outcome).id == one
    assert desk.world.read(one)["status"] == "subscribed"
    (body,) = desk.asked("PUT")
    assert (body["status"], body["status_if_new"]) == ("subscribed", "subscribed")


def test_who_unsubscribed_and_was_archived_does_not_come_back(desk: Desk) -> None:
    one = desk.world.add({"email_address": "ann@example.com"})
    desk.world.edit(one, {"status": "unsubscribed"})
    desk.world.delete(one)
    assert codes(desk.create({"email_address": "ann@example.com"})) == ["member_in_compliance_state"]
    assert desk.world.ids() == []


@pytest.mark.parametrize("status", ["subscribed", "pending", "transactional", "unsubscribed"])
def test_the_account_says_what_new_members_are(desk: Desk, status: str) -> None:
    desk.create(
        {"email_address": "ann@example.com"},
        {"email_address": "bo@example.com", "status": "cleaned"},
        new_status=status,
    )
    assert [desk.world.read(one)["status"] for one in desk.world.ids()] == [status, "cleaned"]


def test_tags_follow_by_a_call_of_their_own(desk: Desk) -> None:
    first, second = desk.create(
        {"email_address": "a@example.com", "tags": ("vip",)}, {"email_address": "b@example.com"}
    )
    assert (record(first).values["tags"], record(second).values["tags"]) == (("vip",), None)
    assert len(desk.asked("POST", "/tags")) == 1


def test_where_the_tags_fail_the_member_is_there_and_says_nothing_of_them(desk: Desk) -> None:
    desk.world.faults = Faults(script=[Step(Fault.ERROR, "tags", times=99)])
    (outcome,) = desk.create({"email_address": "a@example.com", "tags": ("vip",)})
    assert record(outcome).values == {"email_address": "a@example.com"}


def test_an_incomplete_address_is_left_out_and_not_said_to_be_empty(desk: Desk) -> None:
    (outcome,) = desk.create({"email_address": "a@example.com", "FNAME": "Ann", "ADDRESS.city": "Gent"})
    assert record(outcome).values == {"email_address": "a@example.com", "FNAME": "Ann"}
    assert desk.asked("POST")[0]["members"] == [
        {"status": "subscribed", "email_address": "a@example.com", "merge_fields": {"FNAME": "Ann"}}
    ]


def test_a_filler_makes_the_address_whole(desk: Desk) -> None:
    (outcome,) = desk.create({"email_address": "a@example.com", "ADDRESS.city": "Gent"}, address_filler="?")
    assert record(outcome).values["ADDRESS.city"] == "Gent"
    assert desk.world.read(record(outcome).id)["ADDRESS.state"] == "?"


def test_required_fields_are_required_unless_they_are_skipped(desk: Desk) -> None:
    desk.world.add_merge_field("JOB", "Job", required=True)
    (outcome,) = desk.create({"email_address": "a@example.com"})
    assert isinstance(outcome, Refused)
    assert (outcome.field, "should not be blank" in outcome.message) == ("JOB", True)
    assert codes(desk.create({"email_address": "a@example.com"}, skip_required=True)) == [""]


def test_a_batch_without_an_answer_is_lost_and_not_repeated(desk: Desk) -> None:
    desk.world.faults = Faults(script=[Step(Fault.DROP_ANSWER, "create")])
    outcomes = desk.create({"email_address": "a@example.com"}, {"email_address": "b@example.com"})
    assert [type(outcome) for outcome in outcomes] == [Lost, Lost]
    assert desk.world.calls["create"] == 1
    assert [one.id for one in desk.open().find("email_address", ["a@example.com"])] == desk.world.ids()[:1]


def test_who_is_in_no_part_of_the_answer_is_lost() -> None:
    wire = Wire(
        answer({"lists": [{"id": "l1", "name": "N"}]}), answer({"new_members": [], "updated_members": [], "errors": []})
    )
    connector = APP.open(Opening(http_over(wire), "members", {}, ("email_address",)))
    connector._schema.__dict__["merge_fields"] = {}
    connector._schema.interests._ids = {}
    (outcome,) = connector.create([Draft({"email_address": "a@example.com"})])
    assert isinstance(outcome, Lost)


def test_a_batch_may_take_its_time(desk: Desk) -> None:
    waits: list[dict] = []

    class Slow(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            waits.append(request.extensions["timeout"])
            return super().handle_request(request)

    http = http_over(Slow(), base_url=desk.url, auth=httpx.BasicAuth("x", desk.world.keys.api_key))
    APP.open(Opening(http, "members", {}, ("email_address",))).create([Draft({"email_address": "a@example.com"})])
    assert max(wait["read"] for wait in waits) == 120.0
    http.close()
