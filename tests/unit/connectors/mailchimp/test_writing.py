"""Updates and archiving: what is sent, what is never sent, and what becomes of it."""

from __future__ import annotations

from threading import Barrier, Lock
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from reconciler.connectors.apps.mailchimp import APP
from reconciler.connectors.base import Opening
from reconciler.connectors.mailchimp.api import address_hash
from reconciler.model.outcome import Patch, Refused, Unsent, Written
from reconciler.sandbox.faults import Fault, Faults, Step
from tests.unit.connectors.mailchimp.desk import member, refused, stored
from tests.unit.connectors.wire import Wire, answer, http_over

if TYPE_CHECKING:
    from reconciler.sandbox.wire import Answer, Call
    from tests.unit.connectors.mailchimp.desk import Desk


def test_an_update_names_what_changes_and_reads_what_is_stored(desk: Desk) -> None:
    one = member(desk, LNAME="Li")
    outcome = desk.update(one, {"FNAME": "Anna"})
    assert isinstance(outcome, Written)
    assert outcome.record
    assert (outcome.id, outcome.record.values) == (one, {"FNAME": "Anna"})
    assert desk.asked("PATCH") == [{"merge_fields": {"FNAME": "Anna"}}]
    assert stored(desk, one, "LNAME") == ["Li"]


def test_a_required_field_that_is_not_touched_blocks_nothing(desk: Desk) -> None:
    one = member(desk)
    desk.world.add_merge_field("JOB", "Job", required=True)
    assert isinstance(desk.update(one, {"FNAME": None}), Written)
    (query,) = [call.query for call, _ in desk.tape.exchanges if call.method == "PATCH"]
    assert query == {"skip_merge_validation": "true"}


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("subscribed", "unsubscribed", None),
        ("subscribed", "cleaned", None),
        ("transactional", "subscribed", None),
        ("unsubscribed", "pending", None),
        ("unsubscribed", "subscribed", "status_locked"),
        ("cleaned", "subscribed", "status_locked"),
        ("cleaned", "pending", "status_locked"),
        ("subscribed", "transactional", "status_invalid"),
        ("subscribed", "archived", "status_invalid"),
        ("subscribed", None, "status_invalid"),
    ],
)
def test_consent_moves_only_where_it_may(desk: Desk, before: str, after: str | None, code: str | None) -> None:
    one = member(desk, status=before)
    outcome = desk.update(one, {"status": after})
    assert (outcome.code if isinstance(outcome, Refused) else None) == code
    assert bool(desk.asked("PATCH")) is (code is None)
    assert stored(desk, one, "status") == [before if code else after]


def test_consent_is_judged_by_what_it_is_now_not_by_what_it_was_in_the_plan(desk: Desk) -> None:
    one = member(desk)
    connector = desk.open("status")
    desk.world.edit(one, {"status": "unsubscribed"})
    (outcome,) = connector.update([Patch(one, {"status": "subscribed"}, {"status": "transactional"})])
    assert refused(outcome).code == "status_locked"
    assert desk.asked("PATCH") == []


def test_with_resubscribe_the_app_has_the_last_word(desk: Desk) -> None:
    ours, theirs = member(desk), desk.world.add({"email_address": "bo@example.com"})
    desk.update(ours, {"status": "unsubscribed"})
    desk.world.edit(theirs, {"status": "unsubscribed"})
    assert isinstance(desk.update(ours, {"status": "subscribed"}, resubscribe=True), Written)
    outcome = refused(desk.update(theirs, {"status": "subscribed"}, resubscribe=True))
    assert outcome.code == "member_in_compliance_state"
    assert "sign-up form" in outcome.message
    assert "bo@example.com" not in outcome.message


def test_an_archived_member_is_not_woken_by_an_update(desk: Desk) -> None:
    one = member(desk)
    desk.world.delete(one)
    for values in ({"status": "subscribed"}, {"FNAME": "Anna"}, {"tags": ("vip",)}):
        assert refused(desk.update(one, values)).stale
    assert desk.world.ids() == []


@pytest.mark.parametrize("name", ["email_address", "email_type", "timestamp_opt", "ip_signup"])
def test_what_cannot_be_empty_is_not_emptied(desk: Desk, name: str) -> None:
    assert refused(desk.update(member(desk), {name: None})).code == "cannot_be_empty"
    assert desk.asked("PATCH") == []


def test_an_address_of_another_member_is_refused(desk: Desk) -> None:
    one = member(desk)
    desk.world.add({"email_address": "bo@example.com"})
    outcome = refused(desk.update(one, {"email_address": "BO@example.com"}))
    assert (outcome.code, "example.com" in outcome.message) == ("member_exists", False)


def test_an_address_can_change_and_the_member_stays_the_same(desk: Desk) -> None:
    one = member(desk)
    outcome = desk.update(one, {"email_address": "new@example.com"})
    assert isinstance(outcome, Written)
    assert outcome.id == one


@pytest.mark.parametrize("email", ["x@yopmail.com", "noreply@example.com"])
def test_an_address_that_looks_fake_is_refused_for_good(desk: Desk, email: str) -> None:
    outcome = refused(desk.update(member(desk), {"email_address": email}))
    assert (outcome.code, outcome.stale) == ("invalid_resource", False)
    assert "looks fake" in outcome.message
    assert email not in outcome.message


def test_a_bad_merge_field_is_named(desk: Desk) -> None:
    desk.world.add_merge_field("SINCE", "Since", "date", date_format="MM/DD/YYYY")
    outcome = refused(desk.update(member(desk), {"SINCE": "some day"}))
    assert (outcome.field, "SINCE: Please enter the date" in outcome.message) == ("SINCE", True)


@pytest.mark.parametrize(
    ("kind", "options", "value", "sent"),
    [
        ("phone", {"phone_format": "US"}, "+1 (617) 555-0123", "617-555-0123"),
        ("phone", {"phone_format": "US"}, "6175550123", "617-555-0123"),
        ("phone", {"phone_format": "none"}, "+32 2 555 01 23", "+32 2 555 01 23"),
        ("birthday", {}, "1980-02-29", "02/29"),
        ("birthday", {}, "12/31", "12/31"),
        ("number", {}, 0, 0),
        ("number", {}, None, ""),
    ],
)
def test_values_are_spelled_as_their_merge_field_wants(desk: Desk, kind, options, value, sent) -> None:
    desk.world.add_merge_field("MINE", "Mine", kind, **options)
    assert isinstance(desk.update(member(desk), {"MINE": value}), Written)
    assert desk.asked("PATCH") == [{"merge_fields": {"MINE": sent}}]


def test_a_foreign_number_does_not_fit_an_american_field(desk: Desk) -> None:
    desk.world.add_merge_field("MINE", "Mine", "phone", phone_format="US")
    assert refused(desk.update(member(desk), {"MINE": "+32 2 555 01 23"})).field == "MINE"


def test_tags_are_the_difference_by_hash_and_wake_no_automation(desk: Desk) -> None:
    one = member(desk, tags=("new", "vip"))
    outcome = desk.update(one, {"tags": ("old", "vip")})
    assert isinstance(outcome, Written)
    assert outcome.record
    assert outcome.record.values == {"tags": ("old", "vip")}
    changes = [{"name": "new", "status": "inactive"}, {"name": "old", "status": "active"}]
    assert desk.asked("POST", f"{address_hash('ann@example.com')}/tags") == [{"tags": changes, "is_syncing": True}]
    assert desk.asked("PATCH") == []


def test_a_tag_that_somebody_else_put_on_meanwhile_stays(desk: Desk) -> None:
    one = member(desk, tags=("vip",))
    desk.world.edit(one, {"tags": ("theirs", "vip")})
    desk.open("tags").update([Patch(one, {"tags": ("ours", "vip")}, {"tags": ("vip",)})])
    assert stored(desk, one, "tags") == [("ours", "theirs", "vip")]


def test_groups_are_the_difference_by_id(desk: Desk) -> None:
    sport, news = desk.world.add_group("Kinds", ("Sport", "News"))
    one = member(desk, interests=("Sport",))
    desk.update(one, {"interests": ("News",)})
    assert desk.asked("PATCH") == [{"interests": {news: True, sport: False}}]
    outcome = refused(desk.update(one, {"interests": ("Sprot",)}))
    assert (outcome.code, outcome.message) == ("no_such_group", "there is no group Sprot; the groups are News, Sport")


def test_an_update_is_repeated_after_silence_but_nobody_is_asked_twice(desk: Desk) -> None:
    one = member(desk)
    for values, calls in (({"FNAME": "Anna"}, 2), ({"status": "pending"}, 3)):
        desk.world.faults = Faults(script=[Step(Fault.DROP_ANSWER, "update")])
        outcome = desk.update(one, values)
        assert isinstance(outcome, Written) is (calls == 2)
        assert len(desk.asked("PATCH")) == calls


def test_one_that_cannot_be_sent_stops_the_rest_of_its_batch(desk: Desk) -> None:
    ids = [desk.world.add({"email_address": f"p{number}@example.com"}) for number in range(8)]
    connector = desk.open("FNAME")
    connector.describe()
    desk.world.faults = Faults(script=[Step(Fault.THROTTLE, "update", skip=3, times=99)], retry_after=900)
    outcomes = connector.update([Patch(one, {"FNAME": "Ann"}, {}) for one in ids])
    assert 3 <= sum(isinstance(outcome, Written) for outcome in outcomes) < 8
    assert {type(outcome) for outcome in outcomes} == {Written, Unsent}


def test_four_at_a_time_are_all_that_the_account_is_asked_for() -> None:
    together, most, gate, lock = 0, 0, Barrier(4), Lock()

    def says(request: httpx.Request) -> httpx.Response:
        nonlocal together, most
        if request.method != "DELETE":
            return answer({"lists": [{"id": "l1", "name": "N"}]})
        with lock:
            together, most = together + 1, max(most, together + 1)
        gate.wait(timeout=30)
        with lock:
            together -= 1
        return httpx.Response(204)

    http = http_over(Wire(says), parallel=40)
    outcomes = APP.open(Opening(http, "members", {}, ("status",))).delete([f"m{number}" for number in range(12)])
    assert {type(outcome) for outcome in outcomes} == {Written}
    assert most == 4


def test_a_delete_archives_and_never_erases(desk: Desk) -> None:
    one = member(desk)
    for _ in range(2):
        assert list(desk.open().delete([one])) == [Written(one)]
    assert desk.world.calls["erase"] == 0
    assert desk.world.counts()["archived"] == 1
    assert list(desk.open().delete(["nobody"])) == [Written("nobody")]


def test_a_member_that_will_not_be_archived_is_refused(desk: Desk) -> None:
    one = member(desk)
    desk.tape.api = Stubborn(desk.tape.api)
    (outcome,) = desk.open().delete([one])
    assert refused(outcome).code == "not_archived"


class Stubborn:
    """An account that archives nobody."""

    def __init__(self, api: Any) -> None:
        self.world, self.kind, self.refusal, self._api = api.world, api.kind, api.refusal, api

    def answer(self, call: Call) -> Answer:
        return self.refusal(405) if call.method == "DELETE" else self._api.answer(call)
