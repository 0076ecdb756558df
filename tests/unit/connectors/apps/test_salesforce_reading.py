from __future__ import annotations

import httpx
import pytest

from reconciler.errors import CursorExpired, Denied, Retryable
from tests.unit.connectors.apps.salesforce_org import (
    DATA,
    DATE,
    DESCRIBE,
    A,
    B,
    C,
    Org,
    column,
    page,
    records,
    row,
)
from tests.unit.connectors.wire import answer


def test_a_listing_follows_the_server_from_page_to_page_until_it_is_done() -> None:
    last = page(row(B), total=2)
    wire = Org(page(row(A), total=2, more="01g-1"), last)
    first, second = records(wire).list()
    assert wire.queries == ["SELECT Id,SystemModstamp,LastName,Email FROM Contact"]
    assert wire.lines[-1] == f"GET {DATA}/query/01g-1"
    assert (first.total, first.last, first.cursor) == (2, False, None)
    assert (second.total, second.last) == (2, True)
    assert second.cursor is not None


def test_done_is_trusted_even_beside_a_next_page() -> None:
    body = {"totalSize": 1, "done": True, "nextRecordsUrl": f"{DATA}/query/x", "records": [row(A)]}
    assert [one.last for one in records(Org(body)).list()] == [True]


def test_a_listing_that_is_not_done_and_leads_nowhere_is_not_finished() -> None:
    body = {"totalSize": 2, "done": False, "records": [row(A)]}
    assert [(one.last, one.cursor) for one in records(Org(body)).list()] == [(False, None)]


def test_a_delta_begins_an_overlap_before_the_last_change_and_brings_deletes() -> None:
    full = Org(page(row(A, "2026-03-01T09:00:00.000+0000"), row(B)))
    cursor = next(iter(records(full).list())).cursor
    wire = Org(page(row(A, "2026-03-01T11:00:00.000+0000"), date=DATE), page(row(B), row(C)))
    changed, gone = records(wire).list(cursor)
    asked = [query.partition(" FROM Contact WHERE ") for query in wire.queries]
    since = "SystemModstamp >= 2026-03-01T09:55:00Z ORDER BY SystemModstamp, Id"
    assert [(what, where) for what, _, where in asked] == [
        ("SELECT Id,SystemModstamp,LastName,Email", since),
        ("SELECT Id,SystemModstamp", f"IsDeleted = true AND {since}"),
    ]
    assert wire.lines[1:] == [f"GET {DATA}/query", f"GET {DATA}/queryAll"]
    assert [record.id for record in changed.records] == [A]
    assert (gone.records, gone.gone, gone.last) == ((), (B, C), True)
    assert (gone.cursor or "").startswith("2026-03-01T11:00:00+00:00 ")


def test_a_quiet_delta_keeps_its_place() -> None:
    cursor = "2026-03-01T10:00:00+00:00 2026-03-01T10:00:00+00:00"
    *_, last = records(Org(page()), overlap_seconds=60).list(cursor)
    assert last.cursor == "2026-03-01T10:00:00+00:00 2026-03-01T12:00:00+00:00"


def test_an_empty_org_begins_at_the_servers_clock() -> None:
    (only,) = records(Org(page())).list()
    assert only.cursor == "2026-03-01T12:00:00+00:00 2026-03-01T12:00:00+00:00"


def test_a_cursor_older_than_the_recycle_bin_asks_for_a_complete_read() -> None:
    quiet_year = "2025-03-01T10:00:00+00:00 2026-02-20T12:00:00+00:00"
    assert len(list(records(Org(page())).list(quiet_year))) == 2
    with pytest.raises(CursorExpired):
        list(records(Org(page())).list("2026-02-01T10:00:00+00:00 2026-02-01T12:00:00+00:00"))


@pytest.mark.parametrize("cursor", ["", "yesterday", "' OR Id != null"])
def test_a_cursor_that_is_none_is_not_put_into_a_query(cursor: str) -> None:
    wire = Org(page())
    with pytest.raises(CursorExpired):
        list(records(wire).list(cursor))
    assert wire.queries == []


def test_converted_leads_are_gone() -> None:
    describe = {"fields": [*DESCRIBE["fields"], column("IsConverted", "boolean")]}
    wire = Org(page(row(A, IsConverted=False)), describe=describe)
    list(records(wire, entity="leads").list())
    assert wire.queries[0].endswith("FROM Lead WHERE IsConverted = false")
    cursor = "2026-03-01T10:00:00+00:00 2026-03-01T10:00:00+00:00"
    wire = Org(page(row(A, IsConverted=True), row(B, IsConverted=False)), page(), describe=describe)
    changed, _ = records(wire, entity="leads").list(cursor)
    assert ([record.id for record in changed.records], changed.gone) == ([B], (A,))
    wire = Org([row(A, IsConverted=True), row(B, IsConverted=False)], describe=describe)
    assert [record.id for record in records(wire, entity="leads").get([A, B])] == [B]


def test_records_are_read_by_id_in_large_steps_and_the_missing_are_left_out() -> None:
    wire = Org([row(A, LastName="Smith"), None], [])
    found = records(wire, "LastName").get([A[:15], B] + [C] * 1999)
    assert [record.id for record in found] == [A]
    assert wire.lines[1:] == [f"POST {DATA}/composite/sobjects/Contact"] * 2
    assert (wire.body(1)["ids"][:2], len(wire.body(2)["ids"])) == ([A, B], 1)
    assert wire.body(1)["fields"] == ["Id", "SystemModstamp", "LastName"]


def test_a_read_by_post_is_repeated() -> None:
    assert len(records(Org(httpx.ReadTimeout("x"), [row(A)])).get([A])) == 1


def test_a_search_quotes_its_values() -> None:
    wire = Org(page(row(A)))
    found = records(wire).find("Email", ["o'neil@example.com", ""])
    assert wire.queries[0].endswith(r"WHERE Email IN ('o\'neil@example.com')")
    assert [record.id for record in found] == [A]


def test_a_field_to_search_by_must_exist() -> None:
    wire = Org(page())
    with pytest.raises(Denied):
        records(wire).find("Id = null OR Name", ["x"])
    assert wire.queries == []


@pytest.mark.parametrize("body", [{"totalSize": 1, "done": True, "records": [{"Email": None}]}, {}, [], "<html>"])
def test_an_answer_in_another_form_is_tried_again_later(body: object) -> None:
    with pytest.raises(Retryable, match="documented form"):
        list(records(Org(answer(body))).list())
