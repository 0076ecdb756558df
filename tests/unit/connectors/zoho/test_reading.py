from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reconciler.errors import CursorExpired, Denied, Rejected, Retryable
from reconciler.sandbox.zoho.columns import Column
from tests.unit.connectors.wire import answer
from tests.unit.connectors.zoho.organisation import (
    A,
    B,
    Organisation,
    Script,
    nothing,
    page,
    refusal,
    row,
    scripted,
)

FULL = {"fields": "id,Modified_Time,Last_Name,Email", "per_page": "200", "sort_by": "id", "sort_order": "asc"}


def ids(pages) -> list[str]:
    return [record.id for one in pages for record in one.records]


def test_a_listing_names_its_fields_and_follows_the_token_with_the_same_question() -> None:
    wire = Script(page(row(A, Last_Name="Ann", Email=None), token="t1"), page(row(B, Last_Name="Bob", Email="")))
    first, second = scripted(wire).list()
    assert wire.params == [FULL, {**FULL, "page_token": "t1"}]
    assert (first.last, first.cursor, second.last) == (False, None, True)
    assert first.records[0].values == {"Last_Name": "Ann", "Email": None}
    assert second.records[0].values == {"Last_Name": "Bob", "Email": None}
    assert first.records[0].modified == datetime(2026, 3, 1, 7, tzinfo=UTC)
    assert first.records[0].version is None


def test_the_cursor_is_the_servers_clock_at_the_first_page() -> None:
    late = answer({"data": [row(B)], "info": {"more_records": False, "count": 1}}, Date="Sun, 01 Mar 2026 13:00:00 GMT")
    *_, last = scripted(Script(page(row(A), token="t"), late)).list()
    assert last.cursor == "2026-03-01T12:00:00+00:00"


def test_without_that_clock_the_cursor_is_ours() -> None:
    said = {"data": [row(A)], "info": {"more_records": False, "count": 1}}
    (only,) = scripted(Script(said)).list()
    assert only.cursor == "2024-01-01T00:00:00+00:00"


def test_no_content_is_an_empty_account() -> None:
    (only,) = scripted(Script(nothing())).list()
    assert (only.records, only.last) == ((), True)
    assert only.cursor


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(nothing, id="a page that was announced is empty"),
        pytest.param(lambda: page(row(B), count=2), id="a page holds less than it says"),
        pytest.param(page, id="a page is there and holds nobody"),
        pytest.param(lambda: page(row(A)), id="the page before comes again"),
    ],
)
def test_a_listing_that_came_up_short_is_not_finished(broken) -> None:
    pages = list(scripted(Script(page(row(A), token="t1"), broken())).list())
    assert [(one.last, one.cursor) for one in pages] == [(False, None), (False, None)]


def test_an_empty_page_is_no_empty_account() -> None:
    assert [one.last for one in scripted(Script(page())).list()] == [False]


@pytest.mark.parametrize("more_fields", [46, 47, 120])
def test_more_than_fifty_fields_are_completed_by_id(more_fields: int) -> None:
    there = Organisation()
    custom = [f"Custom_{number}" for number in range(more_fields)]
    for name in custom:
        there.world.add_custom_field("Contacts", Column(name, custom=True))
    ann = there.world.add({"Last_Name": "Ann", custom[-1]: "last"})
    (only,) = there.records("Last_Name", "Email", *custom).list()
    assert only.records[0].id == ann
    assert only.records[0].values[custom[-1]] == "last"
    assert only.records[0].values.keys() == {"Last_Name", "Email", *custom}
    asked = [len(call.query["fields"].split(",")) for call in there.calls if "fields" in call.query]
    assert max(asked) <= 50


def test_beyond_the_last_page_token_queries_go_on_from_the_last_id() -> None:
    there = Organisation()
    there.world.configure({"page_size": 10, "token_rows": 20, "query_rows": 200, "moving_stamps": False})
    made = [there.world.add({"Last_Name": f"Person {number}"}) for number in range(37)]
    pages = list(there.records().list())
    assert ids(pages) == made
    assert [one.last for one in pages] == [False] * (len(pages) - 1) + [True]
    assert pages[-1].cursor
    assert f"id > '{made[19]}'" in there.asked("find")[0].body.decode()


def test_a_ceiling_that_is_told_by_an_error_is_the_same() -> None:
    wire = Script(
        page(row(A), token="t1"),
        refusal("PAGINATION_LIMIT_EXCEEDED"),
        page(row(B)),
        page(row(B, Last_Name="Bob")),
        nothing(),
    )
    pages = list(scripted(wire).list())
    assert ids(pages) == [A, B]
    assert pages[-1].last
    assert f"Contacts where id > '{B}'" in wire.body(-1)["select_query"]


def test_a_page_token_that_expired_asks_for_a_new_read() -> None:
    with pytest.raises(CursorExpired):
        list(scripted(Script(page(row(A), token="t"), refusal("EXPIRED_VALUE"))).list())


class TestChanges:
    def test_begin_an_overlap_before_the_last_read(self) -> None:
        wire = Script(page(row(A)), nothing())
        changed, gone = scripted(wire, overlap_seconds=300).list("2026-03-01T11:00:00+00:00")
        assert [request.headers["If-Modified-Since"] for request in wire.requests[1:]] == [
            "2026-03-01T10:55:00+00:00"
        ] * 2
        assert wire.params[0]["sort_by"] == "Modified_Time"
        assert wire.lines[1:] == ["GET /crm/v8/Contacts", "GET /crm/v8/Contacts/deleted"]
        assert ids([changed]) == [A]
        assert (gone.gone, gone.last, gone.cursor) == ((), True, "2026-03-01T12:00:00+00:00")

    def test_nothing_new_is_an_answer_without_a_body(self) -> None:
        *_, last = scripted(Script(nothing(304), nothing())).list("2026-03-01T11:00:00+00:00")
        assert (last.records, last.last, last.cursor) == ((), True, "2026-03-01T12:00:00+00:00")

    def test_bring_the_deleted_page_by_page(self) -> None:
        wire = Script(nothing(304), page({"id": A}, more=True), page({"id": B}))
        *_, last = scripted(wire).list("2026-03-01T11:00:00+00:00")
        assert last.gone == (A, B)
        assert [one.get("page") for one in wire.params] == [None, "1", "2"]

    def test_bring_converted_leads_as_gone(self) -> None:
        there = Organisation()
        stays, goes = (there.world.add({"Last_Name": name, "Company": "Acme"}, "Leads") for name in ("Ann", "Bob"))
        connector = there.records(entity="leads")
        cursor = list(connector.list())[-1].cursor
        there.clock.advance(100)
        there.world.convert(goes)
        there.clock.advance(1)
        pages = list(connector.list(cursor))
        assert {key for one in pages for key in one.gone} == {goes}
        assert goes not in ids(pages)
        assert [record.id for record in connector.get([stays, goes])] == [stays]

    @pytest.mark.parametrize("broken", [nothing, page, lambda: page(row(B), count=3), lambda: page(row(A))])
    def test_that_came_up_short_leave_the_cursor_where_it_was(self, broken) -> None:
        wire = Script(page(row(A), token="t"), broken(), nothing())
        *_, last = scripted(wire).list("2026-03-01T11:00:00+00:00")
        assert (last.last, last.cursor) == (False, None)

    @pytest.mark.parametrize(
        "answers",
        [
            pytest.param([page(row(A), more=True)], id="no token leads on"),
            pytest.param([page(row(A), token="t"), refusal("PAGINATION_LIMIT_EXCEEDED")], id="it says so"),
            pytest.param([nothing(304), refusal("DISCRETE_PAGINATION_LIMIT_EXCEEDED")], id="too many deleted"),
        ],
    )
    def test_that_are_too_many_to_list_ask_for_a_complete_read(self, answers) -> None:
        with pytest.raises(CursorExpired):
            list(scripted(Script(*answers)).list("2026-03-01T11:00:00+00:00"))

    def test_may_bring_a_record_again_that_changed_meanwhile(self) -> None:
        again = {**row(A), "Modified_Time": "2026-03-01T10:00:01+03:00"}
        *_, last = scripted(Script(page(row(A), token="t"), page(again), nothing())).list("2026-03-01T11:00:00+00:00")
        assert last.last

    def test_older_than_the_recycle_bin_ask_for_a_complete_read(self) -> None:
        with pytest.raises(CursorExpired):
            list(scripted(Script(nothing(304))).list("2026-01-01T11:00:00+00:00"))
        assert list(scripted(Script(nothing(304))).list("2026-02-01T11:00:00+00:00"))

    @pytest.mark.parametrize("cursor", ["", "yesterday", "t1"])
    def test_from_a_cursor_that_is_none_are_not_asked_for(self, cursor: str) -> None:
        wire = Script(nothing())
        with pytest.raises(CursorExpired):
            list(scripted(wire).list(cursor))
        assert wire.requests == []


class TestById:
    def test_a_hundred_are_read_in_one_call(self) -> None:
        wire = Script(page(row(B), row(A)))
        assert [record.id for record in scripted(wire).get([A, B, "not a number"])] == [A, B]
        assert wire.params == [{"ids": f"{A},{B}", "fields": "id,Modified_Time,Last_Name,Email"}]

    def test_who_is_gone_is_left_out(self) -> None:
        assert scripted(Script(nothing())).get([A]) == []

    @pytest.mark.parametrize("broken", [page(), page(row(A), count=2), page(row(A), more=True)])
    def test_an_answer_that_is_not_whole_is_no_absence(self, broken) -> None:
        with pytest.raises(Retryable):
            scripted(Script(broken)).get([A, B])


class TestFinding:
    def test_asks_what_is_stored_and_never_the_index(self) -> None:
        there = Organisation()
        ann = there.world.add({"Last_Name": "Ann", "Email": "Ann@Example.com"})
        assert [record.id for record in there.records().find("Email", ["ann@example.COM"])] == [ann]
        assert there.asked("search") == []

    @pytest.mark.parametrize(
        "name", ["O'Brien", "D\\'Arcy", "back\\slash", "(a, b)", 'so-called "Bob"', "100% *", "李"]
    )
    def test_reserved_characters_are_part_of_a_value(self, name: str) -> None:
        there = Organisation()
        there.world.add({"Last_Name": "Other"})
        known = there.world.add({"Last_Name": name})
        assert [record.id for record in there.records().find("Last_Name", [name])] == [known]

    def test_what_no_field_can_hold_is_not_asked_for(self) -> None:
        wire = Script(nothing())
        assert scripted(wire).find("Email", ["", " ", "a\nb@example.com"]) == []
        assert len(wire.requests) == 1

    def test_what_the_query_brings_beyond_is_left_out(self) -> None:
        wire = Script(page(row(A), row(B)), page(row(A, Email="ann@example.com"), row(B, Email="joann@example.com")))
        assert [record.id for record in scripted(wire).find("Email", ["ann@example.com"])] == [A]

    def test_everyone_with_a_common_name_is_found(self) -> None:
        there = Organisation()
        made = [there.world.add({"Last_Name": "Peeters"}) for _ in range(450)]
        found = there.records().find("Last_Name", ["peeters"])
        assert sorted(record.id for record in found) == made
        assert len(there.asked("find")) == 3

    def test_many_values_take_as_many_queries_as_they_need(self) -> None:
        there = Organisation()
        made = [there.world.add({"Last_Name": "x", "Email": f"P{n}@example.com"}) for n in range(50)]
        found = there.records().find("Email", [f"P{number}@example.com" for number in range(50)])
        assert sorted(record.id for record in found) == made
        assert len(there.asked("find")) == 2

    def test_a_field_that_is_not_there_is_denied(self) -> None:
        with pytest.raises(Denied, match="no field Emial"):
            scripted(Script(nothing())).find("Emial", ["x"])

    def test_a_query_that_is_refused_tells_nobodys_address(self) -> None:
        said = answer({"code": "INVALID_QUERY", "details": {}, "message": "near 'ann@example.com'"}, 400)
        with pytest.raises(Rejected, match="INVALID_QUERY") as caught:
            scripted(Script(said)).find("Email", ["ann@example.com"])
        assert "ann" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("INVALID_TOKEN", 401, Denied),
        ("OAUTH_SCOPE_MISMATCH", 401, Denied),
        ("NO_PERMISSION", 403, Denied),
        ("INVALID_MODULE", 400, Denied),
        ("REQUIRED_PARAM_MISSING", 400, Rejected),
        ("INVALID_URL_PATTERN", 404, Rejected),
        ("TOO_MANY_REQUESTS", 429, Retryable),
        ("INTERNAL_ERROR", 500, Retryable),
    ],
)
def test_codes_say_what_happens_next(code: str, status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        list(scripted(Script(refusal(code, status))).list())


def test_the_credits_that_are_left_are_heeded_once_they_are_told() -> None:
    there = Organisation()
    there.world.configure({"daily_credits": 40})
    connector = there.records(daily_credits=40)
    before = connector.probe()
    assert (before.calls_left, before.calls_limit) == (None, None)
    for _ in range(16):
        connector.get([A])
    after = connector.probe()
    assert after.calls_limit == 40
    assert after.calls_left is not None
    assert after.calls_left < 20
    for _ in range(after.calls_left - 1):
        connector.get([A])
    with pytest.raises(Retryable, match="used up"):
        connector.probe()
