from __future__ import annotations

import pytest

from reconciler.errors import CursorExpired, Rejected, Retryable
from tests.unit.connectors.apps.icontact_desk import Desk, contacts, row
from tests.unit.connectors.wire import Wire, answer


def test_every_page_asks_for_contacts_on_no_list_too() -> None:
    pages = [
        answer({"contacts": [row(1), row(2)], "limit": 2, "offset": 0, "total": 3}),
        answer({"contacts": [row(3)], "limit": 2, "offset": 2, "total": "3"}),
    ]
    wire = Wire(*pages)
    read = list(contacts(wire, page_size=2).list())
    asked = [dict(request.url.params) for request in wire.requests]
    assert asked == [{"limit": "2", "offset": str(offset), "status": "total"} for offset in (0, 2)]
    assert [record.id for page in read for record in page.records] == ["1", "2", "3"]
    assert [(page.total, page.last) for page in read] == [(3, False), (3, True)]


def test_a_server_that_gives_fewer_than_asked_is_still_read_to_the_end() -> None:
    wire = Wire(*[answer({"contacts": [row(number)], "total": 3}) for number in (1, 2, 3)])
    assert sum(len(page.records) for page in contacts(wire).list()) == 3


def test_a_listing_that_dries_up_early_does_not_call_itself_finished() -> None:
    wire = Wire(answer({"contacts": [row(1)], "total": 3}), answer({"contacts": None, "total": 3}))
    read = list(contacts(wire).list())
    assert [page.last for page in read] == [False, False]


def test_a_warning_on_a_read_means_that_the_answer_is_not_to_the_question() -> None:
    wire = Wire(answer({"contacts": [row(1)], "total": 1, "warnings": ["terms were ignored (statos)"]}))
    with pytest.raises(Rejected, match="statos"):
        list(contacts(wire).list())


def test_what_the_listing_says_is_deleted_is_gone() -> None:
    wire = Wire(answer({"contacts": [row(1), row(2, status="deleted")], "total": 2}))
    (page,) = contacts(wire).list()
    assert ([record.id for record in page.records], page.gone, page.total) == (["1"], ("2",), 1)


def test_nothing_is_none_and_numbers_are_numbers() -> None:
    wire = Wire(answer({"contacts": [row(1, firstName="", lastName=None, bounceCount="3", city="Ghent")], "total": 1}))
    (page,) = contacts(wire, "firstName", "lastName", "bounceCount", "city").list()
    assert page.records[0].values == {"firstName": None, "lastName": None, "bounceCount": 3, "city": "Ghent"}


@pytest.mark.parametrize(
    ("wall_clock", "utc"),
    [
        ("2012-06-09 15:46:52", "2012-06-09T19:46:52+00:00"),
        ("2012-12-09 15:46:52", "2012-12-09T20:46:52+00:00"),
        ("2012-11-04 01:30:00", "2012-11-04T05:30:00+00:00"),
        ("0000-00-00 00:00:00", None),
        ("soon", "soon"),
    ],
)
def test_times_are_us_eastern(wall_clock: str, utc: str | None) -> None:
    (page,) = contacts(Wire(answer({"contacts": [row(1, createDate=wall_clock)], "total": 1})), "createDate").list()
    assert page.records[0].values == {"createDate": utc}


def test_business_is_absent_from_listings_unless_it_is_wanted_badly() -> None:
    listing = {"contacts": [row(1)], "total": 1}
    single = {"contact": {**row(1), "business": "Acme"}}
    (page,) = contacts(Desk(GET__contacts=listing), "business").list()
    assert page.records[0].values == {}
    desk = Desk(GET__contacts=listing, GET__contacts__1=single)
    (page,) = contacts(desk, "business", read_business=True).list()
    assert page.records[0].values == {"business": "Acme"}


def test_a_contact_that_is_gone_is_left_out() -> None:
    deleted = {"contact": row(2, status="deleted")}
    desk = Desk(GET__contacts__1={"contact": row(1)}, GET__contacts__2=deleted)
    assert [record.id for record in contacts(desk).get(["1", "2", "3"])] == ["1"]


def test_a_search_brings_exact_matches_only() -> None:
    found = {"contacts": [row(1, email="A.B@example.com"), row(2, email="a*b@example.com")], "total": 2}
    records = contacts(Wire(answer(found))).find("email", ["a.b@Example.com", ""])
    assert [record.id for record in records] == ["1"]


def test_there_are_no_deltas() -> None:
    with pytest.raises(CursorExpired):
        list(contacts(Desk()).list("yesterday"))


@pytest.mark.parametrize("body", [{"contacts": [{"email": "a@example.com"}]}, {"contacts": "none"}, [], "<html>"])
def test_an_answer_in_another_form_is_tried_again_later(body: object) -> None:
    with pytest.raises(Retryable, match="documented form"):
        list(contacts(Wire(answer(body))).list())


def test_a_status_of_another_day_is_passed_on() -> None:
    (page,) = contacts(Wire(answer({"contacts": [row(1, status="asleep")], "total": 1})), "status").list()
    assert page.records[0].values == {"status": "asleep"}
