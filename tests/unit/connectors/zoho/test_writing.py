from __future__ import annotations

import json
import re

import httpx
import pytest

from reconciler.errors import Denied, Rejected, Retryable
from reconciler.model.outcome import Draft, Lost, Patch, Refused, Written
from tests.unit.connectors.wire import answer
from tests.unit.connectors.zoho.organisation import (
    A,
    B,
    Organisation,
    Script,
    done,
    failed,
    nothing,
    page,
    refusal,
    row,
    scripted,
)

ANN, BOB = Draft({"Last_Name": "Ann"}), Draft({"Last_Name": "Bob"})


def rename(record_id: str, name: str = "New") -> Patch:
    return Patch(record_id, {"Last_Name": name}, {"Last_Name": "Old"})


@pytest.mark.parametrize("status", [200, 201, 202, 207, 400])
def test_what_became_of_a_row_is_told_by_its_code_and_not_by_the_status(status: int) -> None:
    rows = [done(A), failed("INVALID_DATA", api_name="Email", json_path="$.data[1].Email")]
    wire = Script(answer({"data": rows}, status), page(row(A, Last_Name="Ann", Email=None)))
    first, second = scripted(wire).create([ANN, BOB])
    assert isinstance(first, Written)
    assert first.record is not None
    assert first.record.values == {"Last_Name": "Ann", "Email": None}
    assert isinstance(second, Refused)
    assert (second.code, second.field, second.stale) == ("INVALID_DATA", "Email", False)


@pytest.mark.parametrize(("options", "sent"), [({}, {"trigger": []}), ({"automation": True}, {})])
def test_workflows_stay_silent_unless_they_are_wanted(options: dict, sent: dict) -> None:
    wire = Script({"data": [done(A)]}, page(row(A)))
    scripted(wire, **options).create([ANN])
    assert wire.body(1) == {"data": [{"Last_Name": "Ann"}], **sent}


def test_a_workflow_that_rewrites_is_seen_in_the_answer() -> None:
    there = Organisation()
    there.world.configure({"workflow": "Last_Name"})
    (silent,) = there.records().create([ANN])
    (loud,) = there.records(automation=True).create([ANN])
    assert silent.record.values["Last_Name"] == "Ann"
    assert loud.record.values["Last_Name"] == "ANN"


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (failed("MANDATORY_NOT_FOUND", api_name="Company"), "Company: the layout of this module requires it"),
        (failed("DUPLICATE_DATA", api_name="Email", id=B, duplicate_record={"id": B}), f"unique; record {B}"),
        (failed("INVALID_DATA", api_name="Last_Name", maximum_length=80), "it holds 80 characters"),
        (failed("MULTIPLE_OR_MULTI_ERRORS", errors=[{"code": "X", "details": {"api_name": "Email"}}]), "Email: "),
        (failed("RECORD_IN_BLUEPRINT"), "in a blueprint"),
        (failed("some words", "no 'Ann' here"), r"no '\[value\]' here"),
    ],
)
def test_a_refused_row_says_why_in_plain_words(result: dict, said: str) -> None:
    (outcome,) = scripted(Script(answer({"data": [result]}, 400))).create([ANN])
    assert isinstance(outcome, Refused)
    assert re.search(said, outcome.message), outcome.message


def test_a_batch_that_is_refused_as_a_whole_is_an_error() -> None:
    for code, error in (("LIMIT_EXCEEDED", Rejected), ("INVALID_MODULE", Denied)):
        with pytest.raises(error, match=code) as caught:
            scripted(Script(refusal(code))).create([ANN])
        assert "Ann" not in str(caught.value)


def test_a_create_without_an_answer_may_have_happened() -> None:
    outcomes = scripted(Script(httpx.ReadError("cut"))).create([ANN, BOB])
    assert [type(outcome) for outcome in outcomes] == [Lost, Lost]


@pytest.mark.parametrize("said", [answer({"data": [done(A)]}, 201), answer({}, 201), answer("odd", 500)])
def test_an_answer_that_tells_of_other_rows_is_none(said: httpx.Response) -> None:
    outcomes = scripted(Script(said)).create([ANN, BOB])
    assert [type(outcome) for outcome in outcomes] == [Lost, Lost]


def test_an_update_without_an_answer_is_sent_again() -> None:
    wire = Script(httpx.ReadError("cut"), {"data": [done(A)]}, page(row(A)))
    (outcome,) = scripted(wire).update([rename(A)])
    assert isinstance(outcome, Written)
    assert [line for line in wire.lines if line.startswith("PUT")] == ["PUT /crm/v8/Contacts"] * 2


def test_a_write_stands_even_where_it_cannot_be_read_back() -> None:
    wire = Script({"data": [done(A)]}, refusal("NO_PERMISSION", 403))
    (outcome,) = scripted(wire).create([ANN])
    assert isinstance(outcome, Written)
    assert outcome.record is not None
    assert outcome.record.values == {}


def test_an_update_names_what_changes_and_nothing_else() -> None:
    wire = Script({"data": [done(A)]}, page(row(A)))
    scripted(wire).update([Patch(A, {"Email": None}, {"Email": "ann@example.com"})])
    assert wire.body(1)["data"] == [{"id": A, "Email": None}]


@pytest.mark.parametrize("code", ["INVALID_DATA", "CONVERTED_RECORD", "NOT_ALLOWED"])
def test_that_a_record_is_gone_is_found_out_whatever_the_words(code: str) -> None:
    wire = Script(answer({"data": [failed(code)]}, 400), nothing())
    (outcome,) = scripted(wire).update([rename(A)])
    assert isinstance(outcome, Refused)
    assert outcome.stale


def test_a_refused_record_that_is_there_is_not_gone() -> None:
    wire = Script(answer({"data": [failed("INVALID_DATA", api_name="Last_Name")]}, 400), page(row(A)))
    (outcome,) = scripted(wire).update([rename(A)])
    assert (outcome.code, outcome.stale) == ("INVALID_DATA", False)


def test_a_converted_lead_cannot_be_changed_any_more() -> None:
    there = Organisation()
    lead = there.world.add({"Last_Name": "Ann", "Company": "Acme"}, "Leads")
    there.world.convert(lead)
    (outcome,) = there.records(entity="leads").update([rename(lead)])
    assert isinstance(outcome, Refused)
    assert outcome.stale


def test_an_update_of_a_record_that_vanished_meanwhile_is_stale() -> None:
    (outcome,) = scripted(Script({"data": [done(A)]}, nothing())).update([rename(A)])
    assert isinstance(outcome, Refused)
    assert outcome.stale


class TestDeleting:
    def test_is_done_for_who_is_gone(self) -> None:
        there = Organisation()
        ann, bob = (there.world.add({"Last_Name": name}) for name in ("Ann", "Bob"))
        there.world.delete(ann)
        assert there.records().delete([ann, bob]) == [Written(ann), Written(bob)]
        assert there.world.ids() == []

    def test_that_is_refused_says_so_where_the_record_stays(self) -> None:
        wire = Script(answer({"data": [done(A), failed("RECORD_LOCKED")]}, 207), page(row(B)))
        first, second = scripted(wire).delete([A, B])
        assert first == Written(A)
        assert isinstance(second, Refused)
        assert "locked" in second.message


class TestTags:
    def test_are_put_on_and_taken_off_by_name(self) -> None:
        there = Organisation()
        ann, bob = (there.world.add({"Last_Name": n, "Tag": ("old", "kept")}) for n in ("Ann", "Bob"))
        old = {"Tag": ("kept", "old")}
        outcomes = there.records("Tag").update([Patch(each, {"Tag": ("kept", "new")}, old) for each in (ann, bob)])
        assert [outcome.record.values for outcome in outcomes] == [{"Tag": ("kept", "new")}] * 2
        assert [json.loads(call.body)["tags"] for call in there.asked("subscribe")] == [
            [{"name": "new"}], [{"name": "old"}]
        ]  # fmt: skip
        assert there.asked("update") == []

    def test_what_others_put_on_meanwhile_stays(self) -> None:
        there = Organisation()
        ann = there.world.add({"Last_Name": "Ann", "Tag": ("mine", "theirs")})
        (outcome,) = there.records("Tag").update([Patch(ann, {"Tag": None}, {"Tag": ("mine",)})])
        assert outcome.record.values["Tag"] == ("theirs",)

    def test_come_after_the_record_is_made(self) -> None:
        there = Organisation()
        (outcome,) = there.records("Last_Name", "Tag").create([Draft({"Last_Name": "Ann", "Tag": ("b", "a")})])
        assert outcome.record.values == {"Last_Name": "Ann", "Tag": ("a", "b")}

    def test_that_are_refused_are_that_records_own_affair(self) -> None:
        wire = Script(
            answer({"data": [done(A), done(B)]}), answer({"data": [failed("LIMIT_EXCEEDED")]}, 400), page(row(B))
        )
        tagged, plain = scripted(wire, "Last_Name", "Tag").create([Draft({"Last_Name": "Ann", "Tag": ("x",)}), BOB])
        assert isinstance(tagged, Refused)
        assert isinstance(plain, Written)

    def test_that_cannot_be_sent_do_not_unmake_the_record(self) -> None:
        wire = Script(answer({"data": [done(A)]}), refusal("OAUTH_SCOPE_MISMATCH", 401), page(row(A)))
        (outcome,) = scripted(wire, "Last_Name", "Tag").create([Draft({"Last_Name": "Ann", "Tag": ("x",)})])
        assert isinstance(outcome, Refused)
        assert outcome.code == "tags_refused"

    def test_that_are_too_long_are_not_sent(self) -> None:
        wire = Script(nothing())
        (outcome,) = scripted(wire, "Tag").create([Draft({"Last_Name": "Ann", "Tag": ("x" * 26,)})])
        assert isinstance(outcome, Refused)
        assert (outcome.code, outcome.field) == ("too_long", "Tag")
        assert len(wire.requests) == 1


class TestCompanies:
    def test_are_written_by_id_and_read_by_name(self) -> None:
        there = Organisation()
        acme = there.world.account("Acme")
        (outcome,) = there.records("Account_Name").create([Draft({"Last_Name": "Ann", "Account_Name": "ACME"})])
        assert outcome.record.values == {"Account_Name": "Acme"}
        assert json.loads(there.asked("create")[0].body)["data"][0]["Account_Name"] == {"id": acme}

    def test_that_are_not_there_are_refused_before_anything_is_sent(self) -> None:
        there = Organisation()
        nowhere, home = there.records().create([Draft({"Last_Name": "Ann", "Account_Name": "Acme"}), BOB])
        assert isinstance(nowhere, Refused)
        assert (nowhere.code, nowhere.field) == ("no_such_account", "Account_Name")
        assert "Acme" not in nowhere.message
        assert isinstance(home, Written)

    def test_are_made_once_where_that_is_allowed(self) -> None:
        there = Organisation()
        drafts = [Draft({"Last_Name": name, "Account_Name": company}) for name, company in (
            ("Ann", "Acme"), ("Bob", "acme"), ("Cee", "O'Neil & Sons"))]  # fmt: skip
        outcomes = there.records("Account_Name", create_accounts=True).create(drafts)
        assert [outcome.record.values["Account_Name"] for outcome in outcomes][2] == "O'Neil & Sons"
        assert there.world.counts()["Accounts"] == 2
        there.records(create_accounts=True).create(drafts)
        assert there.world.counts()["Accounts"] == 2

    def test_of_one_name_the_one_that_is_spelled_the_same_comes_first_then_the_oldest(self) -> None:
        there = Organisation()
        accounts = there.world.table("Accounts")
        _, same, _ = (there.world.store(accounts, {"Account_Name": name}).id for name in ("ACME", "Acme", "Acme"))
        there.records().create([Draft({"Last_Name": "Ann", "Account_Name": "Acme"})])
        (ann,) = there.world.ids()
        assert there.world.table().shelf[ann].values["Account_Name"] == same

    def test_of_which_no_answer_came_are_looked_for_again(self) -> None:
        there = Organisation(lose=lambda call: call.method == "POST" and call.path.endswith("/Accounts"))
        draft = Draft({"Last_Name": "Ann", "Account_Name": "Acme"})
        with pytest.raises(Retryable):
            there.records(create_accounts=True).create([draft])
        assert there.world.ids() == []
        there.lose = lambda _call: False
        there.records(create_accounts=True).create([draft])
        assert there.world.counts()["Accounts"] == 1

    def test_are_cleared_by_null(self) -> None:
        there = Organisation()
        ann = there.world.add({"Last_Name": "Ann", "Account_Name": "Acme"})
        (outcome,) = there.records("Account_Name").update(
            [Patch(ann, {"Account_Name": None}, {"Account_Name": "Acme"})]
        )
        assert outcome.record.values == {"Account_Name": None}

    def test_of_leads_are_plain_text(self) -> None:
        there = Organisation()
        made = there.records("Company", entity="leads").create([Draft({"Last_Name": "Ann", "Company": "Acme"})])
        assert made[0].record.values == {"Company": "Acme"}
        assert there.world.counts()["Accounts"] == 0


def test_a_lost_batch_is_found_by_the_next_look() -> None:
    there = Organisation(lose=lambda call: call.method == "POST" and call.path.endswith("/Contacts"))
    connector = there.records()
    (outcome,) = connector.create([Draft({"Last_Name": "Ann", "Email": "ann@example.com"})])
    assert isinstance(outcome, Lost)
    assert [record.values["Last_Name"] for record in connector.find("Email", ["ann@example.com"])] == ["Ann"]
