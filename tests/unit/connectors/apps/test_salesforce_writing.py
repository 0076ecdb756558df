from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from reconciler.connectors.apps.salesforce import Options
from reconciler.errors import Denied
from reconciler.model.outcome import Draft, Lost, Patch, Refused, Written
from tests.unit.connectors.apps.salesforce_org import (
    A,
    B,
    C,
    Org,
    done,
    failed,
    page,
    records,
    refusal,
    row,
)
from tests.unit.connectors.wire import answer

if TYPE_CHECKING:
    from collections.abc import Callable


def test_each_row_of_a_create_has_its_own_fate() -> None:
    wire = Org(
        [done(A), failed("REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", fields=["LastName"])],
        [row(A, LastName="SMITH", Email=None)],
    )
    drafts = [Draft({"LastName": "Smith"}), Draft({"Email": "a@example.com"})]
    first, second = records(wire).create(drafts)
    sent = wire.body(1)
    assert sent["allOrNone"] is False
    assert sent["records"][0] == {"attributes": {"type": "Contact"}, "LastName": "Smith"}
    assert wire.body(2)["ids"] == [A]
    assert isinstance(first, Written)
    assert first.record
    assert first.record.values == {"LastName": "SMITH", "Email": None}
    assert second == Refused("REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", "LastName")


def test_writes_ask_for_no_side_effects() -> None:
    wire = Org([done(A)], [row(A)])
    records(wire).create([Draft({"LastName": "Smith"})])
    records(wire, allow_duplicates=True)
    headers = wire.requests[1].headers
    assert (headers["Sforce-Auto-Assign"], headers["Sforce-Duplicate-Rule-Header"]) == ("FALSE", "allowSave=false")
    wire = Org([done(A)], [row(A)])
    records(wire, allow_duplicates=True).update([Patch(A, {"LastName": "Smith"}, {})])
    assert wire.requests[1].headers["Sforce-Duplicate-Rule-Header"] == "allowSave=true"


def test_a_duplicate_rule_is_visible_with_the_records_it_found() -> None:
    twin = {"matchResults": [{"matchRecords": [{"record": {"Id": C}}]}]}
    refused = failed("DUPLICATES_DETECTED", "Use one of these records?", duplicateResult=twin)
    (outcome,) = records(Org([refused])).create([Draft({"LastName": "Smith"})])
    assert outcome == Refused("DUPLICATES_DETECTED", f"Use one of these records? (it resembles {C})")


def test_refusals_do_not_repeat_what_was_sent() -> None:
    refused = failed("INVALID_EMAIL_ADDRESS", "email field: invalid email address: badone", fields=["Email"])
    (outcome,) = records(Org([refused])).create([Draft({"LastName": "Smith", "Email": "badone"})])
    assert outcome == Refused("INVALID_EMAIL_ADDRESS", "email field: invalid email address: [value]", "Email")


def test_a_create_without_an_answer_is_lost_and_an_update_is_repeated() -> None:
    wire = Org(httpx.ReadTimeout("x"))
    outcomes = records(wire).create([Draft({"LastName": "Smith"})] * 2)
    assert [type(outcome) for outcome in outcomes] == [Lost, Lost]
    assert len(wire.requests) == 2
    wire = Org(httpx.ReadTimeout("x"), [done(A)], [row(A)])
    (outcome,) = records(wire).update([Patch(A, {"LastName": "Smith"}, {})])
    assert isinstance(outcome, Written)


def test_an_answer_of_another_length_is_not_guessed_at() -> None:
    (outcome,) = records(Org([done(A), done(B)])).create([Draft({"LastName": "Smith"})])
    assert isinstance(outcome, Lost)


def test_locked_rows_get_one_more_chance_and_only_they() -> None:
    locked = failed("UNABLE_TO_LOCK_ROW")
    wire = Org([done(A), locked, locked], [done(B), locked], [row(A), row(B)])
    patches = [Patch(record_id, {"LastName": name}, {}) for record_id, name in ((A, "x"), (B, "y"), (C, "z"))]
    first, second, third = records(wire).update(patches)
    assert [item["id"] for item in wire.body(2)["records"]] == [B, C]
    assert isinstance(first, Written)
    assert isinstance(second, Written)
    assert isinstance(third, Refused)
    assert third.code == "UNABLE_TO_LOCK_ROW"


@pytest.mark.parametrize(("second", "fate"), [(httpx.ReadTimeout("x"), Lost), (answer(status=503), Refused)])
def test_a_second_chance_that_fails_does_not_end_the_batch(second: object, fate: type) -> None:
    wire = Org([done(A), failed("UNABLE_TO_LOCK_ROW")], second)
    first, last = records(wire).create([Draft({"LastName": "x"}), Draft({"LastName": "y"})])
    assert isinstance(first, Written)
    assert isinstance(last, fate)


def test_a_write_stands_even_where_it_cannot_be_read_back() -> None:
    wire = Org([done(A)], answer(status=500))
    (outcome,) = records(wire).create([Draft({"LastName": "Smith"})])
    assert isinstance(outcome, Written)
    assert outcome.record
    assert (outcome.id, outcome.record.values) == (A, {})


@pytest.mark.parametrize("code", ["ENTITY_IS_DELETED", "NOT_FOUND", "CANNOT_UPDATE_CONVERTED_LEAD"])
def test_an_update_of_what_is_gone_is_stale(code: str) -> None:
    (outcome,) = records(Org([failed(code)])).update([Patch(A, {"LastName": "x"}, {})])
    assert isinstance(outcome, Refused)
    assert outcome.stale


def test_values_are_written_by_type() -> None:
    wire = Org([done(A)], [row(A)])
    values = {"Topics__c": ("a", "b"), "Email": None, "Score__c": 2.5, "LastName": "Smith"}
    records(wire).update([Patch(A[:15], values, {})])
    sent = {"Topics__c": "a;b", "Email": None, "Score__c": 2.5, "LastName": "Smith"}
    assert wire.body(1)["records"] == [{"attributes": {"type": "Contact"}, "id": A, **sent}]


def test_deleting_what_is_gone_counts_as_done() -> None:
    wire = Org([done(A), failed("ENTITY_IS_DELETED"), failed("INSUFFICIENT_ACCESS_OR_READONLY")])
    first, second, third = records(wire).delete([A, B, C])
    assert dict(wire.requests[0].url.params) == {"ids": f"{A},{B},{C}", "allOrNone": "false"}
    assert (first, second) == (Written(A), Written(B))
    assert isinstance(third, Refused)


@pytest.mark.parametrize(
    "write",
    [
        lambda connector: connector.create([Draft({"LastName": "x"})]),
        lambda connector: connector.update([Patch(A, {"LastName": "x"}, {})]),
        lambda connector: connector.delete([A]),
    ],
)
def test_a_write_without_permission_stalls(write: Callable[[object], object]) -> None:
    with pytest.raises(Denied):
        write(records(Org(refusal("INSUFFICIENT_ACCESS", status=403))))


def test_the_version_of_the_api_is_an_option() -> None:
    wire = Org(page())
    list(records(wire, api_version=62.0).list())
    assert wire.lines[0] == "GET /services/data/v62.0/sobjects/Contact/describe"
    with pytest.raises(ValueError, match="api_version"):
        Options.model_validate({"api_version": "../../evil"})
